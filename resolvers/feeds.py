"""Following: who may follow which stream, and what of it the viewer may be told at the moment of telling.

Decides that nobody follows what they do not see, and that each event is looked at with the viewer's own eyes
when it is sent, replayed or new. How a stream is read is the hub's business.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.refusals import Invalid, NotAllowed, NotFound
from domain.values import RequestKey
from domain.viewer import Viewer
from domain.words import EventKind, FeedType, Scope
from realtime.chorus import Part
from realtime.cursors import Place
from realtime.following import Ready, Resync, Told
from realtime.hub import Hub
from realtime.signals import Typing
from resolvers.context import Context
from resolvers.parties import require_scope
from storage import feed
from storage.feed import QUEUE, Event, account_stream, request_stream, thread_stream
from storage.reads import ledger, notifications, requests, threads, timeline
from storage.reads.requests import RequestRow
from storage.reads.threads import ThreadRow
from storage.visibility import NOBODY, Sight


@dataclass(frozen=True, slots=True)
class ReadyRow:
    """The follower is up to date; everything after this cursor will come."""

    cursor: str
    recovered: bool


@dataclass(frozen=True, slots=True)
class ResyncRow:
    """Something was missed for good."""

    cursor: str
    reason: str


@dataclass(frozen=True, slots=True)
class FeedRow:
    """An event and its cursor."""

    event: Event
    cursor: str

    @property
    def share_key(self) -> str:
        """Names what is the same for all who are told of it: the stream, its epoch and the place in it."""
        return self.cursor

    @property
    def sequence(self) -> int:
        """Its place in the stream."""
        return self.event.sequence

    @property
    def at(self) -> datetime:
        """When it happened."""
        return self.event.at

    @property
    def kind(self) -> EventKind:
        """What it tells of."""
        return self.event.kind

    @property
    def type(self) -> FeedType:
        """Which type of the graph it is."""
        return self.event.type

    @property
    def request_key(self) -> RequestKey | None:
        """The request it is about."""
        return self.event.request_key


FeedItem = ReadyRow | ResyncRow | FeedRow | Typing


async def follow_inbox(context: Context, after: str | None) -> AsyncIterator[FeedItem]:
    """Follow all that concerns the viewer."""
    return _follow(context, account_stream(_viewer(context).account_id or NOBODY), after)


async def follow_request(
    context: Context, key: RequestKey | None, after: str | None
) -> AsyncIterator[FeedItem]:
    """Follow one request. Raises NotFound for one that the viewer does not see."""
    _viewer(context)
    request = None if key is None else await context.read(requests.by_key, key)
    if request is None:
        raise NotFound("request", "requestId")
    return _follow(context, request_stream(request.key), after)


async def follow_thread(
    context: Context, key: tuple[int, ...] | None, after: str | None
) -> AsyncIterator[FeedItem]:
    """Follow one conversation, and who is writing in it. Raises NotFound for one the viewer does not see."""
    _viewer(context)
    thread = None if key is None else await context.read(threads.by_key, key)
    if thread is None:
        raise NotFound("conversation", "threadId")
    return _follow(context, thread_stream(*thread.key), after)


async def follow_ledger(context: Context, after: str | None) -> AsyncIterator[FeedItem]:
    """Follow what moves on the viewer's own ledger. Raises ScopeMissing."""
    viewer = _seller(context)
    require_scope(context, Scope.LEDGER_READ)
    return _follow(context, account_stream(viewer.account_id or NOBODY), after, only=FeedType.LEDGER)


async def follow_rating(context: Context, after: str | None) -> AsyncIterator[FeedItem]:
    """Follow the viewer's own rating and satisfaction. Raises ScopeMissing."""
    viewer = _seller(context)
    require_scope(context, Scope.REQUESTS_READ)
    return _follow(context, account_stream(viewer.account_id or NOBODY), after, only=FeedType.RATING)


async def follow_queue(context: Context, after: str | None) -> AsyncIterator[FeedItem]:
    """Follow what waits for Support. Raises NotAllowed for everybody else."""
    if not context.sight.conversations:
        raise NotAllowed("Only Support has this queue.")
    return _follow(context, QUEUE, after)


async def is_visible(context: Context, item: FeedItem) -> bool:
    """Whether an item may be told to the viewer of this moment; what is read for it serves its fields too."""
    if isinstance(item, Typing):
        is_own = item.account_id in (context.sight.member, context.sight.seller)
        return not is_own and await context.read(threads.by_key, (item.owner_id, item.thread_id)) is not None
    return await _may_know(context, item.event) if isinstance(item, FeedRow) else True


async def _may_know(context: Context, event: Event) -> bool:
    read, key = _subject(event)
    return await context.read(read, key) is not None if read else ALLOWED[event.type](context.sight, event)


