"""Notifications in the tables: with their transaction or not at all, without gaps, each with its event."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from domain import commands as c
from domain.words import EventKind, Party
from storage.feed import account_stream
from storage.notices import Notification
from storage.transaction import in_silence, notify, recording, savepoint, transaction
from tests.storage.market import MONDAY, Market

ALL = "SELECT account_id, number, text FROM notifications ORDER BY 1, 2"
EVENTS = (
    "SELECT stream, sequence, account_id, notification_number FROM events"
    " WHERE type = 'NOTIFICATION' ORDER BY 1, 2"
)


def notice(account_id: int, text: str = "Hello.", *, created_at: datetime = MONDAY) -> Notification:
    kind = EventKind.ENROLLMENT_CHANGED
    return Notification(account_id=account_id, kind=kind, text=text, created_at=created_at)


async def two_accounts(market: Market) -> tuple[int, int]:
    await market.bought()
    return market.accounts["bea"], market.accounts["sam"]


@contextmanager
def statements_of(engine: AsyncEngine) -> Iterator[list[str]]:
    """Note each statement that runs in the block."""
    executed: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        executed.append(statement)

    sa.event.listen(engine.sync_engine, "before_cursor_execute", note)
    try:
        yield executed
    finally:
        sa.event.remove(engine.sync_engine, "before_cursor_execute", note)


async def test_each_account_counts_its_own_and_each_notification_has_an_event(engine: AsyncEngine) -> None:
    market = Market(engine)
    bea, sam = await two_accounts(market)
    before = (await market.run("SELECT head FROM streams WHERE name = :name", name=account_stream(sam)))[0][0]

    async with market.transaction() as connection:
        notify(connection, [notice(sam, "One."), notice(bea, "First."), notice(sam, "Two.")])
    async with market.transaction() as connection:
        notify(connection, [notice(sam, "Three.")])

    assert sorted(await market.run(ALL)) == sorted(
        [(bea, 1, "First."), (sam, 1, "One."), (sam, 2, "Two."), (sam, 3, "Three.")]
    )
    own = [tuple(row) for row in await market.run(EVENTS) if row.account_id == sam]
    assert own == [(account_stream(sam), before + number, sam, number) for number in (1, 2, 3)]


async def test_what_is_undone_notifies_nobody_and_leaves_no_gap(engine: AsyncEngine) -> None:
    market = Market(engine)
    _, sam = await two_accounts(market)

    async def change_mind() -> None:
        async with savepoint(connection):
            notify(connection, [notice(sam, "Undone.")])
            raise LookupError

    async def fail() -> None:
        async with market.transaction() as connection:
            notify(connection, [notice(sam, "Lost.")])
            raise LookupError

    async with market.transaction() as connection:
        notify(connection, [notice(sam, "One.")])
        with pytest.raises(LookupError):
            await change_mind()
        notify(connection, [notice(sam, "Two.")])
    with pytest.raises(LookupError):
        await fail()

    assert await market.run(ALL) == [(sam, 1, "One."), (sam, 2, "Two.")]


async def test_the_number_of_statements_does_not_depend_on_the_notifications(engine: AsyncEngine) -> None:
    market = Market(engine)
    bea, sam = await two_accounts(market)
    counts = []
    for many in (1, 50):
        with statements_of(engine) as executed:
            async with market.transaction() as connection:
                notify(connection, [notice(account) for account in (sam, bea) for _ in range(many)])
        counts.append(len(executed))
    assert counts[0] == counts[1]


async def test_what_happened_before_the_recording_begins_notifies_nobody(engine: AsyncEngine) -> None:
    market = Market(engine)
    _, sam = await two_accounts(market)
    async with engine.begin() as connection, recording(connection, since=MONDAY):
        notify(
            connection, [notice(sam, "Old.", created_at=MONDAY - timedelta(seconds=1)), notice(sam, "New.")]
        )
    assert await market.run(ALL) == [(sam, 1, "New.")]


async def test_transactions_that_notify_the_same_accounts_never_wait_in_a_circle(engine: AsyncEngine) -> None:
    market = Market(engine)
    bea, sam = await two_accounts(market)

    async def write(accounts: list[int]) -> None:
        for _ in range(20):
            async with transaction(engine, in_silence) as connection:
                notify(connection, [notice(account) for account in accounts])

    await asyncio.gather(write([bea, sam]), write([sam, bea]), write([sam]))

    counted = await market.run("SELECT account_id, last_number FROM notification_counts")
    assert sorted(counted) == sorted([(bea, 40), (sam, 60)])


async def test_both_parties_of_a_move_are_notified_at_its_own_instant(engine: AsyncEngine) -> None:
    market = Market(engine)
    key = await market.asked()
    await market.act(key, Party.SUPPORT, c.TakeOver("Ours."))

    rows = await market.run(
        "SELECT account_id, kind, request_number, created_at FROM notifications"
        " WHERE kind <> 'REQUEST_OPENED'"
    )

    assert sorted(rows) == sorted(
        (market.accounts[who], "REQUEST_ESCALATED", key.number, market.at) for who in ("bea", "sam")
    )
