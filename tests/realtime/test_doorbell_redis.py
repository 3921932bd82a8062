"""The doorbell over Redis: a broker that stops, starts late or falls silent costs delay alone."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from realtime.backends import redis as broker
from realtime.doorbell import CHANNEL, Doorbell, make_doorbell
from realtime.rings import MOST_NAMES
from tests.realtime.bells import RedisServer, becomes, listen, redis_binary


@pytest.fixture
async def stopped(tmp_path: Path) -> AsyncIterator[RedisServer]:
    redis_binary()
    server = RedisServer(tmp_path)
    yield server
    await server.stop()


@pytest.fixture
async def server(stopped: RedisServer) -> RedisServer:
    await stopped.start()
    return stopped


def hung(server: RedisServer) -> Doorbell:
    return make_doorbell(server.url, "")


async def test_a_ring_is_heard_on_every_doorbell_its_own_included(server: RedisServer) -> None:
    async with hung(server) as one, hung(server) as other:
        await asyncio.gather(listen(one, "*"), listen(other, "*"))
        one.ring(["a12"])
        await asyncio.gather(listen(one, "a12"), listen(other, "a12"))
        other.ring(["r12-5", "q"])
        await asyncio.gather(listen(one, "r12-5", "q"), listen(other, "r12-5", "q"))


async def test_many_rings_at_once_travel_as_few(server: RedisServer) -> None:
    async with hung(server) as one, hung(server) as other:
        await asyncio.gather(listen(one, "*"), listen(other, "*"))

        async def ring(number: int) -> None:
            for _ in range(100):
                one.ring([f"a{number}"])
                await asyncio.sleep(0)

        await asyncio.gather(*(ring(number) for number in range(50)))
        handfuls = await listen(other, *(f"a{number}" for number in range(50)))
        assert "*" not in frozenset().union(*handfuls)
        assert len(handfuls) < 200


async def test_rings_go_on_while_redis_is_stopped_and_everyone_looks_when_it_is_back(
    server: RedisServer,
) -> None:
    with capture_logs() as lines:
        async with hung(server) as one, hung(server) as other:
            await asyncio.gather(listen(one, "*"), listen(other, "*"))
            await server.stop()
            await becomes(lambda: not one.connected and not other.connected)
            one.ring(["a12"])
            await server.start()
            # what was kept is sent once it listens itself; the other may be later, and then hears `*`
            await asyncio.gather(listen(one, "*", "a12"), listen(other, "*"))
            one.ring(["later"])
            await asyncio.gather(listen(one, "later"), listen(other, "later"))
            assert one.connected
    told = [entry["event"] for entry in lines]
    assert sorted(told) == ["doorbell_back"] * 2 + ["doorbell_lost"] * 2


async def test_a_start_without_redis_is_no_failure_and_heals(stopped: RedisServer) -> None:
    with capture_logs() as lines:
        async with hung(stopped) as bell:
            await becomes(lambda: bool(lines))
            assert not bell.connected
            bell.ring(["a12"])
            await stopped.start()
            await listen(bell, "*", "a12")
    assert [entry["event"] for entry in lines] == ["doorbell_lost", "doorbell_back"]


async def test_what_is_kept_while_redis_is_away_stays_small(stopped: RedisServer) -> None:
    async with hung(stopped) as bell:
        for number in range(20 * MOST_NAMES):
            bell.ring([f"a{number}"])
            if number % 10 == 0:
                await asyncio.sleep(0)  # so that some are on their way
        assert len(bell._rung._names) + len(bell._backend._unsent._names) <= 2 * MOST_NAMES  # type: ignore[attr-defined]  # it is a Line
        await stopped.start()
        async with hung(stopped) as other:
            await listen(bell, "*")
            await listen(other, "*")
            bell.ring(["later"])
            await asyncio.gather(listen(bell, "later"), listen(other, "later"))


async def test_a_redis_that_no_longer_answers_is_given_up(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker, "PROBE_EVERY_SECONDS", 0.1)
    monkeypatch.setattr(broker, "PATIENCE_SECONDS", 0.5)
    async with hung(server) as bell:
        await listen(bell, "*")
        os.kill(server.pid, signal.SIGSTOP)
        try:
            await becomes(lambda: not bell.connected)
            bell.ring(["a12"])
        finally:
            os.kill(server.pid, signal.SIGCONT)
        await listen(bell, "*", "a12")


async def test_a_quiet_line_is_kept(server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker, "PROBE_EVERY_SECONDS", 0.01)
    with capture_logs() as lines:
        async with hung(server) as bell, Redis.from_url(server.url) as client:
            await listen(bell, "*")

            async def was_asked_often() -> bool:
                calls = (await client.info("commandstats")).get("cmdstat_ping", {"calls": 0})["calls"]
                return bool(calls >= 20)

            await becomes(was_asked_often)
            bell.ring(["a12"])
            assert await listen(bell, "a12") == [{"a12"}]
    assert lines == []


async def test_what_others_publish_there_harms_nobody(server: RedisServer) -> None:
    async with hung(server) as bell, Redis.from_url(server.url) as client:
        await listen(bell, "*")
        await client.publish(CHANNEL, b"\xff\x00 " + b"x" * 100_000)
        await client.publish(CHANNEL, b"")
        await client.publish(CHANNEL, b"a12")
        await listen(bell, "*", "a12")
