"""Connections of asyncpg's own beside an engine's pool: opened when needed, handed on as they are.

Decides how many there are, who gets the next one, and that none is used again of which nobody knows what
comes next. Knows no statement.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

import asyncpg
from sqlalchemy import Engine, event
from sqlalchemy.ext.asyncio import AsyncEngine

STATEMENTS_KEPT: Final = 500  # prepared, by each connection
PATIENCE_SECONDS: Final = 0.05
"""How long somebody waits for one in use before another is opened; at once, if more wait than are open."""
STALE: Final = (asyncpg.InvalidCachedStatementError, asyncpg.OutdatedSchemaCacheError)


class Line:
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


class Lines:
    """As many connections at most as the engine's pool has; `teach` makes a new one ready."""

    def __init__(
        self, engine: AsyncEngine, session: Mapping[str, str], teach: Callable[[Any], Awaitable[None]]
    ) -> None:
        self._engine: Engine = engine.sync_engine
        self._session, self._teach = session, teach
        self._lines: set[Line] = set()
        self._idle: list[Line] = []
        self._waiting: deque[asyncio.Future[Line]] = deque()
        self._open = 0
        self._opening: set[asyncio.Future[None]] = set()
        event.listen(self._engine, "engine_disposed", self._close)

    def take_idle(self) -> Line | None:
        """Give one that nobody uses, if there is one; of those that were closed meanwhile, none."""
        while self._idle:
            line = self._idle.pop()
            if not line.driver.is_closed():
                return line
            self.drop(line)
        return None

    async def take(self) -> Line:
        """Give the first that is free. Raises what kept one from being opened, where there is no other."""
        idle = self.take_idle()
        if idle is not None:
            return idle
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[Line] = loop.create_future()
        self._waiting.append(waiter)
        if len(self._waiting) > self._open:
            self._open_another()
        late = loop.call_later(PATIENCE_SECONDS, self._open_another)
        try:
            return await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                self._hand_on(waiter.result())
            raise
        finally:
            late.cancel()

    def give_back(self, line: Line) -> None:
        """Hand it to whoever waits longest; one that was closed meanwhile makes place for another."""
        if line.driver.is_closed():
            self.drop(line)
        else:
            self._hand_on(line)

    def drop(self, line: Line) -> None:
        """Cut one of which nobody knows what comes next."""
        line.driver.terminate()
        if line in self._lines:
            self._lines.remove(line)
            self._open -= 1
            if len(self._waiting) > self._open:
                self._open_another()

    def _open_another(self) -> None:
        """Open one beside those who wait: one that is in use is most often free before it is there."""
        if self._open < self._engine.pool.size():  # type: ignore[attr-defined]  # of the pool that engines have
            self._open += 1
            task = asyncio.ensure_future(self._opened())
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    async def _opened(self) -> None:
        try:
            line = Line(await self._connect())
        except Exception as error:  # noqa: BLE001 whoever waits is told of it
            self._open -= 1
            while self._waiting and not self._open:  # nobody will be free
                waiter = self._waiting.popleft()
                if not waiter.done():
                    waiter.set_exception(error)
            return
        self._lines.add(line)
        if self._waiting:
            self._hand_on(line)
        else:
            self._idle.insert(0, line)  # it knows no statement yet

    async def _connect(self) -> "asyncpg.Connection[asyncpg.Record]":
        _, options = self._engine.dialect.create_connect_args(self._engine.url)
        driver = await asyncpg.connect(**options, server_settings=dict(self._session))
        await self._teach(driver)
        return driver

    def _hand_on(self, line: Line) -> None:
        """Give a line to whoever waits longest."""
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(line)
                return
        self._idle.append(line)

    def _close(self, _: object) -> None:
        for task in self._opening:
            task.cancel()
        for line in self._lines:
            line.driver.terminate()
        self._lines.clear()
        self._idle.clear()
        self._open = 0
