"""Leaf values on their way into an answer: as code that takes the common case inline.

Decides what the common case of a built-in scalar is. All else goes through the scalar's own words.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLString,
)

from executor.outcomes import Bailed

LARGEST_INT: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Inline:
    """Code for a value: over `{x}`, a name of its own; `{value}`; `{other}`, a function for what is not
    common; and `names`, objects that the code needs.
    """

    code: str
    names: Mapping[str, Any] = field(default_factory=dict)


Inlines = Mapping[str, Inline]
"""By the scalar's name."""

TEXT: Final = Inline("({x} if ({x} := {value}).__class__ is str else {other}({x}))")
BUILT_IN: Final[Inlines] = {
    GraphQLString.name: TEXT,
    GraphQLID.name: TEXT,
    GraphQLBoolean.name: Inline("({x} if ({x} := {value}) is True or {x} is False else {other}({x}))"),
    GraphQLInt.name: Inline(
        "({x} if ({x} := {value}).__class__ is int and -{largest} <= {x} <= {largest} else {other}({x}))",
        {"largest": LARGEST_INT},
    ),
}
ANY: Final = Inline("{other}({value})")


def names_of(kind: GraphQLEnumType) -> dict[Any, str]:
    """The names of an enumeration's members, by the member and by its value."""
    names: dict[Any, str] = {}
    wrapped = getattr(kind, "wrapped_cls", None)
    for name, value in kind.values.items():
        names[value.value] = name
        if wrapped is not None:
            names[wrapped(value.value)] = name
    return names


def converter(kind: GraphQLLeafType, *, nullable: bool) -> Callable[[Any], Any]:
    """What makes any value of a leaf ready for JSON; raises Bailed for null where there must be none."""
    serialize = kind.coerce_output_value

    def convert(value: Any) -> Any:
        done = None if value is None else serialize(value)
        if done is None and not nullable:
            raise Bailed("null")
        return done

    return convert
