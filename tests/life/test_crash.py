"""Killed in the midst of it, started again: what was answered stays done, once; no deadline is lost."""

import asyncio
import os
import random
import signal
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from storage.engine import make_engine
from tests.life.mortal import MortalWorld, Server
from tests.schema.asking import REQUEST
from tests.schema.world import World, usd

Steps = Callable[["Customer"], Awaitable[None]]


class Customer:
    """One order's people; whatever they ask carries a key, and is remembered to be asked again."""

    def __init__(self, world: MortalWorld, name: str, order: dict[str, Any]) -> None:
        self.world = world
        self.name = name
        self.order = order
        self.request: dict[str, Any] = {}
        self.asked: list[Callable[[], Awaitable[Any]]] = []

    async def lives(self, steps: Steps) -> None:
        help_wanted = {"orderId": self.order["id"], "reason": "DEFECTIVE", "description": "Broken."}
        self.request = await self.ask("openSupportRequest", "buyer", **help_wanted)
        await self.ask("sendMessage", "seller", "message { number }", threadId=self.thread, body="Hello.")
        await steps(self)

    @property
    def thread(self) -> str:
        thread: str = self.request["thread"]["id"]
        return thread

    async def ask(self, mutation: str, who: str, returns: str = REQUEST, /, **fields: Any) -> Any:
        key = f"{self.name}, {len(self.asked) + 1}"
        call = partial(
            self.world.ok, mutation, getattr(self.world, who), returns, idempotencyKey=key, **fields
        )
        self.asked.append(call)
        return await call()

    async def act(self, mutation: str, who: str, **fields: Any) -> None:
        self.request = await self.ask(mutation, who, requestId=self.request["id"], **fields)

    async def scan(self, parcel: dict[str, Any], kind: str) -> None:
        at = (await self.world.now()).isoformat()
        seen = {
            "carrier": parcel["carrier"],
            "trackingNumber": parcel["trackingNumber"],
            "kind": kind,
            "at": at,
        }
        (result,) = await self.ask("reportScans", "platform", "results { status }", scans=[seen])
        assert result == {"status": "CREATED"}


async def refunded(customer: Customer) -> None:
    await customer.act("refundInFull", "seller")


async def offered_and_accepted(customer: Customer) -> None:
    await customer.act("offerPartialRefund", "seller", amount=usd("30.00"))
    await customer.act("acceptOffer", "buyer", offerId=customer.request["offers"][0]["id"])


async def offered_in_vain(customer: Customer) -> None:
    await customer.act("offerPartialRefund", "seller", amount=usd("30.00"))


async def returned_in_silence(customer: Customer) -> None:
    await customer.act("refundOnReturn", "seller")
    parcel = customer.request["returnShipment"]
    await customer.scan(parcel, "ACCEPTED")
    await customer.scan(parcel, "DELIVERED")


async def never_sent_back(customer: Customer) -> None:
    await customer.act("refundOnReturn", "seller")


async def overturned(customer: Customer) -> None:
    await customer.act("explainNoRefund", "seller", message="No.")
    await customer.act("escalateRequest", "buyer", text="Yes.")
    await customer.act("ruleOnRequest", "support", decision="REFUND", fundedBy="SELLER", text="Yes.")


async def left_unasked(customer: Customer) -> None:
    await customer.act("explainNoRefund", "seller", message="No.")


async def asked_in_vain(customer: Customer) -> None:
    await customer.act("askForDetails", "seller", message="Which?")


async def forgotten(_: Customer) -> None:
    """Nobody does anything."""


LIVES: dict[Steps, str] = {
    refunded: "REFUNDED",
    offered_and_accepted: "PARTIALLY_REFUNDED",
    offered_in_vain: "BUYER_UNRESPONSIVE",
    returned_in_silence: "REFUNDED_AFTER_RETURN",
    never_sent_back: "RETURN_NOT_SENT",
    overturned: "REFUNDED",
    left_unasked: "NOT_REFUNDED",
    asked_in_vain: "BUYER_UNRESPONSIVE",
    forgotten: "LAPSED",
}
"""What people do, and how the request ends once every clock has run out."""


async def test_what_was_answered_is_done_once_and_no_deadline_is_lost_when_the_server_is_killed(
    database_url: str, tmp_path: Path
) -> None:
    environment = {"AMENDS_DATABASE_URL": database_url, "AMENDS_DATA_DIR": str(tmp_path)}
    async with marketplace(database_url, partial(Server, environment)) as (world, orders):
        await live_and_die(world, orders, seed=1, deaths=2)


async def test_the_same_when_the_database_is_killed_with_it() -> None:
    with tempfile.TemporaryDirectory(prefix="amends-crash-", dir="/tmp") as name:
        folder = Path(name) / "data"
        start = partial(Server, {"AMENDS_DATA_DIR": str(folder)})
        url = f"postgresql+asyncpg://postgres@/amends?host={folder / 'postgres'}"
        async with marketplace(url, start) as (world, orders):
            world.also_kill = partial(kill_postmaster, folder / "postgres")
            await live_and_die(world, orders, seed=2, deaths=1)


def kill_postmaster(pgdata: Path) -> None:
    os.kill(int((pgdata / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)


@asynccontextmanager
async def marketplace(
    url: str, start: Callable[[], Server]
) -> AsyncIterator[tuple[MortalWorld, list[dict[str, Any]]]]:
    engine = make_engine(url, pool_size=4)
    world = MortalWorld(engine, start=start, server=await asyncio.to_thread(start))
    try:
        settled = await World.open(engine)
        orders = [await settled.delivered_order() for _ in LIVES]
        world.buyer, world.seller, world.support = settled.buyer, settled.seller, settled.support
        yield world, orders
    finally:
        await world.close()
        await engine.dispose()


async def live_and_die(world: MortalWorld, orders: list[dict[str, Any]], *, seed: int, deaths: int) -> None:
    dice = random.Random(seed)  # noqa: S311 a repeatable one is wanted
    customers = [Customer(world, steps.__name__, order) for steps, order in zip(LIVES, orders, strict=True)]

    world.dies_after = [dice.randint(3, 20) for _ in range(deaths)]
    await asyncio.gather(*(customer.lives(steps) for customer, steps in zip(customers, LIVES, strict=True)))
    await let_the_clocks_run_out(world, dice)

    assert world.deaths == deaths + 1
    assert await world.broken_promises() == []
    ends = {customer.name: (await world.request(customer.request["id"]))["outcome"] for customer in customers}
    assert ends == {customer.name: LIVES[steps] for customer, steps in zip(customers, LIVES, strict=True)}
    assert await world.count("deadlines") == 0
    # each at its own instant; but for a parcel's first scan a day more is waited
    assert await world.count("timeline", "kind = 'DEADLINE_MISSED' AND at <> due_at") == 1
    assert await world.count("messages", "body = 'Hello.'") == len(customers)
    assert await world.count("refunds") == await world.count("requests", "funded_by = 'SELLER'") == 4
    before = await world.snapshot()
    await asyncio.gather(*(call() for customer in customers for call in customer.asked))
    assert await world.snapshot() == before


async def let_the_clocks_run_out(world: MortalWorld, dice: random.Random) -> None:
    """Move the clock beyond every deadline; the server dies on the way."""
    moving = asyncio.create_task(
        world.ok("advanceTestClock", world.support, "fired", by="P60D", idempotencyKey="the clock")
    )
    left = await world.count("deadlines") - dice.randint(1, 5)
    while await world.count("deadlines") > left:
        assert not moving.done()
    await world.die()
    await moving
