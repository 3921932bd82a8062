"""What the entries of a timeline are about."""

from domain.values import RequestKey
from resolvers.context import Context
from resolvers.edges.via import via
from storage.reads import ledger, parts, threads
from storage.reads.ledger import EntryRow
from storage.reads.parts import OfferRow
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


@via(parts.refund_of)
def refund(entry: TimelineRow) -> RequestKey:
    """The refund that changed."""
    return entry.request_key


@via(parts.claim_of)
def claim(entry: TimelineRow) -> RequestKey:
    """The claim that changed."""
    return entry.request_key


async def posting(context: Context, entry: TimelineRow) -> EntryRow | None:
    """The line that was posted."""
    assert entry.entry_number is not None
    return await context.read(ledger.entry_by_number, (entry.seller_id, entry.entry_number))
