"""Deadlines: each fires once, at its own instant and in order, whoever works, and no other waits for it."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

import worker.deadlines
from domain import commands as c
from domain.decide import decide
from domain.values import RequestKey
from domain.words import Party, RequestOutcome, RequestStatus
from storage import clock
from storage.deadlines import hold_clock
from storage.engine import make_engine
from storage.load import lock_request
from storage.save import save
from tests.storage.market import Market, usd, waiting
from worker.deadlines import advance, fire_due
from worker.loop import run

PATIENCE_SECONDS = 60
"""After this a test that waits gives up; nothing is measured by it."""


@pytest.fixture
async def market(engine: AsyncEngine) -> Market:
    async with engine.connect() as connection:
        return Market(engine, at=await clock.now(connection) - timedelta(hours=1))


async def several(market: Market, number: int) -> list[RequestKey]:
    """Requests declined an hour apart: each closes when the buyer's days to escalate are over."""
    keys = []
    for place in range(number):
        key = await market.asked(f"O-{place}")
        market.later(minutes=1)
        await market.act(key, Party.SELLER, c.ExplainNoRefund("It is as described."))
        keys.append(key)
    return keys


async def test_advancing_the_clock_fires_every_deadline_on_the_way_at_its_own_instant(market: Market) -> None:
    keys = await several(market, 3)
    due = [(await market.load(key)).due_at for key in keys]
    now, fired = await advance(market.engine, timedelta(days=14))
    assert fired == 3
    assert now > market.at + timedelta(days=14)
    for key, due_at in zip(keys, due, strict=True):
        request = await market.load(key)
        assert (request.outcome, request.closed_at) == (RequestOutcome.NOT_REFUNDED, due_at)
    ordered = await market.run(
        "SELECT request_number FROM timeline WHERE outcome IS NOT NULL ORDER BY at, ctid"
    )
    assert [number for (number,) in ordered] == [key.number for key in keys]


async def test_a_deadline_that_another_one_starts_fires_on_the_same_way(market: Market) -> None:
    key = await market.asked()
    await market.act(key, Party.SELLER, c.OfferPartialRefund(usd(1_000)))
    _, fired = await advance(market.engine, timedelta(days=20))
    request = await market.load(key)
    assert (fired, request.outcome) == (2, RequestOutcome.BUYER_UNRESPONSIVE)
    assert [offer.status.value for offer in request.offers] == ["EXPIRED"]


async def test_the_clock_that_moves_shows_each_instant_on_its_way(market: Market, monkeypatch: Any) -> None:
    await several(market, 2)
    seen: list[datetime] = []
    real = save

    async def saving(connection: Any, before: Any, decision: Any, *, actor_id: int | None) -> None:
        seen.append(await clock.now(connection))
        await real(connection, before, decision, actor_id=actor_id)

    monkeypatch.setattr(worker.deadlines, "save", saving)
    due = [(await market.load(RequestKey(market.accounts["sam"], number))).due_at for number in (1, 2)]
    await advance(market.engine, timedelta(days=14))
    late = [at - due_at for at, due_at in zip(seen, due, strict=True) if due_at]
    assert [timedelta(0) <= each < timedelta(seconds=5) for each in late] == [True, True]


async def test_several_workers_fire_each_deadline_once(market: Market, database_url: str) -> None:
    await several(market, 12)
    await market.set_clock(market.at + timedelta(days=14))
    engines = [make_engine(database_url) for _ in range(3)]
    fired = await asyncio.gather(*(fire_due(engine) for engine in engines for _ in range(2)))
    await asyncio.gather(*(engine.dispose() for engine in engines))
    assert sum(fired) == 12
    assert await market.run("SELECT count(*) FROM timeline WHERE outcome = 'NOT_REFUNDED'") == [(12,)]
    assert await market.run("SELECT count(*) FROM deadlines") == [(0,)]


async def test_one_that_throws_is_kept_with_its_error_and_tried_again_later(
    market: Market, monkeypatch: Any
) -> None:
    first, second = await several(market, 2)
    real = decide

    def breaking(request: Any, *rest: Any, **named: Any) -> Any:
        if request.key == first:
            raise RuntimeError("the sky fell")
        return real(request, *rest, **named)

    await market.set_clock(market.at + timedelta(days=14))
    monkeypatch.setattr(worker.deadlines, "decide", breaking)
    assert await fire_due(market.engine) == 1
    assert (await market.load(second)).status is RequestStatus.CLOSED
    assert (await market.load(first)).status is RequestStatus.DECLINED
    kept = await market.run("SELECT attempts, last_error LIKE '%the sky fell%' FROM deadlines")
    assert kept == [(1, True)]
    assert await fire_due(market.engine) == 0, "it waits before it is tried again"
    await advance(market.engine, timedelta(seconds=11))
    assert await market.run("SELECT attempts FROM deadlines") == [(2,)]
    monkeypatch.undo()
    _, fired = await advance(market.engine, timedelta(seconds=21))
    request = await market.load(first)
    assert (fired, request.outcome) == (1, RequestOutcome.NOT_REFUNDED)
    assert request.closed_at == request.updated_at


async def test_a_command_that_comes_later_settles_what_was_due(market: Market) -> None:
    key = await market.asked()
    offered = await market.act(key, Party.SELLER, c.OfferPartialRefund(usd(1_000)))
    assert offered.due_at
    market.at = offered.due_at + timedelta(minutes=1)
    asked = await market.act(key, Party.SUPPORT, c.TakeOver("Let us see."))
    assert asked.status is RequestStatus.UNDER_REVIEW
    kinds = await market.run("SELECT to_status FROM timeline WHERE kind = 'STATUS_CHANGE' ORDER BY number")
    assert [status for (status,) in kinds][-2:] == ["AWAITING_BUYER", "UNDER_REVIEW"]


async def test_the_loop_fires_what_is_due_and_stops_when_told(market: Market) -> None:
    (key,) = await several(market, 1)
    stop = asyncio.Event()
    working = asyncio.create_task(run(market.engine, stop))
    async with asyncio.timeout(PATIENCE_SECONDS):
        await market.set_clock(market.at + timedelta(days=14))
        while (await market.load(key)).status is not RequestStatus.CLOSED:
            pass
        stop.set()
        await working
    assert (await market.load(key)).outcome is RequestOutcome.NOT_REFUNDED


async def test_no_worker_fires_while_the_clock_is_moved(market: Market) -> None:
    await several(market, 1)
    async with market.transaction() as connection:
        await hold_clock(connection)
        await market.set_clock(market.at + timedelta(days=14))
        assert await fire_due(market.engine) == 0
    assert await fire_due(market.engine) == 1


async def test_the_clock_that_moves_waits_for_whoever_has_a_request_on_its_way(market: Market) -> None:
    (key,) = await several(market, 1)
    async with market.transaction() as connection:
        await lock_request(connection, key)
        advancing = asyncio.create_task(advance(market.engine, timedelta(days=14)))
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await waiting(market.engine):
                assert not advancing.done()
    _, fired = await advancing
    assert (fired, (await market.load(key)).status) == (1, RequestStatus.CLOSED)
