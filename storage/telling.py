"""What is told of a decision, and to whom: the events of its effects, in every stream that may know of them,
and the notifications of its parties.

Decides the audience. A stream tells only what all of its readers may see: claims and the ledger are the
seller's, internal notes and assignments Support's.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from domain.effects import ClaimChanged, Effect, HoldChanged, PostJournal, PostMessage, SurveyAnswered
from domain.events import kind_of, waits_for_support
from domain.notices import DIRECT_MESSAGE, notices
from domain.values import RequestKey
from domain.words import EventKind, FeedType, Party
from storage.conversation import ThreadKey
from storage.feed import QUEUE, Happened, account_stream, request_stream, thread_stream
from storage.moves import Move
from storage.notices import Notification


def happened_in(
    move: Move, thread: ThreadKey, message_numbers: Sequence[int], entries: Sequence[tuple[Effect, int]]
) -> Iterator[Happened]:
    """Give the events of one saved move: `entries` are its effects with their places in the timeline."""
    audience = _Audience(move, thread)
    numbers = iter(message_numbers)
    for effect, timeline_number in entries:
        if isinstance(effect, PostMessage):
            yield from audience.message(next(numbers), timeline_number)
        elif not isinstance(effect, PostJournal):
            yield from audience.entry(effect, timeline_number)
    for effect in move.decision.effects:
        if isinstance(effect, HoldChanged):
            yield audience.hold(effect)
    if _touches_rating(move):
        yield audience.rating()


def message_posted(thread: ThreadKey, number: int, at: datetime) -> Iterator[Happened]:
    """Give the events of a message: to both participants' inboxes, and to who follows the thread."""
    streams = [*map(account_stream, thread.participants), thread_stream(thread.owner_id, thread.id)]
    for stream in streams:
        yield Happened(
            stream=stream,
            type=FeedType.MESSAGE,
            kind=EventKind.MESSAGE_POSTED,
            at=at,
            owner_id=thread.owner_id,
            thread_id=thread.id,
            message_number=number,
        )


def notifications_of(move: Move, thread: ThreadKey) -> Iterator[Notification]:
    """Give what the parties of a saved move are notified of."""
    order = move.after.order
    sides = {Party.BUYER: order.buyer_id, Party.SELLER: order.seller_id}
    for notice in notices(move.before, move.decision):
        yield Notification(
            account_id=sides[notice.to],
            kind=notice.kind,
            text=notice.text,
            created_at=move.decision.at,
            owner_id=thread.owner_id,
            request_number=move.after.key.number,
            thread_id=thread.id,
        )


def direct_message_notified(thread: ThreadKey, author_id: int, at: datetime) -> Iterator[Notification]:
    """Give what the other participant of a direct thread is notified of."""
    for account_id in thread.participants:
        if account_id != author_id:
            yield Notification(
                account_id=account_id,
                kind=EventKind.MESSAGE_POSTED,
                text=DIRECT_MESSAGE,
                created_at=at,
                owner_id=thread.owner_id,
                thread_id=thread.id,
            )


def thread_state_changed(account_id: int, owner_id: int, thread_id: int, at: datetime) -> Happened:
    """Give the event that one participant's own view of a thread has changed: to their other tabs."""
    return Happened(
        stream=account_stream(account_id),
        type=FeedType.THREAD_STATE,
        kind=EventKind.THREAD_STATE_CHANGED,
        at=at,
        owner_id=owner_id,
        thread_id=thread_id,
        account_id=account_id,
    )


def ledger_posted(seller_id: int, entries: Sequence[int], at: datetime) -> Iterator[Happened]:
    """Give the events of a journal's seller lines, by their entry numbers: to the seller."""
    for number in entries:
        yield Happened(
            stream=account_stream(seller_id),
            type=FeedType.LEDGER,
            kind=EventKind.LEDGER_POSTED,
            at=at,
            owner_id=seller_id,
            entry_number=number,
        )


def queue_changed(
    key: RequestKey,
    kind: EventKind,
    at: datetime,
    *,
    note_number: int | None = None,
    assignee_id: int | None = None,
) -> Happened:
    """Give the event of something in Support's queue: to Support alone."""
    return Happened(
        stream=QUEUE,
        type=FeedType.QUEUE,
        kind=kind,
        at=at,
        owner_id=key.seller_id,
        request_number=key.number,
        note_number=note_number,
        account_id=assignee_id,
    )


class _Audience:
    """The streams around one request."""

    def __init__(self, move: Move, thread: ThreadKey) -> None:
        order = move.after.order
        self._key = move.after.key
        self._at = move.decision.at
        self._thread = thread
        self._seller = account_stream(order.seller_id)
        self._parties = (account_stream(order.buyer_id), self._seller)
        self._is_queued = waits_for_support(move.before) or waits_for_support(move.after)

    def message(self, number: int, timeline_number: int) -> Iterator[Happened]:
        """Words in the request's thread; in the request's own stream they are an entry of its timeline."""
        yield from message_posted(self._thread, number, self._at)
        yield self._entry(request_stream(self._key), EventKind.MESSAGE_POSTED, timeline_number)
        yield from self._queue(EventKind.MESSAGE_POSTED)

    def entry(self, effect: Effect, timeline_number: int) -> Iterator[Happened]:
        """Anything else that the timeline tells of."""
        kind = kind_of(effect)
        everyone = (*self._parties, request_stream(self._key))
        for stream in (self._seller,) if isinstance(effect, ClaimChanged) else everyone:
            yield self._entry(stream, kind, timeline_number)
        yield from self._queue(kind)

    def hold(self, effect: HoldChanged) -> Happened:
        """Money set aside, posted or let go."""
        return self._to_seller(FeedType.LEDGER, EventKind.LEDGER_HOLD_CHANGED, effect.hold_number)

    def rating(self) -> Happened:
        """The seller's rating and satisfaction."""
        return self._to_seller(FeedType.RATING, EventKind.RATING_CHANGED)

    def _to_seller(self, type_: FeedType, kind: EventKind, hold_number: int | None = None) -> Happened:
        return Happened(
            stream=self._seller,
            type=type_,
            kind=kind,
            at=self._at,
            owner_id=self._key.seller_id,
            request_number=self._key.number,
            hold_number=hold_number,
        )

    def _entry(self, stream: str, kind: EventKind, timeline_number: int) -> Happened:
        return Happened(
            stream=stream,
            type=FeedType.REQUEST,
            kind=kind,
            at=self._at,
            owner_id=self._key.seller_id,
            request_number=self._key.number,
            timeline_number=timeline_number,
        )

    def _queue(self, kind: EventKind) -> Iterator[Happened]:
        if self._is_queued:
            yield queue_changed(self._key, kind, self._at)


def _touches_rating(move: Move) -> bool:
    """Whether a request has finished, or what it counts as has changed since."""
    if move.after.closed_at is None:
        return False
    survey = any(isinstance(effect, SurveyAnswered) for effect in move.decision.effects)
    return survey or move.before is None or move.before.closed_at is None
