"""Values that GraphQL has no words for: instants, exact decimals, addresses of the web.

Decides how they are written and what is taken in; everything else is refused with a sentence.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

URL = NewType("URL", str)
Cursor = NewType("Cursor", str)

RFC_3339: Final = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:([Zz])|([+-])(\d\d):(\d\d))", re.ASCII
)
PLAIN_DECIMAL: Final = re.compile(r"-?\d{1,30}(\.\d{1,30})?", re.ASCII)
LONGEST_URL: Final = 2_000
WEB_ADDRESS: Final = re.compile(r"https?://[^\s/?#]+\S*")


def write_instant(instant: datetime) -> str:
    """RFC 3339 in UTC: seconds, then what is left of them."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def read_instant(given: Any) -> datetime:
    """Take an RFC 3339 instant with its offset; years 1 to 9999 in UTC, finer than microseconds cut off."""
    found = RFC_3339.fullmatch(given) if isinstance(given, str) else None
    if found is None:
        raise GraphQLError('A DateTime is written like "2026-03-01T12:00:00Z", with its offset or Z.')
    *numbers, fraction, zulu, sign, hours, minutes = found.groups()
    try:
        offset = timedelta(0) if zulu else timedelta(hours=int(hours), minutes=int(minutes))
        zone = timezone(-offset if sign == "-" else offset)
        microseconds = int((fraction or "0").ljust(6, "0")[:6])
        year, month, day, hour, minute, second = map(int, numbers)
        return datetime(year, month, day, hour, minute, second, microseconds, zone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise GraphQLError(f"There is no such instant: {given}.") from None


def write_decimal(number: Decimal) -> str:
    """Digits, never an exponent."""
    return format(number, "f")


def read_decimal(given: Any) -> Decimal:
    """Take digits as text, or a whole number; a float has already lost what an exact decimal keeps."""
    if isinstance(given, int) and not isinstance(given, bool):
        given = str(given)
    if not isinstance(given, str) or not PLAIN_DECIMAL.fullmatch(given):
        raise GraphQLError('A Decimal is text of digits, like "88.35".')
    try:
        return Decimal(given)
    except InvalidOperation:
        raise GraphQLError(f"There is no such number: {given}.") from None


def read_url(given: Any) -> URL:
    """Take an absolute address of the web."""
    if not isinstance(given, str) or len(given) > LONGEST_URL or not WEB_ADDRESS.fullmatch(given):
        raise GraphQLError(f"A URL starts with https:// and has at most {LONGEST_URL:,} characters.")
    return URL(given)


def read_cursor(given: Any) -> Cursor:
    """Take text; whether it is a cursor of ours is found out where it is used."""
    if not isinstance(given, str):
        raise GraphQLError("A Cursor is a text: use cursors exactly as they were given.")
    return Cursor(given)


SCALARS: Final[Mapping[object, ScalarDefinition]] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description='An instant in UTC, as RFC 3339 writes it: "2026-03-01T12:00:00Z".',
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
        serialize=write_instant,
        parse_value=read_instant,
    ),
    Decimal: strawberry.scalar(
        name="Decimal",
        description='An exact decimal number as text: "88.35".',
        serialize=write_decimal,
        parse_value=read_decimal,
    ),
    Cursor: strawberry.scalar(
        name="Cursor",
        description="A place in a feed: opaque, signed, good for one feed of one database.",
        serialize=str,
        parse_value=read_cursor,
    ),
    URL: strawberry.scalar(
        name="URL",
        description="An absolute address of the web.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3986",
        serialize=str,
        parse_value=read_url,
    ),
}
