"""Where rows come from: the columns behind a row's attributes, to be read alone or brought along by others.

Decides which values can be taken as they come from the database, and how the wants of a plan become one
statement: what is linked joins what it is linked to. Knows no table.
"""

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.sql.operators import desc_op

from executor.wants import PRESENT, Kept, Path, Wants
from storage.prepared import DIALECT

R = TypeVar("R")

POSITION: Final = -2
NOW: Final = -1
"""Where every record tells which key it answers, and what time it is."""

KEPT: Final = {
    sa.Text: Kept.TEXT,
    sa.String: Kept.TEXT,
    sa.Boolean: Kept.BOOLEAN,
    sa.Integer: Kept.INTEGER,
    sa.SmallInteger: Kept.INTEGER,
}

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
        order: Sequence[sa.ColumnElement[Any]] = (),
    ) -> None:
        self._row, self.order = row, order
        self.columns = dict(zip(_names(row), columns, strict=True))
        self.tables, self.where, self.on = tables, where, on
        self.whole: Sequence[str] = tuple(self.columns)
        converters = [_converter(column.type) for column in self.columns.values()]
        self._converted = [(place, each) for place, each in enumerate(converters) if each is not None]
        self.lists = frozenset(name for name, each in self.columns.items() if isinstance(each.type, sa.ARRAY))
        self.required = frozenset(
            name for name, each in self.columns.items() if on and _is_required(each, on[0])
        )
        kinds = {name: _kept(each) for name, each in self.columns.items()}
        self.kinds = {name: kind for name, kind in kinds.items() if kind is not None}
        words = {name: _words(each) for name, each in self.columns.items()}
        self.words = {name: each for name, each in words.items() if each is not None}
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


def _kept(column: sa.ColumnElement[Any]) -> Kept | None:
    """What the values of a table's column are; what is worked out may be anything."""
    if not isinstance(column, sa.Column):
        return None
    if isinstance(column.type, sa.DateTime):
        return Kept.INSTANT if column.type.timezone else None
    return KEPT.get(column.type.__class__)


def _words(column: sa.ColumnElement[Any]) -> frozenset[str] | None:
    """Of which words a table's column holds one, as the database sees to."""
    if not isinstance(column, sa.Column) or not isinstance(column.type, sa.Enum):
        return None
    return frozenset(column.type.enums) if column.type.create_constraint else None


def _is_required(column: sa.ColumnElement[Any], key: sa.ColumnElement[Any]) -> bool:
    """Whether every row has it: a column of the key's table, the others of which may be joined in vain."""
    if not isinstance(column, sa.Column) or not isinstance(key, sa.Column):
        return False
    return not column.nullable and column.table is key.table


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

    def _need(self, path: Path, attribute: str | int) -> None:
        if path not in self._sources:
            for each in path[-1].by:
                self._need(path[:-1], each)
            self._sources[path] = path[-1].source
        needed = self._needed.setdefault(path, {})
        if isinstance(attribute, str) and not (path and path[-1].wants):
            needed[attribute] = None

    def columns(self, path: Path = ()) -> list[sa.ColumnElement[Any]]:
        """What must be selected at the end of a path."""
        source = self._sources[path]
        return [source.column(attribute) for attribute in self._needed[path]]

    def select(
        self, root: sa.FromClause, outer: sa.FromClause, *more: sa.ColumnElement[Any]
    ) -> sa.Select[Any]:
        """Select what is wanted, then `more`; `outer` holds the root."""
        at: dict[Path, sa.FromClause] = {(): root}
        for number, path in enumerate(sorted(self._sources, key=len)):
            if path:
                at[path] = self._linked(path, at[path[:-1]]).lateral(f"linked_{number}")
                outer = outer.outerjoin(at[path], sa.true())
        wanted = [
            at[path].c[_label(attribute)].label(f"value_{place}")
            for place, (path, attribute) in enumerate(self._values)
        ]
        return sa.select(*wanted, *more).select_from(outer)

    def _linked(self, path: Path, parent: sa.FromClause) -> sa.Select[Any]:
        """Select what is at the end of a path, for a row of what it begins from."""
        source, link = self._sources[path], path[-1]
        same = [column == parent.c[by] for column, by in zip(source.on, link.by, strict=True)]
        if link.wants is None:
            rows = sa.select(*self.columns(path)).select_from(source.tables)
            return rows.where(*source.where, *same).correlate(parent)
        below, order = Joined(link.wants), source.order
        rows = sa.select(*below.columns(), *exported(order)).select_from(source.tables)
        if link.most is not None:
            rows = rows.order_by(*order).limit(link.most)
        found = rows.where(*source.where, *same).correlate(parent).lateral("one")
        each = below.select(found, found, *(found.c[label] for label in labels(order)))
        row = each.correlate(parent).lateral("each_row")
        by = again(order, row)
        values = {_label(place): row.c[f"value_{place}"] for place in range(len(link.wants.values))}
        if link.most is not None:
            values |= {label: row.c[label] for label in labels(order)}
        lists: Any = sa.select(
            *(
                sa.func.array_agg(aggregate_order_by(value, *by) if by else value).label(label)
                for label, value in values.items()
            )
        )
        selected: sa.Select[Any] = lists.select_from(row).correlate(parent)
        return selected


def _label(attribute: str | int) -> str:
    return f"list_{attribute}" if isinstance(attribute, int) else attribute or THERE


def labels(order: Sequence[sa.ColumnElement[Any]]) -> list[str]:
    """What columns to sort by are called where they are selected."""
    return [f"order_{place}" for place in range(len(order))]


def exported(order: Sequence[sa.ColumnElement[Any]]) -> list[sa.ColumnElement[Any]]:
    """Select what is sorted by."""
    return [_plain(column).label(label) for column, label in zip(order, labels(order), strict=True)]


def again(order: Sequence[sa.ColumnElement[Any]], rows: sa.FromClause) -> list[sa.ColumnElement[Any]]:
    """Sort selected rows as they were to be sorted."""
    columns = [rows.c[label] for label in labels(order)]
    return [
        column.desc() if _is_descending(wanted) else column
        for column, wanted in zip(columns, order, strict=True)
    ]


def _is_descending(column: sa.ColumnElement[Any]) -> bool:
    return isinstance(column, sa.UnaryExpression) and column.modifier is desc_op


def _plain(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """The column itself, where it is sorted by from its end."""
    return column.element if isinstance(column, sa.UnaryExpression) else column
