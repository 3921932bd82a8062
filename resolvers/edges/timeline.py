"""What the entries of a timeline are about."""

from resolvers.edges.via import via
from storage.reads import ledger, parts, threads

REQUEST = ("seller_id", "request_number")
message = via(threads.message_by_key, "seller_id", "thread_id", "message_number")
"""The message that was posted."""
offer = via(parts.offer_by_key, *REQUEST, "offer_number")
"""The offer that changed."""
refund = via(parts.refund_of, *REQUEST)
claim = via(parts.claim_of, *REQUEST)
posting = via(ledger.entry_by_number, "seller_id", "entry_number")
"""The line that was posted."""
