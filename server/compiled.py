"""The fast path: queries, mutations and the payloads of events, through the compiled executor.

Decides when the plain executor answers instead: no plan, or something went wrong on the way, which it then
says in its own words. Counts why.
"""

from collections import Counter
from collections.abc import Awaitable
from typing import Any

from graphql import DocumentNode
from graphql.execution import Executor

from executor.changes import Change, Done
from executor.outcomes import Bailed, Unsupported
from executor.plans import Plans
from executor.running import Prepared
from resolvers.context import Context
from schema.moments import asks_for_cursor
from server.requests import Operation


class Compiled:
    """The plans of the graph, and how often something else answered."""

    def __init__(self, plans: Plans) -> None:
        self._plans = plans
        self.answered = 0
        self.left_to_plain: Counter[str] = Counter()

    def ready(self, document: DocumentNode, operation: Operation) -> "Ready | None":
        """Make an operation ready to be answered; None where the plain executor has to answer."""
        try:
            prepared = self._plans.prepared(document, operation.variables, operation.name)
        except Unsupported as unsupported:
            self.left_to_plain[str(unsupported)] += 1
            return None
        return Ready(self, prepared, looks=asks_for_cursor(document))

    def prepared(self, document: DocumentNode, executor: Executor[Any]) -> Prepared | None:
        """Give the plan of a subscription's payloads; None where there is none."""
        try:
            return Prepared(self._plans.selection(document, executor), executor.variable_values)
        except Unsupported as unsupported:
            self.left_to_plain[str(unsupported)] += 1
            return None

    async def payload(self, prepared: Prepared, context: Context, event: Any) -> dict[str, Any] | None:
        """Give an event's data; None where the plain executor has to answer."""
        return await self.run(prepared, context, event)

    async def run(
        self, prepared: Prepared, context: Context, root: Any, *, looks: bool = False
    ) -> dict[str, Any] | None:
        """Give what a plan makes; None where the plain executor has to answer. With `looks`, look first."""
        try:
            if looks:
                await context.look()
            data = await prepared.run(context, root)
        except Bailed as bailed:
            self.left_to_plain[str(bailed)] += 1
            return None
        except Exception:  # noqa: BLE001 the plain executor meets it again, and says or masks it
            self.left_to_plain["raised"] += 1
            return None
        self.answered += 1
        return data


class Ready:
    """An operation that can be answered: a query for anybody and any number of times, a mutation once."""

    __slots__ = ("_compiled", "_looks", "_prepared")

    def __init__(self, compiled: Compiled, prepared: Prepared, *, looks: bool) -> None:
        self._compiled, self._prepared, self._looks = compiled, prepared, looks

    @property
    def done(self) -> Done | None:
        """What a mutation's root field has come to, once it was run: nothing does that again."""
        return self._prepared.done if isinstance(self._prepared, Change) else None

    def data(self, context: Context) -> Awaitable[dict[str, Any] | None]:
        """Give its data; None where the plain executor has to answer."""
        return self._compiled.run(self._prepared, context, None, looks=self._looks)
