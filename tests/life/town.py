"""A town on a real database: everyone acts through the use cases, at instants that the test says."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from demo.invariants import violations
from demo.stage import PLATFORM, Company, Moment, NoLinks
from domain.commands import Open
from domain.imports import ImportedMember, ImportedOrder, ImportedShipment
from domain.rating import rated
from domain.transitions import turn
from domain.values import Address, Request, RequestKey
from domain.viewer import Viewer
from domain.words import Carrier, ImportStatus, Party, RequestKind, ScanKind
from resolvers import desk, imports, requests, scans
from resolvers.context import Context
from resolvers.mutate import Write
from storage import callers, deadlines
from storage.load import load_requests
from storage.transaction import in_silence, recording, transaction
from tests.domain.story import usd
from worker.deadlines import _fire

MONDAY = datetime(2026, 6, 1, 17, tzinfo=UTC)
HOME = Address("Sam Seller", "1 Main St", None, "Springfield", "IL", "62701", "US")
SELLER, AGENT = "sam", "ada"
T = TypeVar("T")


@dataclass
class Town:
    """Everyone acts at `at`, each call in a transaction of its own."""

    engine: AsyncEngine
    at: datetime = MONDAY
    orders: int = 0
    buyer: str = ""
    parcel: str = ""
    order_name: str = ""

    def __post_init__(self) -> None:
        self._company = Company()

    async def found(self) -> None:
        """Let there be an agent of Support, and a seller who has sold something."""
        async with self.engine.begin() as connection:
            await callers.ensure_agent(connection, AGENT, at=self.at)
        await self.buys()
        await self.calls(Party.SELLER, lambda write: desk.update_return_address(write, HOME))

    async def buys(self) -> tuple[int, int]:
        """Let another buyer buy something; give the order's key."""
        self.orders += 1
        self.at = MONDAY
        self.buyer, self.parcel = f"buyer{self.orders}", f"PARCEL{self.orders}"
        self.order_name = f"order{self.orders}"
        row = _order(self.order_name, self.buyer, self.parcel)
        result = (await self.calls(Party.CARRIER, lambda write: imports.import_orders(write, {0: row}, {})))[
            0
        ]
        assert result["status"] is ImportStatus.CREATED, result
        seller_id, order_id = result["order"]
        return seller_id, order_id

    async def opens(self, order: tuple[int, int], command: Open) -> RequestKey:
        """Let the buyer ask: on the day of buying for a cancellation, a week later for help."""
        if command.kind is RequestKind.SUPPORT:
            self.at += timedelta(days=7)
        receipt = await self.calls(Party.BUYER, lambda write: requests.open_request(write, *order, command))
        return RequestKey(*receipt["request"])

    async def calls(self, by: Party, use_case: Callable[[Write], Awaitable[T]]) -> T:
        """Run a use case as this party; a refusal leaves nothing behind."""
        async with self.engine.connect() as connection:
            viewer = await self._viewer(by)
            async with connection.begin(), recording(connection):
                moment = Moment(
                    connection, viewer, Context(self.engine, viewer, NoLinks(), sandbox=False), self.at
                )
                return await use_case(moment)

    async def scanned(self, carrier: Carrier, number: str, kind: ScanKind, *, ago: timedelta) -> ImportStatus:
        """Let a carrier report what it saw a while ago."""
        seen = scans.Scan(0, carrier, number, kind, self.at - ago, place=None)
        result = (await self.calls(Party.CARRIER, lambda write: scans.report_scans(write, [seen])))[0]
        status: ImportStatus = result["status"]
        return status

    async def delivers(self, kind: ScanKind) -> None:
        """Let the order's own parcel be scanned now."""
        assert await self.scanned(Carrier.USPS, self.parcel, kind, ago=timedelta()) is ImportStatus.CREATED

    async def fires(self) -> bool:
        """Let a worker fire the deadline that is due first; whether there was one."""
        async with transaction(self.engine, in_silence) as connection:
            due = await deadlines.claim_due(connection, self.at)
            return due is not None and await _fire(connection, due.request, self.at) == 1

    async def loads(self, key: RequestKey) -> Request:
        """Give a request as it is kept."""
        async with self.engine.connect() as connection:
            return (await load_requests(connection, [key]))[key]

    async def with_parcel(self, request: Request) -> Request:
        """Give a request with what is kept of its order: the instants of its parcel, and of a chargeback."""
        kept = (await self.loads(request.key)).order
        order = replace(request.order, shipment=kept.shipment, charged_back_at=kept.charged_back_at)
        return replace(request, order=order)

    async def thread_of(self, key: RequestKey) -> tuple[int, int]:
        """Give the key of a request's thread."""
        thread = sa.text("SELECT thread_id FROM requests WHERE (seller_id, number) = (:seller_id, :number)")
        async with self.engine.connect() as connection:
            named = {"seller_id": key.seller_id, "number": key.number}
            return key.seller_id, (await connection.execute(thread, named)).scalar_one()

    async def broken_promises(self) -> list[str]:
        """Give the promises about rows that do not hold."""
        async with self.engine.connect() as connection:
            return await violations(connection)

    async def _viewer(self, by: Party) -> Viewer:
        if by not in {Party.BUYER, Party.SELLER, Party.SUPPORT}:
            return PLATFORM
        async with self.engine.connect() as connection:
            if by is Party.SUPPORT:
                return await self._company.agent(connection, AGENT)
            name = self.buyer if by is Party.BUYER else SELLER
            viewer = await self._company.member(connection, name)
            assert viewer is not None
            return viewer


