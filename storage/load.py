"""Whole requests, as the domain decides on them: read in sets, or locked one at a time.

Decides the order of locks that everything else keeps to: orders (by seller and id), their shipment, the
request, then threads, then seller ledgers (by seller). Asks nobody whether they may see a request: that is
`visibility`'s.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa

from domain.values import Request, RequestKey
from domain.words import ClaimStatus, HoldStatus
from storage.assemble import latest_clock, replacement_parcel, request_of, return_parcel
from storage.connection import Connection
from storage.rows import ORDER_COLUMNS, Row, is_part_of_named, named_requests, names, with_shipment
from storage.tables import (
    claims,
    deadlines,
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
)


async def load_requests(connection: Connection, keys: Collection[RequestKey]) -> dict[RequestKey, Request]:
    """Give those of these requests that exist, whole, in as many statements however many they are."""
    if not keys:
        return {}
    named = names(list(keys))
    rows = (await connection.execute(_requests, named)).mappings().all()
    parts: dict[str, dict[RequestKey, list[Row]]] = {}
    for name, statement in _PARTS.items():
        parts[name] = defaultdict(list)
        for row in (await connection.execute(statement, named)).mappings():
            parts[name][RequestKey(row[_SELLER_ID[name]], row[_REQUEST_NUMBER[name]])].append(row)
    found = (RequestKey(row[requests.c.seller_id], row[requests.c.number]) for row in rows)
    return {
        key: request_of(key, row, {name: parts[name][key] for name in _PARTS})
        for key, row in zip(found, rows, strict=True)
    }


async def lock_request(connection: Connection, key: RequestKey) -> Request | None:
    """Give a request and keep it, its order and its parcel as they are until the transaction ends."""
    locked = (
        await connection.execute(_lock, {"seller_id": key.seller_id, "number": key.number})
    ).one_or_none()
    if locked is None:
        return None
    await lock_shipment(connection, key.seller_id, locked.shipment_id)
    return (await load_requests(connection, [key]))[key]


async def lock_shipment(connection: Connection, seller_id: int, shipment_id: int | None) -> None:
    """Keep a shipment as it is: what its claims cover is shared by its orders."""
    if shipment_id is not None:
        await connection.execute(_lock_shipment, {"seller_id": seller_id, "id": shipment_id})


_lock = (
    sa.select(orders.c.shipment_id)
    .join_from(
        requests, orders, (orders.c.seller_id == requests.c.seller_id) & (orders.c.id == requests.c.order_id)
    )
    .where(requests.c.seller_id == sa.bindparam("seller_id"), requests.c.number == sa.bindparam("number"))
    .with_for_update(key_share=True, of=[orders, requests])
)
_lock_shipment = (
    sa.select(shipments.c.id)
    .where(shipments.c.seller_id == sa.bindparam("seller_id"), shipments.c.id == sa.bindparam("id"))
    .with_for_update(key_share=True)
)

_all_holds = holds.alias("all_holds")
_holds_made = (
    sa.select(sa.func.coalesce(sa.func.max(_all_holds.c.number), 0))
    .where(_all_holds.c.seller_id == requests.c.seller_id, _all_holds.c.request_number == requests.c.number)
    .scalar_subquery()
    .label("holds_made")
)

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


def _of_request(table: sa.FromClause) -> sa.ColumnElement[bool]:
    return (table.c.seller_id == requests.c.seller_id) & (table.c.request_number == requests.c.number)


_requests = (
    sa.select(
        *requests.c,
        *ORDER_COLUMNS,
        *(column for table in (returns, refunds, claims, holds, latest_clock) for column in table.c),
        sellers.c.enrollment_status,
        sellers.c.return_address,
        return_parcel.c.carrier,
        return_parcel.c.tracking_number,
        _holds_made,
        promised_to_others,
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
    )
    .set_label_style(sa.LABEL_STYLE_TABLENAME_PLUS_COL)
)

_PARTS: Mapping[str, sa.Select[Any]] = {
    "offers": sa.select(offers).join(named_requests, is_part_of_named(offers)).order_by(offers.c.number),
    "replacements": (
        sa.select(replacements, replacement_parcel.c.carrier, replacement_parcel.c.tracking_number)
        .join(named_requests, is_part_of_named(replacements))
        .join(
            replacement_parcel,
            (replacement_parcel.c.seller_id == replacements.c.seller_id)
            & (replacement_parcel.c.id == replacements.c.parcel_id),
        )
        .order_by(replacements.c.number)
        .set_label_style(sa.LABEL_STYLE_TABLENAME_PLUS_COL)
    ),
    "escalations": (
        sa.select(escalations)
        .join(named_requests, is_part_of_named(escalations))
        .order_by(escalations.c.number)
    ),
    "deadlines": sa.select(deadlines).join(named_requests, is_part_of_named(deadlines)),
}
_TABLES = {"offers": offers, "replacements": replacements, "escalations": escalations, "deadlines": deadlines}
_SELLER_ID = {name: table.c.seller_id for name, table in _TABLES.items()}
_REQUEST_NUMBER = {name: table.c.request_number for name, table in _TABLES.items()}
