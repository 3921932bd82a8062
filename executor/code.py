"""Writing the straight code of one selection: a function from a list of rows to a list of dicts.

Decides names and brackets alone. What an expression means is decided where it is asked for.
"""

from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

Build = Callable[[Sequence[Any]], list[dict[str, Any]]]


class Writer:
    """One function as it is written: its expressions, and the objects they name."""

    def __init__(self) -> None:
        self._objects: dict[str, Any] = {}
        self._numbers = count(1)

    def name(self, value: Any, prefix: str = "k") -> str:
        """Give a name under which the code finds an object."""
        for name, known in self._objects.items():
            if known is value:
                return name
        name = f"{prefix}{next(self._numbers)}"
        self._objects[name] = value
        return name

    def variable(self) -> str:
        """Give a name that nothing else has."""
        return f"v{next(self._numbers)}"

    def function(self, row: str, items: Sequence[tuple[str, str]]) -> tuple[Build, str]:
        """Give the function that makes these keys and expressions of each row, and its source."""
        body = ", ".join(f"{key!r}: {expression}" for key, expression in items)
        source = f"def build(rows):\n    return [{{{body}}} for {row} in rows]\n"
        made: dict[str, Any] = {}
        exec(compile(source, "<plan>", "exec"), dict(self._objects), made)  # noqa: S102 our own source
        build: Build = made["build"]
        return build, source
