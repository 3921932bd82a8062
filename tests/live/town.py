"""Members who write to each other, and what their streams hold: the truth that clients are held to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.words import ViewerRole
from realtime.cursors import Cursors, Place
from schema.ids import GlobalId
from server.auth import issue_token
from storage import callers, clock, epochs, inbox
from storage.feed import account_stream
from storage.tables import events, messages
from storage.transaction import in_silence, transaction
from tests.live.fleet import SECRET
from tests.server.live import add_members

CURSORS = Cursors(SECRET)


@dataclass(frozen=True)
class Member:
    """Somebody with a token."""

    id: int
    name: str

    @property
    def token(self) -> str:
        return issue_token(SECRET, self.name, ViewerRole.MEMBER, ttl_seconds=3600)

    @property
    def stream(self) -> str:
        return account_stream(self.id)


@dataclass(frozen=True)
class Thread:
    """A conversation of two members."""

    key: tuple[int, int]
    members: tuple[Member, Member]

    @property
    def id(self) -> str:
        return str(GlobalId("Thread", self.key))


async def settle(engine: AsyncEngine, database_url: str, *names: str) -> list[Member]:
    """Let there be members of these names."""
    await add_members(database_url, *names)
    async with engine.connect() as connection:
        found = [await callers.by_username(connection, name) for name in names]
    return [Member(account.id, name) for account, name in zip(found, names, strict=True) if account]


async def introduce(engine: AsyncEngine, one: Member, other: Member) -> Thread:
    """Let two have written to each other once."""
    async with transaction(engine, in_silence) as connection:
        at = await clock.now(connection)
        key = await inbox.start_direct_thread(connection, one.id, other.id, body="Hello.", at=at)
    return Thread(key, (one, other))


async def head_of(engine: AsyncEngine, member: Member) -> int:
    """Give the number of the last event in a member's stream."""
    newest = sa.select(sa.func.max(events.c.sequence)).where(events.c.stream == member.stream)
    async with engine.connect() as connection:
        head: int = (await connection.execute(newest)).scalar_one()
    return head


async def told_after(engine: AsyncEngine, member: Member, cursor: str) -> list[list[Any]]:
    """Give what a client that began at a cursor must have received, from the log: number, kind, place."""
    start = CURSORS.read(cursor)
    epoch = await epochs.current(engine)
    assert (start.stream, start.epoch) == (member.stream, epoch)
    after = (
        sa.select(events.c.sequence, events.c.kind)
        .where(events.c.stream == member.stream, events.c.sequence > start.sequence)
        .order_by(events.c.sequence)
    )
    async with engine.connect() as connection:
        rows = (await connection.execute(after)).all()
    told = [[row.sequence, row.kind.value, Place(member.stream, epoch, row.sequence)] for row in rows]
    assert [row[0] for row in told] == list(range(start.sequence + 1, start.sequence + 1 + len(told)))
    return told


def placed(received: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """Give what a client received, its cursors read."""
    return [[sequence, kind, CURSORS.read(cursor)] for sequence, kind, cursor in received]


async def said(engine: AsyncEngine) -> list[str]:
    """Give the words of all messages, sorted."""
    async with engine.connect() as connection:
        return sorted((await connection.execute(sa.select(messages.c.body))).scalars())
