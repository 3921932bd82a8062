"""Pages of lists, by keyset: a page starts at the values that its order sorts by, never at an offset.

Decides how a cursor is written and read, and how the pages of many parents are read in one statement. Every
order ends in the key, so no two rows share a place; all of its columns run the same way, so one index serves
it.
"""

import base64
import binascii
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar, overload

import sqlalchemy as sa
from asyncpg import Record

from executor.wants import Wants
from storage import clock
from storage.clock import present_microseconds
from storage.connection import Connection
from storage.prepared import Prepared
from storage.reads.reader import Reader
from storage.reads.sets import Keys
from storage.reads.source import NOW, POSITION, Joined, Source, labels
from storage.visibility import Sight

R = TypeVar("R")
LARGEST = 2**63 - 1
ALONE: sa.ColumnElement[int] = sa.literal_column("1::integer", sa.Integer)
"""The position of the one parent; a bare number to sort by would be a column's place."""


Asked = tuple[tuple[str, Any], ...]


def asked(**conditions: Any) -> Asked:
    """Which of a list's filters a client asks for, with their values; None is not asked for."""
    return tuple(
        (name, tuple(value) if isinstance(value, list) else value)
        for name, value in conditions.items()
        if value is not None
    )


class BadCursor(ValueError):  # noqa: N818 a word of this field, as in "bad token"
    """A text that no page of this list gave out; `argument` is `after` or `before`."""

    def __init__(self, argument: str) -> None:
        super().__init__("This is not a cursor of this list: use cursors exactly as they were given.")
        self.argument = argument


@dataclass(frozen=True, slots=True)
class Window:
    """Which rows of a list: `size` of them between two places, from the start or `backward` from the end."""

    size: int
    backward: bool = False
    after: str | None = None
    before: str | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """Some neighbouring rows of a list, in its order, and whether there are others on either side."""

    rows: Sequence[R]
    cursors: Sequence[str]
    has_next: bool
    has_previous: bool


@dataclass(frozen=True, slots=True)
class Order:
    """A total order of a list. `name` marks its cursors, so that no other list takes them."""

    name: str
    columns: tuple[sa.ColumnElement[Any], ...]
    descending: bool = False

    def by(self, *, backward: bool) -> list[sa.ColumnElement[Any]]:
        """What to sort by to read the list this way."""
        down = self.descending is not backward
        return [column.desc() if down else column.asc() for column in self.columns]

    def beyond(self, place: str, *, backward: bool) -> sa.ColumnElement[bool]:
        """Which rows come after the named place, or before it."""
        binds = [
            sa.bindparam(f"{place}_{index}", type_=column.type) for index, column in enumerate(self.columns)
        ]
        here, there = sa.tuple_(*self.columns), sa.tuple_(*binds)
        return here < there if self.descending is not backward else here > there

    def cursor(self, values: Sequence[Any]) -> str:
        """The place of a row with these values."""
        text = ":".join((self.name, *(str(_number(value)) for value in values)))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def place(self, name: str, cursor: str) -> dict[str, Any]:
        """The parameters of a place that a client names. Raises BadCursor."""
        try:
            padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
            plain = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii")
            given, *numbers = plain.split(":")
            values = [
                _value(int(number), column.type) for number, column in zip(numbers, self.columns, strict=True)
            ]
        except (UnicodeError, binascii.Error, ValueError, OverflowError):
            raise BadCursor(name) from None
        if given != self.name or self.cursor(values) != cursor:
            raise BadCursor(name)
        return {f"{name}_{index}": value for index, value in enumerate(values)}


def _number(value: Any) -> int:
    return clock.microseconds(value) if isinstance(value, datetime) else int(value)


def _value(number: int, kind: sa.types.TypeEngine[Any]) -> Any:
    if isinstance(kind, sa.DateTime):
        return clock.instant(number)
    limit = LARGEST if isinstance(kind, sa.BigInteger) else 2**31 - 1
    if not -limit <= number <= limit:
        raise OverflowError(number)
    return number


class Cursors(Sequence[str]):
    """The places of a page's rows, each written when it is asked for."""

    def __init__(self, order: Order, records: Sequence[Sequence[Any]], places: Sequence[int]) -> None:
        self._order, self._records, self._places = order, records, places

    def __len__(self) -> int:
        return len(self._records)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if isinstance(index, slice):
            return Cursors(self._order, self._records[index], self._places)
        return self._cursor(self._records[index])

    def __iter__(self) -> Iterator[str]:
        return map(self._cursor, self._records)

    def _cursor(self, record: Sequence[Any]) -> str:
        return self._order.cursor([record[place] for place in self._places])


