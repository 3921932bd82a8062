"""Firing deadlines: each once, at its own instant, in a transaction of its own, in the order they are due.

Decides what becomes of one that throws: its error is kept, it is tried again with growing delay, and all
others go on. What a deadline does is the domain's.
"""

import traceback
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.commands import DeadlineReached
from domain.deadlines import next_deadline
from domain.decide import decide
from domain.policy import policy
from domain.values import Request
from domain.words import Party
from storage import clock, deadlines
from storage.connection import Connection
from storage.save import save
from storage.transaction import Ring, in_silence, transaction

FIRST_RETRY = timedelta(seconds=10)
LAST_RETRY = timedelta(hours=6)

log = structlog.get_logger()


async def fire_due(engine: AsyncEngine, ring: Ring = in_silence) -> int:
    """Fire everything that is due by now and that no other worker has; give how many deadlines that were."""
    fired = 0
    while (count := await fire_next(engine, ring)) is not None:
        fired += count
    return fired


async def advance(engine: AsyncEngine, by: timedelta, ring: Ring = in_silence) -> tuple[datetime, int]:
    """Move the test clock forward, firing every deadline on the way when its instant has come.

    Gives the instant it then shows, and how many deadlines fired. Workers wait meanwhile; it waits for
    whoever has a request whose deadline is on the way.
    """
    async with engine.begin() as holding:
        await deadlines.hold_clock(holding)
        until = await clock.now(holding) + by
        fired = 0
        while (count := await fire_next(engine, ring, until=until)) is not None:
            fired += count
        return await clock.reach(holding, until), fired


async def fire_next(
    engine: AsyncEngine, ring: Ring = in_silence, *, until: datetime | None = None
) -> int | None:
    """Fire the deadline that is due first; give how many fired, 0 for one that threw, None if none is due.

    With `until`, for whoever holds the clock: it moves on its way there, to the deadline's own instant.
    """
    due = None
    try:
        async with transaction(engine, ring) as connection:
            if until is None and not await deadlines.may_fire(connection):
                return None
            at = until or await clock.now(connection)
            due = await deadlines.claim_due(connection, at, in_turn=until is not None)
            if due is None:
                return None
            if until:
                at = due.since
                await clock.reach(connection, at)
            return await _fire(connection, due.request, at)
    except Exception:
        if due is None:
            raise
        log.exception("deadline_failed", request=str(due.request.key), attempts=due.attempts + 1)
        await _keep_failure(engine, due, at)
        return 0


async def _fire(connection: Connection, request: Request, at: datetime) -> int:
    coming = next_deadline(request)
    if coming is None or coming[1] > at:
        return 0  # someone was faster between the look and the lock
    kind, due_at = coming
    rules = policy(request.policy_version)
    decision = decide(request, DeadlineReached(kind), by=Party.CLOCK, at=due_at, policy=rules)
    await save(connection, request, decision, actor_id=None)
    return 1


async def _keep_failure(engine: AsyncEngine, due: deadlines.Due, at: datetime) -> None:
    retry_at = at + min(FIRST_RETRY * 2 ** min(due.attempts, 20), LAST_RETRY)
    error = traceback.format_exc()
    async with engine.begin() as connection:
        await deadlines.failed(connection, due.request.key, at=at, error=error, retry_at=retry_at)
