"""The writer of the live measurement: real changes, durable, at a rate that is asked for.

Decides that each event is a change of a conversation's read mark. One connection commits some hundreds of
times a second; beyond that, changes of several sellers share a transaction, each still an event of its own.
"""

import asyncio
import sys
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncEngine

from realtime.doorbell import Doorbell
from storage.tables import accounts, inbox_entries
from storage.telling import thread_state_changed
from storage.transaction import tell, transaction

COMMITS_PER_SECOND = 100
MOST_PENDING = 20
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Seller:
    """A seller whose inbox is followed, and a conversation in it."""

    account_id: int
    username: str
    owner_id: int
    thread_id: int


@dataclass(frozen=True, slots=True)
class Written:
    """What a step wrote: how many events in how long, and when those of each instant became durable."""

    events: int
    seconds: float
    committed: dict[bytes, float]


async def find_sellers(engine: AsyncEngine, most: int) -> list[Seller]:
    """Sellers with a conversation in their inbox."""
    entries = inbox_entries.c
    some = (
        sa.select(accounts.c.id, accounts.c.username, entries.owner_id, sa.func.min(entries.thread_id))
        .join(inbox_entries, entries.account_id == accounts.c.id)
        .where(entries.owner_id == accounts.c.id)
        .group_by(accounts.c.id, accounts.c.username, entries.owner_id)
        .order_by(accounts.c.id)
        .limit(most)
    )
    async with engine.connect() as connection:
        found = [Seller(*row) for row in await connection.execute(some)]
    if len(found) < most:
        sys.exit(f"There are {len(found)} sellers here: run ./amends demo --scale 10 first.")
    return found


class Writer:
    """Changes the sellers' conversations in turn."""

    def __init__(self, engine: AsyncEngine, bell: Doorbell, sellers: Sequence[Seller]) -> None:
        self._engine = engine
        self._bell = bell
        self._sellers = sellers
        self._next = 0
        self._last_at = datetime.min.replace(tzinfo=UTC)

    async def write(self, rate: float, seconds: float) -> Written:
        """Write for a while; what cannot be kept up with is written later, never left out."""
        together = max(1, round(rate / COMMITS_PER_SECOND))
        committed: dict[bytes, float] = {}
        pending: set[asyncio.Task[None]] = set()
        began, count = time.perf_counter(), round(rate * seconds / together)
        for number in range(count):
            await asyncio.sleep(max(began + number * together / rate - time.perf_counter(), 0))
            while len(pending) >= MOST_PENDING:
                _, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            pending.add(asyncio.create_task(self._change(self._take(together), committed)))
        await asyncio.gather(*pending)
        return Written(count * together, time.perf_counter() - began, committed)

    def _take(self, many: int) -> list[Seller]:
        taken = [self._sellers[(self._next + place) % len(self._sellers)] for place in range(many)]
        self._next += many
        return sorted(taken, key=lambda each: each.account_id)  # two that overlap lock in one order

    async def _change(self, sellers: Sequence[Seller], committed: dict[bytes, float]) -> None:
        at = self._last_at = max(datetime.now(UTC), self._last_at + MICROSECOND)
        told = [thread_state_changed(each.account_id, each.owner_id, each.thread_id, at) for each in sellers]

        def ring(names: Collection[str]) -> None:
            committed[at.isoformat().replace("+00:00", "Z").encode()] = time.perf_counter()
            self._bell.ring(names)

        async with transaction(self._engine, ring) as connection:
            owners, threads = [each.owner_id for each in sellers], [each.thread_id for each in sellers]
            await connection.execute(_turn, {"owners": owners, "threads": threads})
            tell(connection, told)


_named = (
    sa.func.unnest(
        sa.bindparam("owners", type_=ARRAY(sa.BigInteger)),
        sa.bindparam("threads", type_=ARRAY(sa.BigInteger)),
    )
    .table_valued(sa.column("owner_id", sa.BigInteger), sa.column("thread_id", sa.BigInteger))
    .render_derived("named")
)
_entry = inbox_entries.c
_turn = (
    sa.update(inbox_entries)
    .where(
        _entry.owner_id == _named.c.owner_id,
        _entry.thread_id == _named.c.thread_id,
        _entry.account_id == _entry.owner_id,
    )
    .values(marked_unread=~_entry.marked_unread)
)
