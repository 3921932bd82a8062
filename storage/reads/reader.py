"""Hot reads: statements that SQLAlchemy has written once, run by asyncpg as they are.

Decides how many connections a process reads by, their own ones, and that they keep nothing between two
reads: each is one statement. Knows no table.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from typing import Any, Final
from weakref import WeakKeyDictionary

import asyncpg
import orjson
from sqlalchemy import Engine, event
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.engine import SESSION
from storage.prepared import Prepared

STATEMENTS_KEPT: Final = 500  # prepared, by each connection
STALE: Final = (asyncpg.InvalidCachedStatementError, asyncpg.OutdatedSchemaCacheError)
READING: Final = SESSION | {"plan_cache_mode": "force_generic_plan"}
"""To plan a statement that joins ten tables takes longer than to run it, and its values change nothing."""


Listener = Callable[[str, Sequence[Any]], None]
"""Hears a statement and its parameters."""


class _Line:
    """A connection, with the statements that were prepared on it."""

    __slots__ = ("_prepared", "driver")

    def __init__(self, driver: "asyncpg.Connection[asyncpg.Record]") -> None:
        self.driver = driver
        self._prepared: dict[str, Any] = {}

    async def fetch(self, text: str, arguments: Sequence[Any]) -> list[asyncpg.Record]:
        """Run a statement, prepared when it first comes."""
        statement = self._prepared.get(text)
        if statement is None:
            if len(self._prepared) >= STATEMENTS_KEPT:
                del self._prepared[next(iter(self._prepared))]
            statement = self._prepared[text] = await self.driver.prepare(text)
        try:
            found: list[asyncpg.Record] = await statement.fetch(*arguments)
        except STALE:
            self._prepared.clear()  # the tables are other than when they were prepared
            raise
        return found


class Reader:
    """The connections that one process reads one database by: opened when needed, handed on as they are."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.kept: dict[Any, Any] = {}
        """What is remembered of this database for as long as the process reads it."""
        self._engine = engine.sync_engine
        self._lines: set[_Line] = set()
        self._idle: list[_Line] = []
        self._waiting: deque[asyncio.Future[_Line | None]] = deque()
        self._open = 0
        self._listeners: list[Listener] = []
        event.listen(self._engine, "engine_disposed", self._close)

    async def fetch(self, statement: Prepared, given: Mapping[str, Any]) -> list[asyncpg.Record]:
        """Run a statement; give its records."""
        return await self.run(statement.text, statement.arguments(given))

    async def run(self, text: str, arguments: Sequence[Any]) -> list[asyncpg.Record]:
        """Run a statement's words with what they are given in order; give its records."""
        for listener in self._listeners:
            listener(text, arguments)
        line = self._idle.pop() if self._idle else await self._take()
        try:
            found = await line.fetch(text, arguments)
        except asyncpg.PostgresError:
            self._give_back(line)
            raise
        except BaseException:  # whoever asked went away, or the server did: nobody knows what comes next
            self._drop(line)
            raise
        self._give_back(line)
        return found

    def listen(self, listener: "Listener") -> Callable[[], None]:
        """Tell of each statement from now on; gives what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def _take(self) -> _Line:
        """Give a line as soon as there is one."""
        while self._open >= self._engine.pool.size():  # type: ignore[attr-defined]  # of the pool that engines have
            waiter: asyncio.Future[_Line | None] = asyncio.get_running_loop().create_future()
            self._waiting.append(waiter)
            try:
                line = await waiter
            except asyncio.CancelledError:
                if waiter.done() and not waiter.cancelled():
                    self._hand_on(waiter.result())
                raise
            if line is not None:
                return line
        self._open += 1
        try:
            line = _Line(await self._connect())
        except BaseException:
            self._open -= 1
            self._hand_on(None)
            raise
        self._lines.add(line)
        return line

    async def _connect(self) -> "asyncpg.Connection[asyncpg.Record]":
        _, options = self._engine.dialect.create_connect_args(self._engine.url)
        driver = await asyncpg.connect(**options, server_settings=READING)
        await _teach(driver)
        return driver

    def _give_back(self, line: _Line) -> None:
        if line.driver.is_closed():
            self._drop(line)
        elif self._waiting:
            self._hand_on(line)
        else:
            self._idle.append(line)

    def _hand_on(self, line: _Line | None) -> None:
        """Give a line, or the place for one, to whoever waits longest."""
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(line)
                return
        if line is not None:
            self._idle.append(line)

    def _drop(self, line: _Line) -> None:
        line.driver.terminate()
        if line in self._lines:
            self._lines.remove(line)
            self._open -= 1
            self._hand_on(None)

    def _close(self, _: object) -> None:
        for line in self._lines:
            line.driver.terminate()
        self._lines.clear()
        self._idle.clear()
        self._open = 0


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
