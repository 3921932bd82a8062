"""Saving a decision: the request as it is afterwards, and everything else that the decision leaves behind.

Decides nothing about requests. Expects the request locked by `storage.load`, or its order by
`storage.openings`, and the caller to commit.
"""

from collections.abc import Mapping, Sequence
from itertools import count
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from domain.effects import Decision
from domain.rating import POSITIVE, rated
from domain.transitions import turn
from domain.values import Request, RequestKey
from domain.words import MessageKind, Party, ThreadKind
from storage.charging import book_moves, save_holds
from storage.connection import Change, Connection, run_together
from storage.conversation import NewMessage, NewThread, Saying, ThreadKey, bind, open_threads, said
from storage.moves import Move
from storage.news import news_of_threads
from storage.parts import changes_of_parts, save_journeys
from storage.places import Place, find_places, moved_on
from storage.rows import as_set, columns_of, given_rows, insert_set
from storage.tables import accounts, orders, requests, sellers
from storage.telling import happened_in, notifications_of
from storage.timeline import PEOPLE, Told, told_in_order
from storage.transaction import notify, tell, touch


async def save(
    connection: Connection,
    before: Request | None,
    decision: Decision,
    *,
    actor_id: int | None,
    place: Place | None = None,
) -> Sequence[int]:
    """Save what was decided on `before` (None: it was opened), as done by an account, if one did it.

    `place` is where the request stands, if that is known. Gives the numbers of its messages. Raises
    TrackingInUse and AttachmentRejected, which only the tables can tell.
    """
    known = {} if place is None else {decision.request.key: place}
    numbers = await save_all(connection, [Move(before, decision, actor_id)], known)
    return numbers[0] if numbers else ()


async def save_all(
    connection: Connection, moves: Sequence[Move], known: Mapping[RequestKey, Place] = MappingProxyType({})
) -> Sequence[Sequence[int]]:
    """Save moves of any requests in this order, each request's on what its last one left.

    Takes about as many statements as one move does; looks only for the places that are not `known`. Gives the
    numbers of the messages of each that changes anything. Raises TrackingInUse and AttachmentRejected.
    """
    moves = [move for move in moves if move.changes_anything]
    if not moves:
        return ()
    places = {**known, **await _save_opened(connection, moves)}
    unknown = {move.after.key for move in moves} - set(places)
    places |= await find_places(connection, unknown) if unknown else {}
    spoken = ((move.after.key, move.decision.at) for move in moves for _ in move.messages)
    sayings = [_saying(move, places[move.after.key].thread) for move in moves]
    taken = {key: count(place.messages + 1) for key, place in places.items()}
    numbers = [[next(taken[move.after.key]) for _ in move.messages] for move in moves]
    posted, postings = await book_moves(connection, moves)
    told = [
        Told(move.decision, taken_by_it, entries, move.actor_id)
        for move, taken_by_it, entries in zip(moves, numbers, posted, strict=True)
    ]
    numbered, entries = told_in_order(told, {key: place.entries for key, place in places.items()})
    parts = [(move.before, move.after, move.actor_id) for move in moves]
    news = news_of_threads(
        [
            (saying, taken_by_it, _entries(move.after, saying.thread))
            for move, saying, taken_by_it in zip(moves, sayings, numbers, strict=True)
        ]
    )
    changes = [*_changed_requests(moves), *changes_of_parts(parts), *moved_on(places, spoken)]
    changes += [*said(sayings, numbers), *postings, *entries, news]
    await run_together(connection, changes)
    await save_journeys(connection, parts)
    await bind(connection, sayings, numbers)
    await save_holds(connection, moves)
    for move, saying, taken_by_it, entries_of_it in zip(moves, sayings, numbers, numbered, strict=True):
        # of what the seller alone is told, the buyer sees part
        touch(connection, *saying.thread.participants)
        tell(connection, happened_in(move, saying.thread, taken_by_it, entries_of_it))
        notify(connection, notifications_of(move, saying.thread))
    return numbers


async def _save_opened(connection: Connection, moves: Sequence[Move]) -> dict[RequestKey, Place]:
    """Write the requests that were opened, each as its last move leaves it; give where they begin."""
    opened = [move.after for move in moves if move.before is None]
    if not opened:
        return {}
    last = {move.after.key: move.after for move in moves}
    threads = await _open_threads(connection, opened)
    rows = [_row(last[request.key], threads[request.key]) for request in opened]
    counts = {request.key.seller_id: request.key.number for request in opened}
    counted = [
        {"seller_id": seller_id, "last_request_number": number} for seller_id, number in counts.items()
    ]
    await run_together(connection, [(_insert, as_set(rows)), (_count, as_set(counted))])
    return {key: Place(thread, messages=0, entries=0) for key, thread in threads.items()}


def _changed_requests(moves: Sequence[Move]) -> list[Change]:
    """Give the changes of the requests themselves, each as its last move leaves it."""
    last = {move.after.key: move.after for move in moves}
    changed = {move.after.key for move in moves if move.after != move.before}
    changed -= {move.after.key for move in moves if move.before is None}
    states = [_key(request) | _state(request) for key, request in last.items() if key in changed]
    return [(_update, as_set(states))] if states else []


def _row(request: Request, thread: ThreadKey) -> dict[str, Any]:
    return (
        _key(request)
        | _state(request)
        | {
            "order_id": request.order.id,
            "buyer_id": request.order.buyer_id,
            "thread_id": thread.id,
            "kind": request.kind,
            "reason": request.reason,
            "description": request.description,
            "policy_version": request.policy_version,
            "opened_at": request.opened_at,
        }
    )


