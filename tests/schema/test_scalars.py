"""How instants, decimals and addresses are written and read, and what is refused."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from graphql import GraphQLError
from hypothesis import given
from hypothesis import strategies as st

from schema.scalars import read_decimal, read_instant, read_url, write_decimal, write_instant


@given(st.datetimes(timezones=st.timezones(), min_value=datetime(2, 1, 1), max_value=datetime(9998, 1, 1)))  # noqa: DTZ001 bounds
def test_an_instant_reads_back(instant: datetime) -> None:
    written = write_instant(instant)
    assert written.endswith("Z")
    assert read_instant(written) == instant.astimezone(UTC)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-03-01T12:00:00Z", datetime(2026, 3, 1, 12, tzinfo=UTC)),
        ("2026-03-01t12:00:00.5z", datetime(2026, 3, 1, 12, tzinfo=UTC) + timedelta(milliseconds=500)),
        ("2026-03-01T12:00:00+02:00", datetime(2026, 3, 1, 10, tzinfo=UTC)),
        ("2026-03-01T12:00:00.123456789-01:30", datetime(2026, 3, 1, 13, 30, 0, 123456, UTC)),
    ],
)
def test_an_instant_may_have_any_offset(text: str, instant: datetime) -> None:
    assert read_instant(text) == instant


@pytest.mark.parametrize(
    "given",
    [
        "", "now", "2026-03-01", "2026-03-01T12:00:00", "2026-03-01 12:00:00Z", "2026-02-30T12:00:00Z",
        "2026-03-01T24:00:00Z", "2026-03-01T12:00:60Z", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00", "12026-03-01T12:00:00Z", "2026-03-01T12:00:00+25:00",
        1772366400, None, True,
    ],
)  # fmt: skip
def test_anything_else_is_no_instant(given: object) -> None:
    with pytest.raises(GraphQLError):
        read_instant(given)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**12), max_value=10**12))
def test_a_decimal_reads_back(number: Decimal) -> None:
    assert read_decimal(write_decimal(number)) == number


def test_a_whole_number_is_a_decimal() -> None:
    assert read_decimal(12) == Decimal(12)


@pytest.mark.parametrize(
    "given",
    [
        "",
        "1e3",
        "1E999999",
        "NaN",
        "Infinity",
        "0x1",
        "1_000",
        " 1",
        "1.",
        ".5",
        "+1",
        "\u0661",
        0.1,
        True,
        None,
        "9" * 31,
    ],
)
def test_anything_else_is_no_decimal(given: object) -> None:
    with pytest.raises(GraphQLError):
        read_decimal(given)


@pytest.mark.parametrize(
    "given", ["", "javascript:alert(1)", "/photo.jpg", "https://", "https:// a", 1, "https://a/" + "b" * 2000]
)
def test_anything_else_is_no_address(given: object) -> None:
    with pytest.raises(GraphQLError):
        read_url(given)


def test_an_address_stays_as_it_is() -> None:
    assert read_url("https://example.test/a?b=c#d") == "https://example.test/a?b=c#d"
