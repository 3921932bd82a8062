"""Plans of a schema's documents, kept: an operation is compiled once, and again only for other conditions.

Decides how many are kept. A document for which there is no plan is remembered as well.
"""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from graphql import (
    ArgumentNode,
    DirectiveNode,
    DocumentNode,
    GraphQLError,
    GraphQLID,
    GraphQLSchema,
    GraphQLString,
    OperationDefinitionNode,
    OperationType,
    Undefined,
    VariableNode,
    Visitor,
    get_nullable_type,
    is_non_null_type,
    visit,
)
from graphql.execution import Executor
from graphql.execution.get_variable_signature import GraphQLVariableSignature, get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource, get_variable_values

from executor.changes import Change
from executor.compiling import Compiler
from executor.leaves import Inlines
from executor.outcomes import Unsupported
from executor.running import Prepared
from executor.shapes import Selection
from executor.telling import Telling

MOST_PLANS = 500
LONGEST = 20_000  # characters of a document worth a plan
NO_VARIABLES = VariableValues({}, {})
DECIDING = frozenset({"skip", "include", "defer"})


class Plans:
    """The plans of one schema, by documents that are told apart by identity: whoever parses keeps them."""

    def __init__(self, schema: GraphQLSchema, telling: Telling, inlines: Inlines) -> None:
        self._schema = schema
        self._telling = telling
        self._inlines = inlines
        self._kept: OrderedDict[Any, tuple[DocumentNode, Selection | Unsupported]] = OrderedDict()
        self._outlines: OrderedDict[int, _Outline] = OrderedDict()

    def prepared(
        self, document: DocumentNode, variables: dict[str, Any] | None, name: str | None
    ) -> Prepared:
        """Prepare an operation of a valid document. Raises Unsupported."""
        outline = self._outline(document)
        operation = outline.operation(name)
        values = NO_VARIABLES
        if operation.variable_definitions:
            values = outline.variables(self._schema, operation, variables or {})
        selection = self._plan(outline, operation, values, variables)
        if operation.operation is OperationType.MUTATION:
            return Change(selection, values)
        return Prepared(selection, values)

    def selection(self, document: DocumentNode, executor: Executor[Any]) -> Selection:
        """Give the plan of an operation whose variables are known. Raises Unsupported."""
        outline = self._outline(document)
        return self._plan(outline, executor.operation, executor.variable_values, None, executor)

    def _outline(self, document: DocumentNode) -> "_Outline":
        outline = self._outlines.get(id(document))
        if outline is None:
            outline = self._outlines[id(document)] = _Outline(document, self._telling)
            if len(self._outlines) > MOST_PLANS:
                self._outlines.popitem(last=False)
        return outline

    def _plan(
        self,
        outline: "_Outline",
        operation: OperationDefinitionNode,
        values: VariableValues,
        variables: dict[str, Any] | None,
        executor: Executor[Any] | None = None,
    ) -> Selection:
        if outline.is_long:
            raise Unsupported("too_long")
        coerced = values.coerced
        deciding = [coerced.get(each) for each in outline.conditions]
        key = (id(operation), *deciding, *(coerced.get(each) is None for each in outline.places))
        found = self._kept.get(key)
        if found is None:
            document = outline.document
            found = self._kept[key] = (document, self._compiled(document, operation, variables, executor))
            if len(self._kept) > MOST_PLANS:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(key)
        _, made = found
        if isinstance(made, Unsupported):
            raise made
        return made

    def _compiled(
        self,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: dict[str, Any] | None,
        executor: Executor[Any] | None,
    ) -> Selection | Unsupported:
        root = self._schema.get_root_type(operation.operation)
        if root is None:
            return Unsupported("no_root_type")
        name = operation.name.value if operation.name else None
        try:
            built = executor or Executor.build(
                self._schema, document, raw_variable_values=variables, operation_name=name
            )
            if isinstance(built, list):
                return Unsupported("not_compiled")
            return Compiler(self._schema, built, self._telling, self._inlines).root(root)
        except Unsupported as unsupported:
            return unsupported
        except (GraphQLError, RecursionError, SyntaxError, MemoryError):  # Python nests only so deep
            return Unsupported("not_compiled")


class _Outline:
    """What must be known of a document before any operation of it is prepared."""

    def __init__(self, document: DocumentNode, telling: Telling) -> None:
        self.document = document
        loc = document.loc
        self.is_long = loc is not None and loc.end - loc.start > LONGEST
        self._operations = [
            node for node in document.definitions if isinstance(node, OperationDefinitionNode)
        ]
        reader = _Conditions(telling)
        visit(document, reader)
        self.conditions = tuple(sorted(reader.names))
        """The variables that decide what is selected at all, or how much of it."""
        self.places = tuple(sorted(reader.places))
        """The variables of which only that matters, whether they are null."""
        self._signatures: dict[int, Sequence[GraphQLVariableSignature] | None] = {}

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """Give the operation that a name means. Raises Unsupported."""
        found = [
            each
            for each in self._operations
            if name is None or (each.name is not None and each.name.value == name)
        ]
        if len(found) != 1:
            raise Unsupported("no_such_operation")
        return found[0]

    def variables(
        self, schema: GraphQLSchema, operation: OperationDefinitionNode, given: dict[str, Any]
    ) -> VariableValues:
        """Read an operation's variables. Raises Unsupported for those that are wrong."""
        if id(operation) not in self._signatures:
            self._signatures[id(operation)] = _signatures(schema, operation)
        values = _texts(self._signatures[id(operation)], given)
        if values is None:
            read = get_variable_values(schema, operation.variable_definitions or (), given)
            if isinstance(read, list):
                raise Unsupported("bad_variables")
            values = read
        return values


def _signatures(
    schema: GraphQLSchema, operation: OperationDefinitionNode
) -> Sequence[GraphQLVariableSignature] | None:
    """Give what an operation's variables must be; None if there is more to any of them than a text."""
    found: list[GraphQLVariableSignature] = []
    for definition in operation.variable_definitions or ():
        signature = get_variable_signature(schema, definition)
        if isinstance(signature, GraphQLError) or definition.default_value is not None:
            return None
        if get_nullable_type(signature.type) not in (GraphQLString, GraphQLID):
            return None
        found.append(signature)
    return found


def _texts(
    signatures: Sequence[GraphQLVariableSignature] | None, given: dict[str, Any]
) -> VariableValues | None:
    """Take variables that are texts, or left out, as they are; None where there is more to be said."""
    if signatures is None:
        return None
    values = VariableValues({}, {})
    for signature in signatures:
        name = signature.name
        value = given.get(name, Undefined)
        if value.__class__ is str:
            values.coerced[name] = value
        elif value is not Undefined or is_non_null_type(signature.type):
            return None
        values.sources[name] = VariableValueSource(signature, value)
    return values


class _Conditions(Visitor):
    def __init__(self, telling: Telling) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.places: set[str] = set()
        self._telling = telling

    def enter_directive(self, node: DirectiveNode, *_: object) -> None:
        if node.name.value not in DECIDING:
            return
        for argument in node.arguments or ():
            if isinstance(argument.value, VariableNode):
                self.names.add(argument.value.name.value)

    def enter_argument(self, node: ArgumentNode, *_: object) -> None:
        if isinstance(node.value, VariableNode):
            if node.name.value in self._telling.sizes:
                self.names.add(node.value.name.value)
            elif node.name.value in self._telling.places:
                self.places.add(node.value.name.value)
