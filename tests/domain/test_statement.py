"""A month of the seller's ledger, summed, and entry by entry for a spreadsheet."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import Currency, Money
from domain.policy import CURRENT
from domain.refusals import Invalid
from domain.statement import Entry, Line, month_span, statement, statement_csv
from domain.words import LedgerComponent as Component
from tests.domain.specimens import MONDAY, usd


def test_it_sums_by_component_and_hides_what_came_to_nothing() -> None:
    found = statement(
        usd("10.00"),
        [
            Line(Component.PAYOUT_REVERSAL, usd("-88.35")),
            Line(Component.SALE, usd("88.35")),
            Line(Component.SALE, usd("20.00")),
            Line(Component.CORRECTION, usd("5.00")),
            Line(Component.CORRECTION, usd("-5.00")),
        ],
    )
    assert found.lines == (
        Line(Component.SALE, usd("108.35")),
        Line(Component.PAYOUT_REVERSAL, usd("-88.35")),
    )
    assert (found.opening, found.closing) == (usd("10.00"), usd("30.00"))


@given(
    st.lists(
        st.builds(
            Line,
            st.sampled_from(Component),
            st.integers(-(10**6), 10**6).map(lambda minor: Money(minor, Currency.USD)),
        )
    )
)
def test_opening_and_lines_are_closing(moved: list[Line]) -> None:
    found = statement(usd("1.00"), moved)
    assert found.closing.minor == 100 + sum(line.amount.minor for line in moved)
    assert sum(line.amount.minor for line in found.lines) == sum(line.amount.minor for line in moved)


def test_a_month_is_the_one_of_the_policys_zone() -> None:
    assert month_span(2026, 3, CURRENT) == (
        datetime(2026, 3, 1, 8, tzinfo=UTC),
        datetime(2026, 4, 1, 7, tzinfo=UTC),
    )
    assert month_span(2026, 12, CURRENT)[1] == month_span(2027, 1, CURRENT)[0]


@pytest.mark.parametrize(("year", "month"), [(2026, 0), (2026, 13), (1999, 12), (3000, 1)])
def test_what_is_no_month_is_refused(year: int, month: int) -> None:
    with pytest.raises(Invalid):
        month_span(year, month, CURRENT)


def test_the_spreadsheet_begins_and_ends_with_the_balance() -> None:
    entries = [
        Entry(7, MONDAY, Component.SALE, usd("88.35"), usd("98.35"), "Sale"),
        Entry(8, MONDAY, Component.CORRECTION, usd("-0.35"), usd("98.00"), '=HYPERLINK("x"), twice'),
    ]
    assert statement_csv(usd("10.00"), entries).splitlines() == [
        "number,posted_at,component,amount,balance,currency,description",
        ",,OPENING,,10.00,USD,",
        "7,2026-03-02T17:00:00+00:00,SALE,88.35,98.35,USD,Sale",
        '8,2026-03-02T17:00:00+00:00,CORRECTION,-0.35,98.00,USD,"\'=HYPERLINK(""x""), twice"',
        ",,CLOSING,,98.00,USD,",
    ]
