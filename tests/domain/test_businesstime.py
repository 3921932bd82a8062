"""Business time is elapsed time less weekends and holidays, whatever the clocks on the wall do."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.businesstime import (
    EARLIEST,
    LATEST,
    LONGEST,
    Calendar,
    OutOfRangeError,
    add_business_time,
    business_days,
    business_hours,
    business_time_between,
)
from tests.policy import quotes

LOS_ANGELES = ZoneInfo("America/Los_Angeles")
WEEKENDS = Calendar(LOS_ANGELES)
CALENDARS = st.sampled_from(
    [
        WEEKENDS,
        Calendar(LOS_ANGELES, frozenset({date(2026, 3, 9), date(2026, 7, 3), date(2026, 12, 25)})),
        Calendar(ZoneInfo("Europe/London"), frozenset({date(2026, 3, 30), date(2026, 12, 26)})),
        Calendar(ZoneInfo("Africa/Cairo")),  # its clocks change at the midnight between two open days
        Calendar(ZoneInfo("Pacific/Apia")),  # had no Friday, 2011-12-30
        Calendar(ZoneInfo("Asia/Kathmandu")),
    ]
)
NOTHING = timedelta(0)
INSTANTS = st.datetimes(datetime(2011, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
DURATIONS = st.timedeltas(NOTHING, timedelta(days=120))
STEPS = st.timedeltas(NOTHING, timedelta(days=21))


def local(text: str) -> datetime:
    """A wall time of Los Angeles, such as `2026-01-02 15:00`, as the instant it names."""
    return datetime.fromisoformat(text).replace(tzinfo=LOS_ANGELES).astimezone(UTC)


@pytest.mark.parametrize(
    ("at", "hours", "due"),
    [
        ("2026-01-02 15:00", 48, "2026-01-06 15:00"),  # Friday to Tuesday
        ("2026-01-05 09:30", 48, "2026-01-07 09:30"),  # weekday nights count
        ("2026-01-08 00:00", 48, "2026-01-10 00:00"),  # full at the very instant the weekend begins
        ("2026-01-08 00:01", 48, "2026-01-12 00:01"),
        ("2026-01-03 11:00", 48, "2026-01-07 00:00"),  # started on Saturday, that is on Monday at 00:00
        ("2026-01-04 23:59", 24, "2026-01-06 00:00"),
        ("2026-01-07 10:00", 120, "2026-01-14 10:00"),
    ],
)
@quotes("All time frames listed are business hours/days and exclude the weekend.")
def test_a_clock_counts_every_hour_but_those_of_the_weekend(at: str, hours: int, due: str) -> None:
    assert add_business_time(local(at), business_hours(hours), WEEKENDS) == local(due)


@pytest.mark.parametrize("at", ["2026-03-06 15:00", "2026-10-30 15:00"])
def test_a_weekend_on_which_the_clocks_change_ends_on_monday_at_midnight_all_the_same(at: str) -> None:
    due = add_business_time(local(at), business_hours(48), WEEKENDS)
    assert due.astimezone(LOS_ANGELES).strftime("%a %H:%M") == "Tue 15:00"
    assert due - local(at) - business_hours(48) in {timedelta(hours=47), timedelta(hours=49)}


@pytest.mark.parametrize(("at", "hours"), [("2026-04-24 00:00", 23), ("2026-10-29 00:00", 25)])
def test_a_weekday_on_which_the_clocks_change_counts_as_long_as_it_lasts(at: str, hours: int) -> None:
    cairo = Calendar(ZoneInfo("Africa/Cairo"))
    midnight = datetime.fromisoformat(at).replace(tzinfo=cairo.zone)
    next_midnight = (midnight + timedelta(days=1)).astimezone(UTC)
    assert business_time_between(midnight.astimezone(UTC), next_midnight, cairo) == business_hours(hours)


def test_a_holiday_counts_as_little_as_a_weekend() -> None:
    calendar = Calendar(LOS_ANGELES, frozenset({date(2026, 1, 5), date(2026, 1, 7)}))
    due = add_business_time(local("2026-01-02 15:00"), business_hours(48), calendar)
    assert due == local("2026-01-08 15:00")


def test_five_business_days_are_120_business_hours() -> None:
    assert business_days(5) == business_hours(120)


@given(CALENDARS, INSTANTS, DURATIONS)
def test_the_time_between_a_start_and_its_due_instant_is_what_was_added(
    calendar: Calendar, at: datetime, duration: timedelta
) -> None:
    due = add_business_time(at, duration, calendar)
    assert due >= at + duration
    assert due.utcoffset() == NOTHING
    assert business_time_between(at, due, calendar) == duration
    if duration:
        assert business_time_between(at, due - timedelta(microseconds=1), calendar) < duration


@given(CALENDARS, INSTANTS, STEPS, DURATIONS, STEPS)
def test_a_later_start_or_a_longer_clock_is_never_due_earlier(
    calendar: Calendar, at: datetime, later: timedelta, duration: timedelta, longer: timedelta
) -> None:
    due = add_business_time(at, duration, calendar)
    assert add_business_time(at + later, duration, calendar) >= due
    assert add_business_time(at, duration + longer, calendar) >= due


@given(CALENDARS, INSTANTS, STEPS, STEPS)
def test_spans_add_up_and_turn_around(
    calendar: Calendar, a: datetime, first: timedelta, second: timedelta
) -> None:
    b, c = a + first, a + first + second
    whole = business_time_between(a, c, calendar)
    assert whole == business_time_between(a, b, calendar) + business_time_between(b, c, calendar)
    assert NOTHING <= whole <= c - a
    assert business_time_between(c, a, calendar) == -whole


@given(CALENDARS.filter(lambda c: c.zone.key != "Asia/Kathmandu"), INSTANTS, st.integers(0, 24 * 21))
def test_it_is_the_number_of_hours_that_do_not_lie_on_a_closed_day(
    calendar: Calendar, at: datetime, hours: int
) -> None:
    start = at.replace(minute=0, second=0, microsecond=0)
    days = [(start + timedelta(hours=n)).astimezone(calendar.zone).date() for n in range(hours)]
    counted = sum(day.weekday() < 5 and day not in calendar.holidays for day in days)
    end = start + timedelta(hours=hours)
    assert business_time_between(start, end, calendar) == business_hours(counted)


@pytest.mark.parametrize("at", [EARLIEST, LATEST])
def test_it_counts_up_to_its_limits(at: datetime) -> None:
    due = add_business_time(at, LONGEST, WEEKENDS)
    assert due > at + LONGEST


@pytest.mark.parametrize("at", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_far_instants_are_refused(at: datetime) -> None:
    with pytest.raises(OutOfRangeError, match="in the years 2 to 9899"):
        add_business_time(at, business_hours(1), WEEKENDS)
    with pytest.raises(OutOfRangeError):
        business_time_between(at, at, WEEKENDS)


def test_spans_beyond_any_deadline_are_refused() -> None:
    with pytest.raises(OutOfRangeError, match="at most 3660 days"):
        add_business_time(local("2026-01-02 15:00"), timedelta.max, WEEKENDS)
    with pytest.raises(OutOfRangeError):
        business_time_between(EARLIEST, LATEST, WEEKENDS)


def test_what_is_no_start_of_a_clock_is_refused() -> None:
    at = local("2026-01-02 15:00")
    with pytest.raises(ValueError, match="never taken away"):
        add_business_time(at, -business_hours(1), WEEKENDS)
    for not_utc in (at.replace(tzinfo=None), at.astimezone(timezone(timedelta(hours=1)))):
        with pytest.raises(ValueError, match="aware UTC"):
            add_business_time(not_utc, business_hours(1), WEEKENDS)
        with pytest.raises(ValueError, match="aware UTC"):
            business_time_between(at, not_utc, WEEKENDS)
