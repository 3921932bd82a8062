"""What a line of a ledger is about."""

from resolvers.edges.via import via
from storage.reads import ledger, orders

order = via(orders.by_key, "seller_id", "order_id")
"""The order it belongs to, if to one."""
reverses = via(ledger.entry_by_number, "seller_id", "reversed_entry_number")
"""The line it takes back, if it is a correction."""
