"""A leaf is converted as the plain executor converts it, or left to it: any value, in any place."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from fractions import Fraction
from math import inf, nan
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLString,
    Undefined,
)

from schema.fast import INLINES
from schema.graph import graph
from tests.executor.small import PLANNED, Small, computed, read, resolved


class Text(str):
    """A text that is more than a text."""

    __slots__ = ()

    def __str__(self) -> str:
        return "something else"


class Named:
    def __str__(self) -> str:
        return "named"


class Whole(int):
    pass


class Colour(StrEnum):
    RED = "RED"
    CRIMSON = "RED"
    BLUE = "BLUE"


class Shade(StrEnum):
    RED = "RED"
    GREY = "GREY"


class Number(IntEnum):
    ONE = 1


class Plain(Enum):
    RED = "RED"


VALUES: list[Any] = [
    *(None, Undefined, True, False, 0, 1, -1, 2**31 - 1, 2**31, -(2**31), -(2**31) - 1, 2**53 + 1, 10**400),
    *(
        0.0,
        1.0,
        1.5,
        -0.0,
        2.0**31,
        nan,
        inf,
        -inf,
        Decimal(1),
        Decimal("1.5"),
        Decimal("NaN"),
        Fraction(1, 2),
    ),
    *("", "text", "12", "1.5", "RED", "x" * 9, "ü\u2028\0", b"bytes", Text("RED"), Whole(7), Whole(2**40)),
    *([], ["text"], (), {}, {"a": 1}, set(), object, Named(), ValueError("a value of its own"), Exception),
    *(Colour.RED, Colour.CRIMSON, Colour.BLUE, Shade.RED, Shade.GREY, Number.ONE, Plain.RED),
]


def _refuse(value: object) -> object:
    raise TypeError(value)


KINDS: list[GraphQLLeafType] = [
    GraphQLString,
    GraphQLID,
    GraphQLInt,
    GraphQLFloat,
    GraphQLBoolean,
    GraphQLScalarType("Anything", coerce_output_value=repr),
    GraphQLScalarType("Nothing", coerce_output_value=lambda _: None),
    GraphQLScalarType("Unsaid", coerce_output_value=lambda _: Undefined),
    GraphQLScalarType("Refused", coerce_output_value=_refuse),
    GraphQLEnumType("Words", {"RED": "RED", "CRIMSON": "RED", "BLUE": "blue", "NONE": None}),
    GraphQLEnumType("Numbers", {"ONE": 1, "YES": True, "TWO": 2.0, "ZERO": False}),
    GraphQLEnumType("Colours", Colour),
    GraphQLEnumType("Members", {name: Colour[name] for name in Colour.__members__}),
]


async def _later(_: object, row: Any) -> Any:
    return row.value


PLACES: dict[str, Callable[[Any], Any]] = {
    "read": lambda kind: read(kind, "value"),
    "computed": lambda kind: computed(kind, lambda row: row.value),
    "resolved": lambda kind: resolved(kind, lambda _, row: row.value),
    "awaited": lambda kind: resolved(kind, _later),
    "listed": lambda kind: computed(GraphQLList(kind), lambda row: [row.value]),
    "listed_twice": lambda kind: computed(GraphQLList(GraphQLList(kind)), lambda row: [(), (row.value,)]),
    "resolved_in_a_list": lambda kind: resolved(GraphQLList(kind), lambda _, row: (row.value, row.value)),
}


async def test_a_member_that_cannot_be_looked_up_is_left_to_the_plain_executor() -> None:
    odd = GraphQLEnumType("Odd", {"LIST": ["text"], "OTHER": "text"})
    small = Small({"it": read(odd, "value")})
    document = small.document("{ it }")
    with pytest.raises(TypeError):
        await small.plans.prepared(document, None, None).run(None, SimpleNamespace(value=["text"]))
    assert (await small.ask("{ it }", SimpleNamespace(value="text"))).planned == PLANNED


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", KINDS, ids=str)
async def test_any_value_is_converted_as_it_would_be_plainly(kind: GraphQLLeafType, place: str) -> None:
    some = Small({"it": PLACES[place](kind)})
    needed = Small({"it": PLACES[place](GraphQLNonNull(kind))})
    planned = 0
    for value in VALUES:
        row = SimpleNamespace(value=value)
        for small in (some, needed):
            answer = await small.ask("{ it }", row)
            assert answer.planned == PLANNED or answer.plain.errors, repr(value)
            planned += answer.planned == PLANNED
    assert planned > 0


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (GraphQLString, "text"),
        (GraphQLID, "text"),
        (GraphQLInt, 2**31 - 1),
        (GraphQLInt, -(2**31)),
        (GraphQLFloat, 1),
        (GraphQLBoolean, False),
        (GraphQLEnumType("Colours", Colour), Colour.BLUE),
    ],
    ids=str,
)
async def test_common_values_have_a_plan(kind: GraphQLLeafType, value: object) -> None:
    for each in (kind, GraphQLNonNull(kind)):
        answer = await Small({"it": read(each, "value")}).ask("{ it }", SimpleNamespace(value=value))
        assert answer.planned == PLANNED


async def test_a_bool_is_no_int_and_a_large_int_is_an_error() -> None:
    small = Small({"it": read(GraphQLInt, "value")})
    assert (await small.ask("{ it }", SimpleNamespace(value=True))).data == {"it": 1}
    large = await small.ask("{ it }", SimpleNamespace(value=2**31))
    assert large.data == {"it": None}
    assert large.plain.errors


class Instant(datetime):
    pass


NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ZONES = [
    UTC,
    timezone(timedelta(0)),
    timezone(timedelta(hours=2)),
    ZoneInfo("UTC"),
    ZoneInfo("America/New_York"),
]
INSTANTS = [
    *(NOON.astimezone(zone) for zone in ZONES),
    *(NOON.replace(year=1), NOON.replace(year=9999), NOON.replace(second=15, microsecond=120)),
    *(datetime.min, datetime.max, NOON.replace(tzinfo=None)),  # noqa: DTZ901 of no zone
    *(Instant(2026, 3, 1, tzinfo=UTC), date(2026, 3, 1), Decimal("1E+3"), Decimal("0.10")),
]


@pytest.mark.parametrize("name", ["DateTime", "URL", "Cursor", "Decimal"])
async def test_scalars_of_the_graph_are_written_as_they_say(name: str) -> None:
    kind: Any = graph._schema.get_type(name)
    fields = {
        "one": read(kind, "value"),
        "needed": read(GraphQLNonNull(kind), "value"),
        "some": computed(GraphQLList(kind), lambda row: [row.value]),
    }
    small = Small(fields, inlines=INLINES)
    for value in [*VALUES, *INSTANTS]:
        for field in fields:
            answer = await small.ask(f"{{ {field} }}", SimpleNamespace(value=value))
            assert answer.planned == PLANNED or answer.plain.errors, repr(value)
