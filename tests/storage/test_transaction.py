"""A transaction whose database goes away says so, and nothing else."""

from collections.abc import Awaitable, Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.connection import Connection
from storage.engine import is_away
from storage.transaction import in_silence, savepoint, transaction


async def in_the_midst(engine: AsyncEngine) -> None:
    async with transaction(engine, in_silence) as connection:
        await lose(engine, connection)
        await connection.execute(sa.text("SELECT 1"))


async def behind_a_savepoint(engine: AsyncEngine) -> None:
    async with transaction(engine, in_silence) as connection, savepoint(connection):
        await lose(engine, connection)
        await connection.execute(sa.text("SELECT 1"))


async def before_the_commit(engine: AsyncEngine) -> None:
    async with transaction(engine, in_silence) as connection:
        await lose(engine, connection)


async def lose(engine: AsyncEngine, connection: Connection) -> None:
    """End the connection from the other side."""
    pid = (await connection.execute(sa.text("SELECT pg_backend_pid()"))).scalar_one()
    async with engine.connect() as other:
        await other.execute(sa.text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})


@pytest.mark.parametrize("moment", [in_the_midst, behind_a_savepoint, before_the_commit])
async def test_a_lost_connection_shows_as_a_database_that_is_away(
    engine: AsyncEngine, moment: Callable[[AsyncEngine], Awaitable[None]]
) -> None:
    with pytest.raises(Exception) as lost:
        await moment(engine)
    assert is_away(lost.value), repr(lost.value)
