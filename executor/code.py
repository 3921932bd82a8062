"""Writing straight code: a function from a list of rows to a list of what becomes of each.

Decides names and brackets alone. What an expression means is decided where it is asked for.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import count
from typing import Any

Build = Callable[[Sequence[Any]], list[Any]]
One = Callable[[Any], Any]


class Writer:
    """One function as it is written: its expressions, and the objects they name."""

    def __init__(self) -> None:
        self._objects: dict[str, Any] = {}
        self._names: dict[int, str] = {}  # by the identity of objects, which are kept above
        self._numbers = count(1)

    def name(self, value: Any) -> str:
        """Give a name under which the code finds an object."""
        name = self._names.get(id(value))
        if name is None:
            name = self._names[id(value)] = f"k{next(self._numbers)}"
            self._objects[name] = value
        return name

    def variable(self) -> str:
        """Give a name that nothing else has."""
        return f"v{next(self._numbers)}"

    def function(
        self, row: str, expression: str, *, made: tuple[str, str] | None = None
    ) -> tuple[Build, str]:
        """Give the function that makes this expression of each row, and its source.

        `made` names a value that is made of each row first, and says how.
        """
        first = f" for {made[0]} in ({made[1]},)" if made else ""
        source = f"def build(rows):\n    return [{expression} for {row} in rows{first}]\n"
        build: Build = self._defined(source)
        return build, source

    def function_of_one(self, row: str, expression: str) -> One:
        """Give the function that makes this expression of one row."""
        one: One = self._defined(f"def build({row}):\n    return {expression}\n")
        return one

    def _defined(self, source: str) -> Any:
        defined: dict[str, Any] = {}
        exec(compile(source, "<plan>", "exec"), dict(self._objects), defined)  # noqa: S102 our own source
        return defined["build"]


def display(items: Iterable[tuple[str, str]]) -> str:
    """Give the code of a dict of these keys and expressions."""
    return f"{{{', '.join(f'{key!r}: {expression}' for key, expression in items)}}}"
