"""Where rows come from: the columns behind a row's attributes, to be read alone or brought along by others.

Decides which values can be taken as they come from the database, and how the wants of a plan become one
statement: what is linked joins what it is linked to. Knows no table.
"""

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar

import sqlalchemy as sa

from executor.wants import PRESENT, Path, Wants
from storage.clock import present
from storage.reads.reader import DIALECT

R = TypeVar("R")

POSITION: Final = -2
NOW: Final = -1
"""Where every record tells which key it answers, and what time it is."""

THERE: Final = "is_there"


class Source(Generic[R]):
    """Rows of one kind; `extra` are attributes that no row has, for those who want them of a record."""

    def __init__(
        self,
        row: Callable[..., R],
        columns: Iterable[sa.ColumnElement[Any]],
        tables: sa.FromClause,
        where: Sequence[sa.ColumnElement[bool]],
        on: Sequence[sa.ColumnElement[Any]],
        extra: Mapping[str, sa.ColumnElement[Any]] | None = None,
    ) -> None:
        self._row = row
        self.columns = dict(zip(_names(row), columns, strict=True))
        self.tables, self.where, self.on = tables, where, on
        self.whole: Sequence[str] = tuple(self.columns)
        converters = [_converter(column.type) for column in self.columns.values()]
        self._converted = [(place, each) for place, each in enumerate(converters) if each is not None]
        self._extra = extra or {}
        indirect = {
            name for name, column in self.columns.items() if not _is_direct(column.type)
        }  # their rows are made
        self.direct = (frozenset(self.columns) - indirect) | frozenset(self._extra)

    def make(self, *values: Any) -> R:
        """Make a row of its attributes' values as they come in a record."""
        if not self._converted:
            return self._row(*values)
        given = list(values)
        for place, convert in self._converted:
            given[place] = convert(given[place])
        return self._row(*given)

    def column(self, attribute: str) -> sa.ColumnElement[Any]:
        """What is read for an attribute."""
        if attribute == PRESENT:
            return self.on[0].label(THERE)
        found = self.columns.get(attribute)
        return (self._extra[attribute] if found is None else found).label(attribute)


def _names(row: Any) -> list[str]:
    return [field.name for field in dataclasses.fields(row)]


def _converter(kind: sa.types.TypeEngine[Any]) -> Callable[[Any], Any] | None:
    return kind.dialect_impl(DIALECT).result_processor(DIALECT, None)


def _is_direct(kind: sa.types.TypeEngine[Any]) -> bool:
    """A word's text is as good as the word: it is equal to it, and written alike."""
    is_word = (
        isinstance(kind, sa.Enum) and kind.enum_class is not None and issubclass(kind.enum_class, StrEnum)
    )
    return is_word or _converter(kind) is None


class Joined:
    """The wants of a plan as tables: a root that somebody selects, and everything linked below it."""

    def __init__(self, wants: Wants) -> None:
        self._values = wants.values
        self._needed: dict[Path, dict[str, None]] = {(): {}}
        self._sources: dict[Path, Any] = {(): wants.source}
        for path, attribute in self._values:
            self._need(path, attribute)

    def _need(self, path: Path, attribute: str) -> None:
        if path not in self._sources:
            for each in path[-1].by:
                self._need(path[:-1], each)
            self._sources[path] = path[-1].source
        self._needed.setdefault(path, {})[attribute] = None

    def columns(self, path: Path = ()) -> list[sa.ColumnElement[Any]]:
        """What must be selected at the end of a path."""
        source = self._sources[path]
        return [source.column(attribute) for attribute in self._needed[path]]

    def select(
        self, root: sa.FromClause, outer: sa.FromClause, position: sa.ColumnElement[int], *more: Any
    ) -> sa.Select[Any]:
        """Select what is wanted, then `more`, the position and the time; `outer` holds the root."""
        at: dict[Path, sa.FromClause] = {(): root}
        for number, path in enumerate(sorted(self._sources, key=len)):
            if not path:
                continue
            source, parent = self._sources[path], at[path[:-1]]
            same = [column == parent.c[by] for column, by in zip(source.on, path[-1].by, strict=True)]
            linked = (
                sa.select(*self.columns(path))
                .select_from(source.tables)
                .where(*source.where, *same)
                .correlate(parent)
                .lateral(f"linked_{number}")
            )
            at[path] = linked
            outer = outer.outerjoin(linked, sa.true())
        wanted = [at[path].c[attribute or THERE] for path, attribute in self._values]
        return sa.select(*wanted, *more, position, present).select_from(outer)
