"""Whether a seller answers in time: at least 95 % of the clocks, or at most three missed."""

from datetime import timedelta
from fractions import Fraction

import pytest

from domain.policy import CURRENT
from domain.standing import Standing, standing
from domain.values import ResponseClock
from tests.domain.specimens import MONDAY
from tests.policy import quotes

DAY = timedelta(days=1)


def clock(*, due_days_ago: int = 1, answered: bool = True, missed: bool = False) -> ResponseClock:
    due = MONDAY - due_days_ago * DAY
    late = DAY if missed else -DAY
    return ResponseClock(1, due - 2 * DAY, due, due + late if answered else None, missed)


def stands(*clocks: ResponseClock) -> Standing:
    return standing(clocks, at=MONDAY, policy=CURRENT)


@quotes("if a seller does not respond within 48 business hours, it may impact your account standing")
@pytest.mark.parametrize(
    ("in_time", "missed", "met"),
    [(0, 0, True), (0, 3, True), (75, 4, False), (76, 4, True), (94, 6, False), (95, 5, True)],
)
def test_it_is_met_at_95_percent_or_with_three_missed(in_time: int, missed: int, met: bool) -> None:
    found = stands(*[clock()] * in_time, *[clock(missed=True, answered=False)] * missed)
    assert (found.responded, found.late, found.met) == (in_time, missed, met)


def test_the_rate_is_none_until_a_clock_counts() -> None:
    assert stands().response_rate is None
    assert stands(clock(), clock(missed=True)).response_rate == Fraction(1, 2)


def test_a_late_answer_is_still_a_missed_clock() -> None:
    found = stands(clock(missed=True, answered=True))
    assert (found.responded, found.late) == (0, 1)


def test_a_clock_that_just_stopped_or_still_runs_counts_for_nothing() -> None:
    assert stands(clock(answered=False), clock(answered=False, due_days_ago=-1)).response_rate is None


def test_missed_clocks_are_dated_latest_first() -> None:
    found = stands(clock(missed=True, due_days_ago=9), clock(missed=True, due_days_ago=2))
    assert found.missed == (MONDAY - 2 * DAY, MONDAY - 9 * DAY)


def test_90_days_later_a_missed_clock_is_forgotten() -> None:
    assert stands(clock(missed=True, due_days_ago=89)).late == 1
    assert stands(clock(missed=True, due_days_ago=90)).late == 0
