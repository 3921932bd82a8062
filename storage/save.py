"""Saving a decision: the request as it is afterwards, and everything else that the decision leaves behind.

Decides nothing about requests. Expects the request locked by `storage.load`, or its order by
`storage.openings`, and the caller to commit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.effects import Decision, HoldChanged, PostJournal, PostMessage
from domain.rating import POSITIVE, rated
from domain.transitions import turn
from domain.values import Hold, Request, RequestKey
from domain.words import (
    HoldStatus,
    JournalKind,
    LedgerAccount,
    LedgerComponent,
    MessageKind,
    Party,
    ThreadKind,
)
from storage.conversation import (
    NewMessage,
    Saying,
    ThreadKey,
    append_all,
    open_thread,
    tell_all,
    threads_of_requests,
)
from storage.parts import save_parts
from storage.posting import Posted, Posting, post_journals
from storage.rows import charges_row
from storage.tables import accounts, holds, orders, requests, sellers
from storage.timeline import PEOPLE, Told, write_timeline

REFUNDING = frozenset(
    {
        JournalKind.FULL_REFUND,
        JournalKind.RETURN_CONFIRMED,
        JournalKind.PARTIAL_REFUND,
        JournalKind.PLATFORM_REFUND,
    }
)
"""The journals that give money back to the buyer."""


@dataclass(frozen=True, slots=True)
class Move:
    """One decision, what it was made on (None: the request was opened), and the acting account, if any."""

    before: Request | None
    decision: Decision
    actor_id: int | None

    @property
    def after(self) -> Request:
        """The request as it is now."""
        return self.decision.request

    @property
    def messages(self) -> tuple[PostMessage, ...]:
        """What is said with it."""
        return tuple(effect for effect in self.decision.effects if isinstance(effect, PostMessage))

    @property
    def journals(self) -> tuple[PostJournal, ...]:
        """What it posts."""
        return tuple(effect for effect in self.decision.effects if isinstance(effect, PostJournal))


async def save(
    connection: AsyncConnection, before: Request | None, decision: Decision, *, actor_id: int | None
) -> None:
    """Save what was decided on `before` (None: it was opened), as done by an account, if one did it.

    Raises TrackingInUse and AttachmentRejected, which only the tables can tell.
    """
    await save_all(connection, [Move(before, decision, actor_id)])


async def save_all(connection: AsyncConnection, moves: Sequence[Move]) -> None:
    """Save moves of any requests in this order, each request's on what its last one left.

    Takes about as many statements as one move does. Raises TrackingInUse and AttachmentRejected.
    """
    moves = [move for move in moves if move.after is not move.before or move.decision.effects]
    if not moves:
        return
    threads = await _save_requests(connection, moves)
    await save_parts(connection, [(move.before, move.after, move.actor_id) for move in moves])
    sayings = [_saying(move, threads[move.after.key]) for move in moves]
    numbers = await append_all(connection, sayings)
    posted = await _post(connection, moves)
    await _save_holds(connection, moves)
    told = zip(moves, numbers, posted, strict=True)
    await write_timeline(
        connection, [Told(move.decision, said, entries, move.actor_id) for move, said, entries in told]
    )
    await tell_all(
        connection,
        [
            (saying, said, {account: _entry(move.after, account) for account in saying.thread.participants})
            for move, saying, said in zip(moves, sayings, numbers, strict=True)
        ],
    )


async def _save_requests(
    connection: AsyncConnection, moves: Sequence[Move]
) -> Mapping[RequestKey, ThreadKey]:
    """Write the requests themselves; give their threads."""
    opened = [move.after for move in moves if move.before is None]
    threads = {request.key: await _open_thread(connection, request) for request in opened}
    if opened:
        await connection.execute(_insert, [_row(request, threads[request.key]) for request in opened])
        counts = [{"seller": request.key.seller_id, "number": request.key.number} for request in opened]
        await connection.execute(_count, counts)
    changed = [move.after for move in moves if move.before is not None and move.after != move.before]
    if changed:
        await connection.execute(_update, [_named(request) | _state(request) for request in changed])
    known = {move.after.key for move in moves} - set(threads)
    return threads | (await threads_of_requests(connection, known) if known else {})


def _row(request: Request, thread: ThreadKey) -> dict[str, Any]:
    return _state(request) | {
        "seller_id": request.key.seller_id,
        "number": request.key.number,
        "order_id": request.order.id,
        "buyer_id": request.order.buyer_id,
        "thread_id": thread.id,
        "kind": request.kind,
        "reason": request.reason,
        "description": request.description,
        "policy_version": request.policy_version,
        "opened_at": request.opened_at,
    }


async def _open_thread(connection: AsyncConnection, request: Request) -> ThreadKey:
    seller_id, buyer_id = request.order.seller_id, request.order.buyer_id
    named = {"seller_id": seller_id, "id": request.order.id}
    subject = (await connection.execute(_subject, named)).one()
    parties = {seller_id: Party.SELLER, buyer_id: Party.BUYER}
    shared = {"status": request.status, "reason": request.reason}
    return await open_thread(
        connection,
        owner_id=seller_id,
        member_id=buyer_id,
        kind=ThreadKind(request.kind.value),
        subject=subject.title,
        words=f"{subject.title} {subject.display_name} {subject.username} {request.key}",
        at=request.opened_at,
        request_number=request.key.number,
        entries={account: shared | {"party": party} for account, party in parties.items()},
    )


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


def _named(request: Request) -> dict[str, Any]:
    return {"of_seller_id": request.key.seller_id, "of_number": request.key.number}


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


def _entry(request: Request, account: int) -> Mapping[str, Any]:
    party = Party.SELLER if account == request.order.seller_id else Party.BUYER
    due_at = request.due_at if turn(request) is party else None
    return {"new_status": request.status, "new_due_at": due_at}


async def _post(connection: AsyncConnection, moves: Sequence[Move]) -> list[list[Posted]]:
    """Post every move's journals; give what was posted, move by move."""
    given = [row for move in moves if (row := _given_back(move)) is not None]
    if given:
        await connection.execute(_give_back, given)
    postings = [
        Posting(
            move.after.key.seller_id, journal, move.decision.at, move.after.order.id, move.after.key.number
        )
        for move in moves
        for journal in move.journals
    ]
    posted = iter(await post_journals(connection, postings))
    return [list(islice(posted, len(move.journals))) for move in moves]


