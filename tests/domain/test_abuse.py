"""From where on a buyer's requests go to Support."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest

from domain.abuse import AbuseSignals, Mark, counted_from, over_the_line, suspected
from domain.policy import CURRENT
from tests.domain.specimens import MONDAY
from tests.policy import quotes

JUST_OVER = AbuseSignals(
    requests=5, orders=9, orders_with_requests=5, orders_refunded=3, sellers=3, decided_against=0
)
HONEST = AbuseSignals(
    requests=1, orders=9, orders_with_requests=1, orders_refunded=1, sellers=1, decided_against=0
)


@quotes(
    "Whatnot tracks refund behavior across the platform to help prevent buyers from submitting fraudulent"
)
def test_many_requests_on_most_orders_with_several_sellers_are_suspicious() -> None:
    assert over_the_line(JUST_OVER, CURRENT)
    assert JUST_OVER.share_of_orders == Fraction(5, 9)
    assert JUST_OVER.share_refunded == Fraction(1, 3)


@pytest.mark.parametrize(
    "signals",
    [
        replace(JUST_OVER, requests=4),
        replace(JUST_OVER, orders=10),
        replace(JUST_OVER, sellers=2),
        replace(HONEST, decided_against=2),
    ],
    ids=["few requests", "half of the orders", "few sellers", "rarely decided against"],
)
def test_less_is_not(signals: AbuseSignals) -> None:
    assert not over_the_line(signals, CURRENT)


def test_three_decisions_against_the_buyer_are_suspicious_alone() -> None:
    assert over_the_line(replace(HONEST, decided_against=3), CURRENT)


def test_requests_on_older_orders_alone_do_not_divide_by_nothing() -> None:
    assert replace(JUST_OVER, orders=0).share_of_orders == 5


def test_support_can_flag_any_buyer() -> None:
    assert suspected(HONEST, Mark(True, "Photos of somebody else's item", MONDAY), CURRENT)
    assert not suspected(HONEST, None, CURRENT)
    assert suspected(JUST_OVER, None, CURRENT)


def test_signals_count_for_90_days_and_only_since_support_cleared_the_buyer() -> None:
    window = MONDAY - timedelta(days=90)
    yesterday = MONDAY - timedelta(days=1)
    assert counted_from(None, at=MONDAY, policy=CURRENT) == window
    assert counted_from(Mark(True, "", yesterday), at=MONDAY, policy=CURRENT) == window
    assert counted_from(Mark(False, "", yesterday), at=MONDAY, policy=CURRENT) == yesterday
    assert counted_from(Mark(False, "", window - timedelta(days=1)), at=MONDAY, policy=CURRENT) == window
