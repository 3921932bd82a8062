"""What subscriptions tell: events of every kind, and where the follower stands."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

import strawberry

from domain.words import EventKind, FeedType
from realtime.signals import Typing
from resolvers.context import Context
from resolvers.edges import feed, requests, sellers
from resolvers.feeds import FeedRow, ReadyRow, ResyncRow
from schema.columns import column, edge, over
from schema.scalars import Cursor
from schema.types.ledger import LedgerBalance, LedgerEntry, LedgerHold
from schema.types.notifications import Notification
from schema.types.ratings import Satisfaction, SupportRating
from schema.types.requests import InternalNote, SupportRequest
from schema.types.threads import Message, Thread
from schema.types.timeline import TimelineEntry
from schema.types.users import User


@over(ReadyRow, "Everything until here was told; from here on, things are told as they happen.")
class Ready:
    """Up to date."""

    cursor: Cursor = column("This place in the feed.")
    recovered: bool = column("Whether all that was missed since `after` has been told.")


@over(ResyncRow, "Something was missed that cannot be told any more: read again what is shown, then go on.")
class ResyncRequired:
    """A gap."""

    reason: str = column("Why, in words.")
    cursor: Cursor = column("From where the feed goes on.")


@strawberry.interface(description="Something that has happened, at its place in a feed.")
class FeedEvent:
    """What all events have."""

    cursor: Cursor = column("This place in the feed: pass it as `after` to be told what comes next.")
    sequence: int = column("Its number in the feed.")
    at: datetime = column("When it happened.")
    kind: EventKind = column("What it tells of.")


def event(type_: FeedType, description: str) -> Callable[[type], type]:
    """Declare the type of the events that carry this."""

    def carries_it(row: Any) -> bool:
        return bool(row.type is type_)

    return over(FeedRow, description, when=carries_it)


@event(FeedType.REQUEST, "Something has happened to a request.")
class RequestEvent(FeedEvent):
    """An entry of a timeline."""

    request: SupportRequest = edge(requests.named, "The request as it is now.")
    entry: TimelineEntry = edge(feed.entry, "What happened.")


@event(FeedType.QUEUE, "Something has changed in Support's queue.")
class QueueEvent(FeedEvent):
    """Support's news."""

    request: SupportRequest = edge(requests.named, "The request as it is now.")
    note: InternalNote | None = edge(feed.note, "The internal note that was added, if one was.")
    assignee: User | None = edge(feed.account, "The agent who has taken it, if that is the news.")


@event(FeedType.MESSAGE, "A message was posted.")
class MessageEvent(FeedEvent):
    """Words."""

    message: Message = edge(feed.message, "The message.")
    thread: Thread = edge(feed.thread, "Its conversation as it is now.")


@event(FeedType.LEDGER, "The seller's ledger has moved.")
class LedgerEvent(FeedEvent):
    """Money."""

    entry: LedgerEntry | None = edge(feed.ledger_entry, "The line that was posted, if one was.")
    hold: LedgerHold | None = edge(feed.hold, "The hold that has changed, if one has.")
    balance: LedgerBalance = edge(feed.desk, "The balance as it is now.")


async def _rating(context: Context, row: FeedRow) -> Any:
    return await sellers.explained_rating(context, await feed.desk(context, row))


async def _satisfaction(context: Context, row: FeedRow) -> Any:
    return await sellers.satisfaction_of(context, await feed.desk(context, row))


@event(
    FeedType.RATING, "The seller's rating or satisfaction may have changed: a request counts, or was judged."
)
class RatingEvent(FeedEvent):
    """A rating."""

    rating: SupportRating = edge(_rating, "The support rating as it is now.")
    satisfaction: Satisfaction = edge(_satisfaction, "The satisfaction as it is now.")


@event(
    FeedType.THREAD_STATE, "The viewer has read, marked or archived a conversation, in another tab perhaps."
)
class ThreadStateEvent(FeedEvent):
    """A thread of the viewer's inbox."""

    thread: Thread = edge(feed.thread, "The conversation as it is now.")


@event(FeedType.NOTIFICATION, "The viewer was notified, or has read a notification, in another tab perhaps.")
class NotificationEvent(FeedEvent):
    """A notification of the viewer's."""

    notification: Notification = edge(feed.notification, "The notification as it is now.")


@over(Typing, "Somebody is writing in a conversation; told for the moment, never kept.")
class TypingEvent:
    """Somebody's fingers."""

    thread: Thread = edge(feed.typing_thread, "The conversation.")
    user: User = edge(feed.typist, "Who is writing.")
    until: datetime = column("Until when to show it, unless it is told again.")


FeedItem = Annotated[
    Ready
    | ResyncRequired
    | QueueEvent
    | RequestEvent
    | MessageEvent
    | LedgerEvent
    | RatingEvent
    | ThreadStateEvent
    | TypingEvent
    | NotificationEvent,
    strawberry.union("FeedItem", description="What a subscription tells."),
]
