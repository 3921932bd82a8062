"""Whole requests, as the domain decides on them: read in sets, or locked one at a time.

Decides the order of locks that everything else keeps to: orders (by seller and id), their shipment, the
request, and with it its thread, then seller ledgers (by seller). Asks nobody whether they may see a request:
that is `visibility`'s.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from domain.values import Request, RequestKey
from domain.words import ClaimStatus, HoldStatus
from storage.assemble import (
    its_escalations,
    its_offers,
    its_replacements,
    latest_clock,
    replacement_parcel,
    request_of,
    return_parcel,
    running,
)
from storage.clock import present
from storage.connection import Connection
from storage.places import Place, place_of
from storage.rows import ORDER_COLUMNS, Row, named_requests, names, with_shipment
from storage.tables import (
    claims,
    escalations,
    holds,
    offers,
    orders,
    refunds,
    replacements,
    requests,
    returns,
    sellers,
    shipments,
    threads,
    timeline,
)


@dataclass(frozen=True, slots=True)
class Locked:
    """A request that stays as it is until the transaction ends, and what was read with it.

    `at` is after it was locked; `place` is where it stands until something is saved.
    """

    request: Request
    at: datetime
    place: Place | None


@dataclass(frozen=True, slots=True)
class Named:
    """A request by its own number, or by its thread's."""

    seller_id: int
    number: int | None = None
    thread_id: int | None = None


async def load_requests(connection: Connection, keys: Collection[RequestKey]) -> dict[RequestKey, Request]:
    """Give those of these requests that exist, whole, in a few statements however many they are."""
    if not keys:
        return {}
    return {request.key: request for request, _ in await _load(connection, _requests, keys)}


async def lock_request(connection: Connection, key: RequestKey) -> Request | None:
    """Give a request and keep it, its order and its parcel as they are until the transaction ends."""
    locked = await lock(connection, key)
    return None if locked is None else locked.request


async def lock(connection: Connection, key: RequestKey) -> Locked | None:
    """Do the same, and tell the time."""
    return await _locked(connection, _lock, {"seller_id": key.seller_id, "number": key.number})


async def lock_of_thread(connection: Connection, owner_id: int, thread_id: int) -> Locked | None:
    """Do the same with the request that a thread is about; None for one about no request."""
    return await _locked(connection, _lock_of_thread, {"owner_id": owner_id, "thread_id": thread_id})


async def lock_free(connection: Connection, named: Sequence[Named]) -> list[Locked | None]:
    """Do the same with all of these that nobody else has locked, and wait for none of the others.

    None for those, for what is not there, and for what is on an order or a shipment that one before it is on:
    what is charged for those is shared.
    """
    asked = {
        "owners": [each.seller_id for each in named],
        "numbers": [each.number for each in named],
        "thread_ids": [each.thread_id for each in named],
    }
    free = {row.position: row for row in await connection.execute(_lock_free, asked)}
    keys: dict[int, RequestKey] = {}
    taken: set[tuple[str, int, int]] = set()
    for position, row in sorted(free.items()):
        shared = {("order", row.seller_id, row.order_id)}
        if row.shipment_id is not None:
            shared.add(("shipment", row.seller_id, row.shipment_id))
        if not shared & taken:
            taken |= shared
            keys[position] = RequestKey(row.seller_id, row.number)
    if not keys:
        return [None] * len(named)
    # In a statement of its own: what was committed until it was locked is to be seen.
    loaded = await _load(connection, _locked_requests, list(keys.values()))
    locked = {request.key: _as_locked(request, row) for request, row in loaded}
    return [locked[keys[place]] if place in keys else None for place in range(1, len(named) + 1)]


async def lock_shipment(connection: Connection, seller_id: int, shipment_id: int | None) -> None:
    """Keep a shipment as it is: what its claims cover is shared by its orders."""
    if shipment_id is not None:
        await connection.execute(_lock_shipment, {"seller_id": seller_id, "id": shipment_id})


async def _locked(
    connection: Connection, statement: sa.Select[Any], named: Mapping[str, int]
) -> Locked | None:
    found = (await connection.execute(statement, named)).one_or_none()
    if found is None:
        return None
    if found.shipped is None:  # there is none, or it came while the order was waited for
        await lock_shipment(connection, found.seller_id, found.shipment_id)
    # In a statement of its own: one that waits for locks sees nothing newer than its beginning.
    key = RequestKey(found.seller_id, found.number)
    ((request, row),) = await _load(connection, _locked_requests, [key])
    return _as_locked(request, row)


