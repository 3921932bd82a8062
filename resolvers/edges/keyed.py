"""Edges that are worked out for many rows at once, by some of their attributes.

Decides nothing: one function answers one row and any number of them.
"""

from collections.abc import Awaitable, Callable, Sequence
from operator import attrgetter
from typing import Any

from resolvers.context import Context

Answer = Callable[[Context, Sequence[Any]], Awaitable[Sequence[Any]]]
AtOnce = Callable[[Context, Sequence[Any]], Sequence[Any] | None]


class Keyed:
    """An edge over these attributes of a row."""

    def __init__(self, answer: Answer, over: tuple[str, ...], at_once: AtOnce | None) -> None:
        self.keyed = answer
        self.over = over
        self.at_once = at_once
        self.__doc__ = answer.__doc__
        self._values = attrgetter(*over)

    async def __call__(self, context: Context, row: Any) -> Any:
        """Answer for one row."""
        return (await self.keyed(context, (self._values(row),)))[0]


def keyed(*over: str, at_once: AtOnce | None = None) -> Callable[[Answer], Keyed]:
    """Make an edge of a function that takes the values of these attributes, row by row.

    `at_once` gives the same without waiting, where it can.
    """
    return lambda answer: Keyed(answer, over, at_once)


class Itself:
    """An edge from a row to the same row, seen as something else, for those who may."""

    def __init__(self, check: Callable[[Context, Any], None], over: tuple[str, ...]) -> None:
        self.same = check
        self.over = over
        self.__doc__ = check.__doc__
        self._values = attrgetter(*over)

    def __call__(self, context: Context, row: Any) -> Any:
        """Give the row."""
        self.same(context, self._values(row))
        return row


def itself(*over: str) -> Callable[[Callable[[Context, Any], None]], Itself]:
    """Make an edge of a function that raises where the row may not be given."""
    return lambda check: Itself(check, over)
