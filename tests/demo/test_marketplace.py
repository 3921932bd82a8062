"""The demo marketplace as a visitor finds it."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from demo import bulk, marketplace, people
from demo.casting import cast
from demo.director import RECENT
from demo.invariants import violations
from demo.plan import BEGAN, DAY
from domain.words import (
    ClaimStatus,
    EnrollmentStatus,
    EscalationCause,
    OfferStatus,
    RatingBand,
    RefundStatus,
    RequestOutcome,
    RequestStatus,
    RoutingCause,
)

SUNDAY = datetime(2026, 11, 22, 23, tzinfo=UTC)
WEDNESDAY = datetime(2027, 3, 17, 9, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Kept:
    content_type: str
    byte_size: int
    sha256: str


class Drawer:
    """Keeps no bytes, but says what they are."""

    async def keep(self, chunks: AsyncIterator[bytes], *, limit_bytes: int) -> Kept:
        content = b"".join([chunk async for chunk in chunks])
        assert len(content) <= limit_bytes
        return Kept("image/png", len(content), hashlib.sha256(content).hexdigest())


async def rows(engine: AsyncEngine, query: str) -> list[Any]:
    async with engine.connect() as connection:
        return list(await connection.execute(sa.text(query)))


async def words(engine: AsyncEngine, query: str) -> set[str]:
    return {row[0] for row in await rows(engine, query) if row[0] is not None}


async def test_the_whole_marketplace_has_something_of_everything(engine: AsyncEngine) -> None:
    """One build, many looks: it is the longest of the tests."""
    summary = await marketplace.build(engine, Drawer(), now=SUNDAY)
    assert summary.sellers == 40
    assert 2_900 <= summary.orders <= 3_300
    assert 570 <= summary.requests <= 660
    async with engine.connect() as connection:
        assert await marketplace.is_loaded(connection)
        assert await violations(connection) == []

    ((notified, oldest),) = await rows(engine, "SELECT count(*), min(created_at) FROM notifications")
    assert notified > 100
    assert oldest >= SUNDAY - RECENT, "only what happened lately is news"

    assert await words(engine, "SELECT status FROM requests") == set(RequestStatus)
    assert await words(engine, "SELECT outcome FROM requests") == set(RequestOutcome)
    assert await words(engine, "SELECT routing_cause FROM requests") == set(RoutingCause)
    assert await words(engine, "SELECT status FROM offers") >= set(OfferStatus) - {OfferStatus.SUPERSEDED}
    assert await words(engine, "SELECT status FROM refunds") == set(RefundStatus)
    assert await words(engine, "SELECT status FROM claims") >= {
        ClaimStatus.SCHEDULED,
        ClaimStatus.FILED,
        ClaimStatus.APPROVED,
        ClaimStatus.DENIED,
    }
    assert await words(engine, "SELECT cause FROM escalations") >= {
        EscalationCause.NO_RESPONSE,
        EscalationCause.DECLINED,
        EscalationCause.OFFER_EXPIRED,
        EscalationCause.RETURN_DISPUTED,
        EscalationCause.RETURN_LOST,
        EscalationCause.ROUTED,
        EscalationCause.TAKEN_OVER,
    }
    assert await words(engine, "SELECT enrollment_status FROM sellers") == set(EnrollmentStatus)
    assert await bands(engine, SUNDAY) == set(RatingBand)

    for well_known in (people.BUYER, people.SELLER):
        of_theirs = (
            "SELECT count(*), count(*) FILTER (WHERE archived), count(*) FILTER (WHERE unread_count > 0),"
            " count(*) FILTER (WHERE kind = 'DIRECT')"
            f" FROM inbox_entries JOIN accounts ON id = account_id WHERE username = '{well_known}'"
        )
        ((threads, archived, unread, direct),) = await rows(engine, of_theirs)
        assert threads > 15, well_known
        assert min(archived, unread, direct) > 0, well_known
    assert await rows(engine, f"SELECT 1 FROM accounts WHERE username = '{people.AGENT}' AND is_agent")
    for table in ("saved_replies", "internal_notes", "buyer_flags", "attachments", "replacements"):
        assert await rows(engine, f"SELECT 1 FROM {table} LIMIT 1"), table
    due = await rows(engine, f"SELECT 1 FROM deadlines WHERE due_at <= '{SUNDAY.isoformat()}'")
    assert not due, "every clock on the way has fired"


async def bands(engine: AsyncEngine, at: datetime) -> set[RatingBand]:
    """Every visible rating, reckoned from what was kept."""
    from domain.policy import CURRENT
    from domain.rating import RatedRequest, rate
    from domain.words import RatingSignal

    finished = await rows(
        engine,
        "SELECT seller_id, closed_at, rating_counted, rating_signals FROM requests WHERE status = 'CLOSED'",
    )
    found = set()
    for seller in {row.seller_id for row in finished}:
        own = [
            RatedRequest(
                row.closed_at,
                row.rating_counted,
                tuple(RatingSignal(each) for each in row.rating_signals),
                "",
            )
            for row in finished
            if row.seller_id == seller
        ]
        lifetime = sum(each.counted for each in own)
        found.add(rate(own, lifetime_requests=lifetime, at=at, policy=CURRENT).band)
    return {band for band in found if band is not None}


CONTENT = (
    "SELECT r.seller_id, number, status, outcome, due_at, closed_at, version, description FROM requests r",
    "SELECT owner_id, thread_id, number, party, kind, body, created_at FROM messages",
    "SELECT seller_id, journal_number, position, account, amount_minor, posted_at FROM journal_lines",
    "SELECT account_id, owner_id, thread_id, status, unread_count, archived, due_at FROM inbox_entries",
)


async def test_two_builds_for_the_same_instant_are_the_same(
    engine: AsyncEngine, other_engine: AsyncEngine
) -> None:
    few = people.SELLERS[5:7]
    first = await marketplace.build(engine, Drawer(), now=WEDNESDAY, sellers=few, buyers=40)
    second = await marketplace.build(other_engine, Drawer(), now=WEDNESDAY, sellers=few, buyers=40)
    assert first == second
    for content in CONTENT:
        assert sorted(map(str, await rows(engine, content))) == sorted(
            map(str, await rows(other_engine, content))
        )


@pytest.mark.parametrize("days", range(7))
def test_on_any_day_of_the_week_every_story_has_come_as_far_as_it_is_told(days: int) -> None:
    now = SUNDAY + days * DAY
    for plot in cast(now).plots:
        assert now - BEGAN < plot.purchase.placed_at < plot.opened_at <= now
        assert all(at <= now for at, _ in plot.steps), plot


async def test_nothing_is_loaded_twice(engine: AsyncEngine) -> None:
    few = people.SELLERS[-2:]
    await marketplace.build(engine, Drawer(), now=SUNDAY, sellers=few, buyers=40)
    with pytest.raises(marketplace.NotEmptyError, match="accounts"):
        await marketplace.build(engine, Drawer(), now=SUNDAY, sellers=few, buyers=40)


async def test_a_demo_that_was_cut_short_is_neither_whole_nor_built_upon(engine: AsyncEngine) -> None:
    def pull_the_plug(done: int, of: int) -> None:
        raise ConnectionAbortedError

    with pytest.raises(ConnectionAbortedError):
        await marketplace.build(
            engine, Drawer(), now=SUNDAY, sellers=people.SELLERS[-1:], buyers=40, progress=pull_the_plug
        )
    async with engine.connect() as connection:
        assert not await marketplace.is_loaded(connection)
    with pytest.raises(marketplace.NotEmptyError):
        await marketplace.build(engine, Drawer(), now=SUNDAY)


async def test_copies_hold_what_the_original_promised(engine: AsyncEngine) -> None:
    few = people.SELLERS[5:7]
    one = await marketplace.build(engine, Drawer(), now=SUNDAY, sellers=few, buyers=40)
    told: list[tuple[int, int]] = []
    await bulk.multiply(engine, 12, progress=lambda done, of: told.append((done, of)))
    ((requests, orders, sellers),) = await rows(
        engine,
        "SELECT (SELECT count(*) FROM requests), (SELECT count(*) FROM orders),"
        " (SELECT count(*) FROM sellers)",
    )
    assert (requests, orders, sellers) == (12 * one.requests, 12 * one.orders, 12 * one.sellers)
    assert told[-1][0] == told[-1][1]
    unfound = await rows(
        engine,
        "SELECT 1 FROM threads WHERE request_number IS NOT NULL AND NOT search @@"
        " websearch_to_tsquery('simple', 'R' || owner_id || '-' || request_number)",
    )
    assert not unfound, "a copy is found by its own number"
    with pytest.raises(sa.exc.IntegrityError, match="append-only"):
        await rows(engine, "DELETE FROM messages")
    next_one = (
        "INSERT INTO accounts (username, display_name, created_at) VALUES ('a', 'A', now()) RETURNING id"
    )
    assert await rows(engine, next_one), "its id is taken by no copy"
