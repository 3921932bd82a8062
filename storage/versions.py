"""What an account's version is now, and what time it is: asked of the database by whoever comes, at once.

Decides that the answer is of a moment after the question: those who ask while a statement is under way wait
for the next one, which asks for all of them. Has one connection of its own, which nobody has to wait for.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import asyncpg
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.clock import TEST_CLOCK
from storage.engine import SESSION
from storage.feed import NAMES_OF_ALL, account_stream

PATIENCE_SECONDS: Final = 10.0

_CHECK: Final = f"""
    SELECT asked.name, coalesce(streams.version, 0), streams.tableoid::bigint,
        clock_timestamp() + interval '1 microsecond' * coalesce(
            (SELECT value::text::bigint FROM facts WHERE name = '{TEST_CLOCK}'), 0
        )
    FROM unnest($1::text[]) AS asked (name) LEFT JOIN streams ON streams.name = asked.name
"""  # noqa: S608 of our own constants


Stamp = tuple[int, ...]
"""What is equal as long as nothing has changed that an account sees: it is compared, and nothing else."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An account's stamp at one moment, and that moment, as everything here counts time."""

    stamp: Stamp
    at: datetime


class Versions:
    """The versions of one database, as one process asks for them."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.asked = 0
        """So many statements so far."""
        self._engine = engine.sync_engine
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None
        self._check: Any = None
        self._connections = 0
        self._waiting: list[tuple[int, asyncio.Future[Seen]]] = []
        self._working: asyncio.Task[None] | None = None
        event.listen(self._engine, "engine_disposed", self._close)

    def of(self, account_id: int) -> "asyncio.Future[Seen]":
        """Ask for an account's version of a moment that is yet to come."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Seen] = loop.create_future()
        self._waiting.append((account_id, answer))
        if self._working is None:
            self._working = loop.create_task(self._work())
        return answer

    async def _work(self) -> None:
        while self._waiting:
            waiting, self._waiting = self._waiting, []
            try:
                found = await self._look([account_id for account_id, _ in waiting])
            except Exception as error:  # noqa: BLE001 whoever asked is told
                self._close(None)
                for _, answer in waiting:
                    if not answer.done():
                        answer.set_exception(error)
            else:
                for account_id, answer in waiting:
                    if not answer.done():
                        answer.set_result(found[account_id])
        self._working = None

    async def _look(self, account_ids: Sequence[int]) -> dict[int, Seen]:
        streams = {account_stream(each): each for each in account_ids}
        if self._connection is None or self._connection.is_closed():
            await self._connect()
        self.asked += 1
        rows = await self._check.fetch([NAMES_OF_ALL, *streams], timeout=PATIENCE_SECONDS)
        found = {name: (version, table, at) for name, version, table, at in rows}
        of_names, _, _ = found.pop(NAMES_OF_ALL)
        # Another connection may lead to another database, restored from a copy: nothing of it is as before.
        shared = (self._connections, of_names)
        return {
            streams[name]: Seen((*shared, version, table or 0), at)
            for name, (version, table, at) in found.items()
        }

    async def _connect(self) -> None:
        _, options = self._engine.dialect.create_connect_args(self._engine.url)
        self._connections += 1
        self._connection = await asyncpg.connect(**options, server_settings=SESSION, timeout=PATIENCE_SECONDS)
        self._check = await self._connection.prepare(_CHECK)

    def _close(self, _: object) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(Exception):
                connection.terminate()
