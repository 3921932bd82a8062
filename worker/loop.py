"""The worker's loop: fires what is due, sleeps until the next deadline, drops what is kept no longer.

Decides when to look. Any number of loops may run at once; none needs to know of the others.
"""

import asyncio
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from storage import clock, deadlines, feed, idempotency
from storage.transaction import Ring, in_silence
from worker.deadlines import fire_next

LONGEST_SLEEP = timedelta(seconds=1)
"""Others may start a clock that runs out before the next one we know of."""

LONGEST_PAUSE = timedelta(seconds=10)
"""While the database is away, the loop looks for it less and less often, down to this."""

KEYS_KEPT = timedelta(days=8)
EVENTS_KEPT = timedelta(days=8)
EVENTS_DROPPED_AT_ONCE = 5_000
HOUSEKEEPING_EVERY = timedelta(hours=1)

log = structlog.get_logger()


async def run(engine: AsyncEngine, stop: asyncio.Event, ring: Ring = in_silence) -> None:
    """Work until `stop` is set; a deadline that is being fired then is finished first."""
    tidy_at = datetime.now(UTC)
    away = LONGEST_SLEEP
    while not stop.is_set():
        try:
            while not stop.is_set() and await fire_next(engine, ring) is not None:
                pass
            if datetime.now(UTC) >= tidy_at:
                await _tidy(engine)
                tidy_at = datetime.now(UTC) + HOUSEKEEPING_EVERY
            pause, away = await _until_next(engine), LONGEST_SLEEP
        except Exception:
            log.exception("worker_failed")  # the database is away: it may come back
            pause, away = away, min(2 * away, LONGEST_PAUSE)
        await _sleep(pause, stop)


async def _until_next(engine: AsyncEngine) -> timedelta:
    async with engine.connect() as connection:
        due_at = await deadlines.next_due(connection)
        if due_at is None:
            return LONGEST_SLEEP
        return min(max(due_at - await clock.now(connection), timedelta(milliseconds=10)), LONGEST_SLEEP)


async def _tidy(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await idempotency.forget(connection, datetime.now(UTC) - KEYS_KEPT)
    dropped = EVENTS_DROPPED_AT_ONCE
    while dropped == EVENTS_DROPPED_AT_ONCE:
        async with engine.begin() as connection:
            old = datetime.now(UTC) - EVENTS_KEPT
            dropped = await feed.trim(connection, old, most=EVENTS_DROPPED_AT_ONCE)


async def _sleep(pause: timedelta, stop: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(pause.total_seconds()):
            await stop.wait()
    except TimeoutError:
        pass
