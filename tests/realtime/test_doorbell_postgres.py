"""The doorbell over PostgreSQL: heard everywhere, and again after its connections were lost."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from sqlalchemy import make_url
from structlog.testing import capture_logs

from realtime.backends import line
from realtime.backends import postgres as broker
from realtime.doorbell import Doorbell, make_doorbell
from realtime.rings import MESSAGE_BYTES, MOST_NAMES
from tests.realtime.bells import becomes, listen

OURS = "application_name = 'amends-doorbell'"


async def ask(url: str, statement: str) -> list[asyncpg.Record]:
    parts = make_url(url)
    connection = await asyncpg.connect(
        user=parts.username, host=parts.query["host"], database=parts.database, timeout=10
    )
    try:
        rows: list[asyncpg.Record] = await connection.fetch(statement)
        return rows
    finally:
        await connection.close()


async def cut(url: str) -> None:
    """End the connections of every doorbell of this database."""
    rows = await ask(
        url,
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
        f"WHERE {OURS} AND datname = current_database()",
    )
    assert rows


def hung(url: str) -> Doorbell:
    return make_doorbell("postgres://", url)


async def test_a_ring_is_heard_on_every_doorbell_its_own_included(database_url: str) -> None:
    async with hung(database_url) as one, hung(database_url) as other:
        await asyncio.gather(listen(one, "*"), listen(other, "*"))
        one.ring(["a12"])
        await asyncio.gather(listen(one, "a12"), listen(other, "a12"))
        other.ring(["r12-5", "q"])
        await asyncio.gather(listen(one, "r12-5", "q"), listen(other, "r12-5", "q"))


async def test_a_database_is_named_by_its_own_url_too(database_url: str) -> None:
    named = database_url.replace("postgresql+asyncpg://", "postgres://")
    async with hung(database_url) as one, make_doorbell(named, "postgresql://elsewhere/x") as other:
        await asyncio.gather(listen(one, "*"), listen(other, "*"))
        one.ring(["a12"])
        await listen(other, "a12")


async def test_many_rings_at_once_travel_as_few(database_url: str) -> None:
    async with hung(database_url) as one, hung(database_url) as other:
        await asyncio.gather(listen(one, "*"), listen(other, "*"))

        async def ring(number: int) -> None:
            for _ in range(100):
                one.ring([f"a{number}"])
                await asyncio.sleep(0)

        await asyncio.gather(*(ring(number) for number in range(50)))
        handfuls = await listen(other, *(f"a{number}" for number in range(50)))
        assert "*" not in frozenset().union(*handfuls)
        assert len(handfuls) < 100


async def test_more_names_than_a_notification_holds_are_all_heard(database_url: str) -> None:
    async with hung(database_url) as one, hung(database_url) as other:
        await asyncio.gather(listen(one, "*"), listen(other, "*"))
        names = [f"r{10**18 + number}-{10**18}" for number in range(MOST_NAMES - 100)]
        assert sum(map(len, names)) > 3 * MESSAGE_BYTES
        one.ring(names)
        heard = await listen(other, *names)
        assert "*" not in frozenset().union(*heard)


async def test_after_a_lost_connection_everyone_is_told_to_look_and_later_rings_are_heard(
    database_url: str,
) -> None:
    with capture_logs() as lines:
        async with hung(database_url) as one, hung(database_url) as other:
            await asyncio.gather(listen(one, "*"), listen(other, "*"))
            assert one.connected
            await cut(database_url)
            await asyncio.gather(listen(one, "*"), listen(other, "*"))
            one.ring(["a12"])
            await listen(other, "a12")
            await becomes(lambda: one.connected)
    told = [entry["event"] for entry in lines]
    assert sorted(told) == ["doorbell_back"] * 2 + ["doorbell_lost"] * 2


async def test_what_is_rung_while_connections_are_cut_again_and_again_is_heard_in_the_end(
    database_url: str,
) -> None:
    async with hung(database_url) as bell:
        await listen(bell, "*")
        for number in range(4):
            bell.ring(["r12-5"])
            await cut(database_url)
            bell.ring([f"a{number}"])
            await listen(bell, "*", f"a{number}")


async def test_a_start_without_a_database_is_no_failure_and_heals(empty_database_url: str) -> None:
    later = f"{make_url(empty_database_url).database}_later"
    url = make_url(empty_database_url).set(database=later).render_as_string(hide_password=False)
    with capture_logs() as lines:
        async with hung(url) as bell:
            await becomes(lambda: bool(lines))
            assert not bell.connected
            bell.ring(["a12"])
            await ask(empty_database_url, f"CREATE DATABASE {later}")
            try:
                await listen(bell, "*", "a12")
            finally:
                await ask(empty_database_url, f"DROP DATABASE {later} WITH (FORCE)")
    assert lines[0]["event"] == "doorbell_lost"
    assert "does not exist" in lines[0]["reason"]


@asynccontextmanager
async def frozen(url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Doorbell]:
    """Give a doorbell whose connection still stands, but with nobody who answers at the other end."""
    monkeypatch.setattr(broker, "PROBE_EVERY_SECONDS", 0.1)
    async with hung(url) as bell:
        await listen(bell, "*")
        (row,) = await ask(
            url, f"SELECT pid FROM pg_stat_activity WHERE {OURS} AND datname = current_database()"
        )
        monkeypatch.setattr(broker, "PATIENCE_SECONDS", 0.5)
        os.kill(row["pid"], signal.SIGSTOP)
        try:
            yield bell
        finally:
            os.kill(row["pid"], signal.SIGCONT)


async def test_a_quiet_connection_that_no_longer_answers_is_given_up(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with frozen(database_url, monkeypatch) as bell:
        await becomes(lambda: not bell.connected)
        await listen(bell, "*")


async def test_a_ring_that_was_on_its_way_when_the_connection_died_is_rung_again(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with frozen(database_url, monkeypatch) as bell:
        assert bell.connected
        bell.ring(["a12"])
        await listen(bell, "*", "a12")


async def test_a_database_that_is_away_is_asked_less_and_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "FIRST_DELAY_SECONDS", 0.001)
    monkeypatch.setattr(line, "LONGEST_DELAY_SECONDS", 0.004)
    with capture_logs() as lines:
        bell = make_doorbell("postgres://nobody@127.0.0.1:1/nothing", "")
        async with bell:
            backend = bell._backend
            assert isinstance(backend, line.Line)
            await becomes(lambda: backend._delay == 0.004)
    assert [entry["event"] for entry in lines] == ["doorbell_lost"], "once, however often it is tried"
