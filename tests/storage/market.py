"""A small market on a real database: orders imported, requests opened and acted on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.commands import Command, Open, ReportScan
from domain.decide import decide
from domain.imports import ImportedMember, ImportedOrder, ImportedShipment
from domain.money import Currency, Money
from domain.policy import CURRENT
from domain.values import Address, Label, Request, RequestKey
from domain.words import Carrier, Party, RequestKind, RequestReason, ScanKind
from storage import clock
from storage.connection import Connection
from storage.imports import ImportOutcome, upsert_orders
from storage.load import load_requests, lock_request
from storage.openings import lock_opening
from storage.save import save
from storage.scans import record_scan
from storage.settle import settle_due
from storage.tables import sellers
from storage.transaction import in_silence, transaction

MONDAY = datetime(2026, 6, 1, 17, tzinfo=UTC)
ADDRESS = Address("Sam Seller", "1 Main St", None, "Springfield", "IL", "62701", "US")


def usd(minor: int) -> Money:
    return Money(minor, Currency.USD)


def member(username: str) -> ImportedMember:
    granted = datetime(2026, 1, 1, tzinfo=UTC)
    return ImportedMember(username, username.title(), f"{username}@example.com", "US", granted)


def label(number: int = 1) -> Label:
    return Label(Carrier.USPS, f"RETURN{number}", "https://labels.example/1", usd(650))


def order(
    name: str = "O-1", *, shipment: str | ImportedShipment | None = "S-1", **changes: Any
) -> ImportedOrder:
    if isinstance(shipment, str):
        shipment = ImportedShipment(shipment, Carrier.USPS, f"TRACK-{shipment}", True, None, ADDRESS)
    row = ImportedOrder(
        external_id=name,
        placed_at=MONDAY,
        title="Blue vintage lamp",
        description="A lamp.",
        condition="Used",
        category="Home",
        consumable=False,
        quantity=1,
        photos=("https://img.example/1.jpg",),
        buyer=member("bea"),
        seller=member("sam"),
        price=usd(10_000),
        tax=usd(800),
        shipping=usd(700),
        commission=usd(800),
        processing_fee=usd(365),
        show=None,
        shipment=shipment,
    )
    return replace(row, **changes)


@dataclass
class Market:
    """One database with a clock of the test's own."""

    engine: AsyncEngine
    at: datetime = MONDAY
    accounts: dict[str, int] = field(default_factory=dict)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        async with transaction(self.engine, in_silence) as connection:
            yield connection

    async def run(self, statement: str, **parameters: Any) -> list[Any]:
        async with self.engine.begin() as connection:
            result = await connection.execute(sa.text(statement), parameters)
            return list(result.all()) if result.returns_rows else []

    async def imports(self, *rows: ImportedOrder) -> list[ImportOutcome]:
        async with self.transaction() as connection:
            outcomes = await upsert_orders(connection, rows, at=self.at)
            await connection.execute(sa.update(sellers).values(return_address=asdict(ADDRESS)))
        for username, id_ in await self.run("SELECT username, id FROM accounts"):
            self.accounts[username] = id_
        return outcomes

    async def bought(self, name: str = "O-1", **changes: Any) -> tuple[int, int]:
        """Import one order and give its key."""
        outcome = (await self.imports(order(name, **changes)))[0]
        assert outcome.order, outcome
        return outcome.order

    async def scan(self, kind: ScanKind, *, tracking: str = "TRACK-S-1") -> list[RequestKey]:
        async with self.transaction() as connection:
            seen = await record_scan(
                connection, Carrier.USPS, tracking, kind, at=self.at, place=None, reported_at=self.at
            )
            assert seen is not None
            for key in seen.requests if seen.is_new else ():
                request = await lock_request(connection, key)
                assert request is not None
                scan = ReportScan(seen.role, kind, self.at, seen.replacement_number)
                await self._decide(connection, request, scan, Party.CARRIER)
            return list(seen.requests)

    async def opened(
        self,
        order_key: tuple[int, int],
        reason: RequestReason | None = RequestReason.DEFECTIVE,
        kind: RequestKind = RequestKind.SUPPORT,
        attachment_ids: tuple[int, ...] = (),
    ) -> RequestKey:
        async with self.transaction() as connection:
            opening = await lock_opening(connection, *order_key, self.at)
            command = Open(kind, reason, "It does not light up.", attachment_ids)
            decision = decide(None, command, by=Party.BUYER, at=self.at, policy=CURRENT, opening=opening)
            await save(connection, None, decision, actor_id=decision.request.order.buyer_id)
            return decision.request.key

    async def asked(self, name: str = "O-1") -> RequestKey:
        """An order bought, delivered, and a request opened on it."""
        key = await self.bought(name, shipment=f"S-{name}")
        await self.scan(ScanKind.DELIVERED, tracking=f"TRACK-S-{name}")
        return await self.opened(key)

    async def act(self, key: RequestKey, by: Party, command: Command) -> Request:
        """Do something to a request, as every command is done; give what was decided."""
        async with self.transaction() as connection:
            request = await lock_request(connection, key)
            assert request is not None
            return await self._decide(connection, request, command, by)

    async def load(self, key: RequestKey) -> Request:
        async with self.engine.connect() as connection:
            return (await load_requests(connection, [key]))[key]

    async def set_clock(self, at: datetime) -> None:
        """Set the database's own clock, which the worker reads."""
        self.at = at
        async with self.transaction() as connection:
            await clock.reach(connection, at)

    def later(self, **span: float) -> None:
        self.at += timedelta(**span)

    async def _decide(self, connection: Connection, request: Request, command: Command, by: Party) -> Request:
        request = await settle_due(connection, request, self.at)
        decision = decide(request, command, by=by, at=self.at, policy=CURRENT)
        sides = {Party.BUYER: request.order.buyer_id, Party.SELLER: request.order.seller_id}
        await save(connection, request, decision, actor_id=sides.get(by))
        return decision.request


async def waiting(engine: AsyncEngine) -> int:
    """How many connections wait for another's lock."""
    async with engine.connect() as connection:
        waits = sa.text(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return int((await connection.execute(waits)).scalar_one())
