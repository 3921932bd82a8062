"""Leaf values on their way into an answer: as code that takes the common case inline.

Decides what the common case of a built-in scalar is. All else goes through the type's own words.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLString,
    Undefined,
)

from executor.outcomes import Bailed
from executor.wants import Kept

LARGEST_INT: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Inline:
    """Code for a value: over `{x}`, a name of its own; `{value}`; `{other}`, a function for what is not
    common; and `names`, objects that the code needs. What is `kept` as this needs no code at all.
    """

    code: str
    names: Mapping[str, Any] = field(default_factory=dict)
    kept: Kept | None = None


Inlines = Mapping[str, Inline]
"""By the scalar's name."""

TEXT: Final = Inline("({x} if ({x} := {value}).__class__ is str else {other}({x}))", kept=Kept.TEXT)
BUILT_IN: Final[Inlines] = {
    GraphQLString.name: TEXT,
    GraphQLID.name: TEXT,
    GraphQLBoolean.name: Inline(
        "({x} if ({x} := {value}) is True or {x} is False else {other}({x}))", kept=Kept.BOOLEAN
    ),
    GraphQLInt.name: Inline(
        "({x} if ({x} := {value}).__class__ is int and -{largest} <= {x} <= {largest} else {other}({x}))",
        {"largest": LARGEST_INT},
        Kept.INTEGER,
    ),
}
ANY: Final = Inline("{other}({value})")


class Names(dict[Any, Any]):
    """The names of an enumeration by value, and of null where it may be; others by the type's own words."""

    def __init__(self, kind: GraphQLEnumType, convert: Callable[[Any], Any], *, nullable: bool) -> None:
        super().__init__()
        for value in (each.value for each in kind.values.values()):
            if value is not None and value is not Undefined and isinstance(value, Hashable):
                self[value] = convert(value)
        if nullable:
            self[None] = None
        self._convert = convert

    def __missing__(self, value: Any) -> Any:
        name = self._convert(value)
        if isinstance(value, Enum):  # of which there are few
            self[value] = name
        return name


def are_names(words: frozenset[str], kind: GraphQLEnumType) -> bool:
    """Whether these texts, as values of an enumeration, are its names as well."""
    return all(word in kind.values and kind.values[word].value == word for word in words)


def converter(kind: GraphQLLeafType, *, nullable: bool) -> Callable[[Any], Any]:
    """What makes any value of a leaf ready for JSON; raises for null where there must be none."""
    serialize = kind.coerce_output_value

    def convert(value: Any) -> Any:
        if value is None or value is Undefined:
            if nullable:
                return None
            raise Bailed("null")
        if isinstance(value, Exception):
            raise value
        done = serialize(value)
        if done is None or done is Undefined:
            raise Bailed("null")
        return done

    return convert
