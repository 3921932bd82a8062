"""What the entries of a timeline are about."""

from resolvers.context import Context
from storage.reads import ledger, parts, threads
from storage.reads.ledger import EntryRow
from storage.reads.parts import ClaimRow, OfferRow, RefundRow
from storage.reads.threads import MessageRow
from storage.reads.timeline import TimelineRow


async def message(context: Context, entry: TimelineRow) -> MessageRow | None:
    """The message that was posted."""
    assert entry.message_number is not None
    key = (entry.seller_id, entry.thread_id, entry.message_number)
    return await context.read(threads.message_by_key, key)


async def offer(context: Context, entry: TimelineRow) -> OfferRow | None:
    """The offer that changed."""
    assert entry.offer_number is not None
    key = (entry.seller_id, entry.request_number, entry.offer_number)
    return await context.read(parts.offer_by_key, key)


async def refund(context: Context, entry: TimelineRow) -> RefundRow | None:
    """The refund that changed."""
    return await context.read(parts.refund_of, entry.request_key)


async def claim(context: Context, entry: TimelineRow) -> ClaimRow | None:
    """The claim that changed."""
    return await context.read(parts.claim_of, entry.request_key)


async def posting(context: Context, entry: TimelineRow) -> EntryRow | None:
    """The line that was posted."""
    assert entry.entry_number is not None
    return await context.read(ledger.entry_by_number, (entry.seller_id, entry.entry_number))
