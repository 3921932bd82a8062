"""How the graph's fields find their values, told to the compiled executor.

Decides which scalars need no conversion on their way to JSON: instants in UTC are left to whoever writes it.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from graphql import GraphQLField, GraphQLUnionType
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

from executor.fields import Compute, Embed, How, Kinds, Read, Resolve
from executor.leaves import TEXT, Inline, Inlines
from executor.plans import Plans
from executor.telling import Telling
from executor.wants import Kept
from schema.columns import (
    CHANGE,
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
from schema.graph import graph, inputs
from schema.inputs.building import converter
from schema.problems import check_texts
from schema.types.timeline import TYPES
from storage.reads.amounts import Amount

SIZES: Final = frozenset({"first", "last"})
PLACES: Final = frozenset({"after", "before", "filter"})

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
            arguments = _arguments(field, definition) if field.arguments else None
            return Resolve(field.metadata[RESOLVE], arguments=arguments, **field.metadata[PLAN])
        case StrawberryField() if CHANGE in field.metadata:
            name = graph.config.name_converter.from_field(field)
            return Resolve(_changing(name, field.metadata[CHANGE]), arguments=_arguments(field, definition))
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


def _changing(name: str, change: Callable[..., Any]) -> Callable[..., Any]:
    return lambda context, _, **given: change(context, name, *given.values())


def _arguments(
    field: StrawberryField, definition: GraphQLField
) -> Callable[[Mapping[str, Any]], Mapping[str, Any]]:
    name_of = graph.config.name_converter.from_argument
    ways = {
        name_of(each): (each.python_name, converter(definition.args[name_of(each)].type, inputs))
        for each in field.arguments
    }

    def convert(given: Mapping[str, Any]) -> Mapping[str, Any]:
        found = {}
        for called, value in given.items():
            name, made = ways[called]
            found[name] = value if made is None or value is None else made(value)
        check_texts(found)
        return found

    return convert


@lru_cache(maxsize=1)
def plans() -> Plans:
    """The plans of the graph, made when first asked for."""
    return Plans(graph._schema, Telling(describe, describe_union, SIZES, PLACES), INLINES)  # noqa: SLF001 as its own extensions do
