"""Finding what a caller names, before it is locked: whose order, whose thread, which journal, which parcels.

Gives keys and parties, never contents: whether the caller may know is for the use case to ask, at once.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from domain.effects import JournalLine, PostJournal
from domain.money import Currency, Money
from domain.values import RequestKey
from domain.words import Carrier, RequestStatus
from storage.clock import present
from storage.connection import Connection
from storage.rows import named_requests, names
from storage.tables import (
    accounts,
    attachments,
    journal_lines,
    journals,
    orders,
    parcels,
    requests,
    sellers,
    shipments,
    threads,
)


@dataclass(frozen=True, slots=True)
class FoundOrder:
    """An order's key and its two sides."""

    seller_id: int
    id: int
    buyer_id: int


@dataclass(frozen=True, slots=True)
class FoundThread:
    """A thread's key, its two participants, the request it is about, if any, and when that was so."""

    owner_id: int
    id: int
    member_id: int
    request: RequestKey | None
    last_message_number: int
    at: datetime


@dataclass(frozen=True, slots=True)
class FoundSeller:
    """A seller's account, and the one currency of the ledger."""

    id: int
    currency: Currency


async def order(connection: Connection, seller_id: int, id_: int) -> FoundOrder | None:
    """Give an order by its key."""
    return await _order(connection, _order_by_key, {"seller_id": seller_id, "id": id_})


async def order_by_external_id(connection: Connection, external_id: str) -> FoundOrder | None:
    """Give an order by the platform's own name of it."""
    return await _order(connection, _order_by_external_id, {"external_id": external_id})


async def _order(
    connection: Connection, statement: sa.Select[Any], named: Mapping[str, Any]
) -> FoundOrder | None:
    row = (await connection.execute(statement, named)).one_or_none()
    return FoundOrder(*row) if row else None


async def open_request(connection: Connection, order: FoundOrder) -> RequestKey | None:
    """Give the request on a locked order that is not closed, if there is one."""
    named = {"seller_id": order.seller_id, "order_id": order.id}
    found = (await connection.execute(_open_request, named)).scalar_one_or_none()
    return None if found is None else RequestKey(order.seller_id, found)


async def thread(connection: Connection, owner_id: int, id_: int) -> FoundThread | None:
    """Give a thread by its key."""
    row = (await connection.execute(_thread, {"owner_id": owner_id, "id": id_})).one_or_none()
    if row is None:
        return None
    key = None if row.request_number is None else RequestKey(owner_id, row.request_number)
    return FoundThread(row.owner_id, row.id, row.member_id, key, row.last_message_number, row.at)


async def seller(connection: Connection, username: str) -> FoundSeller | None:
    """Give a seller by name."""
    row = (await connection.execute(_seller, {"username": username})).one_or_none()
    return FoundSeller(*row) if row else None


async def member(connection: Connection, username: str) -> int | None:
    """Give a member's account by name; Support's agents are no members."""
    id_: int | None = (await connection.execute(_member, {"username": username})).scalar_one_or_none()
    return id_


async def has_photo(connection: Connection, ids: Collection[int]) -> bool:
    """Whether one of these attachments is a stored photo."""
    return bool((await connection.execute(_has_photo, {"ids": list(ids)})).scalar_one())


async def lock_orders_of_parcels(
    connection: Connection, numbers: Collection[tuple[Carrier, str]]
) -> dict[tuple[Carrier, str], int]:
    """Lock every order that scans of these parcels may touch, sorted; give each known parcel's seller."""
    named = {
        "tracking_numbers": [number for _, number in numbers],
        "carriers": [carrier for carrier, _ in numbers],
    }
    await _lock_orders(connection, _lock_orders_of_parcels, named)
    known = await connection.execute(_known_parcels, named)
    return {(row.carrier, row.tracking_number): row.seller_id for row in known}


async def lock_orders_of_requests(connection: Connection, keys: Collection[RequestKey]) -> None:
    """Lock the orders of these requests, sorted, as all do."""
    await _lock_orders(connection, _lock_orders_of_requests, names(list(keys)))


async def _lock_orders(connection: Connection, statement: sa.Select[Any], named: Mapping[str, Any]) -> None:
    """Lock orders, then their shipments, in the order of `storage.load`, before anything that comes later."""
    found = {tuple(row) for row in await connection.execute(statement, named)}
    shipped = [(seller, shipment) for seller, shipment in found if shipment is not None]
    if shipped:
        keys = {"seller_ids": [seller for seller, _ in shipped], "ids": [id_ for _, id_ in shipped]}
        await connection.execute(_lock_shipments, keys)


@dataclass(frozen=True, slots=True)
class FoundJournal:
    """A journal as it was posted, and whether another has reversed it."""

    seller_id: int
    number: int
    posted: PostJournal
    order_id: int | None
    request_number: int | None
    is_reversed: bool


async def lock_sellers(connection: Connection, ids: Collection[int]) -> None:
    """Hold these sellers' ledgers still, sorted, as all do."""
    await connection.execute(_lock_sellers, {"ids": list(ids)})


async def journal(connection: Connection, seller_id: int, number: int) -> FoundJournal | None:
    """Give a journal by its key."""
    return await _journal(connection, _journal_by_key, {"seller_id": seller_id, "number": number})


async def transfer(connection: Connection, external_id: str) -> FoundJournal | None:
    """Give the journal of a payout by the platform's own name of it."""
    return await _journal(connection, _journal_by_external_id, {"external_id": external_id})


