"""Names that were rung for: gathered in a set that stays small, and written into messages that stay small.

Decides how many names are told apart before it is simply everything, and how names travel. Knows no broker.
"""

import asyncio
import re
from collections.abc import Iterable, Iterator

EVERYTHING = frozenset({"*"})
"""The ring that wakes all: something may have been missed, so that everyone has to look."""

MOST_NAMES = 1000
"""More than this, and a look at everything costs no more than the names do."""

MESSAGE_BYTES = 7000
"""The longest message; PostgreSQL's NOTIFY carries less than 8000 bytes."""

_PLAIN = re.compile(r"[!-~]{1,100}")


class Rings:
    """A set of names that many add to and one empties; too many of them become EVERYTHING."""

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._any = asyncio.Event()

    def add(self, names: Iterable[str]) -> None:
        """Add names. One that cannot travel (long, spaces, not ASCII) adds EVERYTHING in its place."""
        for name in names:
            self._names.update({name} if _PLAIN.fullmatch(name) else EVERYTHING)
            if len(self._names) > MOST_NAMES:
                self._names = set(EVERYTHING)
        if self._names:
            self._any.set()

    async def take(self) -> frozenset[str]:
        """Wait until there is a name; give all there are and keep none."""
        while not self._names:
            await self._any.wait()
        names, self._names = frozenset(self._names), set()
        self._any.clear()
        return names


def write(names: Iterable[str]) -> Iterator[str]:
    """Give messages of at most MESSAGE_BYTES that carry the names; a name has at most 100 bytes."""
    line = ""
    for name in sorted(names):
        if line and len(line) + 1 + len(name) > MESSAGE_BYTES:
            yield line
            line = ""
        line = f"{line} {name}" if line else name
    if line:
        yield line


def read(message: str) -> list[str]:
    """Give the names that a message carries."""
    return message.split()
