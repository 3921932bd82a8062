"""Edges that are one read: named by the read, and by the attributes of a row that are its key.

Decides nothing. They answer one row as any edge does, many rows at once, and can be brought along with what
they hang on: then they give records of what is wanted, not rows.
"""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from operator import attrgetter
from typing import Any

from executor.wants import Wants
from resolvers.context import Context
from storage.reads.sets import Reading

Read = Callable[..., Awaitable[Sequence[Any]]]


class Via:
    """An edge that a read answers; nothing, or an empty list, for rows without a key."""

    def __init__(self, read: Read, over: tuple[str, ...]) -> None:
        reading: Any = getattr(read, "__self__", None)
        assert isinstance(reading, Reading), "an edge is read from a set of keys"
        self.source = reading
        self.over = over
        self.is_link = read == reading.one
        self._read = read
        self._key = attrgetter(*over)

    async def __call__(self, context: Context, row: Any) -> Any:
        """Answer for one row."""
        key = self._key(row)
        if _is_missing(key):
            return None if self.is_link else []
        return await context.read(self._read, key)

    async def keyed(self, context: Context, keys: Sequence[Hashable], *, wants: Wants) -> Sequence[Any]:
        """Answer for each key, with records."""
        present = list(dict.fromkeys(key for key in keys if not _is_missing(key)))
        found = await context.records(self.source, present, wants) if present else ()
        if self.is_link:
            by_key = dict(zip(present, found, strict=True))
            return [records[0] if (records := by_key.get(key)) else None for key in keys]
        lists = dict(zip(present, found, strict=True))
        return [lists.get(key, ()) for key in keys]


def via(read: Read, *over: str) -> Via:
    """Make an edge of a read by a key; `over` are the attributes of a row that make it."""
    return Via(read, over)


def _is_missing(key: Any) -> bool:
    return key is None or (key.__class__ is tuple and None in key)
