"""Inputs out of what GraphQL took: how a type's values are built is worked out once.

Strawberry works it out anew for each field of each value. Decides nothing: what is built is what Strawberry
builds, of the kinds of fields that there are here.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING
from typing import Any

from graphql import (
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
)
from strawberry import Schema
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.base import StrawberryObjectDefinition

Convert = Callable[[Any], Any]
"""Makes of a value that is not null what is kept of it."""

Build = Callable[[type, Mapping[str, Any], object], Any]
"""Makes a value of a class, of what GraphQL took and of where that was."""


def build_by_plan(schema: Schema) -> Mapping[str, Build]:
    """Let the inputs of a schema be built by plan from now on; give how each is, by its name."""
    builds: dict[str, Build] = {}
    for name, kind in schema.schema_converter.type_map.items():
        if isinstance(kind.implementation, GraphQLInputObjectType):
            definition = definition_of(kind.implementation)
            definition.from_input = builds[name] = _builder(schema, kind.implementation, builds)
    return builds


def definition_of(kind: GraphQLInputObjectType) -> StrawberryObjectDefinition:
    """What Strawberry knows of an input."""
    found: StrawberryObjectDefinition = kind.extensions[GraphQLCoreConverter.DEFINITION_BACKREF]
    return found


def _builder(schema: Schema, kind: GraphQLInputObjectType, builds: Mapping[str, Build]) -> Build:
    name_of = schema.config.name_converter.from_field
    fields = definition_of(kind).fields
    parts = [
        (name_of(each), each.python_name, converter(kind.fields[name_of(each)].type, builds))
        for each in fields
    ]
    left_out = {
        each.python_name: None
        for each in fields
        if each.default is MISSING and each.default_factory is MISSING
    }

    def build(of: type, value: Mapping[str, Any], _: object) -> Any:
        given = left_out.copy()
        for called, name, convert in parts:
            if called in value:
                each = value[called]
                if convert is not None and each is not None:
                    each = convert(each)
                given[name] = each
        return of(**given)

    return build


def converter(kind: GraphQLInputType, builds: Mapping[str, Build]) -> Convert | None:
    """Give how a value of a type is made, where it is not null; None where it is what GraphQL took."""
    if isinstance(kind, GraphQLNonNull):
        return converter(kind.of_type, builds)
    if isinstance(kind, GraphQLInputObjectType):
        name, of = kind.name, definition_of(kind).origin
        return lambda value: builds[name](of, value, None)
    if isinstance(kind, GraphQLList):
        convert = converter(kind.of_type, builds)
        if convert is None:
            return list  # a copy: what is left out is the same list for every call
        return lambda value: [None if each is None else convert(each) for each in value]
    return None
