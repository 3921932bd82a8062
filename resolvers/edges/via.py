"""Edges that are one read: a function that gives the key of a row is made an edge by naming the read.

Decides nothing. For one row they answer as any edge does; for many rows at once, with all of their answers.
"""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Any, Generic, TypeVar

from resolvers.context import Context

R = TypeVar("R")
Read = Callable[..., Awaitable[Sequence[Any]]]
Key = Callable[[R], Hashable | None]


class Via(Generic[R]):
    """An edge that a read answers; None, or what `absent` makes, for rows without a key."""

    def __init__(self, read: Read, key: Key[R], absent: Callable[[], Any]) -> None:
        self._read, self._key, self._absent = read, key, absent
        self.__doc__ = key.__doc__

    async def __call__(self, context: Context, row: R) -> Any:
        """Answer for one row."""
        return (await self.many(context, (row,)))[0]

    async def many(self, context: Context, rows: Sequence[R]) -> Sequence[Any]:
        """Answer for each row."""
        keys = [self._key(row) for row in rows]
        present = [key for key in keys if key is not None]
        if not present:
            return [self._absent() for _ in keys]
        found = await context.read_many(self._read, present)
        if len(present) == len(keys):
            return found
        answers = iter(found)
        return [self._absent() if key is None else next(answers) for key in keys]


def via(read: Read, *, absent: Callable[[], Any] = lambda: None) -> Callable[[Key[R]], Via[R]]:
    """Make an edge of a function that gives a row's key."""
    return lambda key: Via(read, key, absent)
