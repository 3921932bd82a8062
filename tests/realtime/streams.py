"""What the tests of the feed share: a town with a hub, and what its streams hold."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import aclosing, asynccontextmanager

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.words import EventKind, FeedType
from realtime.cursors import Cursors, Place
from realtime.following import Told
from realtime.hub import Hub
from storage.feed import Happened
from storage.tables import events
from tests.storage.market import MONDAY

PATIENCE_SECONDS = 10


class Bell:
    """A bell of one process, whose rings a test may lose."""

    def __init__(self) -> None:
        self.connected = True
        self._rung: asyncio.Queue[frozenset[str]] = asyncio.Queue()

    def ring(self, names: Collection[str]) -> None:
        if self.connected:
            self._rung.put_nowait(frozenset(names))

    async def heard(self) -> frozenset[str]:
        return await self._rung.get()


def new_hub(engine: AsyncEngine, bell: Bell | None = None) -> Hub:
    return Hub(engine, Cursors("a secret of the tests"), bell or Bell())


def news(stream: str, number: int = 1) -> Happened:
    """Something that a stream can tell of; `number` tells it from others."""
    return Happened(
        stream=stream,
        type=FeedType.THREAD_STATE,
        kind=EventKind.THREAD_STATE_CHANGED,
        at=MONDAY,
        owner_id=1,
        thread_id=number,
        account_id=1,
    )


async def told_in(engine: AsyncEngine) -> dict[str, list[str]]:
    """The kinds of every stream's events, in order; the test's engine sees what is committed."""
    found: dict[str, list[str]] = {}
    async with engine.connect() as connection:
        rows = await connection.execute(sa.select(events).order_by(events.c.stream, events.c.sequence))
        for row in rows:
            kinds = found.setdefault(row.stream, [])
            kinds.append(row.kind.value)
            assert row.sequence == len(kinds), f"{row.stream} is not dense"
    return found


@asynccontextmanager
async def following(hub: Hub, stream: str, after: Place | None = None) -> AsyncIterator["Reader"]:
    """Follow a stream while the block runs."""
    with hub.follow(stream) as follower:
        async with aclosing(follower.tell(after)) as telling:
            yield Reader(telling)


class Reader:
    """Takes what a follower is told, one after the other."""

    def __init__(self, telling: AsyncIterator[Told]) -> None:
        self._telling = telling

    async def next(self) -> Told:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await anext(self._telling)

    async def some(self, count: int) -> list[Told]:
        return [await self.next() for _ in range(count)]
