"""Hot reads share a few connections, and none of them is lost or left in doubt by what goes wrong on it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.engine import make_engine
from storage.lines import Lines
from storage.reads.reader import Reader, reader_of

ONE = 1
PID = "SELECT pg_backend_pid() AS pid"
LOCKED = "SELECT pg_advisory_xact_lock(7)"
WAITING = "SELECT count(*) AS waiting FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


@pytest.fixture
async def alone(database_url: str) -> AsyncIterator[Reader]:
    """Give a reader with one connection."""
    engine = make_engine(database_url, pool_size=ONE)
    yield reader_of(engine)
    await engine.dispose()


@pytest.fixture
async def pair(database_url: str) -> AsyncIterator[Reader]:
    """Give a reader with two connections at most."""
    engine = make_engine(database_url, pool_size=2)
    yield reader_of(engine)
    await engine.dispose()


async def pid(reader: Reader) -> int:
    [record] = await reader.run(PID, ())
    found: int = record["pid"]
    return found


async def test_reads_side_by_side_wait_for_the_connections_there_are(alone: Reader) -> None:
    assert len(set(await asyncio.gather(*(pid(alone) for _ in range(20))))) == ONE


async def test_what_the_database_refuses_costs_no_connection(alone: Reader) -> None:
    before = await pid(alone)
    with pytest.raises(asyncpg.DivisionByZeroError):
        await alone.run("SELECT 1 / $1::int", (0,))
    assert await pid(alone) == before


async def test_a_connection_that_was_ended_is_replaced(alone: Reader, engine: AsyncEngine) -> None:
    before = await pid(alone)
    await reader_of(engine).run("SELECT pg_terminate_backend($1)", (before,))

    async def is_another() -> bool:
        try:
            return await pid(alone) != before
        except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError):
            return False

    while not await is_another():
        pass


async def _blocked(reader: Reader, engine: AsyncEngine) -> asyncio.Task[Any]:
    """Begin a read that waits for a lock."""
    task = asyncio.create_task(reader.run(LOCKED, ()))
    while not (await reader_of(engine).run(WAITING, ()))[0]["waiting"]:
        pass
    return task


async def test_who_waits_has_the_first_that_is_free_though_another_is_being_opened(
    pair: Reader, engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    only = await pid(pair)
    may_open, connect = asyncio.Event(), Lines._connect

    async def once_it_may(lines: Lines) -> Any:
        await may_open.wait()
        return await connect(lines)

    async with engine.connect() as holder:
        await holder.execute(sa.text(LOCKED))
        first = await _blocked(pair, engine)
        monkeypatch.setattr(Lines, "_connect", once_it_may)
        others = [asyncio.create_task(pid(pair)) for _ in range(3)]  # more than there are connections
        await asyncio.sleep(0)
    await first
    assert [await each for each in others] == [only] * 3
    may_open.set()


async def test_who_waits_for_long_has_another_opened(pair: Reader, engine: AsyncEngine) -> None:
    only = await pid(pair)
    async with engine.connect() as holder:
        await holder.execute(sa.text(LOCKED))
        first = await _blocked(pair, engine)
        assert await pid(pair) != only
        assert not first.done()
    await first


async def test_where_none_can_be_opened_all_are_told(unused_tcp_port: int) -> None:
    engine = make_engine(f"postgresql://nobody@127.0.0.1:{unused_tcp_port}/none", pool_size=2)
    told = await asyncio.gather(*(pid(reader_of(engine)) for _ in range(7)), return_exceptions=True)
    assert {type(each) for each in told} == {ConnectionRefusedError}
    with pytest.raises(ConnectionRefusedError):
        await pid(reader_of(engine))
    await engine.dispose()


async def test_who_goes_away_leaves_a_connection_to_the_others(alone: Reader, engine: AsyncEngine) -> None:
    async with engine.connect() as holder:
        await holder.execute(sa.text(LOCKED))
        first = await _blocked(alone, engine)
        second = asyncio.create_task(pid(alone))
        third = asyncio.create_task(pid(alone))
        await asyncio.sleep(0)
        second.cancel()
        first.cancel()
        assert await third > 0


async def test_a_statement_on_tables_that_have_changed_is_prepared_anew(
    alone: Reader, engine: AsyncEngine
) -> None:
    other = reader_of(engine)
    await other.run("CREATE TABLE changing AS SELECT 1 AS a", ())
    assert [dict(each) for each in await alone.run("SELECT * FROM changing", ())] == [{"a": 1}]
    await other.run("ALTER TABLE changing ADD COLUMN b int", ())
    with pytest.raises(asyncpg.InvalidCachedStatementError):
        await alone.run("SELECT * FROM changing", ())
    assert [dict(each) for each in await alone.run("SELECT * FROM changing", ())] == [{"a": 1, "b": None}]
    await other.run("DROP TABLE changing", ())
