"""The sandbox's clock: it jumps, and every deadline on the way fires in order, at its own instant.

Decides how far it may jump at once. Outside a sandbox there is no such clock.
"""

from datetime import timedelta

from isoduration import parse_duration

from domain.refusals import Invalid, NotAllowed
from resolvers.mutate import Receipt, Write
from worker.deadlines import advance

FARTHEST = timedelta(days=366)


async def advance_test_clock(write: Write, by: str) -> Receipt:
    """Let the time pass. It happens in transactions of its own: each deadline is a decision of its own."""
    if not write.context.sandbox:
        raise NotAllowed("There is a test clock in the sandbox alone.")
    now, fired = await advance(write.context.engine, span(by), write.context.ring)
    return {"now": now.isoformat(), "fired": fired}


def span(text: str) -> timedelta:
    """Read a duration of weeks, days, hours, minutes and seconds. Raises Invalid."""
    try:
        duration = parse_duration(text)
        date, time = duration.date, duration.time
        hours = (date.weeks * 7 + date.days) * 24 + time.hours
        seconds = (hours * 60 + time.minutes) * 60 + time.seconds
    except (ValueError, ArithmeticError) as error:
        raise Invalid("Not an ISO 8601 duration; for example PT48H or P3D.", "by") from error
    if date.years or date.months:
        raise Invalid("Give weeks, days or hours: years and months differ in length.", "by")
    if not 0 < seconds <= FARTHEST.total_seconds():
        raise Invalid(f"The clock goes forward, at most {FARTHEST.days} days at once.", "by")
    return max(timedelta(microseconds=int(seconds * 1_000_000)), timedelta.resolution)
