"""Carrying a plan out, breadth first: each field once for all rows of its selection.

Decides nothing of values. Whatever goes wrong is raised as it is: the plain executor then says it properly.
"""

from collections.abc import Callable, Mapping, Sequence
from inspect import iscoroutine
from typing import Any

from graphql import GraphQLField
from graphql.execution.values import VariableValues, get_argument_values
from graphql.pyutils import gather_with_cancel, is_awaitable

from executor.lists import Lasting, listed
from executor.outcomes import Bailed
from executor.shapes import Abstract, Selection, Shape, Step

NO_ARGUMENTS: Mapping[str, Any] = {}
LISTS = frozenset({list, tuple, Lasting})


class Run:
    """One operation while it runs: its context, and the arguments that its variables make."""

    __slots__ = ("_context", "_variables")

    def __init__(self, variables: VariableValues, context: Any) -> None:
        self._variables = variables
        self._context = context

    async def objects(self, selection: Selection, rows: Sequence[Any]) -> list[dict[str, Any]]:
        """Make what is selected of rows of one type."""
        made = selection.build(rows)
        if not made:
            return made
        for step in selection.ready:
            await self._fill(step, rows, made)
        waiting = [step for step in selection.waiting if not await self._filled_at_once(step, rows, made)]
        if len(waiting) == 1:
            await self._fill(waiting[0], rows, made)
        elif waiting:
            await gather_with_cancel(*[self._fill(step, rows, made) for step in waiting])
        return made

    async def _fill(self, step: Step, rows: Sequence[Any], made: Sequence[dict[str, Any]]) -> None:
        _put(made, step.key, await self.complete(step.shape, await self._values(step, rows)))

    async def _filled_at_once(self, step: Step, rows: Sequence[Any], made: Sequence[dict[str, Any]]) -> bool:
        """Fill in what is known already; say whether it was."""
        values = None if step.at_once is None else step.at_once(self._context, step.take(rows))
        if values is None:
            return False
        _put(made, step.key, await self.complete(step.shape, values))
        return True

    async def _values(self, step: Step, rows: Sequence[Any]) -> Sequence[Any]:
        given, how = step.take(rows), step.resolve
        if how is None:
            return given
        arguments, context = self.arguments_of(step), self._context
        if how.keyed is not None:
            return await how.keyed(context, given, **arguments)
        resolve = how.resolve
        if len(given) == 1:
            value = resolve(context, given[0], **arguments)
            return [await value if is_awaitable(value) else value]
        return await _all(lambda row: resolve(context, row, **arguments), given)

    def arguments_of(self, step: Step) -> Mapping[str, Any]:
        """Give what the resolver takes: worked out once, but for what variables decide."""
        known = step.known
        if known is None:
            wants = {"wants": step.wants} if step.wants is not None else NO_ARGUMENTS
            known = step.known = {**self._converted(step, step.constant), **wants}
        if step.varying is None:
            return known
        return {**known, **(self._taken(step) or self._converted(step, step.varying))}

    def _taken(self, step: Step) -> Mapping[str, Any] | None:
        """Give what variables alone make, which GraphQL has taken already; None where there is more to it."""
        how, variables, coerced = step.resolve, step.variables, self._variables.coerced
        if how is None or how.arguments is None or variables is None:
            return None
        given = {name: coerced.get(variable) for name, variable in variables.items()}
        return None if None in given.values() else how.arguments(given)

    def _converted(self, step: Step, part: GraphQLField) -> Mapping[str, Any]:
        assert step.resolve is not None, "only what is resolved has arguments"
        convert, details = step.resolve.arguments, step.details
        if convert is None:
            return NO_ARGUMENTS
        given = get_argument_values(part, details.node, self._variables, details.fragment_variable_values)
        return convert(given) if given else NO_ARGUMENTS

    async def complete(self, shape: Shape, values: Sequence[Any]) -> Sequence[Any]:
        """Make of values what the document wants of them. Raises Bailed where null may not be."""
        if shape.leaves is not None:
            return shape.leaves(values)
        present = [value for value in values if value is not None]
        if len(present) != len(values) and not shape.nullable:
            raise Bailed("null")
        made = await self._present(shape, present)
        if len(present) == len(values):
            return made
        after = iter(made)
        return [None if value is None else next(after) for value in values]

    async def _present(self, shape: Shape, values: Sequence[Any]) -> Sequence[Any]:
        if not values:
            return values
        if shape.selection is not None:
            return await self._each_once(shape.selection, values)
        if shape.abstract is not None:
            return await self._by_type(shape.abstract, values)
        if shape.is_straight and all(value.__class__ is Lasting for value in values):
            return await self._lasting(shape, values)
        return await self._lists(shape, values)

    async def _lasting(self, shape: Shape, values: Sequence[Any]) -> Sequence[Any]:
        """Make again only what was not made before."""
        new = [value for value in values if shape not in value.made]
        if new:
            for value, made in zip(new, await self._lists(shape, new), strict=True):
                value.keep(shape, made)
        return [value.made[shape] for value in values]

    async def _lists(self, shape: Shape, values: Sequence[Any]) -> Sequence[Any]:
        assert shape.item is not None, "a shape is one of these"
        lists = [value if value.__class__ in LISTS else listed(value) for value in values]
        made = iter(await self.complete(shape.item, [item for items in lists for item in items]))
        return [[next(made) for _ in items] for items in lists]

    async def _each_once(self, selection: Selection, rows: Sequence[Any]) -> Sequence[dict[str, Any]]:
        """Rows that several parents share are made once."""
        if len(rows) == 1 or not selection.steps:
            return await self.objects(selection, rows)
        unique = {id(row): row for row in rows}
        if len(unique) == len(rows):
            return await self.objects(selection, rows)
        made = await self.objects(selection, list(unique.values()))
        by_row = dict(zip(unique, made, strict=True))
        return [by_row[id(row)] for row in rows]

    async def _by_type(self, abstract: Abstract, values: Sequence[Any]) -> Sequence[dict[str, Any]]:
        names, rows = abstract.sort(values)
        ones = abstract.ones
        if ones is not None:
            return [ones[name](row) for name, row in zip(names, rows, strict=True)]
        if len(rows) == 1:
            return await self.objects(abstract.selections[names[0]], rows)
        groups: dict[str, list[Any]] = {}
        for name, row in zip(names, rows, strict=True):
            groups.setdefault(name, []).append(row)
        if len(groups) == 1:
            return await self._each_once(abstract.selections[names[0]], rows)
        made = await gather_with_cancel(
            *[self._each_once(abstract.selections[name], members) for name, members in groups.items()]
        )
        members_of = {name: iter(members) for name, members in zip(groups, made, strict=True)}
        return [next(members_of[name]) for name in names]


class Prepared:
    """An operation that can run."""

    __slots__ = ("selection", "values")

    def __init__(self, selection: Selection, values: VariableValues) -> None:
        self.selection = selection
        self.values = values

    async def run(self, context: Any, root: Any = None) -> dict[str, Any]:
        """Give the operation's data, or raise whatever went wrong."""
        return (await Run(self.values, context).objects(self.selection, (root,)))[0]


def _put(made: Sequence[dict[str, Any]], key: str, values: Sequence[Any]) -> None:
    for each, value in zip(made, values, strict=True):
        each[key] = value


async def _all(resolve: Callable[[Any], Any], rows: Sequence[Any]) -> Sequence[Any]:
    """Resolve each, and await those that are to be awaited, side by side."""
    values: list[Any] = []
    try:
        for row in rows:
            values.append(resolve(row))  # noqa: PERF401 what was begun is ended where a later one raises
    except BaseException:
        for value in values:
            if iscoroutine(value):
                value.close()
        raise
    waiting = [value for value in values if is_awaitable(value)]
    if not waiting:
        return values
    done = iter(await gather_with_cancel(*waiting))
    return [next(done) if is_awaitable(value) else value for value in values]