async def _journal(
    connection: Connection, statement: sa.Select[Any], named: Mapping[str, Any]
) -> FoundJournal | None:
    head = (await connection.execute(statement, named)).one_or_none()
    if head is None:
        return None
    lines = await connection.execute(_lines, {"seller_id": head.seller_id, "number": head.number})
    posted = tuple(
        JournalLine(line.account, Money(line.amount_minor, line.currency), line.component) for line in lines
    )
    return FoundJournal(
        head.seller_id,
        head.number,
        PostJournal(head.kind, posted, head.description),
        head.order_id,
        head.request_number,
        head.is_reversed,
    )


_orders = sa.select(orders.c.seller_id, orders.c.id, orders.c.buyer_id)
_order_by_key = _orders.where(
    orders.c.seller_id == sa.bindparam("seller_id"), orders.c.id == sa.bindparam("id")
)
_order_by_external_id = _orders.where(orders.c.external_id == sa.bindparam("external_id"))
_open_request = sa.select(requests.c.number).where(
    requests.c.seller_id == sa.bindparam("seller_id"),
    requests.c.order_id == sa.bindparam("order_id"),
    requests.c.status != RequestStatus.CLOSED,
)
_thread = sa.select(
    threads.c.owner_id,
    threads.c.id,
    threads.c.member_id,
    threads.c.request_number,
    threads.c.last_message_number,
    present.label("at"),
).where(threads.c.owner_id == sa.bindparam("owner_id"), threads.c.id == sa.bindparam("id"))
_seller = (
    sa.select(sellers.c.seller_id, sellers.c.currency)
    .join(accounts, accounts.c.id == sellers.c.seller_id)
    .where(accounts.c.username == sa.bindparam("username"))
)
_member = sa.select(accounts.c.id).where(
    accounts.c.username == sa.bindparam("username"), accounts.c.is_agent.is_(False)
)
_has_photo = sa.select(
    sa.exists().where(
        attachments.c.id == sa.any_(sa.bindparam("ids", type_=ARRAY(sa.BigInteger))),
        attachments.c.stored_at.is_not(None),
        attachments.c.content_type.like("image/%"),
    )
)

_numbered = (
    sa.func.unnest(
        sa.bindparam("tracking_numbers", type_=ARRAY(sa.Text)),
        sa.bindparam("carriers", type_=ARRAY(parcels.c.carrier.type)),
    )
    .table_valued(sa.column("tracking_number", sa.Text), sa.column("carrier", sa.Text))
    .render_derived("numbered")
)
_is_numbered = (parcels.c.tracking_number == _numbered.c.tracking_number) & (
    parcels.c.carrier == _numbered.c.carrier
)
_of_shipments = (
    sa.select(orders.c.seller_id, orders.c.id)
    .join(shipments, (shipments.c.seller_id == orders.c.seller_id) & (shipments.c.id == orders.c.shipment_id))
    .join(parcels, (parcels.c.seller_id == shipments.c.seller_id) & (parcels.c.id == shipments.c.parcel_id))
    .join(_numbered, _is_numbered)
)
_of_parcels = (
    sa.select(requests.c.seller_id, requests.c.order_id)
    .join(
        parcels,
        (parcels.c.seller_id == requests.c.seller_id) & (parcels.c.request_number == requests.c.number),
    )
    .join(_numbered, _is_numbered)
)
_of_requests = sa.select(requests.c.seller_id, requests.c.order_id).join(
    named_requests,
    (requests.c.seller_id == named_requests.c.seller_id) & (requests.c.number == named_requests.c.number),
)
_known_parcels = sa.select(parcels.c.carrier, parcels.c.tracking_number, parcels.c.seller_id).join(
    _numbered, _is_numbered
)


def _locking(keys: sa.FromClause) -> sa.Select[Any]:
    return (
        sa.select(orders.c.seller_id, orders.c.shipment_id)
        .join(keys, (orders.c.seller_id == keys.c[0]) & (orders.c.id == keys.c[1]))
        .order_by(orders.c.seller_id, orders.c.id)
        .with_for_update(key_share=True, of=orders)
    )


_lock_orders_of_parcels = _locking(_of_shipments.union(_of_parcels).subquery())
_lock_orders_of_requests = _locking(_of_requests.subquery())
_named_shipments = (
    sa.func.unnest(
        sa.bindparam("seller_ids", type_=ARRAY(sa.BigInteger)),
        sa.bindparam("ids", type_=ARRAY(sa.BigInteger)),
    )
    .table_valued(sa.column("seller_id", sa.BigInteger), sa.column("id", sa.BigInteger))
    .render_derived("named")
)
_lock_shipments = (
    sa.select(shipments.c.id)
    .join(
        _named_shipments,
        (shipments.c.seller_id == _named_shipments.c.seller_id) & (shipments.c.id == _named_shipments.c.id),
    )
    .order_by(shipments.c.seller_id, shipments.c.id)
    .with_for_update(key_share=True, of=shipments)
)
_lock_sellers = (
    sa.select(sellers.c.seller_id)
    .where(sellers.c.seller_id == sa.any_(sa.bindparam("ids", type_=ARRAY(sa.BigInteger))))
    .order_by(sellers.c.seller_id)
    .with_for_update(key_share=True)
)

_by_another = journals.alias()
_is_reversed = (
    sa.exists()
    .where(
        _by_another.c.seller_id == journals.c.seller_id, _by_another.c.reverses_number == journals.c.number
    )
    .label("is_reversed")
)
_head = sa.select(journals, _is_reversed)
_journal_by_key = _head.where(
    journals.c.seller_id == sa.bindparam("seller_id"), journals.c.number == sa.bindparam("number")
)
_journal_by_external_id = _head.where(journals.c.external_id == sa.bindparam("external_id"))
_lines = (
    sa.select(journal_lines)
    .where(
        journal_lines.c.seller_id == sa.bindparam("seller_id"),
        journal_lines.c.journal_number == sa.bindparam("number"),
    )
    .order_by(journal_lines.c.position)
)
