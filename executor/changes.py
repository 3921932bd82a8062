"""Changes: graphql-core runs an operation's root fields one after the other, a plan makes what each answers.

Decides that nothing is changed twice: an answer that has no plan, or that goes wrong on the way, is completed
by graphql-core from what its root field has given already.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, cast

from graphql import GraphQLObjectType, GraphQLResolveInfo
from graphql.execution import Executor
from graphql.execution.collect_fields import FieldDetails
from graphql.pyutils import Path, is_awaitable

from executor.outcomes import Bailed
from executor.running import Run
from executor.shapes import Selection

Heard = Callable[[str | None], None]
"""Hears that a plan has made an answer, or why it has not."""

Payloads = Mapping[str, Selection]
"""The plan of each root field's answer, by the name it has in the response."""


class Changing(Executor[Any]):
    """An executor whose root fields' answers are made by plan, where it is given one."""

    payloads: Payloads = MappingProxyType({})
    heard: Heard | None = None

    def complete_object_value(
        self,
        return_type: GraphQLObjectType,
        field_details_list: list[FieldDetails],
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        """Complete an object, by plan if it is what a root field gave."""

        def complete() -> Any:
            return super(Changing, self).complete_object_value(
                return_type, field_details_list, info, path, result, position_context
            )

        plan = self.payloads.get(str(path.key)) if path.prev is None else None
        return complete() if plan is None else self._by_plan(plan, result, complete)

    async def _by_plan(self, plan: Selection, result: Any, complete: Callable[[], Any]) -> Any:
        try:
            made = (await Run(self.variable_values, self.context_value).objects(plan, (result,)))[0]
        except Bailed as bailed:
            self._hear(str(bailed))
        except Exception:  # noqa: BLE001 graphql-core meets it again, and says so
            self._hear("raised")
        else:
            self._hear(None)
            return made
        completed = complete()
        return await completed if is_awaitable(completed) else completed

    def _hear(self, reason: str | None) -> None:
        if self.heard is not None:
            self.heard(reason)


def changing(base: type[Executor[Any]]) -> type[Changing]:
    """Give the same executor, ready to be given plans."""
    return cast("type[Changing]", type("Changing", (Changing, base), {}))
