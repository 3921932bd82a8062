"""Changes: a mutation of one root field, run by plan, and never twice.

Decides that what the field has come to is kept: where its answer goes wrong on the way, graphql-core
completes it from that. Several root fields are graphql-core's to run, one after the other.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLResolveInfo
from graphql.execution.values import VariableValues
from graphql.pyutils import is_awaitable

from executor.outcomes import Unsupported
from executor.running import Prepared, Run
from executor.shapes import Selection


@dataclass(frozen=True, slots=True)
class Done:
    """What a root field has come to: what it gave, or what it raised.

    It is a middleware of graphql-core's that answers the root field with that.
    """

    value: Any = None
    error: Exception | None = None

    def resolve(
        self, resolver: Callable[..., Any], row: Any, info: GraphQLResolveInfo[Any], **arguments: Any
    ) -> Any:
        """Answer the root field; leave the others to their resolvers."""
        if info.path.prev is not None:
            return resolver(row, info, **arguments)
        if self.error is not None:
            raise self.error
        return self.value


class Change(Prepared):
    """A mutation that can run, once. Raises Unsupported for one of several root fields, or of none."""

    __slots__ = ("_how", "_step", "done")

    def __init__(self, selection: Selection, values: VariableValues) -> None:
        if len(selection.steps) != 1:
            raise Unsupported("several_changes" if selection.steps else "no_change")
        super().__init__(selection, values)
        (self._step,) = selection.steps
        if self._step.resolve is None:
            raise Unsupported("no_change")
        self._how = self._step.resolve
        self.done: Done | None = None
        """What the root field has come to, once it was run."""

    async def run(self, context: Any, root: Any = None) -> dict[str, Any]:
        """Give the operation's data, or raise whatever went wrong."""
        run, step = Run(self.values, context), self._step
        made: dict[str, Any] = self.selection.build((root,))[0]
        arguments = run.arguments_of(step)
        try:
            value = self._how.resolve(context, root, **arguments)
            if is_awaitable(value):
                value = await value
        except Exception as error:
            self.done = Done(error=error)
            raise
        self.done = Done(value)
        (made[step.key],) = await run.complete(step.shape, (value,))
        return made
