"""From a document to a plan: selections merged as the specification says, one builder for each.

Decides what is written into a selection's straight code, and what takes a step of its own: whatever is
resolved, and whatever has something resolved below it. Knows GraphQL, and of the schema only what `Describe`
tells. Takes a row to be of the type that its field declares; only abstract types are looked into.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import (
    GraphQLAbstractType,
    GraphQLEnumType,
    GraphQLField,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    is_abstract_type,
    is_leaf_type,
)
from graphql.execution import Executor
from graphql.execution.collect_fields import FieldDetails, GroupedFieldSet, collect_fields, collect_subfields

from executor.code import Build, Writer, display
from executor.fields import Compute, Describe, How, Read, Resolve
from executor.leaves import ANY, BUILT_IN, Inlines, Names, converter
from executor.lists import listed
from executor.outcomes import Bailed, Unsupported

TYPENAME: Final = "__typename"
MOST_FIELDS: Final = 5_000  # fragments may unfold without end, long before a single row is read


@dataclass(slots=True)
class Shape:
    """What a value must become: wrappers from the outside in, then a leaf, an object, or one of several."""

    nullable: bool
    item: "Shape | None" = None
    leaves: Build | None = None
    selection: "Selection | None" = None
    abstract: "Abstract | None" = None


@dataclass(slots=True)
class Abstract:
    """The selection of each type that a value may turn out to be."""

    types: Sequence[GraphQLObjectType]
    selections: Mapping[str, "Selection"]


@dataclass(slots=True, eq=False)
class Step:
    """A field that is filled in once its selection's straight code has run."""

    key: str
    how: How
    shape: Shape
    definition: GraphQLField
    details: FieldDetails


@dataclass(slots=True, eq=False)
class Selection:
    """What is made of the rows of one type."""

    type_name: str
    build: Build = field(init=False)
    source: str = field(init=False, default="")
    steps: list[Step] = field(default_factory=list)

    @property
    def is_straight(self) -> bool:
        """Whether its straight code makes all of it."""
        return not self.steps


