"""Finding what a caller names, before it is locked: whose order, whose thread, which journal, which parcels.

Gives keys and parties, never contents: whether the caller may know is for the use case to ask, at once.
"""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from domain.effects import JournalLine, PostJournal
from domain.money import Currency, Money
from domain.values import RequestKey
from domain.words import Carrier, RequestStatus
from storage.connection import Connection
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
    """A thread's key, its two participants, and the request it is about, if any."""

    owner_id: int
    id: int
    member_id: int
    request: RequestKey | None
    last_message_number: int


@dataclass(frozen=True, slots=True)
class FoundSeller:
    """A seller's account, and the one currency of the ledger."""

    id: int
    currency: Currency


ORDER = (orders.c.seller_id, orders.c.id, orders.c.buyer_id)


async def order(connection: Connection, seller_id: int, id_: int) -> FoundOrder | None:
    """Give an order by its key."""
    return await _order(connection, (orders.c.seller_id == seller_id) & (orders.c.id == id_))


async def order_by_external_id(connection: Connection, external_id: str) -> FoundOrder | None:
    """Give an order by the platform's own name of it."""
    return await _order(connection, orders.c.external_id == external_id)


async def _order(connection: Connection, which: sa.ColumnElement[bool]) -> FoundOrder | None:
    row = (await connection.execute(sa.select(*ORDER).where(which))).one_or_none()
    return FoundOrder(*row) if row else None


async def open_request(connection: Connection, order: FoundOrder) -> RequestKey | None:
    """Give the request on a locked order that is not closed, if there is one."""
    number = sa.select(requests.c.number).where(
        requests.c.seller_id == order.seller_id,
        requests.c.order_id == order.id,
        requests.c.status != RequestStatus.CLOSED,
    )
    found = (await connection.execute(number)).scalar_one_or_none()
    return None if found is None else RequestKey(order.seller_id, found)


async def thread(
    connection: Connection, owner_id: int, id_: int, *, lock: bool = False
) -> FoundThread | None:
    """Give a thread by its key, held still if asked."""
    found = sa.select(
        threads.c.owner_id,
        threads.c.id,
        threads.c.member_id,
        threads.c.request_number,
        threads.c.last_message_number,
    ).where(threads.c.owner_id == owner_id, threads.c.id == id_)
    row = (await connection.execute(found.with_for_update(key_share=True) if lock else found)).one_or_none()
    if row is None:
        return None
    key = None if row.request_number is None else RequestKey(owner_id, row.request_number)
    return FoundThread(row.owner_id, row.id, row.member_id, key, row.last_message_number)


async def seller(connection: Connection, username: str) -> FoundSeller | None:
    """Give a seller by name."""
    found = (
        sa.select(sellers.c.seller_id, sellers.c.currency)
        .join(accounts, accounts.c.id == sellers.c.seller_id)
        .where(accounts.c.username == username)
    )
    row = (await connection.execute(found)).one_or_none()
    return FoundSeller(*row) if row else None


async def member(connection: Connection, username: str) -> int | None:
    """Give a member's account by name; Support's agents are no members."""
    found = sa.select(accounts.c.id).where(accounts.c.username == username, accounts.c.is_agent.is_(False))
    id_: int | None = (await connection.execute(found)).scalar_one_or_none()
    return id_


async def has_photo(connection: Connection, ids: Collection[int]) -> bool:
    """Whether one of these attachments is a stored photo."""
    photo = (
        attachments.c.id.in_(ids)
        & attachments.c.stored_at.is_not(None)
        & attachments.c.content_type.like("image/%")
    )
    return bool((await connection.execute(sa.select(sa.exists().where(photo)))).scalar_one())


