"""Saving a decision: the request as it is afterwards, and everything else that the decision leaves behind.

Decides nothing about requests. Expects the request locked by `storage.load`, or its order by
`storage.openings`, and the caller to commit.
"""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.effects import Decision, HoldChanged, PostJournal, PostMessage
from domain.rating import POSITIVE, rated
from domain.transitions import turn
from domain.values import Request
from domain.words import (
    HoldStatus,
    JournalKind,
    LedgerAccount,
    LedgerComponent,
    MessageKind,
    Party,
    ThreadKind,
)
from storage.conversation import NewMessage, ThreadKey, append, open_thread, tell, thread_of_request
from storage.parts import save_parts
from storage.posting import Posted, Posting, post_journals
from storage.rows import charges_row
from storage.tables import accounts, holds, orders, requests, sellers
from storage.timeline import PEOPLE, write_timeline

REFUNDING = frozenset(
    {
        JournalKind.FULL_REFUND,
        JournalKind.RETURN_CONFIRMED,
        JournalKind.PARTIAL_REFUND,
        JournalKind.PLATFORM_REFUND,
    }
)
"""The journals that give money back to the buyer."""


async def save(
    connection: AsyncConnection, before: Request | None, decision: Decision, *, actor_id: int | None
) -> None:
    """Save what was decided on `before` (None: it was opened), as done by an account, if one did it.

    Raises TrackingInUse and AttachmentRejected, which only the tables can tell.
    """
    after = decision.request
    if after is before and not decision.effects:
        return
    thread = await _save_request(connection, before, decision)
    await save_parts(connection, before, after, actor_id=actor_id)
    messages = [
        _message(effect, after, actor_id, opening=before is None)
        for effect in decision.effects
        if isinstance(effect, PostMessage)
    ]
    numbers = await append(connection, thread, messages, at=decision.at)
    posted = await _post(connection, decision)
    await _save_holds(connection, before, decision)
    await write_timeline(
        connection, decision, message_numbers=iter(numbers), posted=iter(posted), actor_id=actor_id
    )
    entries = {account: _entry(after, account) for account in thread.participants}
    await tell(connection, thread, messages, numbers, at=decision.at, entries=entries)


async def _save_request(connection: AsyncConnection, before: Request | None, decision: Decision) -> ThreadKey:
    after = decision.request
    key = after.key
    if before is not None:
        if after != before:
            await connection.execute(_update, _named(after) | _state(after))
        return await thread_of_request(connection, key.seller_id, key.number)
    thread = await _open_thread(connection, after)
    row = _state(after) | {
        "seller_id": key.seller_id,
        "number": key.number,
        "order_id": after.order.id,
        "buyer_id": after.order.buyer_id,
        "thread_id": thread.id,
        "kind": after.kind,
        "reason": after.reason,
        "description": after.description,
        "policy_version": after.policy_version,
        "opened_at": after.opened_at,
    }
    await connection.execute(_insert, row)
    await connection.execute(_count, {"seller": key.seller_id, "number": key.number})
    return thread


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


def _message(effect: PostMessage, request: Request, actor_id: int | None, *, opening: bool) -> NewMessage:
    sides = {Party.BUYER: request.order.buyer_id, Party.SELLER: request.order.seller_id}
    spoken = effect.kind is not MessageKind.SYSTEM and effect.by in PEOPLE
    return NewMessage(
        side=sides.get(effect.by),
        author_id=actor_id if spoken else None,
        party=effect.by,
        kind=effect.kind,
        body=effect.body,
        attachment_ids=effect.attachment_ids,
        is_evidence=opening,
    )


def _entry(request: Request, account: int) -> Mapping[str, Any]:
    party = Party.SELLER if account == request.order.seller_id else Party.BUYER
    due_at = request.due_at if turn(request) is party else None
    return {"new_status": request.status, "new_due_at": due_at}


async def _post(connection: AsyncConnection, decision: Decision) -> list[Posted]:
    journals = [effect for effect in decision.effects if isinstance(effect, PostJournal)]
    order, key = decision.request.order, decision.request.key
    refunded = charged = 0
    for line in (line for journal in journals if journal.kind in REFUNDING for line in journal.lines):
        if line.account is LedgerAccount.BUYER_REFUNDS:
            refunded += line.amount.minor
        elif line.account is LedgerAccount.SELLER and line.component is not LedgerComponent.RETURN_SHIPPING:
            charged -= line.amount.minor
    if refunded or charged:
        given = {"refunded": refunded, "charged": charged}
        await connection.execute(_give_back, given | {"of_seller": order.seller_id, "of_id": order.id})
    return await post_journals(
        connection,
        [Posting(key.seller_id, journal, decision.at, order.id, key.number) for journal in journals],
    )


async def _save_holds(connection: AsyncConnection, before: Request | None, decision: Decision) -> None:
    after = decision.request
    for effect in decision.effects:
        if not isinstance(effect, HoldChanged):
            continue
        request = after if effect.status is HoldStatus.HELD else before
        hold = request.hold if request else None
        assert hold is not None, "a hold is held in one decision and ended in a later one"
        assert hold.number == effect.hold_number, "a request has one hold at a time"
        if effect.status is HoldStatus.HELD:
            row = {
                "seller_id": after.key.seller_id,
                "request_number": after.key.number,
                "number": hold.number,
                "status": effect.status,
                "currency": hold.total.currency,
                "charges": charges_row(hold.charges),
                "total_minor": hold.total.minor,
                "since": hold.since,
            }
            await connection.execute(_set_aside, row)
            held = hold.total.minor
        else:
            ended = {"status": effect.status, "ended_at": decision.at}
            await connection.execute(_end_hold, _named(after) | {"of_hold": hold.number} | ended)
            held = -hold.total.minor
        await connection.execute(_hold_back, {"seller": after.key.seller_id, "held": held})


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
