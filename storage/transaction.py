"""One business transaction: what is changed in it, who is notified and what streams then tell of it become
durable together.

Decides that notifications are written last, then events appended and versions moved on, each all at once and
in one order, so that no two transactions wait for each other's; and that the bell is rung after the commit,
never before.
"""

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from storage import notices
from storage.connection import Connection, begin
from storage.feed import NAMES_OF_ALL, Happened, account_stream, append, is_of_account
from storage.notices import Notification

Ring = Callable[[Collection[str]], None]
"""Tells every process which streams have news; never waits, never fails."""

RECORD = "amends_record"


@dataclass(slots=True)
class _Record:
    """What a transaction has to tell at its end."""

    happened: list[Happened] = field(default_factory=list)
    notifications: list[Notification] = field(default_factory=list)
    touched: list[str] = field(default_factory=list)
    is_kept: bool = True


def in_silence(_: Collection[str]) -> None:
    """Ring for nobody: where no process follows, or a slow look at the streams is soon enough."""


@asynccontextmanager
async def transaction(
    engine: AsyncEngine, ring: Ring, *, is_in_haste: bool = False
) -> AsyncIterator[Connection]:
    """Give a connection in a transaction: committed with its events at the end, undone by an exception.

    One in haste soon gives up what it has to wait for.
    """
    async with begin(engine, is_in_haste=is_in_haste) as connection, recording(connection) as streams:
        yield connection
    ring(streams)


@asynccontextmanager
async def recording(connection: Connection, *, since: datetime | None = None) -> AsyncIterator[set[str]]:
    """Write at the end of the block what happened in it; give the streams, known once the block has ended.

    Of what happened before `since` nobody is told, or notified.
    """
    record = _Record()
    streams: set[str] = set()
    info = connection.info  # one that is lost meanwhile has none, and its place may be another's by then
    info[RECORD] = record
    try:
        yield streams
        new = [each for each in record.notifications if since is None or each.created_at >= since]
        happened = [each for each in record.happened if since is None or each.at >= since]
        if len(happened) < len(record.happened):
            record.touched.extend(_owners(record.happened))
        streams |= await notices.append(connection, new, happened, set(record.touched))
    finally:
        if info.get(RECORD) is record:
            del info[RECORD]


@asynccontextmanager
async def unrecorded(connection: Connection) -> AsyncIterator[None]:
    """Tell nobody of what happens in the block; what accounts see has a new version all the same."""
    record = connection.info[RECORD] = _Record(is_kept=False)
    try:
        yield
        await append(connection, (), set(record.touched))
    finally:
        del connection.info[RECORD]


@asynccontextmanager
async def savepoint(connection: Connection) -> AsyncIterator[None]:
    """Undo what the block changed, and whom it told of what, if it ends by an exception."""
    record = connection.info[RECORD]
    happened, notified, touched = len(record.happened), len(record.notifications), len(record.touched)
    try:
        async with connection.begin_nested():
            yield
    except BaseException:
        del record.happened[happened:], record.notifications[notified:], record.touched[touched:]
        raise


def tell(connection: Connection, happened: Iterable[Happened]) -> None:
    """Note what is to be appended at the end of the transaction."""
    record = connection.info[RECORD]
    if record.is_kept:
        record.happened.extend(happened)
    else:
        record.touched.extend(_owners(happened))


def notify(connection: Connection, notifications: Iterable[Notification]) -> None:
    """Note what is to be written, with its events, at the end of the transaction."""
    record = connection.info[RECORD]
    if record.is_kept:
        record.notifications.extend(notifications)


def touch(connection: Connection, *account_ids: int) -> None:
    """Note that what these accounts see has changed: whether or not an event tells of it."""
    connection.info[RECORD].touched.extend(map(account_stream, account_ids))


def touch_names(connection: Connection) -> None:
    """Note that a member's name has changed, which anybody may see."""
    connection.info[RECORD].touched.append(NAMES_OF_ALL)


def _owners(happened: Iterable[Happened]) -> Iterator[str]:
    return (each.stream for each in happened if is_of_account(each.stream))
