"""What an operation may ask for: how deep, and how many objects at most, weighed before anything runs.

Decides by the document and its variables alone, in time linear in the document: a fragment is weighed once,
however often it is spread. A page counts as many objects as its size, and what is below it that many times
over.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
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
            number = self.variables.get(value.name.value)
            return number if isinstance(number, int) else None
        return int(value.value) if isinstance(value, IntValueNode) else None

    def _length(self, value: ValueNode | None) -> int:
        if isinstance(value, VariableNode):
            members = self.variables.get(value.name.value)
            return len(members) if isinstance(members, list) else 1
        return len(value.values) if isinstance(value, ListValueNode) else 1


def refused(
    schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any], name: str | None
) -> GraphQLError | None:
    """Say why an operation may not run; None for one that may."""
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if name is None and len(operations) > 1:
        return GraphQLError("The document holds several operations: name one of them in operationName.")
    fragments = {
        node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
    }
    for operation in operations:
        if name is not None and (operation.name is None or operation.name.value != name):
            continue
        given = {**_defaults(operation), **variables}
        try:
            root = schema.get_root_type(operation.operation)
            weight = Scale(schema, fragments, given).weigh(operation.selection_set, root, 0)
        except TooDeepError as error:
            return error
        except RecursionError:
            return TooDeepError("The document is nested too deeply.")
        if weight.objects > MOST_OBJECTS:
            return GraphQLError(
                f"This could come to {weight.objects:,} objects; an operation may ask for {MOST_OBJECTS:,}. "
                "Ask for smaller pages."
            )
    return None


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
                context.graphql_document = _parsed(context.query)
        yield

    def on_validate(self) -> Iterator[None]:
        """Weigh first: what is too much is not even worth validating."""
        context = self.execution_context
        schema, document = context.schema._schema, context.graphql_document  # noqa: SLF001 as its own extensions do
        assert document is not None
        named = context._provided_operation_name  # noqa: SLF001 the public one answers with the first of several
        problem = refused(schema, document, context.variables or {}, named)
        if problem:
            context.pre_execution_errors = [problem]
        elif context.query and len(context.query) <= LONGEST_KEPT:
            context.pre_execution_errors = list(_invalid(schema, document))
        yield


def admit(
    schema: GraphQLSchema, query: str, variables: Mapping[str, Any], name: str | None
) -> DocumentNode | Sequence[GraphQLError]:
    """Give the document of an operation that may run, or all that is against it, as `Limits` would.

    For what is not run by the schema's own `execute`: a subscription. Raises GraphQLError for a syntax error.
    """
    is_kept = len(query) <= LONGEST_KEPT
    document = _parsed(query) if is_kept else parse(query, max_tokens=MOST_TOKENS)
    problem = refused(schema, document, variables, name)
    if problem:
        return [problem]
    errors = _invalid(schema, document) if is_kept else validate(schema, document)
    return list(errors) or document


@lru_cache(maxsize=500)
def _parsed(query: str) -> DocumentNode:
    return parse(query, max_tokens=MOST_TOKENS)


@lru_cache(maxsize=500)
def _invalid(schema: GraphQLSchema, document: DocumentNode) -> tuple[GraphQLError, ...]:
    return tuple(validate(schema, document))