def _given_back(move: Move) -> dict[str, int] | None:
    """What a move adds to the sums of its order; None if nothing."""
    refunded = charged = 0
    for line in (line for each in move.journals if each.kind in REFUNDING for line in each.lines):
        if line.account is LedgerAccount.BUYER_REFUNDS:
            refunded += line.amount.minor
        elif line.account is LedgerAccount.SELLER and line.component is not LedgerComponent.RETURN_SHIPPING:
            charged -= line.amount.minor
    if not refunded and not charged:
        return None
    order = move.after.order
    return {"refunded": refunded, "charged": charged, "of_seller": order.seller_id, "of_id": order.id}


async def _save_holds(connection: AsyncConnection, moves: Sequence[Move]) -> None:
    """In the moves' order: a hold may take another's place, and what one move holds a later one may end."""
    changes: list[tuple[sa.Executable, dict[str, Any]]] = []
    held: list[dict[str, int]] = []
    for move in moves:
        for effect in move.decision.effects:
            if not isinstance(effect, HoldChanged):
                continue
            is_held = effect.status is HoldStatus.HELD
            request = move.after if is_held else move.before
            hold = request.hold if request else None
            assert hold is not None, "a hold is held in one decision and ended in a later one"
            assert hold.number == effect.hold_number, "a request has one hold at a time"
            end = {"status": effect.status, "ended_at": move.decision.at, "of_hold": hold.number}
            change = (
                (_set_aside, _hold_row(move.after.key, hold))
                if is_held
                else (_end_hold, _named(move.after) | end)
            )
            changes.append(change)
            held.append(
                {
                    "seller": move.after.key.seller_id,
                    "held": hold.total.minor if is_held else -hold.total.minor,
                }
            )
    for statement, rows in groupby(changes, key=itemgetter(0)):
        await connection.execute(statement, [row for _, row in rows])
    if held:
        await connection.execute(_hold_back, held)


def _hold_row(key: RequestKey, hold: Hold) -> dict[str, Any]:
    return {
        "seller_id": key.seller_id,
        "request_number": key.number,
        "number": hold.number,
        "status": HoldStatus.HELD,
        "currency": hold.total.currency,
        "charges": charges_row(hold.charges),
        "total_minor": hold.total.minor,
        "since": hold.since,
    }


_insert = sa.insert(requests)
_update = sa.update(requests).where(
    requests.c.seller_id == sa.bindparam("of_seller_id"), requests.c.number == sa.bindparam("of_number")
)
_count = (
    sa.update(sellers)
    .where(sellers.c.seller_id == sa.bindparam("seller"))
    .values(last_request_number=sa.bindparam("number", type_=sa.Integer))
)
_subject = (
    sa.select(orders.c.title, accounts.c.display_name, accounts.c.username)
    .join(accounts, accounts.c.id == orders.c.buyer_id)
    .where(orders.c.seller_id == sa.bindparam("seller_id"), orders.c.id == sa.bindparam("id"))
)
_give_back = (
    sa.update(orders)
    .where(orders.c.seller_id == sa.bindparam("of_seller"), orders.c.id == sa.bindparam("of_id"))
    .values(
        refunded_minor=orders.c.refunded_minor + sa.bindparam("refunded", type_=sa.BigInteger),
        charged_minor=orders.c.charged_minor + sa.bindparam("charged", type_=sa.BigInteger),
    )
)
_set_aside = sa.insert(holds)
_end_hold = sa.update(holds).where(
    holds.c.seller_id == sa.bindparam("of_seller_id"),
    holds.c.request_number == sa.bindparam("of_number"),
    holds.c.number == sa.bindparam("of_hold"),
)
_hold_back = (
    sa.update(sellers)
    .where(sellers.c.seller_id == sa.bindparam("seller"))
    .values(held_minor=sellers.c.held_minor + sa.bindparam("held", type_=sa.BigInteger))
)
