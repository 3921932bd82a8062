"""One per process: hears which streams have news, reads them once for everyone here, and wakes who follows.

Decides when the database is asked: when the bell rang for a stream that is followed, or when a slow look at
the heads finds news that no ring told of. Knows no viewer and no field.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from typing import Protocol

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from realtime.channels import Channel
from realtime.cursors import Cursors, Place
from realtime.following import Follower
from realtime.signals import Typing
from storage import epochs, feed
from storage.engine import is_away
from storage.feed import Event

LOOK_EVERY_SECONDS = 1.5
"""How late an event can be whose ring was lost, but for the time that a look takes."""

PACE_SECONDS = 0.01
"""How long apart news is read at least: what rings meanwhile is read together."""

PAGE = 500
"""How many events of a stream are read at once."""

FIRST_DELAY_SECONDS = 0.1
LONGEST_DELAY_SECONDS = 2.0

log = structlog.get_logger("amends.feed")


class Bell(Protocol):
    """How processes hear of each other's commits, and of their own."""

    @property
    def connected(self) -> bool:
        """Whether rings are heard now."""

    def ring(self, names: Collection[str]) -> None:
        """Tell every process; never waits, never fails."""

    async def heard(self) -> frozenset[str]:
        """Wait for rings; give all names heard since the last call, `*` among them for everything."""


class Hub:
    """The feed of this process."""

    def __init__(self, engine: AsyncEngine, cursors: Cursors, bell: Bell) -> None:
        self._engine = engine
        self._cursors = cursors
        self._bell = bell
        self._channels: dict[str, Channel] = {}
        self._dirty: set[str] = set()
        self._woken = asyncio.Event()
        self._epoch: str | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Hear, read and look while the block runs."""
        tasks = [asyncio.create_task(work()) for work in (self._listen, self._read_news, self._look_around)]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def ring(self, names: Collection[str]) -> None:
        """Tell every process, this one among them, that these streams have news."""
        if not names:
            return
        if not self._bell.connected:  # then nobody would tell us
            self._hear(names)
        self._bell.ring(names)

    def signal(self, typing: Typing) -> None:
        """Tell who follows a thread, in any process, that somebody is writing; nothing of it is kept."""
        self._bell.ring([typing.name])

    async def epoch(self) -> str:
        """The life of the database that cursors are good for."""
        if self._epoch is None:
            self._epoch = await epochs.current(self._engine)
        return self._epoch

    async def cursor(self, stream: str, sequence: int) -> str:
        """Write the cursor of a place in a stream."""
        return self._cursors.write(stream, await self.epoch(), sequence)

    def place(self, cursor: str) -> Place:
        """Read a cursor. Raises BadPlace."""
        return self._cursors.read(cursor)

    @property
    def followed(self) -> int:
        """How many streams are followed here."""
        return len(self._channels)

    @property
    def followers(self) -> int:
        """How many follow a stream here."""
        return sum(channel.followers for channel in self._channels.values())

    @contextmanager
    def follow(self, stream: str) -> Iterator[Follower]:
        """Be told of a stream's news while the block runs."""
        channel = self._channels.setdefault(stream, Channel(stream))
        channel.followers += 1
        try:
            yield Follower(self, channel)
        finally:
            channel.followers -= 1
            if not channel.followers:
                del self._channels[stream]

    async def head_of(self, channel: Channel) -> int:
        """Read a stream's head from the database, now."""
        async with self._engine.connect() as connection:
            head = (await feed.heads(connection, [channel.name]))[channel.name]
        if channel.head is None:
            channel.head = head
        elif head > channel.head:
            self._hear([channel.name])
        return head

    async def page(self, channel: Channel, after: int) -> list[Event]:
        """Read what a stream tells after a place, from the database."""
        async with self._engine.connect() as connection:
            return (await feed.read_after(connection, {channel.name: after}, most=PAGE))[channel.name]

    def _hear(self, names: Collection[str]) -> None:
        if "*" in names:
            names = list(self._channels)
        for name in names:
            typing = Typing.read(name)
            if typing is not None:
                self._show(typing)
            elif name in self._channels:
                self._dirty.add(name)
        if self._dirty:
            self._woken.set()

    def _show(self, typing: Typing) -> None:
        channel = self._channels.get(typing.stream)
        latest = channel.typing.until if channel and channel.typing else datetime.now(UTC)
        if channel is not None and typing.until > latest:
            channel.typing = typing
            channel.wake()

    async def _listen(self) -> None:
        while True:
            self._hear(await self._bell.heard())

    async def _read_news(self) -> None:
        """Read all streams that have news in one statement; those that ring meanwhile come next."""
        delay = FIRST_DELAY_SECONDS
        while True:
            await self._woken.wait()
            self._woken.clear()
            dirty, self._dirty = self._dirty, set()
            try:
                await self._read(dirty)
                delay = FIRST_DELAY_SECONDS
                await asyncio.sleep(PACE_SECONDS)
            except Exception as error:  # noqa: BLE001 reported; whatever it was, nobody may be left behind
                _report(error)
                await asyncio.sleep(delay)
                delay = min(2 * delay, LONGEST_DELAY_SECONDS)
                self._hear(dirty)

    async def _read(self, names: Collection[str]) -> None:
        found = [self._channels[name] for name in names if name in self._channels]
        places = {channel.name: channel.head for channel in found if channel.head is not None}
        if not places:
            return
        async with self._engine.connect() as connection:
            told = await feed.read_after(connection, places, most=PAGE)
        for channel in found:
            news = told.get(channel.name)
            # one that was let go or begun anew meanwhile is read by whoever follows it
            if news and channel.head == places[channel.name]:
                channel.take(news)
                if len(news) == PAGE:
                    self._hear([channel.name])

    async def _look_around(self) -> None:
        """Find what no ring told of, and a database that was put back to an earlier state."""
        while True:
            await asyncio.sleep(LOOK_EVERY_SECONDS)
            try:
                if self._channels:
                    await self._look()
            except Exception as error:  # noqa: BLE001 reported; it looks again
                _report(error)

    async def _look(self) -> None:
        epoch = await epochs.current(self._engine)
        if epoch != self._epoch:
            self._epoch = epoch
            for channel in self._channels.values():
                channel.forget()
        async with self._engine.connect() as connection:
            heads = await feed.heads(connection, list(self._channels))
        for channel in list(self._channels.values()):
            if channel.head is not None and channel.head < heads.get(channel.name, 0):
                self._hear([channel.name])


def _report(error: Exception) -> None:
    """A database that is away is everybody's news; here it is only waited for."""
    if not is_away(error):
        log.error("feed_failed", exc_info=error)