class Compiler:
    """Compiles one operation; what its conditions (`@skip`, `@include`) say is compiled in."""

    def __init__(
        self, schema: GraphQLSchema, executor: Executor[Any], describe: Describe, inlines: Inlines
    ) -> None:
        self._schema = schema
        self._executor = executor
        self._describe = describe
        self._inlines = {**BUILT_IN, **inlines}
        self._leaves: dict[tuple[GraphQLLeafType, bool], Any] = {}
        self._fields_left = MOST_FIELDS

    def root(self, root: GraphQLObjectType) -> Selection:
        """Compile the operation's own selection. Raises Unsupported."""
        if any(fragment.variable_signatures for fragment in self._executor.fragments.values()):
            raise Unsupported("fragment_arguments")
        collected = collect_fields(
            self._schema,
            self._executor.fragments,
            self._executor.variable_values,
            root,
            self._executor.operation,
        )
        if collected.new_defer_usages:
            raise Unsupported("defer")
        return self._selection(root, collected.grouped_field_set)

    def _selection(self, kind: GraphQLObjectType, fields: GroupedFieldSet) -> Selection:
        selection = Selection(kind.name)
        writer = Writer()
        items = []
        for key, details in fields.items():
            expression = self._field(writer, "row", kind, details)
            if expression is None:
                expression = "None"
                selection.steps.append(self._step(key, kind, details))
            items.append((key, expression))
        selection.build, selection.source = writer.function("row", display(items))
        return selection

    def _definition(
        self, kind: GraphQLObjectType, details: Sequence[FieldDetails]
    ) -> tuple[GraphQLField, How]:
        name = details[0].node.name.value
        definition = kind.fields.get(name)
        if definition is None:
            raise Unsupported("introspection")
        how = self._describe(definition)
        if how is None:
            raise Unsupported("undescribed_field")
        return definition, how

    def _field(
        self, writer: Writer, row: str, kind: GraphQLObjectType, details: Sequence[FieldDetails]
    ) -> str | None:
        """Give the expression of a field over a row; None for one that takes a step."""
        self._fields_left -= 1
        if self._fields_left < 0:
            raise Unsupported("too_large")
        if details[0].node.name.value == TYPENAME:
            return repr(kind.name)
        definition, how = self._definition(kind, details)
        match how:
            case Read(attribute):
                value = f"{row}.{attribute}"
            case Compute(function):
                value = f"{writer.name(function)}({row})"
            case Resolve():
                return None
        return self._value(writer, value, definition.type, details)

    def _value(
        self, writer: Writer, value: str, kind: GraphQLOutputType, details: Sequence[FieldDetails]
    ) -> str | None:
        nullable = not isinstance(kind, GraphQLNonNull)
        inner = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
        if is_leaf_type(inner):
            return self._leaf(writer, value, inner, nullable=nullable)
        if isinstance(inner, GraphQLList):
            item = writer.variable()
            made = self._value(writer, item, inner.of_type, details)
            if made is None:
                return None
            it, other = writer.variable(), writer.name(listed)
            members = f"({it} if {it}.__class__ is tuple or {it}.__class__ is list else {other}({it}))"
            return self._unless_null(
                writer, value, it, f"[{made} for {item} in {members}]", nullable=nullable
            )
        if not isinstance(inner, GraphQLObjectType):
            return None
        fields = self._below(inner, details)
        it = writer.variable()
        items = []
        for key, below in fields.items():
            expression = self._field(writer, it, inner, below)
            if expression is None:
                return None
            items.append((key, expression))
        return self._unless_null(writer, value, it, display(items), nullable=nullable)

    @staticmethod
    def _unless_null(writer: Writer, value: str, it: str, made: str, *, nullable: bool) -> str:
        otherwise = "None" if nullable else f"{writer.name(_demand)}()"
        return f"({made} if ({it} := {value}) is not None else {otherwise})"

    def _leaf(self, writer: Writer, value: str, kind: GraphQLLeafType, *, nullable: bool) -> str:
        known = self._leaves.get((kind, nullable))
        if known is None:
            known = converter(kind, nullable=nullable)
            if isinstance(kind, GraphQLEnumType):
                known = Names(kind, known, nullable=nullable)
            self._leaves[kind, nullable] = known
        other = writer.name(known)
        if isinstance(kind, GraphQLEnumType):
            return f"{other}[{value}]"
        inline = self._inlines.get(kind.name, ANY)
        names = {name: writer.name(each) for name, each in inline.names.items()}
        return inline.code.format(x=writer.variable(), value=value, other=other, **names)

    def _step(self, key: str, kind: GraphQLObjectType, details: Sequence[FieldDetails]) -> Step:
        definition, how = self._definition(kind, details)
        return Step(key, how, self._shape(definition.type, details), definition, details[0])

    def _shape(self, kind: GraphQLOutputType, details: Sequence[FieldDetails]) -> Shape:
        nullable = not isinstance(kind, GraphQLNonNull)
        inner = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
        if isinstance(inner, GraphQLList):
            return Shape(nullable, item=self._shape(inner.of_type, details))
        if isinstance(inner, GraphQLObjectType):
            return Shape(nullable, selection=self._selection(inner, self._below(inner, details)))
        if is_leaf_type(inner):
            return Shape(nullable, leaves=self._leaves_of(inner, nullable=nullable))
        assert is_abstract_type(inner), "nothing else is left"
        return Shape(nullable, abstract=self._abstract(inner, details))

    def _leaves_of(self, kind: GraphQLLeafType, *, nullable: bool) -> Build:
        writer = Writer()
        build, _ = writer.function("value", self._leaf(writer, "value", kind, nullable=nullable))
        return build

    def _abstract(self, kind: GraphQLAbstractType, details: Sequence[FieldDetails]) -> Abstract:
        types = self._schema.get_possible_types(kind)
        if any(each.is_type_of is None for each in types):
            raise Unsupported("unknown_runtime_type")
        return Abstract(
            types, {each.name: self._selection(each, self._below(each, details)) for each in types}
        )

    def _below(self, kind: GraphQLObjectType, details: Sequence[FieldDetails]) -> GroupedFieldSet:
        collected = collect_subfields(
            self._schema,
            self._executor.fragments,
            self._executor.variable_values,
            self._executor.operation,
            kind,
            list(details),
        )
        if collected.new_defer_usages:
            raise Unsupported("defer")
        return collected.grouped_field_set


def _demand() -> Any:
    """What must not be null is."""
    raise Bailed("null")
