"""Rings by PostgreSQL's LISTEN and NOTIFY, on a connection of the doorbell's own.

Decides how the database is called and how a dead connection is found out. The connection is never one of the
pool's: it listens for as long as the process lives, and a ring takes part in nobody's transaction. It needs a
session, so a pooler in between that lends connections by the transaction will not do.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, NoReturn

import asyncpg
from sqlalchemy import make_url

from realtime.backends.line import PATIENCE_SECONDS, PROBE_EVERY_SECONDS, Call, Hear
from realtime.rings import read

FAREWELL_SECONDS = 1.0
SESSION = {
    "application_name": "amends-doorbell",
    "synchronous_commit": "off",  # a ring leaves nothing behind that a disk would have to keep
}


@asynccontextmanager
async def dial(url: str, channel: str, hear: Hear) -> AsyncIterator[Call]:
    """Connect to the database at `url` and listen there while the block runs. Raises what asyncpg raises."""
    connection = await asyncpg.connect(**_arguments(url), timeout=PATIENCE_SECONDS, server_settings=SESSION)
    try:
        call = _PostgresCall(connection, channel)
        async with asyncio.timeout(PATIENCE_SECONDS):
            await connection.add_listener(channel, lambda *heard: hear(read(heard[-1])))
        yield call
    finally:
        with suppress(Exception):  # a dead connection takes no farewell; closing then drops it
            async with asyncio.timeout(FAREWELL_SECONDS):
                await connection.close()


class _PostgresCall:
    def __init__(self, connection: Any, channel: str) -> None:
        self._connection = connection
        self._channel = channel
        self._alone = asyncio.Lock()
        self._ended = asyncio.Event()
        connection.add_termination_listener(lambda _: self._ended.set())

    async def send(self, message: str) -> None:
        """Notify everyone, in a transaction of its own."""
        await self._run("SELECT pg_notify($1, $2)", self._channel, message)

    async def outlast(self) -> NoReturn:
        """Ask now and then: a connection whose network is gone does not say so itself."""
        while not await self._has_ended():
            await self._run("SELECT 1")
        raise ConnectionError("the database ended the connection")

    async def _run(self, statement: str, *arguments: str) -> None:
        async with self._alone:
            await self._connection.execute(statement, *arguments, timeout=PATIENCE_SECONDS)

    async def _has_ended(self) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(PROBE_EVERY_SECONDS):
                await self._ended.wait()
        return self._ended.is_set()


def _arguments(url: str) -> dict[str, Any]:
    """Read a URL as the pool does: sockets, several hosts and TLS are spelled alike."""
    parts = make_url(url).set(drivername="postgresql+asyncpg")
    _, arguments = parts.get_dialect()().create_connect_args(parts)
    return {name: value for name, value in arguments.items() if not name.startswith("prepared_statement_")}
