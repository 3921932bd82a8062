"""Business time: elapsed time less weekends and holidays (spec §2).

Decides when a clock that counts business hours runs out, and how much business time lies between two
instants. It refuses to know what the clock is for and what time it is; a `Calendar` says what is closed.

A day is open or closed as a whole, from midnight to midnight in the calendar's zone. While open, time counts
as it really elapses: a day on which the clocks change has 23 or 25 hours. Instants are aware UTC values.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

EARLIEST = datetime(2, 1, 1, tzinfo=UTC)
LATEST = datetime(9900, 1, 1, tzinfo=UTC)
LONGEST = timedelta(days=10 * 366)
"""The span that one question may cover; ours are a few weeks."""
WEEKS_REMEMBERED = 1024

Span = tuple[datetime, datetime]
"""When it opens, and when it closes."""


class OutOfRangeError(ValueError):
    """The instant or the span lies outside what business time is counted for."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Where days begin and which of them are closed besides Saturday and Sunday."""

    zone: ZoneInfo
    holidays: frozenset[date] = frozenset()


def business_hours(count: int) -> timedelta:
    """`count` business hours, as a duration for `add_business_time`."""
    return timedelta(hours=count)


def business_days(count: int) -> timedelta:
    """`count` business days of 24 business hours each: 5 business days are 120 business hours."""
    return business_hours(24 * count)


def add_business_time(at: datetime, duration: timedelta, calendar: Calendar) -> datetime:
    """The first instant by which `duration` of business time has passed since `at`.

    A clock that starts while closed starts at the next opening, even if it has nothing to count.
    Raises `ValueError` for a negative duration or an `at` not in UTC, `OutOfRangeError` for far ones.
    """
    _check_instant(at)
    if duration < timedelta(0):
        raise ValueError("business time is only added, never taken away")
    if duration > LONGEST:
        raise OutOfRangeError(
            f"business time is counted over at most {LONGEST.days} days, not {duration.days}"
        )
    left = duration
    for opens, closes in _open_spans(at, calendar):
        start = max(at, opens)
        if left <= closes - start:
            return start + left
        left -= closes - start
    raise AssertionError("open spans never end")


def business_time_between(a: datetime, b: datetime, calendar: Calendar) -> timedelta:
    """The business time from `a` to `b`; negative if `b` comes first.

    Raises `ValueError` for an instant not in UTC, `OutOfRangeError` for far ones.
    """
    _check_instant(a)
    _check_instant(b)
    if b < a:
        return -business_time_between(b, a, calendar)
    if b - a > 2 * LONGEST:
        raise OutOfRangeError(
            f"business time is counted over at most {2 * LONGEST.days} days, not {(b - a).days}"
        )
    counted = timedelta(0)
    for opens, closes in _open_spans(a, calendar):
        if opens >= b:
            break
        counted += min(b, closes) - max(a, opens)
    return counted


def _check_instant(at: datetime) -> None:
    if at.utcoffset() != timedelta(0):
        raise ValueError("business time takes aware UTC instants")
    if not EARLIEST <= at <= LATEST:
        raise OutOfRangeError(
            f"business time is counted in the years {EARLIEST.year} to {LATEST.year - 1}, not {at.year}"
        )


def _open_spans(at: datetime, calendar: Calendar) -> Iterator[Span]:
    """The open stretches that end after `at`, in order: one a week, or one a day in a week with a holiday."""
    local_day = at.astimezone(calendar.zone).date()
    monday = local_day - timedelta(days=local_day.weekday())
    while True:
        for span in _week(monday, calendar):
            if span[1] > at:
                yield span
        monday += timedelta(weeks=1)


@lru_cache(maxsize=WEEKS_REMEMBERED)
def _week(monday: date, calendar: Calendar) -> tuple[Span, ...]:
    """The open stretches of a week."""
    weekdays = [monday + timedelta(days=n) for n in range(5)]
    if calendar.holidays.isdisjoint(weekdays):
        stretches = [(monday, 5)]
    else:
        stretches = [(day, 1) for day in weekdays if day not in calendar.holidays]
    return tuple(
        (_midnight(day, calendar.zone), _midnight(day + timedelta(days=length_days), calendar.zone))
        for day, length_days in stretches
    )


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which `day` begins in `zone`;
    where the clocks skip midnight, the instant of the change.
    """
    return datetime.combine(day, time(0), zone).astimezone(UTC)
