"""How the graph's fields find their values, told to the compiled executor.

Decides which scalars need no conversion on their way to JSON: instants in UTC are left to whoever writes it.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from graphql import GraphQLField, GraphQLUnionType
from strawberry import ID
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.arguments import convert_arguments
from strawberry.types.base import StrawberryOptional

from executor.fields import Compute, Embed, How, Kinds, Read, Resolve
from executor.leaves import TEXT, Inline, Inlines
from executor.plans import Plans
from executor.telling import Telling
from executor.wants import Kept
from schema.columns import (
    HOLDS_ROWS,
    OVER,
    PLAN,
    RESOLVE,
    ROW,
    SOURCE,
    WRITTEN,
    ColumnField,
    ComputedField,
    EdgeField,
)
from schema.graph import graph
from schema.problems import check_texts
from schema.types.timeline import TYPES
from storage.reads.amounts import Amount

SIZES: Final = frozenset({"first", "last"})
PLACES: Final = frozenset({"after", "before", "filter"})
PLAIN: Final = (str, int, bool, ID)
"""What needs no conversion once GraphQL has taken it."""

INLINES: Final[Inlines] = {
    "URL": TEXT,
    "Cursor": TEXT,
    "DateTime": Inline(
        "({x} if ({x} := {value}).__class__ is {instant} and {x}.tzinfo is {utc} else {other}({x}))",
        {"instant": datetime, "utc": UTC},
        Kept.INSTANT,
    ),
}


def describe(definition: GraphQLField) -> How | None:
    """Say how a field finds its value; None for a field that is declared in another way."""
    field = definition.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    match field:
        case ColumnField():
            return _read(field)
        case ComputedField():
            about = field.metadata
            return Compute(about[RESOLVE], about.get(OVER), about.get(WRITTEN))
        case EdgeField(is_subscription=True):
            return Compute(lambda event: event)
        case EdgeField():
            arguments = _arguments(field) if field.arguments else None
            return Resolve(field.metadata[RESOLVE], arguments=arguments, **field.metadata[PLAN])
        case _:
            return None


def describe_union(kind: GraphQLUnionType) -> Kinds | None:
    """Say what tells the types of a union's records apart."""
    return Kinds("kind", TYPES) if kind.name == "TimelineEntry" else None


def _read(field: ColumnField) -> How:
    name = field.metadata.get(SOURCE, field.python_name)
    kept = getattr(field.metadata.get(ROW), name, None)
    if isinstance(kept, Amount):
        return Embed(name, {"minor": kept.minor, "currency": kept.currency}, kept.minor)
    return Read(name, field.metadata[HOLDS_ROWS])


def _arguments(field: EdgeField) -> Callable[[Mapping[str, Any]], Mapping[str, Any]]:
    config, registry = graph.config, graph.schema_converter.scalar_registry
    taken_as_it_is = {
        config.name_converter.from_argument(each): each.python_name
        for each in field.arguments
        if _plain(each.type) in PLAIN
    }

    def convert(given: Mapping[str, Any]) -> Mapping[str, Any]:
        if taken_as_it_is.keys() >= given.keys():
            found = {taken_as_it_is[name]: value for name, value in given.items()}
        else:
            found = convert_arguments(dict(given), field.arguments, registry, config)
        check_texts(found)
        return found

    return convert


def _plain(kind: Any) -> Any:
    """The type that an argument has where it is not null."""
    return kind.of_type if kind.__class__ is StrawberryOptional else kind


@lru_cache(maxsize=1)
def plans() -> Plans:
    """The plans of the graph, made when first asked for."""
    return Plans(graph._schema, Telling(describe, describe_union, SIZES, PLACES), INLINES)  # noqa: SLF001 as its own extensions do
