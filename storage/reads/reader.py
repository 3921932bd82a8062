"""Hot reads: statements that SQLAlchemy has written once, run by asyncpg as they are.

Decides how many connections a process reads by, their own ones, and that they keep nothing between two
reads: each is one statement. Knows no table.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from typing import Any, Final
from weakref import WeakKeyDictionary

import asyncpg
import orjson
from sqlalchemy import Engine, event
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.engine import SESSION
from storage.prepared import Prepared

STATEMENTS_KEPT: Final = 500  # prepared, by each connection
READING: Final = SESSION | {"plan_cache_mode": "force_generic_plan"}
"""To plan a statement that joins ten tables takes longer than to run it, and its values change nothing."""


Listener = Callable[[str, Sequence[Any]], None]
"""Hears a statement and its parameters."""


class Reader:
    """The connections that one process reads one database by."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.kept: dict[Any, Any] = {}
        """What is remembered of this database for as long as the process reads it."""
        self._engine = engine.sync_engine
        self._pool: Awaitable[asyncpg.Pool[asyncpg.Record]] | None = None
        self._open: asyncpg.Pool[asyncpg.Record] | None = None
        self._listeners: list[Listener] = []
        event.listen(self._engine, "engine_disposed", self._close)

    async def fetch(self, statement: Prepared, given: Mapping[str, Any]) -> list[asyncpg.Record]:
        """Run a statement; give its records."""
        return await self.run(statement.text, statement.arguments(given))

    async def run(self, text: str, arguments: Sequence[Any]) -> list[asyncpg.Record]:
        """Run a statement's words with what they are given in order; give its records."""
        for listener in self._listeners:
            listener(text, arguments)
        pool = self._open or await self._opened()
        async with pool.acquire() as connection:
            found: list[asyncpg.Record] = await connection.fetch(text, *arguments)
            return found

    def listen(self, listener: "Listener") -> Callable[[], None]:
        """Tell of each statement from now on; gives what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def _opened(self) -> "asyncpg.Pool[asyncpg.Record]":
        if self._pool is None:
            self._pool = asyncio.ensure_future(self._opening())
        return await asyncio.shield(self._pool)  # one asker that goes away must not take it from the others

    async def _opening(self) -> "asyncpg.Pool[asyncpg.Record]":
        url = self._engine.url
        _, options = self._engine.dialect.create_connect_args(url)
        pool = await asyncpg.create_pool(
            **options,
            min_size=0,
            max_size=self._engine.pool.size(),  # type: ignore[attr-defined]  # of the pool that engines have
            max_inactive_connection_lifetime=0,
            statement_cache_size=STATEMENTS_KEPT,
            max_cached_statement_lifetime=0,
            server_settings=READING,
            init=_teach,
            reset=_leave_as_it_is,
        )
        self._open = pool
        return pool

    def _close(self, _: object) -> None:
        if self._open is not None:
            self._open.terminate()
        self._open = self._pool = None


_readers: MutableMapping[Engine, Reader] = WeakKeyDictionary()


def reader_of(engine: AsyncEngine) -> Reader:
    """The reader of an engine's database, made when first asked for; it ends with the engine."""
    reader = _readers.get(engine.sync_engine)
    if reader is None:
        reader = _readers[engine.sync_engine] = Reader(engine)
    return reader


async def _teach(connection: Any) -> None:
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        format="binary",
        encoder=lambda value: b"\x01" + orjson.dumps(value),
        decoder=lambda data: orjson.loads(data[1:]),  # what comes first is the format's version
    )


async def _leave_as_it_is(_: Any) -> None:
    """A read leaves nothing behind."""
