"""Values of abstract types, sorted: of which type each is, and what is to be made of it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graphql import GraphQLObjectType

from executor.code import Build
from executor.outcomes import Bailed

Sort = Callable[[Sequence[Any]], tuple[Sequence[str], Sequence[Any]]]
"""Gives the names of the types of values, and the rows that they are."""


def by_type(types: Sequence[GraphQLObjectType]) -> Sort:
    """Ask each type whether a row is of it; all of them can be asked. No row is of two.

    What follows is mostly of the type that came last.
    """
    asked: list[tuple[Any, str]] = [(kind.is_type_of, kind.name) for kind in types]

    def type_of(row: Any) -> str:
        for place, (is_of, name) in enumerate(asked):
            if is_of(row, None):  # described types do not look at what is around
                if place:
                    asked.insert(0, asked.pop(place))
                return name
        raise Bailed("unknown_runtime_type")

    return lambda rows: ([type_of(row) for row in rows], rows)


def by_attribute(take: Build, names: Mapping[Any, str]) -> Sort:
    """Look at one attribute of each record."""

    def sort(rows: Sequence[Any]) -> tuple[Sequence[str], Sequence[Any]]:
        found = [names.get(value) for value in take(rows)]
        if None in found:
            raise Bailed("unknown_runtime_type")
        return [name for name in found if name is not None], rows

    return sort


def by_pair(values: Sequence[Any]) -> tuple[Sequence[str], Sequence[Any]]:
    """Take pairs of a type's name and a row apart."""
    return [name for name, _ in values], [row for _, row in values]
