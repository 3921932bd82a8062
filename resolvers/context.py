"""What one operation knows: who asks, when, of which database; and how its reads are gathered into sets.

Decides that every read names its viewer and that what many rows ask for is asked once. Knows no HTTP.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from asyncpg import Record
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.viewer import Viewer
from executor.wants import Wants
from realtime.hub import Hub
from storage import clock, feed
from storage.connection import Connection, reading
from storage.reads.pages import Asked, Listing, Page, Window
from storage.reads.reader import Reader, reader_of
from storage.reads.sets import Reading
from storage.reads.source import NOW, POSITION
from storage.transaction import Ring, in_silence
from storage.visibility import Sight, sight_of

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
P = ParamSpec("P")


class Links(Protocol):
    """Signs links that open one thing for a while to whoever holds them."""

    def upload(self, attachment_id: int) -> tuple[str, datetime]:
        """Give the address that takes one attachment's bytes, and until when."""

    def attachment(self, attachment_id: int) -> str:
        """Give the address that shows one attachment."""

    def statement(self, seller_id: int, year: int, month: int) -> str:
        """Give the address of one seller's statement of one month, as CSV."""


@dataclass(slots=True)
class Context:
    """One operation: never shared between two, so that nothing read for one viewer reaches another.

    `viewer` is None for nobody. Every batch takes a connection of its own: siblings run side by side.
    `hub` is there where a feed is served; `last_event_id` is the cursor that a client says it has come to.
    One of many begins when others do, and may read together with them, each with its own eyes.
    """

    engine: AsyncEngine
    viewer: Viewer | None
    links: Links
    sandbox: bool
    hub: Hub | None = None
    last_event_id: str | None = None
    is_one_of_many: bool = False
    sight: Sight = field(init=False)
    reader: Reader = field(init=False, repr=False)
    _batches: dict[Hashable, "_Batch"] = field(init=False, repr=False, default_factory=dict)
    known_at: datetime | None = field(init=False, repr=False, default=None)
    """The instant this operation happens at, once it has been read."""
    _at: "asyncio.Task[datetime] | None" = field(init=False, repr=False, default=None)
    _seen: "asyncio.Task[str] | None" = field(init=False, repr=False, default=None)

    def __post_init__(self) -> None:
        self.sight = sight_of(self.viewer)
        self.reader = reader_of(self.engine)

    async def at(self) -> datetime:
        """The instant this operation happens at: the wall clock and what the test clock was moved by."""
        if self.known_at is not None:
            return self.known_at
        if self._at is None:
            self._at = _begun(self._read_clock())
        # one asker that goes away must not take it from the others
        self.known_at = await asyncio.shield(self._at)
        return self.known_at

    async def _read_clock(self) -> datetime:
        async with reading(self.engine) as connection:
            return await clock.now(connection)

    @property
    def ring(self) -> Ring:
        """What is told after a commit."""
        return self.hub.ring if self.hub else in_silence

    async def look(self) -> str:
        """Remember what is visible now, once: cursors are of this moment, whatever is read later."""
        if self._seen is None:
            self._seen = _begun(self._take_snapshot())
        return await asyncio.shield(self._seen)  # as above

    async def _take_snapshot(self) -> str:
        async with reading(self.engine) as connection:
            return await feed.snapshot(connection)

    async def read(
        self,
        statement: Callable[Concatenate[Connection, Sight, Sequence[K], P], Awaitable[Sequence[V]]],
        key: K,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> V:
        """Give what `statement` of storage reads for this key, together with all keys asked for at once."""
        return (await self.read_many(statement, (key,), *args, **kwargs))[0]

    def read_many(
        self,
        statement: Callable[Concatenate[Connection, Sight, Sequence[K], P], Awaitable[Sequence[V]]],
        keys: Sequence[K],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Awaitable[Sequence[V]]:
        """Give what `statement` of storage reads for these keys, with all others asked for at once."""
        name = (statement, args, tuple(kwargs.items()))
        batch = self._batches.get(name)
        if batch is None:

            async def read(keys: Sequence[Any]) -> Sequence[V]:
                async with reading(self.engine) as connection:
                    return await statement(connection, self.sight, keys, *args, **kwargs)

            batch = self._batches[name] = _Batch(read)
        return batch.ask(keys)

    async def records(
        self, reading: Reading[Any], keys: Sequence[Hashable], wants: Wants
    ) -> Sequence[Sequence[Record]]:
        """Give what is wanted of the rows of each key."""
        records = await reading.records(
            self.reader, self.sight, keys, wants, is_one_of_many=self.is_one_of_many
        )
        if records and self.known_at is None:
            self._note(clock.instant(records[0][NOW]))
        if len(keys) == 1:
            return [records]
        found: list[list[Record]] = [[] for _ in keys]
        for record in records:
            found[record[POSITION] - 1].append(record)
        return found

    async def record(self, reading: Reading[Any], key: Hashable, wants: Wants) -> Record | None:
        """Give what is wanted of the row of one key."""
        found = (await self.records(reading, (key,), wants))[0]
        return found[0] if found else None

    async def pages(
        self,
        listing: Listing[Any],
        parents: Sequence[Hashable],
        wants: Wants,
        window: Window,
        asked: Asked,
    ) -> Sequence[Page[Record]]:
        """Give the page of each parent's list, as records of what is wanted."""
        pages, at = await listing.records(self.reader, self.sight, parents, wants, window, asked)
        if at is not None and self.known_at is None:
            self._note(clock.instant(at))
        return pages

    def _note(self, at: datetime) -> None:
        """Take the instant of the first statement that told the time for the operation's."""
        if self.known_at is None and self._at is None:
            self.known_at = at

    def forget(self) -> None:
        """Read everything anew from now on: something was written."""
        self._batches.clear()
        self._at = self.known_at = None


def _begun(reading: Coroutine[Any, Any, V]) -> "asyncio.Task[V]":
    """Begin to read for whoever asks: what goes wrong is told to them, and there may be nobody left."""
    task = asyncio.ensure_future(reading)
    task.add_done_callback(lambda done: done.cancelled() or done.exception())
    return task


class _Batch:
    """The answers to one question, by key; keys asked for in one turn of the loop travel together."""

    def __init__(self, read: Callable[[Sequence[Any]], Awaitable[Sequence[Any]]]) -> None:
        self._read = read
        self._answers: dict[Hashable, Any] = {}
        self._underway: dict[Hashable, asyncio.Future[None]] = {}
        self._next: dict[Hashable, None] = {}
        self._turn: asyncio.Future[None] | None = None
        self._running: set[asyncio.Task[None]] = set()

    async def ask(self, keys: Sequence[Hashable]) -> Sequence[Any]:
        """Give the answer of each key."""
        answers, underway = self._answers, self._underway
        turns = {underway.get(key) or self._await_turn(key) for key in keys if key not in answers}
        for turn in turns:
            # One asker that goes away must not take the answer from the others.
            await asyncio.shield(turn)
        return [answers[key] for key in keys]

    def _await_turn(self, key: Hashable) -> "asyncio.Future[None]":
        if self._turn is None:
            loop = asyncio.get_running_loop()
            self._turn = loop.create_future()
            loop.call_soon(self._start)
        self._next[key] = None
        self._underway[key] = self._turn
        return self._turn

    def _start(self) -> None:
        keys, self._next = list(self._next), {}
        turn, self._turn = self._turn, None
        assert turn is not None, "it is started for somebody"
        task = asyncio.ensure_future(self._run(keys, turn))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _run(self, keys: Sequence[Hashable], turn: "asyncio.Future[None]") -> None:
        try:
            values = await self._read(keys)
            self._answers.update(zip(keys, values, strict=True))
            turn.set_result(None)
        except Exception as error:  # noqa: BLE001 whoever asked is told
            turn.set_exception(error)
            turn.exception()  # an asker that went away leaves nobody to look at it
