"""Statements that SQLAlchemy has written once, as asyncpg takes them.

Decides how values become parameters. Knows no connection and no table.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Dialect
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg

DIALECT: Final[Dialect] = PGDialect_asyncpg()  # type: ignore[no-untyped-call]


class Prepared:
    """A statement as PostgreSQL is told it, and its parameters in order."""

    def __init__(self, statement: sa.Select[Any]) -> None:
        compiled = statement.compile(dialect=DIALECT)
        self.text = compiled.string
        names: Sequence[str] = compiled.positiontup or ()
        defaults: Mapping[str, Any] = compiled.params
        processors: Mapping[str, Any] = compiled._bind_processors  # noqa: SLF001 as its own cursors do
        self.names = names
        self.parameters = [(name, defaults.get(name), processors.get(name)) for name in names]

    def arguments(self, given: Mapping[str, Any]) -> list[Any]:
        """Give the values of the parameters, in their order."""
        values = []
        for name, default, process in self.parameters:
            value = given.get(name, default)
            values.append(value if process is None else process(value))
        return values
