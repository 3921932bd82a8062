"""What an operation may ask for: how deep, and how many objects at most, weighed before anything runs.

Decides by the document and its variables alone, in time linear in the document: a fragment is weighed once,
however often it is spread. A page counts as many objects as its size, and what is below it that many times
over.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    parse,
    validate,
)
from graphql.type import GraphQLList, GraphQLNonNull, is_introspection_type
from strawberry.extensions import SchemaExtension

from schema.types.connections import DEFAULT_SIZE, LARGEST_SIZE

DEEPEST: Final = 20
MOST_OBJECTS: Final = 50_000
SHORT_LIST: Final = 3  # how many objects a list without pages is taken for
MOST_NODES: Final = 100
LONGEST_KEPT: Final = 20_000  # characters of a document worth remembering
MOST_TOKENS: Final = 20_000
MOST_SIZES_KEPT: Final = 50  # of one document


@dataclass(frozen=True, slots=True)
class Weight:
    """How deep a selection goes, and how many objects it may come to."""

    depth: int = 0
    objects: int = 0


class TooDeepError(GraphQLError):
    """The document nests without end, or further than anybody reads."""


@dataclass(slots=True)
class Scale:
    """Weighs the selections of one operation."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]
    sizing: set[str]  # the variables that were looked at
    weighed: dict[str, Weight] = field(default_factory=dict)
    open: set[str] = field(default_factory=set)

    def weigh(self, selections: SelectionSetNode | None, parent: Any, level: int) -> Weight:
        """Weigh what is selected of a type."""
        if selections is None:
            return Weight()
        if level > DEEPEST:
            raise TooDeepError(f"An operation may nest {DEEPEST} levels deep, no deeper.")
        depth, objects = 0, 0
        for selection in selections.selections:
            weight = self._one(selection, parent, level)
            depth, objects = max(depth, weight.depth), objects + weight.objects
        return Weight(depth, objects)

    def _one(self, selection: Any, parent: Any, level: int) -> Weight:
        if isinstance(selection, FieldNode):
            return self._field(selection, parent, level)
        if isinstance(selection, InlineFragmentNode):
            condition = selection.type_condition
            inner = self.schema.get_type(condition.name.value) if condition else parent
            return self.weigh(selection.selection_set, inner, level)
        assert isinstance(selection, FragmentSpreadNode)
        return self._fragment(selection.name.value, level)

    def _fragment(self, name: str, level: int) -> Weight:
        fragment = self.fragments.get(name)
        if fragment is None or name in self.open:
            return Weight()  # validation says what is wrong with it
        weight = self.weighed.get(name)
        if weight is None:
            self.open.add(name)
            inner = self.schema.get_type(fragment.type_condition.name.value)
            weight = self.weighed[name] = self.weigh(fragment.selection_set, inner, 0)
            self.open.discard(name)
        if level + weight.depth > DEEPEST:
            raise TooDeepError(f"An operation may nest {DEEPEST} levels deep, no deeper.")
        return weight

    def _field(self, node: FieldNode, parent: Any, level: int) -> Weight:
        definition = getattr(parent, "fields", {}).get(node.name.value)
        inner = get_named_type(definition.type) if definition else None
        below = self.weigh(node.selection_set, inner, level + 1)
        if definition is None or inner is None or node.selection_set is None or is_introspection_type(inner):
            return Weight(below.depth + 1, below.objects)
        return Weight(below.depth + 1, self._size(node, definition) * (1 + below.objects))

    def _size(self, node: FieldNode, definition: GraphQLField) -> int:
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        if "first" in definition.args:
            sizes = [self._number(given[name]) for name in ("first", "last") if name in given]
            asked = [size for size in sizes if size is not None]
            return min(max(asked, default=DEFAULT_SIZE), LARGEST_SIZE)
        if "ids" in definition.args:
            return min(self._length(given.get("ids")), MOST_NODES)
        kind = definition.type.of_type if isinstance(definition.type, GraphQLNonNull) else definition.type
        # the rows of a page are counted with the page
        is_row = node.name.value in {"edges", "nodes"} and len(definition.args) == 0
        return SHORT_LIST if isinstance(kind, GraphQLList) and not is_row else 1

    def _number(self, value: ValueNode) -> int | None:
        if isinstance(value, VariableNode):
            self.sizing.add(value.name.value)
            number = self.variables.get(value.name.value)
            return number if isinstance(number, int) else None
        return int(value.value) if isinstance(value, IntValueNode) else None

    def _length(self, value: ValueNode | None) -> int:
        if isinstance(value, VariableNode):
            self.sizing.add(value.name.value)
            members = self.variables.get(value.name.value)
            return len(members) if isinstance(members, list) else 1
        return len(value.values) if isinstance(value, ListValueNode) else 1


def refused(
    schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any], name: str | None
) -> GraphQLError | None:
    """Say why an operation may not run; None for one that may."""
    return Weighing(schema, document).refuse(variables, name)


