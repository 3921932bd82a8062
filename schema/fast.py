"""How the graph's fields find their values, told to the compiled executor.

Decides which scalars need no conversion on their way to JSON: instants in UTC are left to whoever writes it.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from graphql import GraphQLField
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.arguments import convert_arguments

from executor.fields import Compute, How, Read, Resolve
from executor.leaves import TEXT, Inline, Inlines
from executor.plans import Plans
from schema.columns import RESOLVE, SOURCE, ColumnField, ComputedField, EdgeField
from schema.graph import graph
from schema.problems import check_texts

INLINES: Final[Inlines] = {
    "URL": TEXT,
    "Cursor": TEXT,
    "DateTime": Inline(
        "({x} if ({x} := {value}).__class__ is {instant} and {x}.tzinfo is {utc} else {other}({x}))",
        {"instant": datetime, "utc": UTC},
    ),
}


def describe(definition: GraphQLField) -> How | None:
    """Say how a field finds its value; None for a field that is declared in another way."""
    field = definition.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    match field:
        case ColumnField():
            return Read(field.metadata.get(SOURCE, field.python_name))
        case ComputedField():
            return Compute(field.metadata[RESOLVE])
        case EdgeField(is_subscription=True):
            return Compute(lambda event: event)
        case EdgeField():
            resolve = field.metadata[RESOLVE]
            arguments = _arguments(field) if field.arguments else None
            return Resolve(resolve, getattr(resolve, "many", None), arguments)
        case _:
            return None


def _arguments(field: EdgeField) -> Callable[[Mapping[str, Any]], Mapping[str, Any]]:
    config, registry = graph.config, graph.schema_converter.scalar_registry

    def convert(given: Mapping[str, Any]) -> Mapping[str, Any]:
        found = convert_arguments(dict(given), field.arguments, registry, config)
        check_texts(found)
        return found

    return convert


@lru_cache(maxsize=1)
def plans() -> Plans:
    """The plans of the graph, made when first asked for."""
    return Plans(graph._schema, describe, INLINES)  # noqa: SLF001 as its own extensions do
