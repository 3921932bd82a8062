"""What carriers report of parcels: each fact kept once, and the parcel's own instants brought up to date.

Decides which requests a parcel concerns. Facts count by when they happened; what they move is the domain's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, insert

from domain.values import RequestKey
from domain.words import Carrier, ParcelRole, RequestStatus, ScanKind
from storage.connection import Connection
from storage.rows import as_set, columns_of, earliest, given_rows, insert_set
from storage.tables import orders, parcels, requests, scans, shipments
from storage.transaction import touch


@dataclass(frozen=True, slots=True)
class RecordedScan:
    """A scan that is kept: of which parcel, whether it was new, and the requests it may move, in order."""

    role: ParcelRole
    replacement_number: int | None
    is_new: bool
    requests: tuple[RequestKey, ...]


async def record_scan(
    connection: Connection,
    carrier: Carrier,
    tracking_number: str,
    kind: ScanKind,
    *,
    at: datetime,
    place: str | None,
    reported_at: datetime,
) -> RecordedScan | None:
    """Keep a scan, its parcel's orders being locked by the caller; None for a parcel that nobody knows."""
    named = {"carrier": carrier, "tracking_number": tracking_number}
    parcel = (await connection.execute(_parcel, named)).one_or_none()
    if parcel is None:
        return None
    key = {"seller_id": parcel.seller_id, "parcel_id": parcel.id}
    row = key | {"kind": kind, "at": at, "place": place, "reported_at": reported_at}
    is_new = (await connection.execute(_keep, row)).rowcount == 1
    if is_new:
        touch(connection, parcel.seller_id, *parcel.buyers)
    if parcel.request_number is not None:
        concerned: tuple[RequestKey, ...] = (RequestKey(parcel.seller_id, parcel.request_number),)
    else:
        if is_new:
            await connection.execute(_update, as_set([key | _instants(kind, at)]))
        rows = await connection.execute(_open_requests, key)
        concerned = tuple(RequestKey(*row) for row in rows)
    return RecordedScan(parcel.role, parcel.replacement_number, is_new, concerned)


@dataclass(frozen=True, slots=True)
class SeenScan:
    """What a carrier saw of one parcel."""

    carrier: Carrier
    tracking_number: str
    kind: ScanKind
    at: datetime
    place: str | None = None


async def record_scans(connection: Connection, seen: Sequence[SeenScan], *, reported_at: datetime) -> None:
    """Keep scans of known parcels, all at once; what they move, if anything, is the caller's to decide."""
    if not seen:
        return
    numbers = {"numbers": sorted({each.tracking_number for each in seen})}
    found = (await connection.execute(_parcels, numbers)).all()
    keys = {
        (row.carrier, row.tracking_number): {"seller_id": row.seller_id, "parcel_id": row.id} for row in found
    }
    touch(connection, *(account for parcel in found for account in (parcel.seller_id, *parcel.buyers)))
    rows = [
        keys[each.carrier, each.tracking_number]
        | {"kind": each.kind, "at": each.at, "place": each.place, "reported_at": reported_at}
        for each in seen
    ]
    await connection.execute(_keep_all, as_set(rows))
    journeys: dict[tuple[int, int], dict[str, Any]] = {}
    for each, row in zip(seen, rows, strict=True):
        journey = journeys.setdefault((row["seller_id"], row["parcel_id"]), row | dict.fromkeys(_INSTANTS))
        for name, at in _instants(each.kind, each.at).items():
            journey[name] = earliest(journey[name], at)
    await connection.execute(_update, as_set(list(journeys.values())))


def _instants(kind: ScanKind, at: datetime) -> dict[str, datetime | None]:
    """What a scan says of the whole journey: any of them says that the parcel was handed over."""
    return {
        "mailed_at": at,
        "delivered_at": at if kind is ScanKind.DELIVERED else None,
        "returned_to_sender_at": at if kind is ScanKind.RETURNED_TO_SENDER else None,
    }


# Whoever is shown the parcel: with an order in it, or with the request that it belongs to.
_receivers = (
    sa.select(orders.c.buyer_id)
    .join(shipments, (shipments.c.seller_id == orders.c.seller_id) & (shipments.c.id == orders.c.shipment_id))
    .where(shipments.c.seller_id == parcels.c.seller_id, shipments.c.parcel_id == parcels.c.id)
    .correlate(parcels)
    .union(
        sa.select(requests.c.buyer_id)
        .where(requests.c.seller_id == parcels.c.seller_id, requests.c.number == parcels.c.request_number)
        .correlate(parcels)
    )
)
_buyers = sa.func.array(_receivers.scalar_subquery(), type_=ARRAY(sa.BigInteger)).label("buyers")
_parcel = sa.select(
    parcels.c.seller_id,
    parcels.c.id,
    parcels.c.role,
    parcels.c.request_number,
    parcels.c.replacement_number,
    _buyers,
).where(
    parcels.c.tracking_number == sa.bindparam("tracking_number"),
    parcels.c.carrier == sa.bindparam("carrier", type_=parcels.c.carrier.type),
)
_parcels = sa.select(
    parcels.c.seller_id, parcels.c.id, parcels.c.carrier, parcels.c.tracking_number, _buyers
).where(parcels.c.tracking_number == sa.any_(sa.bindparam("numbers", type_=ARRAY(sa.Text))))
_keep = insert(scans).on_conflict_do_nothing()
_keep_all = insert_set(scans).on_conflict_do_nothing()
_INSTANTS = ("mailed_at", "delivered_at", "returned_to_sender_at")
_journeys = sa.table("journeys", *columns_of(shipments, "seller_id", "parcel_id", *_INSTANTS))
_told = given_rows(_journeys).c
_update = (
    sa.update(shipments)
    .where(shipments.c.seller_id == _told.seller_id, shipments.c.parcel_id == _told.parcel_id)
    .values({name: sa.func.least(shipments.c[name], _told[name]) for name in _INSTANTS})
)
_open_requests = (
    sa.select(requests.c.seller_id, requests.c.number)
    .join(orders, (orders.c.seller_id == requests.c.seller_id) & (orders.c.id == requests.c.order_id))
    .join(shipments, (shipments.c.seller_id == orders.c.seller_id) & (shipments.c.id == orders.c.shipment_id))
    .where(
        shipments.c.seller_id == sa.bindparam("seller_id"),
        shipments.c.parcel_id == sa.bindparam("parcel_id"),
        requests.c.status != RequestStatus.CLOSED,
    )
    .order_by(requests.c.number)
)