def _subject(event: Event) -> tuple[Any, tuple[int | None, ...]]:
    """The row that an event is about, where one has to be seen to be told of it."""
    owner, request = event.owner_id, event.request_number
    match event.type:
        case FeedType.REQUEST:
            return timeline.by_number, (owner, request, event.timeline_number)
        case FeedType.MESSAGE:
            return threads.message_by_key, (owner, event.thread_id, event.message_number)
        case FeedType.LEDGER if event.entry_number is not None:
            return ledger.entry_by_number, (owner, event.entry_number)
        case FeedType.LEDGER:
            return ledger.hold_by_key, (owner, request, event.hold_number)
        case FeedType.NOTIFICATION:
            return notifications.by_key, (event.account_id, event.notification_number)
    return None, ()


ALLOWED: Mapping[FeedType, Callable[[Sight, Event], bool]] = {
    FeedType.RATING: lambda sight, event: sight.as_seller(event.owner_id or NOBODY),
    FeedType.QUEUE: lambda sight, _: sight.conversations,
    FeedType.THREAD_STATE: lambda sight, event: sight.member == event.account_id,
}
"""Who may be told of what is in no row, or in the viewer's own."""


async def own_cursor(context: Context, viewer: Viewer) -> str:
    """The head of the viewer's feed as it was when the operation began."""
    return await _cursor(context, account_stream(viewer.account_id or NOBODY))


async def request_cursor(context: Context, request: RequestRow) -> str:
    """The head of a request's stream as it was when the operation began."""
    return await _cursor(context, request_stream(request.key))


async def thread_cursor(context: Context, thread: ThreadRow) -> str:
    """The head of a thread's stream as it was when the operation began."""
    return await _cursor(context, thread_stream(*thread.key))


async def queue_cursor(context: Context, _: object) -> str | None:
    """The head of the queue's stream as it was when the operation began; for Support, else None."""
    return await _cursor(context, QUEUE) if context.sight.conversations else None


async def _cursor(context: Context, stream: str) -> str:
    head = await context.read(feed.heads_in, stream, seen=await context.look())
    return await _hub(context).cursor(stream, head)


def _viewer(context: Context) -> Viewer:
    if context.viewer is None:
        raise NotAllowed("Send a token: this is about whoever asks.")
    return context.viewer


def _seller(context: Context) -> Viewer:
    viewer = _viewer(context)
    if viewer.member_id is None:
        raise NotAllowed("Only a seller, or a tool that acts for one, follows this.")
    return viewer


def _hub(context: Context) -> Hub:
    assert context.hub is not None, "whoever serves the graph to clients serves its feed"
    return context.hub


def _follow(
    context: Context, stream: str, after: str | None, *, only: FeedType | None = None
) -> AsyncIterator[FeedItem]:
    hub = _hub(context)
    cursor = context.last_event_id or after
    place = hub.place(cursor) if cursor is not None else None
    if place is not None and place.stream != stream:
        raise Invalid("This cursor is of another feed: use one that this feed gave.", "after")
    return Feed(hub, stream, place, only)


class Feed:
    """One follower's feed: an iterator over its items, or told together with others as far as that may be."""

    __slots__ = ("_hub", "_items", "_only", "_part", "_stream")

    def __init__(self, hub: Hub, stream: str, place: Place | None, only: FeedType | None) -> None:
        self._hub = hub
        self._stream = stream
        self._only = only
        self._part: Part | None = None
        self._items = self._tell(place)

    def join(self, part_of: Callable[[Callable[[Event], Awaitable[FeedItem | None]]], Part]) -> None:
        """Be told together with others; `part_of` is given how an event becomes an item."""
        self._part = part_of(self._item)

    def __aiter__(self) -> AsyncIterator[FeedItem]:
        return self._items

    def __anext__(self) -> Awaitable[FeedItem]:
        return anext(self._items)

    async def aclose(self) -> None:
        """Follow no more."""
        await self._items.aclose()

    async def _tell(self, place: Place | None) -> AsyncGenerator[FeedItem, None]:
        with self._hub.follow(self._stream) as follower:
            follower.part = self._part
            async with aclosing(follower.tell(place)) as telling:
                async for told in telling:
                    if not isinstance(told, Event) or self._only in (None, told.type):
                        yield await _row(self._hub, self._stream, told)

    async def _item(self, event: Event) -> FeedItem | None:
        return await _row(self._hub, self._stream, event) if self._only in (None, event.type) else None


async def _row(hub: Hub, stream: str, told: Told) -> FeedItem:
    if isinstance(told, Typing):
        return told
    cursor = await hub.cursor(stream, told.sequence)
    match told:
        case Ready():
            return ReadyRow(cursor, told.recovered)
        case Resync():
            return ResyncRow(cursor, told.reason)
        case Event():
            return FeedRow(told, cursor)
