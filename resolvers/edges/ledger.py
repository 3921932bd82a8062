"""What a line of a ledger is about."""

from resolvers.edges.via import via
from storage.reads import ledger, orders
from storage.reads.ledger import EntryRow


@via(orders.by_key)
def order(entry: EntryRow) -> tuple[int, int] | None:
    """The order it belongs to, if to one."""
    return None if entry.order_id is None else (entry.seller_id, entry.order_id)


@via(ledger.entry_by_number)
def reverses(entry: EntryRow) -> tuple[int, int] | None:
    """The line it takes back, if it is a correction."""
    number = entry.reversed_entry_number
    return None if number is None else (entry.seller_id, number)
