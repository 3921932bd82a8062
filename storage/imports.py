"""Orders as the marketplace imports them: members, shipments, orders and their sales, written in sets.

Decides the order of writes. Which rows are taken is `storage.import_plan`'s.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from domain import journals
from domain.enrollment import from_the_start
from domain.imports import ImportedOrder
from domain.money import Money
from domain.policy import CURRENT
from domain.refusals import Refusal
from domain.values import Order
from domain.words import ImportStatus, ParcelRole
from storage.connection import Connection
from storage.import_plan import AMOUNTS, Plan, amounts, described, introduced, packed, shipment_name
from storage.known import Row, ShipmentName, look
from storage.posting import Posting, post_journals
from storage.rows import as_set, columns_of, given_rows, insert_set
from storage.tables import accounts, orders, parcels, sellers, shipments
from storage.transaction import touch, touch_names

IMPORTING = 0x696D706F7274
"""The advisory lock of imports: two that name the same rows would otherwise meet halfway."""


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What became of one row; `order` is the key of the order it is about, unless it was refused."""

    status: ImportStatus
    order: tuple[int, int] | None = None
    refusal: Refusal | None = None


async def upsert_orders(
    connection: Connection, rows: Sequence[ImportedOrder], *, at: datetime
) -> list[ImportOutcome]:
    """Import rows, in order; give what became of each. An order named again is taken after the first."""
    await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(IMPORTING)))
    outcomes: dict[int, ImportOutcome] = {}
    left = dict(enumerate(rows))
    while left:
        first = {row.external_id: place for place, row in reversed(left.items())}
        once = {place: left.pop(place) for place in sorted(first.values())}
        outcomes |= await _import(connection, once, at)
    return [outcomes[place] for place in range(len(rows))]


async def _import(
    connection: Connection, rows: dict[int, ImportedOrder], at: datetime
) -> dict[int, ImportOutcome]:
    known = await look(connection, list(rows.values()))
    names = {name: member["display_name"] for name, member in known.members.items()}
    plan = Plan(known)
    statuses: dict[int, ImportStatus] = {}
    outcomes: dict[int, ImportOutcome] = {}
    for place, row in rows.items():
        try:
            statuses[place] = plan.take(row)
        except Refusal as refusal:
            outcomes[place] = ImportOutcome(ImportStatus.REJECTED, refusal=refusal)
    if any(names.get(name, each.display_name) != each.display_name for name, each in plan.members.items()):
        touch_names(connection)
    keys = await _write(connection, plan, at)
    await _post_sales(connection, plan, keys)
    for place, status in statuses.items():
        outcomes[place] = ImportOutcome(status, keys[rows[place].external_id])
    return outcomes


async def _write(connection: Connection, plan: Plan, at: datetime) -> dict[str, tuple[int, int]]:
    """Write what there is to write; give the keys of all orders by name."""
    ids = await _put_members(connection, plan, at)
    if plan.sellers:
        await connection.execute(_new_seller, [_seller(plan, name, ids) for name in sorted(plan.sellers)])
    await _change_shipments(connection, plan)
    shipment_ids = await _add_shipments(connection, plan, ids)

    def shipment_of(row: ImportedOrder, otherwise: int | None = None) -> Row:
        return {"shipment_id": shipment_ids[shipment_name(row, row.shipment)] if row.shipment else otherwise}

    keys = {name: (row["seller_id"], row["id"]) for name, row in plan.known.orders.items()}
    if plan.new_orders:
        new_orders = [
            {
                "seller_id": ids[row.seller.username],
                "buyer_id": ids[row.buyer.username],
                "external_id": row.external_id,
            }
            | described(row)
            | amounts(row)
            | shipment_of(row)
            for row in plan.new_orders
        ]
        added = await connection.execute(_new_orders, as_set(new_orders))
        keys |= {row.external_id: (row.seller_id, row.id) for row in added}
    for row in (*plan.new_orders, *plan.changed_orders):
        touch(connection, ids[row.seller.username], ids[row.buyer.username])
    if plan.changed_orders:
        known = plan.known.orders
        changed = [
            {"named": row.external_id}
            | described(row)
            | shipment_of(row, known[row.external_id]["shipment_id"])
            for row in plan.changed_orders
        ]
        await connection.execute(_change_order, changed)
    return keys


async def _put_members(connection: Connection, plan: Plan, at: datetime) -> dict[str, int]:
    """Write members as the import tells of them; give everybody's accounts by name."""
    ids = {name: known["id"] for name, known in plan.known.members.items() if "id" in known}
    if plan.members:
        members = [plan.members[name] for name in sorted(plan.members)]
        told = [introduced(each) | {"username": each.username, "created_at": at} for each in members]
        put = await connection.execute(_put_member, as_set(told))
        ids |= {row.username: row.id for row in put}
    return ids


async def _change_shipments(connection: Connection, plan: Plan) -> None:
    parcels_, shipments_ = [], []
    for name, shipment in plan.changed_shipments.items():
        known, row = plan.known.shipments[name], packed(shipment)
        number = {"carrier": row.pop("carrier"), "tracking_number": row.pop("tracking_number")}
        parcels_.append(number | {"of_seller_id": known["seller_id"], "of_id": known["parcel_id"]})
        shipments_.append(row | {"of_seller_id": known["seller_id"], "of_id": known["id"]})
    if shipments_:
        await connection.execute(_change_parcel, parcels_)
        await connection.execute(_change_shipment, shipments_)
        repacked = [{"seller_id": row["of_seller_id"], "id": row["of_id"]} for row in shipments_]
        touch(connection, *(await connection.execute(_buyers, as_set(repacked))).scalars())


