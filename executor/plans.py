"""Plans of a schema's documents, kept: an operation is compiled once, and again only for other conditions.

Decides how many are kept. A document for which there is no plan is remembered as well.
"""

from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    Visitor,
    visit,
)
from graphql.execution import Executor

from executor.compiling import Compiler, Selection
from executor.leaves import Inlines
from executor.outcomes import Unsupported
from executor.running import Run
from executor.telling import Telling

MOST_PLANS = 500
LONGEST = 20_000  # characters of a document worth a plan
DECIDING = frozenset({"skip", "include", "defer"})


class Plans:
    """The plans of one schema."""

    def __init__(self, schema: GraphQLSchema, telling: Telling, inlines: Inlines) -> None:
        self._schema = schema
        self._telling = telling
        self._inlines = inlines
        self._kept: OrderedDict[Any, Selection | Unsupported] = OrderedDict()
        self._conditions: dict[DocumentNode, tuple[str, ...]] = {}

    def prepared(
        self,
        document: DocumentNode,
        variables: dict[str, Any] | None,
        name: str | None,
        executor_class: type[Executor[Any]] = Executor,
    ) -> "Prepared":
        """Prepare an operation of a valid document. Raises Unsupported."""
        executor = executor_class.build(
            self._schema, document, raw_variable_values=variables, operation_name=name
        )
        if isinstance(executor, list):
            raise Unsupported("bad_variables")
        return Prepared(self.selection(document, executor), executor)

    def selection(self, document: DocumentNode, executor: Executor[Any]) -> Selection:
        """Give the plan of an operation whose variables are known. Raises Unsupported."""
        if document.loc is not None and document.loc.end - document.loc.start > LONGEST:
            raise Unsupported("too_long")
        operation = executor.operation
        coerced = executor.variable_values.coerced
        key = (document, operation, *(coerced.get(each) for each in self._conditions_of(document)))
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = self._compiled(operation, executor)
            if len(self._kept) > MOST_PLANS:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(key)
        if isinstance(found, Unsupported):
            raise found
        return found

    def _compiled(
        self, operation: OperationDefinitionNode, executor: Executor[Any]
    ) -> Selection | Unsupported:
        root = self._schema.get_root_type(operation.operation)
        if root is None or operation.operation is OperationType.MUTATION:
            return Unsupported("mutation")
        try:
            return Compiler(self._schema, executor, self._telling, self._inlines).root(root)
        except Unsupported as unsupported:
            return unsupported
        except (GraphQLError, RecursionError, SyntaxError, MemoryError):  # Python nests only so deep
            return Unsupported("not_compiled")

    def _conditions_of(self, document: DocumentNode) -> Iterable[str]:
        """The variables that decide what is selected at all."""
        known = self._conditions.get(document)
        if known is None:
            reader = _Conditions()
            visit(document, reader)
            if len(self._conditions) >= MOST_PLANS:
                self._conditions.clear()
            known = self._conditions[document] = tuple(sorted(reader.names))
        return known


class Prepared:
    """An operation that can run."""

    __slots__ = ("executor", "selection")

    def __init__(self, selection: Selection, executor: Executor[Any]) -> None:
        self.selection = selection
        self.executor = executor

    async def run(self, context: Any, root: Any = None) -> dict[str, Any]:
        """Give the operation's data, or raise whatever went wrong."""
        return (await Run(self.executor, context).objects(self.selection, (root,)))[0]


class _Conditions(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_directive(self, node: DirectiveNode, *_: object) -> None:
        if node.name.value not in DECIDING:
            return
        for argument in node.arguments or ():
            if isinstance(argument.value, VariableNode):
                self.names.add(argument.value.name.value)
