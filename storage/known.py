"""What is known already of orders about to be imported: members, ledgers, orders, shipments and parcels.

Decides nothing; it locks the orders it finds, so that nothing of them moves while the import goes on.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from domain.imports import ImportedOrder
from domain.money import Currency
from domain.words import Carrier
from storage.connection import Connection
from storage.tables import accounts, orders, parcels, sellers, shipments

Row = dict[str, Any]
ShipmentName = tuple[str, str]
"""Its seller's username and its external id."""


@dataclass(slots=True)
class Known:
    """Everything that the rows of one import touch, by the names they use for it."""

    members: dict[str, Row] = field(default_factory=dict)
    currencies: dict[str, Currency] = field(default_factory=dict)  # of sellers' ledgers
    orders: dict[str, Row] = field(default_factory=dict)
    shipments: dict[ShipmentName, Row] = field(default_factory=dict)
    parcels: dict[tuple[Carrier, str], ShipmentName | None] = field(
        default_factory=dict
    )  # None: no shipment's


async def look(connection: Connection, rows: Sequence[ImportedOrder]) -> Known:
    """Read what is known of these rows, in a fixed number of statements."""
    known = Known()
    for found in await _all(connection, _orders, {row.external_id for row in rows}):
        known.orders[found["external_id"]] = found
    for found in await _all(
        connection, _members, {each.username for row in rows for each in (row.buyer, row.seller)}
    ):
        known.members[found["username"]] = found
        if found["currency"] is not None:
            known.currencies[found["username"]] = found["currency"]
    for found in await _all(
        connection, _parcels, {row.shipment.tracking_number for row in rows if row.shipment}
    ):
        known.parcels[found["carrier"], found["tracking_number"]] = None
    named = {(row.seller.username, row.shipment.external_id) for row in rows if row.shipment}
    known.shipments = await _shipments_by_name(connection, named)
    for name, found in known.shipments.items():
        known.parcels[found["carrier"], found["tracking_number"]] = name
    return known


async def _shipments_by_name(
    connection: Connection, names: Collection[ShipmentName]
) -> dict[ShipmentName, Row]:
    """Give shipments by name, each with its parcel."""
    asked = {"sellers": sorted({seller for seller, _ in names}), "names": sorted({name for _, name in names})}
    found = (await connection.execute(_shipments, asked)).mappings()
    return {(row["seller"], row["external_id"]): dict(row) for row in found}


async def _all(connection: Connection, statement: sa.Select[Any], names: Collection[str]) -> list[Row]:
    return [dict(row) for row in (await connection.execute(statement, {"names": sorted(names)})).mappings()]


_named = sa.any_(sa.bindparam("names", type_=ARRAY(sa.Text)))
_members = (
    sa.select(
        accounts.c.id,
        accounts.c.username,
        accounts.c.display_name,
        accounts.c.email,
        accounts.c.country_code,
        accounts.c.is_agent,
        sellers.c.currency,
    )
    .outerjoin(sellers, sellers.c.seller_id == accounts.c.id)
    .where(accounts.c.username == _named)
)
_orders = (
    sa.select(orders)
    .where(orders.c.external_id == _named)
    .order_by(orders.c.seller_id, orders.c.id)
    .with_for_update(key_share=True)
)
_parcels = sa.select(parcels.c.id, parcels.c.carrier, parcels.c.tracking_number).where(
    parcels.c.tracking_number == _named
)
_shipments = (
    sa.select(
        *shipments.c,
        accounts.c.username.label("seller"),
        parcels.c.carrier,
        parcels.c.tracking_number,
        sa.select(sa.func.count())
        .where(orders.c.seller_id == shipments.c.seller_id, orders.c.shipment_id == shipments.c.id)
        .correlate(shipments)
        .scalar_subquery()
        .label("orders"),
    )
    .join(accounts, accounts.c.id == shipments.c.seller_id)
    .join(parcels, (parcels.c.seller_id == shipments.c.seller_id) & (parcels.c.id == shipments.c.parcel_id))
    .where(accounts.c.username == sa.any_(sa.bindparam("sellers", type_=ARRAY(sa.Text))))
    .where(shipments.c.external_id == _named)
)