def _as_locked(request: Request, row: Row) -> Locked:
    place = place_of(
        request.key.seller_id,
        row["requests_thread_id"],
        request.order.buyer_id,
        row["last_message_number"],
        row["timeline_made"] or 0,
    )
    return Locked(request, row["at"], place)


async def _load(
    connection: Connection, statement: sa.Select[Any], keys: Collection[RequestKey]
) -> Sequence[tuple[Request, Row]]:
    rows = (await connection.execute(statement, names(list(keys)))).mappings().all()
    found = {RequestKey(row["requests_seller_id"], row["requests_number"]): row for row in rows}
    parts: dict[str, dict[RequestKey, list[Row]]] = {name: defaultdict(list) for name in _PARTS}
    for name in _PARTS:
        with_some = [key for key, row in found.items() if row[f"{name}_made"]]
        if with_some:
            for row in (await connection.execute(_OF_PARTS[name], names(with_some))).mappings():
                key = RequestKey(row[f"its_{name}_seller_id"], row[f"its_{name}_request_number"])
                parts[name][key].append(row)
    return [
        (request_of(key, row, {name: parts[name][key] for name in _PARTS}), row) for key, row in found.items()
    ]


def _locking(which: sa.FromClause, *where: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Lock orders and requests, then their shipments; `which` are the requests among others."""
    locked = (
        sa.select(requests.c.seller_id, requests.c.number, orders.c.shipment_id)
        .select_from(
            which.join(
                orders, (orders.c.seller_id == requests.c.seller_id) & (orders.c.id == requests.c.order_id)
            )
        )
        .where(*where)
        .with_for_update(key_share=True, of=[orders, requests])
        .cte("locked")
    )
    shipped = (
        sa.select(shipments.c.id)
        .join(
            locked, (shipments.c.seller_id == locked.c.seller_id) & (shipments.c.id == locked.c.shipment_id)
        )
        .with_for_update(key_share=True, of=shipments)
        .cte("shipped")
    )
    return sa.select(*locked.c, sa.select(shipped.c.id).scalar_subquery().label("shipped"))


_lock = _locking(
    requests, requests.c.seller_id == sa.bindparam("seller_id"), requests.c.number == sa.bindparam("number")
)
_lock_of_thread = _locking(
    threads.join(
        requests,
        (requests.c.seller_id == threads.c.owner_id) & (requests.c.number == threads.c.request_number),
    ),
    threads.c.owner_id == sa.bindparam("owner_id"),
    threads.c.id == sa.bindparam("thread_id"),
)
_asked = (
    sa.func.unnest(
        sa.bindparam("owners", type_=ARRAY(sa.BigInteger)),
        sa.bindparam("numbers", type_=ARRAY(sa.Integer)),
        sa.bindparam("thread_ids", type_=ARRAY(sa.BigInteger)),
    )
    .table_valued(
        sa.column("owner_id", sa.BigInteger),
        sa.column("number", sa.Integer),
        sa.column("thread_id", sa.BigInteger),
        with_ordinality="position",
    )
    .render_derived("asked")
)
_free = (
    sa.select(
        _asked.c.position,
        requests.c.seller_id,
        requests.c.number,
        requests.c.order_id,
        orders.c.shipment_id,
    )
    .select_from(
        _asked.outerjoin(
            threads, (threads.c.owner_id == _asked.c.owner_id) & (threads.c.id == _asked.c.thread_id)
        )
        .join(
            requests,
            (requests.c.seller_id == _asked.c.owner_id)
            & (requests.c.number == sa.func.coalesce(_asked.c.number, threads.c.request_number)),
        )
        .join(orders, (orders.c.seller_id == requests.c.seller_id) & (orders.c.id == requests.c.order_id))
    )
    .with_for_update(key_share=True, skip_locked=True, of=[orders, requests])
    .cte("free")
)
_shipped_free = (
    sa.select(shipments.c.seller_id, shipments.c.id)
    .where(
        sa.tuple_(shipments.c.seller_id, shipments.c.id).in_(
            sa.select(_free.c.seller_id, _free.c.shipment_id)
        )
    )
    .with_for_update(key_share=True, skip_locked=True, of=shipments)
    .cte("shipped")
)
_lock_free = (
    sa.select(_free)
    .outerjoin(
        _shipped_free,
        (_shipped_free.c.seller_id == _free.c.seller_id) & (_shipped_free.c.id == _free.c.shipment_id),
    )
    .where(_free.c.shipment_id.is_(None) | _shipped_free.c.id.is_not(None))
)
_lock_shipment = (
    sa.select(shipments.c.id)
    .where(shipments.c.seller_id == sa.bindparam("seller_id"), shipments.c.id == sa.bindparam("id"))
    .with_for_update(key_share=True)
)


def _of_request(table: sa.FromClause) -> sa.ColumnElement[bool]:
    return (table.c.seller_id == requests.c.seller_id) & (table.c.request_number == requests.c.number)


def _made(table: sa.Table) -> sa.Label[int | None]:
    """The number of a request's last part of this kind, if it has one: all that were made are numbered."""
    part = table.alias()
    last = sa.select(sa.func.max(part.c.number)).where(_of_request(part)).correlate(requests)
    return last.scalar_subquery().label(f"{table.name}_made")


other_claims = claims.alias("other_claims")
"""Claims on a shipment, seen from another request on it."""
LOST = (ClaimStatus.DENIED, ClaimStatus.EXPIRED, ClaimStatus.CANCELLED)
PROMISED = sa.case(
    (other_claims.c.status == ClaimStatus.APPROVED, other_claims.c.paid_minor),
    (sa.or_(*(other_claims.c.status == lost for lost in LOST)), 0),
    else_=other_claims.c.coverage_minor,
)
promised_to_others = (
    sa.select(sa.func.sum(PROMISED).cast(sa.BigInteger))
    .where(
        other_claims.c.seller_id == orders.c.seller_id,
        other_claims.c.shipment_id == orders.c.shipment_id,
        other_claims.c.request_number != requests.c.number,
    )
    .scalar_subquery()
    .label("promised_to_others")
)


_TABLES = {"offers": offers, "replacements": replacements, "escalations": escalations}
_requests = (
    sa.select(
        *requests.c,
        *ORDER_COLUMNS,
        *(column for table in (returns, refunds, claims, holds, latest_clock) for column in table.c),
        sellers.c.enrollment_status,
        sellers.c.return_address,
        return_parcel.c.carrier,
        return_parcel.c.tracking_number,
        _made(holds),
        promised_to_others,
        *running.c,
        *(_made(table) for table in _TABLES.values()),
    )
    .select_from(
        with_shipment(
            named_requests.join(
                requests,
                (requests.c.seller_id == named_requests.c.seller_id)
                & (requests.c.number == named_requests.c.number),
            )
            .join(orders, (orders.c.seller_id == requests.c.seller_id) & (orders.c.id == requests.c.order_id))
            .join(sellers, sellers.c.seller_id == requests.c.seller_id)
        )
        .outerjoin(returns, _of_request(returns))
        .outerjoin(
            return_parcel,
            (return_parcel.c.seller_id == returns.c.seller_id) & (return_parcel.c.id == returns.c.parcel_id),
        )
        .outerjoin(refunds, _of_request(refunds))
        .outerjoin(claims, _of_request(claims))
        .outerjoin(holds, _of_request(holds) & (holds.c.status == HoldStatus.HELD))
        .outerjoin(latest_clock, sa.true())
        .join(running, sa.true())
    )
    .set_label_style(sa.LABEL_STYLE_TABLENAME_PLUS_COL)
)
_locked_requests = _requests.add_columns(
    present.label("at"),
    sa.select(threads.c.last_message_number)
    .where(threads.c.owner_id == requests.c.seller_id, threads.c.id == requests.c.thread_id)
    .correlate(requests)
    .scalar_subquery()
    .label("last_message_number"),
    _made(timeline),
)

_PARTS = {"offers": its_offers, "replacements": its_replacements, "escalations": its_escalations}
_OF_PARTS: Mapping[str, sa.Select[Any]] = {
    name: sa.select(part)
    .join_from(named_requests, part, sa.true())
    .order_by(part.c.number)
    .set_label_style(sa.LABEL_STYLE_TABLENAME_PLUS_COL)
    for name, part in _PARTS.items()
} | {
    "replacements": sa.select(
        its_replacements, replacement_parcel.c.carrier, replacement_parcel.c.tracking_number
    )
    .join_from(named_requests, its_replacements, sa.true())
    .join(
        replacement_parcel,
        (replacement_parcel.c.seller_id == its_replacements.c.seller_id)
        & (replacement_parcel.c.id == its_replacements.c.parcel_id),
    )
    .order_by(its_replacements.c.number)
    .set_label_style(sa.LABEL_STYLE_TABLENAME_PLUS_COL),
}
