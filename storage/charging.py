"""The money of a decision: journals posted, holds moved, and the sums of order and seller kept in step."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from domain.effects import HoldChanged
from domain.values import Hold, RequestKey
from domain.words import HoldStatus, JournalKind, LedgerAccount, LedgerComponent
from storage.connection import Change, Connection
from storage.moves import Move, named
from storage.posting import Posted, Posting, book
from storage.rows import as_set, charges_row, columns_of, given_rows
from storage.tables import holds, orders, sellers

REFUNDING = frozenset(
    {
        JournalKind.FULL_REFUND,
        JournalKind.RETURN_CONFIRMED,
        JournalKind.PARTIAL_REFUND,
        JournalKind.PLATFORM_REFUND,
    }
)
"""The journals that give money back to the buyer."""


async def book_moves(
    connection: Connection, moves: Sequence[Move]
) -> tuple[list[list[Posted]], list[Change]]:
    """Book every move's journals; give what they come to, move by move, and the changes that post them."""
    postings = [
        Posting(
            move.after.key.seller_id, journal, move.decision.at, move.after.order.id, move.after.key.number
        )
        for move in moves
        for journal in move.journals
    ]
    booked, changes = await book(connection, postings)
    given = _given_back(moves)
    if given:
        changes = [(_give_back, as_set(given)), *changes]
    posted = iter(booked)
    return [list(islice(posted, len(move.journals))) for move in moves], changes


def _given_back(moves: Sequence[Move]) -> list[dict[str, int]]:
    """What is added to the sums of orders."""
    sums: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])
    for move in moves:
        order = move.after.order
        for line in (line for each in move.journals if each.kind in REFUNDING for line in each.lines):
            if line.account is LedgerAccount.BUYER_REFUNDS:
                sums[order.seller_id, order.id][0] += line.amount.minor
            elif (
                line.account is LedgerAccount.SELLER and line.component is not LedgerComponent.RETURN_SHIPPING
            ):
                sums[order.seller_id, order.id][1] -= line.amount.minor
    return [
        {"seller_id": seller_id, "id": id_, "refunded_minor": refunded, "charged_minor": charged}
        for (seller_id, id_), (refunded, charged) in sums.items()
        if refunded or charged
    ]


async def save_holds(connection: Connection, moves: Sequence[Move]) -> None:
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
                else (_end_hold, named(move.after) | end)
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


_returned = sa.table("returned", *columns_of(orders, "seller_id", "id", "refunded_minor", "charged_minor"))
_new = given_rows(_returned).c
_give_back = (
    sa.update(orders)
    .where(orders.c.seller_id == _new.seller_id, orders.c.id == _new.id)
    .values(
        refunded_minor=orders.c.refunded_minor + _new.refunded_minor,
        charged_minor=orders.c.charged_minor + _new.charged_minor,
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
