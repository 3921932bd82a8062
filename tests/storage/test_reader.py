"""Hot reads share a few connections, and none of them is lost or left in doubt by what goes wrong on it."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.engine import make_engine
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


async def test_who_goes_away_leaves_a_connection_to_the_others(alone: Reader, engine: AsyncEngine) -> None:
    async with engine.connect() as holder:
        await holder.execute(sa.text(LOCKED))
        first = asyncio.create_task(alone.run(LOCKED, ()))
        while not (await reader_of(engine).run(WAITING, ()))[0]["waiting"]:
            pass
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
