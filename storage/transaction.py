"""One business transaction: what is changed in it, and what streams then tell of it, become durable together.

Decides that events are appended last, all at once and in the streams' order, so that no two transactions wait
for each other's streams; and that the bell is rung after the commit, never before.
"""

from collections.abc import AsyncIterator, Callable, Collection, Iterable
from contextlib import asynccontextmanager
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.feed import Happened, append

Ring = Callable[[Collection[str]], None]
"""Tells every process which streams have news; never waits, never fails."""

HAPPENED = "amends_happened"


def in_silence(_: Collection[str]) -> None:
    """Ring for nobody: where no process follows, or a slow look at the streams is soon enough."""


@asynccontextmanager
async def transaction(engine: AsyncEngine, ring: Ring) -> AsyncIterator[AsyncConnection]:
    """Give a connection in a transaction: committed with its events at the end, undone by an exception."""
    async with engine.begin() as connection, recording(connection) as streams:
        yield connection
    ring(streams)


@asynccontextmanager
async def recording(connection: AsyncConnection, *, since: datetime | None = None) -> AsyncIterator[set[str]]:
    """Append at the end of the block what happened in it; give the streams, known once the block has ended.

    What happened before `since` is told to nobody.
    """
    happened: list[Happened] = []
    streams: set[str] = set()
    connection.info[HAPPENED] = happened
    try:
        yield streams
        streams |= await append(connection, [each for each in happened if since is None or each.at >= since])
    finally:
        del connection.info[HAPPENED]


@asynccontextmanager
async def savepoint(connection: AsyncConnection) -> AsyncIterator[None]:
    """Undo what the block changed, and what it told of, if it ends by an exception."""
    happened = connection.info[HAPPENED]
    before = len(happened)
    try:
        async with connection.begin_nested():
            yield
    except BaseException:
        del happened[before:]
        raise


def tell(connection: AsyncConnection, happened: Iterable[Happened]) -> None:
    """Note what is to be appended at the end of the transaction."""
    connection.info[HAPPENED].extend(happened)