async def _add_shipments(connection: Connection, plan: Plan, ids: dict[str, int]) -> dict[ShipmentName, int]:
    """Write new shipments, after their parcels; give all shipments by name."""
    known = {name: row["id"] for name, row in plan.known.shipments.items() if row["id"] is not None}
    if not plan.new_shipments:
        return known
    new = {name: packed(each) | {"seller_id": ids[name[0]]} for name, each in plan.new_shipments.items()}
    parcels_ = [row | {"role": ParcelRole.OUTBOUND} for row in new.values()]
    made = await connection.execute(_new_parcels, as_set(parcels_))
    parcel_ids = {(row.carrier, row.tracking_number): row.id for row in made}
    rows = [
        row
        | {
            "external_id": external_id,
            "parcel_id": parcel_ids[row["carrier"], row["tracking_number"]],
            "currency": plan.known.currencies[seller],
        }
        for (seller, external_id), row in new.items()
    ]
    added = await connection.execute(_new_shipments, as_set(rows))
    by_id = {(row.seller_id, row.external_id): row.id for row in added}
    return known | {name: by_id[ids[name[0]], name[1]] for name in new}


async def _post_sales(connection: Connection, plan: Plan, keys: dict[str, tuple[int, int]]) -> None:
    postings = []
    for row in sorted(plan.new_orders, key=lambda row: row.placed_at):
        seller_id, order_id = keys[row.external_id]
        sale = journals.sale(_order(row, seller_id, order_id))
        if sale.lines:  # nothing moves for what was given away
            postings.append(Posting(seller_id, sale, row.placed_at, order_id))
    await post_journals(connection, postings)


def _seller(plan: Plan, username: str, ids: dict[str, int]) -> Row:
    member, currency = plan.sellers[username]
    enrollment = from_the_start(member.country_code, member.access_granted_at, CURRENT)
    return {
        "seller_id": ids[username],
        "currency": currency,
        "enrollment_status": enrollment.status,
        "enrolled_since": enrollment.since,
        "access_granted_at": member.access_granted_at,
    }


def _order(row: ImportedOrder, seller_id: int, order_id: int) -> Order:
    return Order(
        id=order_id,
        seller_id=seller_id,
        buyer_id=0,  # a sale is the same whoever bought
        placed_at=row.placed_at,
        category=row.category,
        consumable=row.consumable,
        price=row.price,
        tax=row.tax,
        shipping=row.shipping,
        commission=row.commission,
        processing_fee=row.processing_fee,
        refunded=Money(0, row.price.currency),
        shipment=None,
    )


_member = sa.table(
    "accounts", *columns_of(accounts, "username", "display_name", "email", "country_code", "created_at")
)
_introduce = insert_set(_member)
_put_member = _introduce.on_conflict_do_update(
    index_elements=["username"],
    set_={name: _introduce.excluded[name] for name in ("display_name", "email", "country_code")},
).returning(accounts.c.id, accounts.c.username)
_new_seller = insert(sellers).on_conflict_do_nothing()
_parcel = sa.table("parcels", *columns_of(parcels, "seller_id", "carrier", "tracking_number", "role"))
_new_parcels = insert_set(_parcel).returning(parcels.c.id, parcels.c.carrier, parcels.c.tracking_number)
_shipment = sa.table(
    "shipments",
    *columns_of(shipments, "seller_id", "external_id", "parcel_id", "platform_label", "currency"),
    *columns_of(shipments, "insured_minor", "ship_from"),
)
_new_shipments = insert_set(_shipment).returning(
    shipments.c.seller_id, shipments.c.id, shipments.c.external_id
)
_order_row = sa.table(
    "orders",
    *columns_of(orders, "seller_id", "buyer_id", "external_id", "shipment_id", "currency", *AMOUNTS),
    *columns_of(orders, "placed_at", "title", "description", "condition", "category", "consumable"),
    *columns_of(orders, "quantity", "photos", "show_id", "show_title", "video_receipt_url", "show_at"),
)
_new_orders = insert_set(_order_row).returning(orders.c.seller_id, orders.c.id, orders.c.external_id)
_change_order = sa.update(orders).where(orders.c.external_id == sa.bindparam("named"))
_change_shipment = sa.update(shipments).where(
    shipments.c.seller_id == sa.bindparam("of_seller_id"), shipments.c.id == sa.bindparam("of_id")
)
_repacked = sa.table("repacked", *columns_of(shipments, "seller_id", "id"))
_these = given_rows(_repacked)
_buyers = sa.select(orders.c.buyer_id).join(
    _these, (orders.c.seller_id == _these.c.seller_id) & (orders.c.shipment_id == _these.c.id)
)
_change_parcel = sa.update(parcels).where(
    parcels.c.seller_id == sa.bindparam("of_seller_id"), parcels.c.id == sa.bindparam("of_id")
)