async def _open_threads(connection: Connection, opened: Sequence[Request]) -> dict[RequestKey, ThreadKey]:
    asked = [{"seller_id": request.order.seller_id, "id": request.order.id} for request in opened]
    rows = await connection.execute(_subjects, as_set(asked))
    subjects = {(row.seller_id, row.id): row for row in rows}
    keys = await open_threads(connection, [_thread(request, subjects) for request in opened])
    return {request.key: key for request, key in zip(opened, keys, strict=True)}


def _thread(request: Request, subjects: Mapping[tuple[int, int], Any]) -> NewThread:
    seller_id, buyer_id = request.order.seller_id, request.order.buyer_id
    subject = subjects[seller_id, request.order.id]
    parties = {seller_id: Party.SELLER, buyer_id: Party.BUYER}
    shared = {"status": request.status, "reason": request.reason}
    return NewThread(
        owner_id=seller_id,
        member_id=buyer_id,
        kind=ThreadKind(request.kind.value),
        subject=subject.title,
        words=f"{subject.title} {subject.display_name} {subject.username} {request.key}",
        at=request.opened_at,
        entries={account: shared | {"party": party} for account, party in parties.items()},
        request_number=request.key.number,
    )


def _key(request: Request) -> dict[str, int]:
    return {"seller_id": request.key.seller_id, "number": request.key.number}


def _state(request: Request) -> dict[str, Any]:
    """The columns that a decision may change."""
    survey = request.survey
    return {
        "version": request.version,
        "status": request.status,
        "outcome": request.outcome,
        "funded_by": request.funded_by,
        "handled_by": request.handled_by,
        "routing_cause": request.routing_cause,
        "updated_at": request.updated_at,
        "closed_at": request.closed_at,
        "locked_at": request.locked_at,
        "due_at": request.due_at,
        "overdue": request.overdue,
        "escalation_opened_as": request.escalation_opened_as,
        "survey_satisfied": survey.satisfied if survey else None,
        "survey_comment": survey.comment if survey else None,
        "survey_at": survey.at if survey else None,
    } | _rating(request)


def _rating(request: Request) -> dict[str, Any]:
    if request.closed_at is None:
        return {
            "rating_counted": None,
            "rating_because": None,
            "rating_signals": None,
            "rating_positive": 0,
            "rating_negative": 0,
        }
    said = rated(request)
    positive = sum(signal in POSITIVE for signal in said.signals)
    return {
        "rating_counted": said.counted,
        "rating_because": said.because,
        "rating_signals": [signal.value for signal in said.signals],
        "rating_positive": positive,
        "rating_negative": len(said.signals) - positive,
    }


def _saying(move: Move, thread: ThreadKey) -> Saying:
    order = move.after.order
    sides = {Party.BUYER: order.buyer_id, Party.SELLER: order.seller_id}
    return Saying(
        thread,
        tuple(
            NewMessage(
                side=sides.get(said.by),
                author_id=move.actor_id
                if said.kind is not MessageKind.SYSTEM and said.by in PEOPLE
                else None,
                party=said.by,
                kind=said.kind,
                body=said.body,
                attachment_ids=said.attachment_ids,
                is_evidence=move.before is None,
            )
            for said in move.messages
        ),
        move.decision.at,
    )


def _entries(request: Request, thread: ThreadKey) -> Mapping[int, Mapping[str, Any]]:
    """What either participant's inbox row says."""
    return {account: _entry(request, account) for account in thread.participants}


def _entry(request: Request, account: int) -> Mapping[str, Any]:
    party = Party.SELLER if account == request.order.seller_id else Party.BUYER
    due_at = request.due_at if turn(request) is party else None
    return {"status": request.status, "due_at": due_at}


_KEY = ("seller_id", "number")
_STATE = (
    *("version", "status", "outcome", "funded_by", "handled_by", "routing_cause", "updated_at", "closed_at"),
    *("locked_at", "due_at", "overdue", "escalation_opened_as"),
    *("survey_satisfied", "survey_comment", "survey_at"),
    *("rating_counted", "rating_because", "rating_signals", "rating_positive", "rating_negative"),
)
_opened = sa.table(
    "requests",
    *columns_of(requests, *_KEY, "order_id", "buyer_id", "thread_id", "kind", "reason", "description"),
    *columns_of(requests, "policy_version", "opened_at", *_STATE),
)
_insert = insert_set(_opened)
_changed = sa.table("changed", *columns_of(requests, *_KEY, *_STATE))
_now = given_rows(_changed).c
_update = (
    sa.update(requests)
    .where(requests.c.seller_id == _now.seller_id, requests.c.number == _now.number)
    .values({name: _now[name] for name in _STATE})
)
_counted = sa.table("counted", *columns_of(sellers, "seller_id", "last_request_number"))
_counts = given_rows(_counted).c
_count = (
    sa.update(sellers)
    .where(sellers.c.seller_id == _counts.seller_id)
    .values(last_request_number=_counts.last_request_number)
)
_order = sa.table("named", *columns_of(orders, "seller_id", "id"))
_named = given_rows(_order)
_subjects = (
    sa.select(orders.c.seller_id, orders.c.id, orders.c.title, accounts.c.display_name, accounts.c.username)
    .join(_named, (orders.c.seller_id == _named.c.seller_id) & (orders.c.id == _named.c.id))
    .join(accounts, accounts.c.id == orders.c.buyer_id)
)