async def lock_orders_of_parcels(
    connection: Connection, numbers: Collection[tuple[Carrier, str]]
) -> dict[tuple[Carrier, str], int]:
    """Lock every order that scans of these parcels may touch, sorted; give each known parcel's seller."""
    named = sa.tuple_(parcels.c.tracking_number, parcels.c.carrier).in_(
        [(number, carrier) for carrier, number in numbers]
    )
    of_shipments = (
        sa.select(orders.c.seller_id, orders.c.id)
        .join(
            shipments,
            (shipments.c.seller_id == orders.c.seller_id) & (shipments.c.id == orders.c.shipment_id),
        )
        .join(
            parcels, (parcels.c.seller_id == shipments.c.seller_id) & (parcels.c.id == shipments.c.parcel_id)
        )
        .where(named)
    )
    of_requests = (
        sa.select(requests.c.seller_id, requests.c.order_id)
        .join(
            parcels,
            (parcels.c.seller_id == requests.c.seller_id) & (parcels.c.request_number == requests.c.number),
        )
        .where(named)
    )
    await _lock_orders(connection, of_shipments.union(of_requests).subquery())
    known = sa.select(parcels.c.carrier, parcels.c.tracking_number, parcels.c.seller_id).where(named)
    return {(row.carrier, row.tracking_number): row.seller_id for row in await connection.execute(known)}


async def lock_orders_of_requests(connection: Connection, keys: Collection[RequestKey]) -> None:
    """Lock the orders of these requests, sorted, as all do."""
    named = sa.tuple_(requests.c.seller_id, requests.c.number).in_(
        [(key.seller_id, key.number) for key in keys]
    )
    await _lock_orders(
        connection, sa.select(requests.c.seller_id, requests.c.order_id).where(named).subquery()
    )


async def _lock_orders(connection: Connection, keys: sa.FromClause) -> None:
    """Lock orders, then their shipments, in the order of `storage.load`, before anything that comes later."""
    of_orders = (orders.c.seller_id == keys.c[0]) & (orders.c.id == keys.c[1])
    locked = await connection.execute(
        sa.select(orders.c.seller_id, orders.c.shipment_id)
        .join(keys, of_orders)
        .order_by(orders.c.seller_id, orders.c.id)
        .with_for_update(key_share=True, of=orders)
    )
    of_shipments = sa.tuple_(shipments.c.seller_id, shipments.c.id).in_({tuple(row) for row in locked})
    await connection.execute(
        sa.select(shipments.c.id)
        .where(of_shipments)
        .order_by(shipments.c.seller_id, shipments.c.id)
        .with_for_update(key_share=True)
    )


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
    await connection.execute(
        sa.select(sellers.c.seller_id)
        .where(sellers.c.seller_id.in_(ids))
        .order_by(sellers.c.seller_id)
        .with_for_update(key_share=True)
    )


async def journal(connection: Connection, seller_id: int, number: int) -> FoundJournal | None:
    """Give a journal by its key."""
    return await _journal(connection, (journals.c.seller_id == seller_id) & (journals.c.number == number))


async def transfer(connection: Connection, external_id: str) -> FoundJournal | None:
    """Give the journal of a payout by the platform's own name of it."""
    return await _journal(connection, journals.c.external_id == external_id)


async def _journal(connection: Connection, which: sa.ColumnElement[bool]) -> FoundJournal | None:
    by_another = journals.alias()
    is_reversed = sa.exists().where(
        by_another.c.seller_id == journals.c.seller_id, by_another.c.reverses_number == journals.c.number
    )
    head = (
        await connection.execute(sa.select(journals, is_reversed.label("is_reversed")).where(which))
    ).one_or_none()
    if head is None:
        return None
    lines = (
        sa.select(journal_lines)
        .where(journal_lines.c.seller_id == head.seller_id, journal_lines.c.journal_number == head.number)
        .order_by(journal_lines.c.position)
    )
    posted = tuple(
        JournalLine(line.account, Money(line.amount_minor, line.currency), line.component)
        for line in await connection.execute(lines)
    )
    return FoundJournal(
        head.seller_id,
        head.number,
        PostJournal(head.kind, posted, head.description),
        head.order_id,
        head.request_number,
        head.is_reversed,
    )
