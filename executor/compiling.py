"""From a document to a plan: selections merged as the specification says, one builder for each.

Decides what is written into a selection's straight code, and what takes a step of its own: whatever is
resolved, and whatever has something resolved below it. Knows GraphQL, and of the schema only what `Describe`
tells. Takes a row to be of the type that its field declares; only abstract types are looked into.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from graphql import (
    GraphQLAbstractType,
    GraphQLEnumType,
    GraphQLField,
    GraphQLLeafType,
    GraphQLList,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    GraphQLUnionType,
    VariableNode,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_object_type,
)
from graphql.execution import Executor
from graphql.execution.collect_fields import FieldDetails, GroupedFieldSet, collect_fields, collect_subfields
from graphql.execution.values import get_argument_values

from executor.abstract import by_attribute, by_pair, by_type
from executor.along import brought, same
from executor.code import Build, Writer, display
from executor.fields import Along, Compute, How, Read, Resolve
from executor.leaves import ANY, BUILT_IN, Inlines, Names, are_names, converter
from executor.lists import listed
from executor.outcomes import Unsupported
from executor.places import Embedded, InRecord, OnObject, Place
from executor.shapes import Abstract, Selection, Shape, Step, has_variables
from executor.spelling import (
    ROW,
    PlaceOf,
    already_there,
    can_be_listed,
    demand,
    is_present,
    key_of,
    listed_rows,
    lists_of,
    made_of,
    of_brought,
    of_nested,
    of_object,
    of_records,
    spelled,
    start_of,
    unless_null,
    unwrapped,
)
from executor.telling import Telling
from executor.wants import Link, Source, Wants

TYPENAME: Final = "__typename"
MOST_FIELDS: Final = 5_000  # fragments may unfold without end, long before a single row is read


class Compiler:
    """Compiles one operation; what its conditions (`@skip`, `@include`) say is compiled in."""

    def __init__(
        self, schema: GraphQLSchema, executor: Executor[Any], telling: Telling, inlines: Inlines
    ) -> None:
        self._schema = schema
        self._executor = executor
        self._telling = telling
        self._inlines = {**BUILT_IN, **inlines}
        self._leaves: dict[tuple[GraphQLLeafType, bool], Any] = {}
        self._fields_left = MOST_FIELDS

    def root(self, root: GraphQLObjectType) -> Selection:
        """Compile the operation's own selection. Raises Unsupported."""
        return self._selection(root, self._collected(root), of_object())

    def _collected(self, root: GraphQLObjectType) -> GroupedFieldSet:
        """Give the root fields of the operation. Raises Unsupported."""
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
        return collected.grouped_field_set

    def _selection(self, kind: GraphQLObjectType, fields: GroupedFieldSet, place_of: PlaceOf) -> Selection:
        selection = Selection(kind.name)
        writer = Writer()
        place = place_of(writer, kind)
        items = []
        for key, details in fields.items():
            expression = self._field(writer, place, kind, details)
            if expression is None:
                expression = "None"
                selection.steps.append(self._step(key, kind, details, place_of))
            items.append((key, expression))
        made, code = made_of(place), display(items)
        selection.build, selection.source = writer.function(ROW, code, made=made)
        if made is None and not selection.steps:
            selection.one = writer.function_of_one(ROW, code)
        selection.waiting = [step for step in selection.steps if step.waits]
        selection.ready = [step for step in selection.steps if not step.waits]
        return selection

    def _definition(
        self, kind: GraphQLObjectType, details: Sequence[FieldDetails]
    ) -> tuple[GraphQLField, How]:
        name = details[0].node.name.value
        definition = kind.fields.get(name)
        if definition is None:
            raise Unsupported("introspection")
        how = self._telling.describe(definition)
        if how is None:
            raise Unsupported("undescribed_field")
        return definition, how

    def _field(
        self, writer: Writer, place: Place, kind: GraphQLObjectType, details: Sequence[FieldDetails]
    ) -> str | None:
        """Give the expression of a field over a row; None for one that takes a step."""
        self._fields_left -= 1
        if self._fields_left < 0:
            raise Unsupported("too_large")
        if details[0].node.name.value == TYPENAME:
            return repr(kind.name)
        definition, how = self._definition(kind, details)
        there = already_there(place, how)
        if there is not None:
            return self._there(writer, there, definition.type, details)
        listed = listed_rows(place, definition, how)
        if listed is not None:
            return self._listed(writer, *listed, definition.type, details)
        ready = self._ready(writer, place, how, definition.type)
        if ready is not None:
            return ready
        value = spelled(writer, place, how)
        if value is None:
            return None
        below = self._held(place) if isinstance(how, Read) and how.holds_rows else None
        return self._value(writer, value, definition.type, details, below or of_nested(place))

    def _ready(self, writer: Writer, place: Place, how: How, kind: GraphQLOutputType) -> str | None:
        """Give the expression of a leaf that is there as it is written; None where that is not certain."""
        if isinstance(how, Compute) and how.written is not None and how.over is not None:
            return f"{writer.name(how.written)}[{place.read(how.over[0])}]"
        if not isinstance(how, Read):
            return None
        attribute: str | None = how.attribute
        if isinstance(place, Embedded):
            attribute, place = place.parts.get(how.attribute), place.around
        nullable, inner = unwrapped(kind)
        if not isinstance(place, InRecord) or attribute is None or not is_leaf_type(inner):
            return None
        source = place.source
        if attribute not in source.direct or not self._is_written(source, attribute, inner):
            return None
        value = place.read(attribute)
        if nullable or attribute in source.required:
            return value
        it = writer.variable()
        return unless_null(writer, value, it, it, nullable=False)

    def _is_written(self, source: Source, attribute: str, kind: GraphQLLeafType) -> bool:
        """Whether the values of an attribute are leaves as they are written."""
        if isinstance(kind, GraphQLEnumType):
            words = source.words.get(attribute)
            return words is not None and are_names(words, kind)
        kept = self._inlines.get(kind.name, ANY).kept
        return kept is not None and source.kinds.get(attribute) == kept

    def _there(
        self,
        writer: Writer,
        place: InRecord | Embedded,
        kind: GraphQLOutputType,
        details: Sequence[FieldDetails],
    ) -> str | None:
        """Give the expression of an object whose attributes are there already, where it is there."""
        nullable, inner = unwrapped(kind)
        assert is_object_type(inner), "nothing else is made of attributes"
        made = self._object(writer, place, inner, details)
        if made is None:
            return None
        if isinstance(place, Embedded) and _is_always_there(place):
            return made
        present = is_present(place)
        making = place.making() if isinstance(place, InRecord) else None
        if making is not None:
            present = f"{present} and ({place.row()} := {making}) is not None"
        otherwise = "None" if nullable else f"{writer.name(demand)}()"
        return f"({made} if {present} else {otherwise})"

    def _listed(
        self,
        writer: Writer,
        place: InRecord,
        link: Link,
        kind: GraphQLOutputType,
        details: Sequence[FieldDetails],
    ) -> str | None:
        """Give the expression of a list whose rows' values are there already, list by list."""
        inner = get_named_type(kind)
        assert isinstance(inner, GraphQLObjectType), "rows are objects"
        assert link.wants is not None, "there may be any number of them"
        rows = InRecord(writer, writer.variable(), link.wants, link.source)
        made = self._object(writer, rows, inner, details)
        if made is None:
            return None
        making = made_of(rows)
        if not can_be_listed(link.wants):
            return None
        first = f" for {making[0]} in ({making[1]},)" if making else ""
        link.wants.there(())
        path = (*place.path, link)
        lists = [
            f"{place.variable}[{place.wants.at(path, number)}]" for number in range(len(link.wants.values))
        ]
        rows_of = f"for {rows.variable} in zip({', '.join(lists)}, strict=True)"
        return f"([{made} {rows_of}{first}] if {lists[0]} is not None else [])"

    def _value(
        self,
        writer: Writer,
        value: str,
        kind: GraphQLOutputType,
        details: Sequence[FieldDetails],
        place_at: Callable[[Writer, str], Place],
    ) -> str | None:
        nullable, inner = unwrapped(kind)
        if is_leaf_type(inner):
            return self._leaf(writer, value, inner, nullable=nullable)
        if isinstance(inner, GraphQLList):
            item = writer.variable()
            made = self._value(writer, item, inner.of_type, details, place_at)
            if made is None:
                return None
            it, other = writer.variable(), writer.name(listed)
            members = f"({it} if {it}.__class__ is tuple or {it}.__class__ is list else {other}({it}))"
            return unless_null(writer, value, it, f"[{made} for {item} in {members}]", nullable=nullable)
        if not isinstance(inner, GraphQLObjectType):
            return None
        it = writer.variable()
        place = place_at(writer, it)
        made = self._object(writer, place, inner, details)
        if made is None:
            return None
        making = made_of(place)
        if making is not None:
            made = f"[{made} for {making[0]} in ({making[1]},)][0]"
        return unless_null(writer, value, it, made, nullable=nullable)

    def _object(
        self, writer: Writer, place: Place, kind: GraphQLObjectType, details: Sequence[FieldDetails]
    ) -> str | None:
        items = []
        for key, below in self._below(kind, details).items():
            expression = self._field(writer, place, kind, below)
            if expression is None:
                return None
            items.append((key, expression))
        return display(items)

    def _held(self, place: Place) -> Callable[[Writer, str], Place] | None:
        """Say where the fields of rows that a place holds are found."""
        wants = place.scope
        if wants is None:
            return None
        return lambda writer, variable: InRecord(writer, variable, wants, wants.source)

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

    def _step(
        self, key: str, kind: GraphQLObjectType, details: Sequence[FieldDetails], place_of: PlaceOf
    ) -> Step:
        definition, how = self._definition(kind, details)
        writer = Writer()
        place = place_of(writer, kind)
        linked = already_there(place, how)
        if isinstance(linked, InRecord):
            shape = self._shape(definition.type, details, of_brought(linked))
            record = f"({ROW} if {linked.present()} else None)"
            return Step(key, start_of(writer, record, place), None, None, shape, definition, details[0])
        if not isinstance(how, Resolve):
            value = spelled(writer, place, how)
            assert value is not None, "only what is resolved has no spelling"
            below = (
                of_records(place.scope) if isinstance(how, Read) and how.holds_rows and place.scope else None
            )
            shape = self._shape(definition.type, details, below or of_object(place.scope))
            return Step(key, start_of(writer, value, place), None, None, shape, definition, details[0])
        if how.same is not None and isinstance(place, InRecord):
            start = f"({key_of(place, how.over)}, {ROW})"
            shape = self._shape(definition.type, details, place_of)
            return Step(
                key, start_of(writer, start, place), same(how.same), None, shape, definition, details[0]
            )
        wants, below = self._wanted(how, definition)
        shape = self._shape(definition.type, details, below, pairs=isinstance(wants, Mapping))
        if isinstance(wants, Wants) and isinstance(place, InRecord):
            along = self._along_with(place, how, definition, details[0], wants)
            if along is not None:
                wants.there(())
                lists, places = lists_of(place, how, wants, along)
                taking = start_of(writer, lists, place)
                return Step(key, taking, brought(along, places), None, shape, definition, details[0])
        start = place.row() if how.keyed is None else key_of(place, how.over)
        return Step(key, start_of(writer, start, place), how, wants, shape, definition, details[0])

    def _along_with(
        self, place: InRecord, how: Resolve, definition: GraphQLField, details: FieldDetails, wants: Wants
    ) -> Along | None:
        """Say how an answer that holds rows comes along, if it can: by arguments that this plan is of."""
        is_there = place.source.direct.issuperset(how.over)
        if how.along is None or not is_there or not can_be_listed(wants):
            return None
        deciding = self._telling.sizes | self._telling.places
        for argument in details.node.arguments or ():
            is_known = isinstance(argument.value, VariableNode) and argument.name.value in deciding
            if not is_known and has_variables(argument):
                return None
        variables = self._executor.variable_values
        try:
            given = get_argument_values(definition, details.node, variables, details.fragment_variable_values)
            return how.along(how.arguments(given) if how.arguments else given)
        except Exception:  # noqa: BLE001 whoever resolves it meets it again, and says so
            return None

    def _wanted(
        self, how: Resolve, definition: GraphQLField
    ) -> "tuple[Wants | Mapping[str, Wants] | None, PlaceOf]":
        """Say what is wanted of the answers, and where the fields of each are found."""
        source = how.source
        if source is None:
            return None, of_object()
        if isinstance(source, Mapping):
            by_name = {name: Wants(each) for name, each in source.items()}
            return (
                by_name,
                lambda writer, kind: (
                    InRecord(writer, ROW, by_name[kind.name], source[kind.name])
                    if kind.name in by_name
                    else OnObject(ROW)
                ),
            )
        wants = Wants(source)
        if how.is_holder:
            return wants, of_object(wants)
        if is_abstract_type(get_named_type(definition.type)):
            raise Unsupported("unsorted_records")
        return wants, of_records(wants)

    def _shape(
        self,
        kind: GraphQLOutputType,
        details: Sequence[FieldDetails],
        place_of: PlaceOf,
        *,
        pairs: bool = False,
    ) -> Shape:
        nullable, inner = unwrapped(kind)
        if isinstance(inner, GraphQLList):
            return Shape(nullable, item=self._shape(inner.of_type, details, place_of, pairs=pairs))
        if isinstance(inner, GraphQLObjectType):
            return Shape(nullable, selection=self._selection(inner, self._below(inner, details), place_of))
        if is_leaf_type(inner):
            return Shape(nullable, leaves=self._leaves_of(inner, nullable=nullable))
        assert is_abstract_type(inner), "nothing else is left"
        return Shape(nullable, abstract=self._abstract(inner, details, place_of, pairs=pairs))

    def _leaves_of(self, kind: GraphQLLeafType, *, nullable: bool) -> Build:
        writer = Writer()
        build, _ = writer.function("value", self._leaf(writer, "value", kind, nullable=nullable))
        return build

    def _abstract(
        self, kind: GraphQLAbstractType, details: Sequence[FieldDetails], place_of: PlaceOf, *, pairs: bool
    ) -> Abstract:
        types = self._schema.get_possible_types(kind)
        selections = {
            each.name: self._selection(each, self._below(each, details), place_of) for each in types
        }
        if pairs:
            return Abstract(by_pair, selections)
        writer = Writer()
        place = place_of(writer, types[0])
        if isinstance(place, InRecord):
            kinds = self._telling.describe_union(kind) if isinstance(kind, GraphQLUnionType) else None
            if kinds is None or kinds.attribute not in place.source.direct:
                raise Unsupported("unsorted_records")
            take, _ = writer.function(ROW, place.read(kinds.attribute))
            return Abstract(by_attribute(take, kinds.names), selections)
        if any(each.is_type_of is None for each in types):
            raise Unsupported("unknown_runtime_type")
        return Abstract(by_type(types), selections)

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


def _is_always_there(place: Embedded) -> bool:
    return isinstance(place.around, InRecord) and place.unless_null in place.around.source.required