class Listing(Source[R]):
    """A list that can be paged through, of one parent or of many at once.

    `filters` are the conditions that a client may ask for, each over the parameter of its name; only those
    asked for are part of the statement. `on` are the columns that are the parent's key: a list that has them
    can come along with its parents.
    """

    def __init__(
        self,
        row: type[R],
        columns: Sequence[sa.ColumnElement[Any]],
        tables: sa.FromClause,
        *where: sa.ColumnElement[bool],
        order: Order,
        keys: Keys | None = None,
        filters: Mapping[str, sa.ColumnElement[bool]] | None = None,
        extra: Mapping[str, sa.ColumnElement[Any]] | None = None,
        on: Sequence[sa.ColumnElement[Any]] = (),
    ) -> None:
        super().__init__(row, columns, tables, where, on, extra, order.by(backward=False))
        self._order, self._keys, self._filters = order, keys, filters or {}
        self._statements: dict[Hashable, sa.Select[Any]] = {}

    async def pages(
        self,
        connection: Connection,
        sight: Sight,
        parents: Sequence[Hashable],
        window: Window,
        asked: Asked = (),
    ) -> list[Page[R]]:
        """The page of each parent. Raises BadCursor."""
        shape = _shape(window, asked)
        statement = self._statements.get(shape)
        if statement is None:
            statement = self._statements[shape] = self._page(*shape)
        parameters = self._page_parameters(sight, parents, window, asked)
        found: list[list[Sequence[Any]]] = [[] for _ in parents]
        for record in await connection.execute(statement, parameters):
            found[record[0] - 1].append(record)
        width = 1 + len(self.whole)
        places = range(width, width + len(self._order.columns))
        return [
            self._cut(records, window, places, lambda record: self._row(*record[1:width]))
            for records in found
        ]

    async def records(
        self,
        reader: Reader,
        sight: Sight,
        parents: Sequence[Hashable],
        wants: Wants,
        window: Window,
        asked: Asked = (),
    ) -> tuple[list[Page[Record]], int | None]:
        """The page of each parent, its rows as records of what is wanted; and the time. Raises BadCursor.

        That is in microseconds since 1970. Where no row is found, nobody has looked at the clock.
        """
        shape, is_one = _shape(window, asked), len(parents) == 1
        kept = wants.kept.get((self, is_one, shape))
        if kept is None:
            kept = wants.kept[self, is_one, shape] = self._prepare(wants, *shape, is_one=is_one)
        prepared, places = kept
        parameters = self._page_parameters(sight, parents, window, asked)
        if is_one and self._keys:
            parameters |= self._keys.parameters_of_one(parents[0])
        records = await reader.fetch(prepared, parameters)
        now = records[0][NOW] if records else None
        if is_one:
            return [self._cut(records, window, places)], now
        found: list[list[Record]] = [[] for _ in parents]
        for record in records:
            found[record[POSITION] - 1].append(record)
        return [self._cut(each, window, places) for each in found], now

    async def counts(
        self, connection: Connection, sight: Sight, parents: Sequence[Hashable], asked: Asked = ()
    ) -> list[int]:
        """How long each parent's whole list is."""
        names = frozenset(name for name, _ in asked)
        shape = ("count", names)
        statement = self._statements.get(shape)
        if statement is None:
            statement = self._statements[shape] = self._count(names)
        counts = [0] * len(parents)
        for position, count in await connection.execute(statement, self._parameters(sight, parents, asked)):
            counts[position - 1] = count
        return counts

    @property
    def places(self) -> Sequence[tuple[str | None, str]]:
        """What a place in the list is made of: the rows' attribute, if they have it, and a name beside it."""
        names = map(self._name, self._order.columns)
        return list(zip(names, labels(self.order), strict=True))

    def first(
        self, rows: Sequence[tuple[Any, ...]], window: Window, places: Sequence[int]
    ) -> Page[tuple[Any, ...]]:
        """Make the page of rows that came along with their parent, with their places among their values."""
        return self._cut(rows, window, places)

    def _page_parameters(
        self, sight: Sight, parents: Sequence[Hashable], window: Window, asked: Asked
    ) -> dict[str, Any]:
        parameters = {**self._parameters(sight, parents, asked), "page_size": window.size + 1}
        for name, cursor in (("after", window.after), ("before", window.before)):
            if cursor is not None:
                parameters |= self._order.place(name, cursor)
        return parameters

    def _parameters(self, sight: Sight, parents: Sequence[Hashable], asked: Asked) -> dict[str, Any]:
        keys = self._keys.parameters(parents) if self._keys else {}
        values = {name: list(value) if isinstance(value, tuple) else value for name, value in asked}
        return {**sight.parameters(), **keys, **values}

    def _conditions(self, asked: frozenset[str]) -> list[sa.ColumnElement[bool]]:
        matches = [self._keys.match(*self.on)] if self._keys and self.on else []
        return [*matches, *self.where, *(self._filters[name] for name in sorted(asked))]

    def _page(self, backward: bool, after: bool, before: bool, asked: frozenset[str]) -> sa.Select[Any]:
        fields = [column.label(f"field_{index}") for index, column in enumerate(self.columns.values())]
        page, position, outer = self._rows(fields, backward, after, before, asked)
        return (
            sa.select(position, *page.c)
            .select_from(outer)
            .order_by(position, *_again(self._order, page, backward))
        )

    def _prepare(
        self,
        wants: Wants,
        backward: bool,
        after: bool,
        before: bool,
        asked: frozenset[str],
        *,
        is_one: bool,
    ) -> tuple[Prepared, Sequence[int]]:
        """Make the statement; say in which of its columns a row's place is: those wanted anyway, or more."""
        joined = Joined(wants)
        page, position, outer = self._rows(joined.columns(), backward, after, before, asked)
        wanted: dict[Any, int] = {name: at for at, (path, name) in enumerate(wants.values) if path == ()}
        places, more = [], list[sa.ColumnElement[Any]]()
        for index, column in enumerate(self._order.columns):
            at = wanted.get(self._name(column))
            if at is None:
                at = len(wants.values) + len(more)
                more.append(page.c[f"place_{index}"])
            places.append(at)
        parent = () if is_one else (position,)
        found = joined.select(page, outer, *more, *parent, present_microseconds)
        found = found.order_by(*parent, *_again(self._order, page, backward))
        return Prepared(self._keys.of_one(found) if self._keys and is_one else found), places

    def _name(self, column: sa.ColumnElement[Any]) -> str | None:
        """What a row calls a column, if it has it."""
        return next((name for name, each in self.columns.items() if each is column), None)

    def _rows(
        self,
        fields: Sequence[sa.ColumnElement[Any]],
        backward: bool,
        after: bool,
        before: bool,
        asked: frozenset[str],
    ) -> tuple[sa.FromClause, sa.ColumnElement[int], sa.FromClause]:
        """Give a page's rows with their places, whose parent they are of, and what both are read from."""
        order = self._order
        places = [column.label(f"place_{index}") for index, column in enumerate(order.columns)]
        page = sa.select(*fields, *places).select_from(self.tables).where(*self._conditions(asked))
        if after:
            page = page.where(order.beyond("after", backward=False))
        if before:
            page = page.where(order.beyond("before", backward=True))
        page = page.order_by(*order.by(backward=backward)).limit(sa.bindparam("page_size", type_=sa.Integer))
        if self._keys is None:
            alone = page.subquery("page")
            return alone, ALONE, alone
        lateral = page.lateral("page")
        return lateral, self._keys.c.position, self._keys.table.join(lateral, sa.true())

    def _count(self, asked: frozenset[str]) -> sa.Select[Any]:
        count = sa.select(sa.func.count().label("count")).select_from(self.tables)
        count = count.where(*self._conditions(asked))
        if self._keys is None:
            return sa.select(ALONE, count.scalar_subquery())
        lateral = count.lateral("counted")
        return sa.select(self._keys.c.position, lateral.c.count).select_from(
            self._keys.table.join(lateral, sa.true())
        )

    def _cut(
        self,
        records: Sequence[Any],
        window: Window,
        places: Sequence[int],
        row: Callable[[Any], Any] | None = None,
    ) -> Page[Any]:
        more = len(records) > window.size
        kept = records[: window.size] if more else records
        if window.backward:
            kept = kept[::-1]
        return Page(
            rows=kept if row is None else tuple(map(row, kept)),
            cursors=Cursors(self._order, kept, places),
            has_next=window.before is not None if window.backward else more,
            has_previous=more if window.backward else window.after is not None,
        )


def _shape(window: Window, asked: Asked) -> tuple[bool, bool, bool, frozenset[str]]:
    """What decides about a page's statement."""
    names = frozenset(name for name, _ in asked)
    return window.backward, window.after is not None, window.before is not None, names


def _again(order: Order, page: sa.FromClause, backward: bool) -> list[sa.ColumnElement[Any]]:
    places = [page.c[f"place_{index}"] for index in range(len(order.columns))]
    down = order.descending is not backward
    return [place.desc() if down else place.asc() for place in places]
