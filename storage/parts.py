"""What hangs on a request, saved by comparing it before and after a decision.

Decides which rows that takes. A tracking number that another parcel has is refused; the rest was decided.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.refusals import TrackingInUse
from domain.values import (
    Claim,
    Escalation,
    Offer,
    Refund,
    Replacement,
    Request,
    RequestKey,
    ResponseClock,
    Return,
)
from domain.words import Carrier, ParcelRole
from storage.part_rows import (
    Row,
    claim_row,
    clock_row,
    escalation_row,
    offer_row,
    refund_row,
    replacement_row,
    return_row,
)
from storage.tables import (
    claims,
    deadlines,
    escalations,
    offers,
    parcels,
    refunds,
    replacements,
    response_clocks,
    returns,
)


async def save_parts(
    connection: AsyncConnection, moves: Sequence[tuple[Request | None, Request, int | None]]
) -> None:
    """Write what differs between before and after, move by move, for whoever acted. Raises TrackingInUse."""
    changed: dict[str, list[Row]] = defaultdict(list)
    for before, after, actor_id in moves:
        for table, rows in _changed_parts(before, after, actor_id):
            changed[table.name] += [_key(after) | row for row in rows]
    for name, rows in changed.items():
        if rows:
            await connection.execute(_PUT[name], rows)
    for before, after, _ in moves:
        key = _key(after)
        await _save_return(connection, key, before.returned if before else None, after.returned)
        await _save_replacements(connection, key, before.replacements if before else (), after.replacements)
    await _save_deadlines(connection, moves)


def _key(request: Request) -> dict[str, int]:
    return {"seller_id": request.key.seller_id, "request_number": request.key.number}


def _changed_parts(
    before: Request | None, after: Request, actor_id: int | None
) -> Iterator[tuple[sa.Table, list[Row]]]:
    known = _Parts.of(before) if before else _Parts()
    new = _Parts.of(after)
    order_id = after.order.id
    yield offers, [offer_row(each) for each in new.offers if each not in known.offers]
    yield (
        escalations,
        [escalation_row(each, actor_id) for each in new.escalations if each not in known.escalations],
    )
    yield response_clocks, [clock_row(each) for each in new.clocks if each not in known.clocks]
    yield refunds, [refund_row(each, order_id) for each in new.refunds if each not in known.refunds]
    yield claims, [claim_row(each, after) for each in new.claims if each not in known.claims]


class _Parts:
    """The parts that are written by value, each as a sequence."""

    def __init__(self) -> None:
        self.offers: Sequence[Offer] = ()
        self.escalations: Sequence[Escalation] = ()
        self.clocks: Sequence[ResponseClock] = ()
        self.refunds: Sequence[Refund] = ()
        self.claims: Sequence[Claim] = ()

    @classmethod
    def of(cls, request: Request) -> "_Parts":
        parts = cls()
        parts.offers = request.offers
        parts.escalations = request.escalations
        parts.clocks = (request.clock,) if request.clock else ()
        parts.refunds = (request.refund,) if request.refund else ()
        parts.claims = (request.claim,) if request.claim else ()
        return parts


async def _save_return(
    connection: AsyncConnection, key: Mapping[str, int], before: Return | None, after: Return | None
) -> None:
    if after is None or after == before:
        return
    row = return_row(after)
    if after.label and (before is None or before.label is None):
        label = after.label
        row["parcel_id"] = await _new_parcel(
            connection, key, label.carrier, label.tracking_number, ParcelRole.RETURN
        )
        row |= {
            "label_url": label.url,
            "currency": label.cost.currency,
            "label_cost_minor": label.cost.minor,
        }
    await connection.execute(_LABEL_RETURN if "parcel_id" in row else _MOVE_RETURN, [dict(key) | row])


async def _save_replacements(
    connection: AsyncConnection,
    key: Mapping[str, int],
    before: Sequence[Replacement],
    after: Sequence[Replacement],
) -> None:
    announced = {each.number for each in before}
    for each in after:
        if each in before:
            continue
        row = replacement_row(each)
        if each.number not in announced:
            row["parcel_id"] = await _new_parcel(
                connection, key, each.carrier, each.tracking_number, ParcelRole.REPLACEMENT, each.number
            )
            await connection.execute(_announce, [dict(key) | row])
        else:
            await connection.execute(
                _move_on,
                {"of_" + name: key[name] for name in key}
                | {"of_number": each.number}
                | {name: row[name] for name in ("ship_by", "shipped_at", "delivered_at")},
            )


async def _save_deadlines(
    connection: AsyncConnection, moves: Sequence[tuple[Request | None, Request, int | None]]
) -> None:
    """Stop and start each request's clocks as they differ between its first state and its last."""
    first: dict[RequestKey, Request | None] = {}
    last: dict[RequestKey, Request] = {}
    for before, after, _ in moves:
        first.setdefault(after.key, before)
        last[after.key] = after
    stopped: list[Row] = []
    started: list[Row] = []
    for request_key, after in last.items():
        before = first[request_key]
        known = before.deadlines if before else {}
        key = _key(after)
        of_key = {"of_" + name: key[name] for name in key}
        stopped += [of_key | {"of_kind": kind} for kind in known if kind not in after.deadlines]
        started += [
            key | {"kind": kind, "due_at": due, "next_attempt_at": due, "attempts": 0, "last_error": None}
            for kind, due in after.deadlines.items()
            if known.get(kind) != due
        ]
    if stopped:
        await connection.execute(_stop, stopped)
    if started:
        await connection.execute(_PUT[deadlines.name], started)


async def _new_parcel(
    connection: AsyncConnection,
    key: Mapping[str, int],
    carrier: Carrier,
    tracking_number: str,
    role: ParcelRole,
    replacement_number: int | None = None,
) -> int:
    row = dict(key) | {"carrier": carrier, "tracking_number": tracking_number, "role": role}
    made = await connection.execute(_make_parcel, row | {"replacement_number": replacement_number})
    id_: int | None = made.scalar_one_or_none()
    if id_ is None:
        raise TrackingInUse
    return id_


def _put(table: sa.Table, columns: Mapping[str, Any]) -> sa.Insert:
    """Insert a row, or bring the one with its key up to date in these columns."""
    new = insert(table)
    return new.on_conflict_do_update(
        index_elements=list(table.primary_key),
        set_={name: new.excluded[name] for name in columns if not table.c[name].primary_key},
    )


_PUT = {
    table.name: _put(table, dict(table.c))
    for table in (offers, escalations, response_clocks, refunds, claims, deadlines)
}
_LABEL = ("parcel_id", "label_url", "currency", "label_cost_minor")
_LABEL_RETURN = _put(returns, dict(returns.c))
_MOVE_RETURN = _put(returns, {name: column for name, column in returns.c.items() if name not in _LABEL})
_make_parcel = (
    insert(parcels)
    .on_conflict_do_nothing(index_elements=[parcels.c.tracking_number, parcels.c.carrier])
    .returning(parcels.c.id)
)
_announce = sa.insert(replacements)
_move_on = sa.update(replacements).where(
    replacements.c.seller_id == sa.bindparam("of_seller_id"),
    replacements.c.request_number == sa.bindparam("of_request_number"),
    replacements.c.number == sa.bindparam("of_number"),
)
_stop = sa.delete(deadlines).where(
    deadlines.c.seller_id == sa.bindparam("of_seller_id"),
    deadlines.c.request_number == sa.bindparam("of_request_number"),
    deadlines.c.kind == sa.bindparam("of_kind", type_=deadlines.c.kind.type),
)