class Weighing:
    """Weighs the operations of one document; again only for other sizes of what is asked for."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self._schema = schema
        nodes = document.definitions
        self._operations = [node for node in nodes if isinstance(node, OperationDefinitionNode)]
        self._fragments = {
            node.name.value: node for node in nodes if isinstance(node, FragmentDefinitionNode)
        }
        self._sizing: dict[str | None, frozenset[str]] = {}
        self._known: OrderedDict[Any, GraphQLError | None] = OrderedDict()

    def refuse(self, variables: Mapping[str, Any], name: str | None) -> GraphQLError | None:
        """Say why an operation may not run; None for one that may."""
        sizing = self._sizing.get(name)
        if sizing is not None:
            key = (name, *(_size_of(variables.get(each)) for each in sizing))
            if key in self._known:
                return self._known[key]
        problem, sizing = self._weigh(variables, name)
        self._sizing[name] = sizing
        self._known[name, *(_size_of(variables.get(each)) for each in sizing)] = problem
        if len(self._known) > MOST_SIZES_KEPT:
            self._known.popitem(last=False)
        return problem

    def _weigh(
        self, variables: Mapping[str, Any], name: str | None
    ) -> tuple[GraphQLError | None, frozenset[str]]:
        """Give the problem, and the variables whose sizes it hangs on."""
        if name is None and len(self._operations) > 1:
            several = "The document holds several operations: name one of them in operationName."
            return GraphQLError(several), frozenset()
        sizing: set[str] = set()
        for operation in self._operations:
            if name is not None and (operation.name is None or operation.name.value != name):
                continue
            given = {**_defaults(operation), **variables}
            scale = Scale(self._schema, self._fragments, given, sizing)
            try:
                root = self._schema.get_root_type(operation.operation)
                weight = scale.weigh(operation.selection_set, root, 0)
            except TooDeepError as error:
                return error, frozenset()
            except RecursionError:
                return TooDeepError("The document is nested too deeply."), frozenset()
            if weight.objects > MOST_OBJECTS:
                problem = GraphQLError(
                    f"This could come to {weight.objects:,} objects; an operation may ask for "
                    f"{MOST_OBJECTS:,}. Ask for smaller pages."
                )
                return problem, frozenset(sizing)
        return None, frozenset(sizing)


def _size_of(value: Any) -> int | None:
    """What of a variable is weighed: a number, or how long a list is."""
    if isinstance(value, list):
        return -1 - len(value)
    return value if isinstance(value, int) else None


def _defaults(operation: OperationDefinitionNode) -> dict[str, Any]:
    return {
        variable.variable.name.value: int(variable.default_value.value)
        for variable in operation.variable_definitions or ()
        if isinstance(variable.default_value, IntValueNode)
    }


class Limits(SchemaExtension):
    """Refuses what is too much, then validates; remembers documents that were parsed and found valid."""

    def on_parse(self) -> Iterator[None]:
        """Take the document from memory; one that does not parse is left to the parser to explain."""
        context = self.execution_context
        context.parse_options["max_tokens"] = MOST_TOKENS
        if context.query and len(context.query) <= LONGEST_KEPT:
            with suppress(GraphQLError, RecursionError):
                schema = context.schema._schema  # noqa: SLF001 as its own extensions do
                context.graphql_document = _known(schema, context.query).document
        yield

    def on_validate(self) -> Iterator[None]:
        """Weigh first: what is too much is not even worth validating."""
        context = self.execution_context
        schema, document = context.schema._schema, context.graphql_document  # noqa: SLF001 as its own extensions do
        assert document is not None
        named = context._provided_operation_name  # noqa: SLF001 the public one answers with the first of several
        is_kept = context.query and len(context.query) <= LONGEST_KEPT
        known = _known(schema, context.query) if is_kept and context.query else Known(schema, document)
        problem = known.weighing.refuse(context.variables or {}, named)
        if problem:
            context.pre_execution_errors = [problem]
        elif is_kept:
            context.pre_execution_errors = list(known.errors)
        yield


class Known:
    """A document, and what is to be said of it whatever its variables are."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self.document = document
        self.weighing = Weighing(schema, document)
        self._schema = schema

    @cached_property
    def errors(self) -> Sequence[GraphQLError]:
        """What makes it invalid."""
        return tuple(validate(self._schema, self.document))


def admit(
    schema: GraphQLSchema, query: str, variables: Mapping[str, Any], name: str | None
) -> DocumentNode | Sequence[GraphQLError]:
    """Give the document of an operation that may run, or all that is against it, as `Limits` would.

    For what is not run by the schema's own `execute`. Raises GraphQLError for a syntax error.
    """
    is_kept = len(query) <= LONGEST_KEPT
    known = _known(schema, query) if is_kept else Known(schema, parse(query, max_tokens=MOST_TOKENS))
    problem = known.weighing.refuse(variables, name)
    if problem:
        return [problem]
    return known.errors or known.document


@lru_cache(maxsize=500)
def _known(schema: GraphQLSchema, query: str) -> Known:
    return Known(schema, parse(query, max_tokens=MOST_TOKENS))
