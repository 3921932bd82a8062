"""Carries a plan out, day by day: people act by day, the platform reports by night.

Decides in which order things come to the marketplace. Every night the day's orders are imported and the
day's outbound scans reported, so that whatever people do the next day is about what is known. Knows no
rule: a step that the domain refuses stops the demo, for then the story is wrong.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from demo import phrases
from demo.acting import Actors, StoryError
from demo.imports import address_of, imported, scans_of
from demo.orders import Purchase
from demo.people import AGENT, AGENTS, BUYER, CLEARED_BUYER, FLAGGED_BUYER, WAITING
from demo.photos import Album
from demo.plan import BEGAN, DAY, Plan
from demo.stage import Company, Stage
from domain import journals
from domain.money import Money
from domain.words import ImportStatus
from resolvers import desk, imports, support
from storage import callers, inbox
from storage.posting import Posting, post_journals
from storage.scans import record_scans
from storage.tables import accounts, inbox_entries, sellers, threads
from storage.transaction import recording, unrecorded

ROWS_AT_ONCE = 250
RECENT = timedelta(days=7)
"""What happened before is in no stream: nobody followed yet, and no feed reaches back further."""

PAYOUT_DAYS = 30
PAID_OUT_PERCENT = 70
LEAST_PAYOUT_MINOR = 250_00
MANY_REQUESTS = 19
"""Who has more keeps replies to reuse."""

READ_AFTER = timedelta(days=4)
ARCHIVED_AFTER = timedelta(days=95)
READ_EVERY = 3
MARKED_UNREAD = 5
"""The place in the inbox of a thread that was read and is to be come back to."""

ANALYZED_AFTER_DAYS = (20, 50)
"""By then the tables are no longer as small as what was prepared takes them for."""

Progress = Callable[[int, int], None]
T = TypeVar("T")


class Director:
    """Plays one plan, once, in an empty database."""

    def __init__(self, engine: AsyncEngine, plan: Plan, album: Album) -> None:
        self._engine = engine
        self._plan = plan
        self._actors = Actors(plan, album)
        self._company = Company()
        self._settled_in: set[str] = set()
        self._bought = _by_night(plan, ((each.placed_at, each) for each in plan.purchases))
        self._scanned = _by_night(plan, ((seen.at, seen) for seen in scans_of(plan.purchases)))

    async def play(self, progress: Progress) -> None:
        """Let everything happen, from the first show to the present."""
        night = self._plan.now - BEGAN
        days = BEGAN // DAY
        async with self._engine.connect() as connection:
            # A demo that a crash cuts short is begun anew: nothing is gained by waiting for the disk.
            await connection.execute(sa.text("SET synchronous_commit = off"))
            await connection.commit()
            stage = Stage(self._engine, connection, self._company)
            async with connection.begin():
                await self._hire(stage, night)
            for day in range(1, days + 1):
                night += DAY
                recent = self._plan.now - RECENT
                told = recording(connection, since=recent) if night >= recent else unrecorded(connection)
                async with connection.begin(), told:
                    await self._actors.live(stage, night)
                    await self._report(stage, night)
                    if day % PAYOUT_DAYS == 0:
                        await self._pay_out(stage, night)
                    if day in ANALYZED_AFTER_DAYS:
                        await connection.execute(sa.text("ANALYZE"))
                progress(day, days)
            async with connection.begin(), recording(connection):
                await self._read_and_archive(stage)
            await connection.execute(sa.text("RESET synchronous_commit"))
            await connection.commit()

    async def _hire(self, stage: Stage, at: datetime) -> None:
        for agent in AGENTS:
            await callers.ensure_agent(stage.connection, agent, at=at)

    async def _report(self, stage: Stage, night: datetime) -> None:
        """What the platform reports once a day, and what Support does that no story mentions."""
        bought = self._bought[night]
        await self._import(stage, bought, night)
        await record_scans(stage.connection, self._scanned[night], reported_at=night)
        await self._settle_in(stage, bought, night)
        await self._watch_out(stage, night)

    async def _import(self, stage: Stage, bought: list[Purchase], night: datetime) -> None:
        rows = iter([imported(purchase) for purchase in bought])
        while chunk := dict(enumerate(islice(rows, ROWS_AT_ONCE))):
            results = await imports.import_orders(stage.platform(night), chunk, {})
            for row, result in results.items():
                if result["status"] is not ImportStatus.CREATED:
                    raise StoryError(f"{chunk[row].external_id} was not imported: {result['refused']}")
                self._actors.bought(chunk[row].external_id, result["order"])

    async def _settle_in(self, stage: Stage, bought: list[Purchase], night: datetime) -> None:
        """A seller sets up the desk on the night of the first sale."""
        for seller in {each.seller.username: each.seller for each in bought}.values():
            if seller.username in self._settled_in:
                continue
            self._settled_in.add(seller.username)
            write = await stage.member(seller.username, night)
            await desk.update_return_address(write, address_of(seller))
            if seller.username == WAITING:
                await desk.join_waitlist(write)
            if seller.requests > MANY_REQUESTS:
                for title, body in phrases.SAVED_REPLIES.items():
                    await desk.save_reply(write, None, title, body)

    async def _pay_out(self, stage: Stage, night: datetime) -> None:
        """Most of what is available goes to those who have earned something."""
        available = sellers.c.posted_minor - sellers.c.held_minor
        earned = (
            sa.select(
                sellers.c.seller_id,
                accounts.c.username,
                sellers.c.currency,
                (available * PAID_OUT_PERCENT / 100).label("minor"),
            )
            .join(accounts, accounts.c.id == sellers.c.seller_id)
            .where(available > LEAST_PAYOUT_MINOR)
            .order_by(sellers.c.seller_id)
        )
        payouts = [
            Posting(
                row.seller_id,
                journals.transfer_out(Money(int(row.minor), row.currency)),
                night,
                external_id=f"payout-{night:%Y-%m-%d}-{row.username}",
            )
            for row in await stage.connection.execute(earned)
        ]
        await post_journals(stage.connection, payouts)

    async def _watch_out(self, stage: Stage, night: datetime) -> None:
        """Support flags one buyer, and another by mistake."""
        for username, days_ago, reason, flagged in (
            (FLAGGED_BUYER, 70, phrases.FLAGGING, True),
            (CLEARED_BUYER, 40, phrases.FLAGGING, True),
            (CLEARED_BUYER, 36, phrases.CLEARING, False),
        ):
            if self._plan.now - night == days_ago * DAY:
                suspect = await self._company.member(stage.connection, username)
                assert suspect is not None, "the named buyers are there from the first day"
                assert suspect.account_id is not None, "members have accounts"
                write = await stage.agent(AGENT, night)
                await support.flag_buyer(write, suspect.account_id, reason, flagged=flagged)

    async def _read_and_archive(self, stage: Stage) -> None:
        """The well-known buyer and the busy sellers keep their inboxes: old threads are read, older ones
        put away.
        """
        now = self._plan.now
        tidy = [BUYER, *(seller.username for seller in self._plan.sellers if seller.requests > MANY_REQUESTS)]
        for username in tidy:
            account_id = await stage.account(username)
            for place, entry in enumerate(await self._inbox(stage, account_id)):
                thread = stage.connection, account_id, entry.owner_id, entry.thread_id
                age = now - entry.last_activity_at
                if age > READ_AFTER or place % READ_EVERY == 1:
                    await inbox.mark_read(*thread, up_to_number=entry.last_message_number, at=now)
                if age > ARCHIVED_AFTER:
                    await inbox.set_archived(*thread, archived=True, at=now)
                if place == MARKED_UNREAD:
                    await inbox.mark_unread(*thread, at=now)

    async def _inbox(self, stage: Stage, account_id: int) -> Sequence[Any]:
        entries = inbox_entries.c
        latest = (
            sa.select(
                entries.owner_id, entries.thread_id, entries.last_activity_at, threads.c.last_message_number
            )
            .join(threads, (threads.c.owner_id == entries.owner_id) & (threads.c.id == entries.thread_id))
            .where(entries.account_id == account_id)
            .order_by(entries.last_activity_at.desc(), entries.thread_id)
        )
        return (await stage.connection.execute(latest)).all()


def _by_night(plan: Plan, happenings: Iterable[tuple[datetime, T]]) -> Mapping[datetime, list[T]]:
    """What happens, by the night that ends its day."""
    nights: dict[datetime, list[T]] = defaultdict(list)
    for at, happening in sorted(happenings, key=lambda happening: happening[0]):
        nights[plan.night_after(at)].append(happening)
    return nights
