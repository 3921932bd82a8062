"""What live events carry, read anew for whoever is told."""

from realtime.signals import Typing
from resolvers.context import Context
from resolvers.edges.users import by_id
from resolvers.edges.via import via
from resolvers.feeds import FeedRow
from storage.reads import accounts, ledger, notifications, parts, threads, timeline
from storage.reads.accounts import AccountRow, SellerRow
from storage.reads.ledger import EntryRow, HoldRow
from storage.reads.parts import NoteRow
from storage.reads.threads import MessageRow
from storage.reads.timeline import TimelineRow


async def entry(context: Context, row: FeedRow) -> TimelineRow | None:
    """What happened to the request."""
    event = row.event
    return await context.read(
        timeline.by_number, (event.owner_id, event.request_number, event.timeline_number)
    )


async def message(context: Context, row: FeedRow) -> MessageRow | None:
    """The message that was posted."""
    event = row.event
    return await context.read(threads.message_by_key, (event.owner_id, event.thread_id, event.message_number))


thread = via(threads.by_key, "event.owner_id", "event.thread_id")
"""The conversation it is about."""


async def ledger_entry(context: Context, row: FeedRow) -> EntryRow | None:
    """The line that was posted, if one was."""
    event = row.event
    if event.entry_number is None:
        return None
    return await context.read(ledger.entry_by_number, (event.owner_id, event.entry_number))


async def hold(context: Context, row: FeedRow) -> HoldRow | None:
    """The hold that has changed, if one has."""
    event = row.event
    if event.hold_number is None:
        return None
    return await context.read(ledger.hold_by_key, (event.owner_id, event.request_number, event.hold_number))


async def desk(context: Context, row: FeedRow) -> SellerRow:
    """The seller whose money or rating it is."""
    found = await context.read(accounts.desks, row.event.owner_id)
    assert found is not None, "whoever is told of a desk sees it"
    return found


async def note(context: Context, row: FeedRow) -> NoteRow | None:
    """The internal note that was added, if one was."""
    event = row.event
    if event.note_number is None:
        return None
    return await context.read(parts.note_by_key, (event.owner_id, event.request_number, event.note_number))


notification = via(notifications.by_key, "event.account_id", "event.notification_number")
"""The notification that was written, or read."""


async def account(context: Context, row: FeedRow) -> AccountRow | None:
    """The agent who has taken a request."""
    return await by_id(context, row.event.account_id)


typing_thread = via(threads.by_key, "owner_id", "thread_id")
"""Where somebody is writing."""


async def typist(context: Context, typing: Typing) -> AccountRow | None:
    """Who is writing."""
    return await by_id(context, typing.account_id)
