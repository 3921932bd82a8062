"""Deadlines as work to do: which request's clock runs out next, taken by one worker at a time.

Decides that a request is taken by locking its order, as every command does, and that one which failed waits
with all its clocks. What a deadline does is the domain's.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from domain.values import Request, RequestKey
from storage.connection import Connection
from storage.load import lock_request
from storage.tables import deadlines, orders, requests

CLOCK_MOVES = 0x636C6F636B  # held alone by whoever moves the test clock, shared by who fires


@dataclass(frozen=True, slots=True)
class Due:
    """A locked request with a clock that has run out, since when it waits, and how often it has failed."""

    request: Request
    since: datetime
    attempts: int


async def claim_due(connection: Connection, at: datetime, *, in_turn: bool = False) -> Due | None:
    """Lock the request whose clock ran out first among those that nobody else has; None if there is none.

    With `in_turn` it is the first of all: who has it is waited for.
    """
    if in_turn:
        await connection.execute(_wait_for_ever)
    taken = (await connection.execute(_claim_in_turn if in_turn else _claim, {"at": at})).one_or_none()
    if taken is None:
        return None
    request = await lock_request(connection, RequestKey(taken.seller_id, taken.request_number))
    assert request is not None, "requests are never deleted"
    return Due(request, taken.next_attempt_at, taken.attempts)


async def next_due(connection: Connection) -> datetime | None:
    """When the next clock runs out, or is tried again."""
    earliest: datetime | None = (await connection.execute(_next)).scalar_one()
    return earliest


async def failed(
    connection: Connection, key: RequestKey, *, at: datetime, error: str, retry_at: datetime
) -> None:
    """Keep why the clocks of a request that had run out by `at` were not fired; try again at `retry_at`."""
    named = {"seller": key.seller_id, "request": key.number}
    await connection.execute(_failed, named | {"at": at, "error": error, "retry_at": retry_at})


async def may_fire(connection: Connection) -> bool:
    """Whether the clock stands still for this transaction: nobody is moving the test clock."""
    free: bool = (await connection.execute(_share_clock)).scalar_one()
    return free


async def hold_clock(connection: Connection) -> None:
    """Be the only one who fires deadlines until this transaction ends; waits for those who are at it."""
    await connection.execute(_wait_for_ever)
    await connection.execute(_take_clock)


_wait_for_ever = sa.text("SET LOCAL lock_timeout = 0")
_first_due = (
    sa.select(
        deadlines.c.seller_id, deadlines.c.request_number, deadlines.c.next_attempt_at, deadlines.c.attempts
    )
    .join(
        requests,
        (requests.c.seller_id == deadlines.c.seller_id) & (requests.c.number == deadlines.c.request_number),
    )
    .join(orders, (orders.c.seller_id == requests.c.seller_id) & (orders.c.id == requests.c.order_id))
    .where(deadlines.c.next_attempt_at <= sa.bindparam("at"))
    .order_by(deadlines.c.next_attempt_at, deadlines.c.seller_id, deadlines.c.request_number)
    .limit(1)
)
_claim = _first_due.with_for_update(key_share=True, of=orders, skip_locked=True)
_claim_in_turn = _first_due.with_for_update(key_share=True, of=orders)
_next = sa.select(sa.func.min(deadlines.c.next_attempt_at))
_failed = (
    sa.update(deadlines)
    .where(
        deadlines.c.seller_id == sa.bindparam("seller"),
        deadlines.c.request_number == sa.bindparam("request"),
        deadlines.c.next_attempt_at <= sa.bindparam("at"),
    )
    .values(
        attempts=deadlines.c.attempts + 1,
        last_error=sa.func.left(sa.bindparam("error", type_=sa.Text), 5_000),
        next_attempt_at=sa.bindparam("retry_at"),
    )
)
_share_clock = sa.select(sa.func.pg_try_advisory_xact_lock_shared(CLOCK_MOVES))
_take_clock = sa.select(sa.func.pg_advisory_xact_lock(CLOCK_MOVES))
