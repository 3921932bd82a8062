"""Hot reads: statements that SQLAlchemy has written once, run by asyncpg as they are.

Decides how many connections a process reads by, their own ones, and that they keep nothing between two
reads: each is one statement. Knows no table.
"""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from typing import Any, Final
from weakref import WeakKeyDictionary

import asyncpg
import orjson
from sqlalchemy import Engine
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.engine import SESSION
from storage.lines import Lines
from storage.prepared import Prepared

READING: Final = SESSION | {"plan_cache_mode": "force_generic_plan"}
"""To plan a statement that joins ten tables takes longer than to run it, and its values change nothing."""


Listener = Callable[[str, Sequence[Any]], None]
"""Hears a statement and its parameters."""


class Reader:
    """The connections that one process reads one database by."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.kept: dict[Any, Any] = {}
        """What is remembered of this database for as long as the process reads it."""
        self._lines = Lines(engine, READING, _teach)
        self._listeners: list[Listener] = []

    def fetch(self, statement: Prepared, given: Mapping[str, Any]) -> Awaitable[list[asyncpg.Record]]:
        """Run a statement; give its records."""
        return self.run(statement.text, statement.arguments(given))

    async def run(self, text: str, arguments: Sequence[Any]) -> list[asyncpg.Record]:
        """Run a statement's words with what they are given in order; give its records."""
        for listener in self._listeners:
            listener(text, arguments)
        lines = self._lines
        line = lines.take_idle() or await lines.take()
        try:
            found = await line.fetch(text, arguments)
        except asyncpg.PostgresError:
            lines.give_back(line)
            raise
        except BaseException:  # whoever asked went away, or the server did
            lines.drop(line)
            raise
        lines.give_back(line)
        return found

    def listen(self, listener: "Listener") -> Callable[[], None]:
        """Tell of each statement from now on; gives what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)


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
