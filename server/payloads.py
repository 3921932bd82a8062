"""Payloads that several followers share: an event is answered once for all who ask the same and see the same.

Decides who shares: the same event, the same selection with the same variables below it, eyes of one reach;
and for how long: what an event is about is shown as it is when it is told.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar

import orjson
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    OperationDefinitionNode,
    SelectionNode,
    VariableNode,
    Visitor,
    visit,
)
from graphql.execution import Executor

from domain.viewer import Viewer
from executor.running import Prepared

T = TypeVar("T")
SHARED_SECONDS = 1.0
"""Long enough for all who follow now; whoever comes to an event later is told of it as things are then."""

MOST_KEPT = 2_000


class Payloads:
    """The latest payloads of this process."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, asyncio.Task[Any]] = OrderedDict()

    async def once(self, key: Hashable, make: Callable[[], Awaitable[T]]) -> T:
        """Give what was made for this key, or make it; one asker that goes away takes it from nobody."""
        task = self._kept.get(key)
        if task is None:
            task = self._kept[key] = asyncio.ensure_future(make())
            task.add_done_callback(lambda done: self._share_for_a_while(key, done))
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        made: T = await asyncio.shield(task)
        return made

    def _share_for_a_while(self, key: Hashable, task: "asyncio.Task[Any]") -> None:
        if task.cancelled() or task.exception() is not None:
            self._drop(key, task)
        else:
            task.get_loop().call_later(SHARED_SECONDS, self._drop, key, task)

    def _drop(self, key: Hashable, task: "asyncio.Task[Any]") -> None:
        if self._kept.get(key) is task:
            del self._kept[key]


class Asked:
    """What is asked of each event, and how it is executed.

    The same for all who ask by the same document with the same variables, but for where they begin.
    """

    __slots__ = ("__weakref__", "_hash", "_variables", "document", "executor", "is_prepared", "prepared")

    def __init__(self, document: DocumentNode, executor: Executor[Any]) -> None:
        operation = executor.operation
        self.document = document
        self.executor = executor
        self.is_prepared = False
        self.prepared: Prepared | None = None
        """The plan, if there is one."""
        self._variables = asked_below(document, operation, dict(executor.variable_values.coerced))
        self._hash = hash((id(document), id(operation), self._variables))

    def prepare(self, prepared: Prepared | None) -> None:
        """Keep the plan, or that there is none."""
        self.is_prepared, self.prepared = True, prepared

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        """Documents are kept by their text: another object is another text."""
        return (
            isinstance(other, Asked)
            and self.document is other.document
            and self.executor.operation is other.executor.operation
            and self._variables == other._variables
        )


def reach_of(viewer: Viewer | None) -> Hashable:
    """What two tokens must have in common to see the same."""
    return viewer and (viewer.role, viewer.account_id, viewer.scopes)


def asked_below(
    document: DocumentNode, operation: OperationDefinitionNode, variables: dict[str, Any]
) -> bytes:
    """The variables that a payload depends on: those of the root field alone say where a stream begins."""
    reader = _Variables()
    for selection in _below(document, operation):
        visit(selection, reader)
    return orjson.dumps({name: variables.get(name) for name in sorted(reader.names)}, default=str)


def _below(document: DocumentNode, operation: OperationDefinitionNode) -> list[SelectionNode]:
    fragments = [node for node in document.definitions if isinstance(node, FragmentDefinitionNode)]
    sets = [operation.selection_set, *(fragment.selection_set for fragment in fragments)]
    fields = [each for selections in sets for each in selections.selections]
    found: list[SelectionNode] = []
    for each in fields:
        if isinstance(each, FieldNode) and each in operation.selection_set.selections:
            found += each.selection_set.selections if each.selection_set else ()
        else:
            found.append(each)
    return found


class _Variables(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        self.names.add(node.name.value)
