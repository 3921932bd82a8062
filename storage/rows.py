"""From rows to the domain's values, where more than one query reads them; and back, where JSON is kept.

Decides how a value is spelled in columns. Knows no statement.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSON, TSVECTOR, Insert, insert

from domain.money import Currency, Money
from domain.values import Address, Charge, Order, RequestKey, Shipment
from domain.words import LedgerComponent
from storage.tables import orders, parcels, shipments

Row = Mapping[str, Any]
"""A result's row, by the names of its columns: of several tables, `row["orders_id"]`."""

outbound = parcels.alias("outbound")

ORDER_COLUMNS = (
    orders.c.seller_id,
    orders.c.id,
    orders.c.buyer_id,
    orders.c.placed_at,
    orders.c.category,
    orders.c.consumable,
    orders.c.currency,
    orders.c.price_minor,
    orders.c.tax_minor,
    orders.c.shipping_minor,
    orders.c.commission_minor,
    orders.c.processing_fee_minor,
    orders.c.refunded_minor,
    orders.c.charged_back_at,
    shipments.c.id,
    shipments.c.platform_label,
    shipments.c.currency,
    shipments.c.insured_minor,
    shipments.c.ship_from,
    shipments.c.mailed_at,
    shipments.c.delivered_at,
    shipments.c.returned_to_sender_at,
    outbound.c.carrier,
    outbound.c.tracking_number,
)


def with_shipment(rows: sa.FromClause) -> sa.Join:
    """Join to `rows`, which hold orders, each order's parcel."""
    return rows.outerjoin(
        shipments, (shipments.c.seller_id == orders.c.seller_id) & (shipments.c.id == orders.c.shipment_id)
    ).outerjoin(
        outbound, (outbound.c.seller_id == shipments.c.seller_id) & (outbound.c.id == shipments.c.parcel_id)
    )


def order_of(row: Row, claims_minor: int | None) -> Order:
    """The order in a row of ORDER_COLUMNS; `claims_minor` is promised to other claims on its shipment."""
    currency: Currency = row["orders_currency"]
    return Order(
        id=row["orders_id"],
        seller_id=row["orders_seller_id"],
        buyer_id=row["orders_buyer_id"],
        placed_at=row["orders_placed_at"],
        category=row["orders_category"],
        consumable=row["orders_consumable"],
        price=Money(row["orders_price_minor"], currency),
        tax=Money(row["orders_tax_minor"], currency),
        shipping=Money(row["orders_shipping_minor"], currency),
        commission=Money(row["orders_commission_minor"], currency),
        processing_fee=Money(row["orders_processing_fee_minor"], currency),
        refunded=Money(row["orders_refunded_minor"], currency),
        shipment=_shipment_of(row) if row["shipments_id"] is not None else None,
        charged_back_at=row["orders_charged_back_at"],
        claims_on_shipment=money_of(claims_minor, currency),
    )


def _shipment_of(row: Row) -> Shipment:
    return Shipment(
        id=row["shipments_id"],
        carrier=row["outbound_carrier"],
        tracking_number=row["outbound_tracking_number"],
        platform_label=row["shipments_platform_label"],
        insured_for=money_of(row["shipments_insured_minor"], row["shipments_currency"]),
        ship_from=address_of(row["shipments_ship_from"]),
        mailed_at=row["shipments_mailed_at"],
        delivered_at=row["shipments_delivered_at"],
        returned_to_sender_at=row["shipments_returned_to_sender_at"],
    )


def money_of(minor: int | None, currency: Currency) -> Money | None:
    """An amount that may be missing."""
    return None if minor is None else Money(minor, currency)


def address_of(kept: Mapping[str, Any] | None) -> Address | None:
    """An address as it is kept."""
    return Address(**kept) if kept else None


def address_row(address: Address | None) -> dict[str, Any] | None:
    """An address as it is to be kept."""
    return asdict(address) if address else None


def charges_of(kept: list[dict[str, Any]], currency: Currency) -> tuple[Charge, ...]:
    """The charges of a hold as they are kept."""
    return tuple(Charge(LedgerComponent(each["component"]), Money(each["minor"], currency)) for each in kept)


def charges_row(charges: tuple[Charge, ...]) -> list[dict[str, Any]]:
    """The charges of a hold as they are to be kept."""
    return [{"component": each.component.value, "minor": each.amount.minor} for each in charges]


named_requests = (
    sa.func.unnest(
        sa.bindparam("seller_ids", type_=ARRAY(sa.BigInteger)),
        sa.bindparam("numbers", type_=ARRAY(sa.Integer)),
    )
    .table_valued(sa.column("seller_id", sa.BigInteger), sa.column("number", sa.Integer))
    .render_derived("named")
)
"""The requests that a statement is about, as a set."""


def names(keys: list[RequestKey]) -> dict[str, list[int]]:
    """The parameters of `named_requests`."""
    return {"seller_ids": [key.seller_id for key in keys], "numbers": [key.number for key in keys]}


def is_part_of_named(table: sa.FromClause) -> sa.ColumnElement[bool]:
    """Whether a row of a request's part belongs to one of `named_requests`."""
    return (table.c.seller_id == named_requests.c.seller_id) & (
        table.c.request_number == named_requests.c.number
    )


def insert_set(table: sa.TableClause, **made: Callable[[sa.FromClause], sa.ColumnElement[Any]]) -> Insert:
    """Insert any number of rows in one statement, which the guards over statements then look at once.

    Runs with the parameters that `as_set` makes of the rows; what a row does not give is made from it.
    """
    new = given_rows(table)
    values: dict[str, sa.ColumnElement[Any]] = {column.name: new.c[column.name] for column in _given(table)}
    values |= {name: make(new) for name, make in made.items()}
    return insert(table).from_select(list(values), sa.select(*values.values()).select_from(new))


def given_rows(table: sa.TableClause, name: str = "new") -> sa.FromClause:
    """Any number of rows like a table's, given as the parameter that `as_set` makes of them."""
    each = sa.func.unnest(sa.bindparam(name, type_=ARRAY(sa.Text))).column_valued(f"{name}_row")
    given = (sa.column(column.name, column.type) for column in _given(table))
    row = sa.func.json_to_record(sa.cast(each, JSON)).table_valued(*given)
    row = row.render_derived(name, with_types=True)
    return sa.select(*row.c).select_from(each.scalar_alias.join(row, sa.true())).subquery(f"{name}_rows")


def as_set(rows: Iterable[Mapping[str, Any]], name: str = "new") -> dict[str, list[str]]:
    """The parameter of `insert_set` and `given_rows`: what a row does not give is null.

    Each row is JSON: an array for each column takes several times as long to write. It is an array of rows
    that tells the database how many to expect.
    """
    return {name: [orjson.dumps(row).decode() for row in rows]}


def given(row: NamedTuple) -> dict[str, Any]:
    """What a row says, by name: what it does not say is null anyway, and shorter to write and to read."""
    return {name: value for name, value in zip(row._fields, row, strict=True) if value is not None}


def columns_of(table: sa.Table, *names: str) -> Iterator[sa.ColumnClause[Any]]:
    """Some of a table's columns, for rows that leave the others to the database."""
    return (sa.column(name, table.c[name].type) for name in names)


def _given(table: sa.TableClause) -> list[sa.ColumnClause[Any]]:
    """The columns that a row simply gives: text for searching is made."""
    return [column for column in table.columns if not isinstance(column.type, TSVECTOR)]


def earliest(*instants: datetime | None) -> datetime | None:
    """The earliest of those that are known."""
    return min((instant for instant in instants if instant is not None), default=None)
