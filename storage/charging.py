"""The money of a decision: journals posted, holds moved, and the sums of order and seller kept in step."""

from collections.abc import Sequence
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from domain.effects import HoldChanged
from domain.values import Hold, RequestKey
from domain.words import HoldStatus, JournalKind, LedgerAccount, LedgerComponent
from storage.connection import Connection
from storage.moves import Move, named
from storage.posting import Posted, Posting, post_journals
from storage.rows import charges_row
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


async def post(connection: Connection, moves: Sequence[Move]) -> list[list[Posted]]:
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