async def shown(town: Town, request: Request) -> None:
    """Both inboxes show the request as it stands, and its rating is kept as the value says."""
    entries = sa.text(
        "SELECT account_id, entries.status, entries.due_at FROM inbox_entries entries JOIN requests"
        " ON (requests.seller_id, requests.thread_id) = (entries.owner_id, entries.thread_id)"
        " WHERE requests.seller_id = :seller_id AND number = :number"
    )
    named = {"seller_id": request.key.seller_id, "number": request.key.number}
    async with town.engine.connect() as connection:
        rows = {row.account_id: (row.status, row.due_at) for row in await connection.execute(entries, named)}
    sides = {Party.BUYER: request.order.buyer_id, Party.SELLER: request.order.seller_id}
    assert rows == {
        account: (request.status, request.due_at if turn(request) is party else None)
        for party, account in sides.items()
    }
    await _rating_is_kept(town, request)


async def _rating_is_kept(town: Town, request: Request) -> None:
    """The columns that ratings are summed from say what the domain says of the request."""
    columns = sa.text(
        "SELECT rating_counted, rating_because, rating_signals, rating_positive, rating_negative"
        " FROM requests WHERE (seller_id, number) = (:seller_id, :number)"
    )
    named = {"seller_id": request.key.seller_id, "number": request.key.number}
    async with town.engine.connect() as connection:
        kept = tuple((await connection.execute(columns, named)).one())
    if request.closed_at is None:
        assert kept == (None, None, None, 0, 0)
    else:
        said = rated(request)
        assert kept == (said.counted, said.because, list(said.signals), said.positive, said.negative)


def _order(name: str, buyer: str, parcel: str) -> ImportedOrder:
    granted = datetime(2026, 1, 1, tzinfo=UTC)
    seller = ImportedMember(SELLER, "Sam", None, "US", granted)
    return ImportedOrder(
        external_id=name,
        placed_at=MONDAY,
        title="Blue vintage lamp",
        description=None,
        condition=None,
        category="Home",
        consumable=False,
        quantity=1,
        photos=(),
        buyer=replace(seller, username=buyer, display_name="Bea", access_granted_at=None),
        seller=seller,
        price=usd(10_000),
        tax=usd(800),
        shipping=usd(700),
        commission=usd(800),
        processing_fee=usd(365),
        show=None,
        shipment=ImportedShipment(parcel, Carrier.USPS, parcel, True, None, HOME),
    )
