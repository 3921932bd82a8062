"""Reading in sets: many keys in, one answer per key out, in one statement.

Decides how keys travel to the database and how rows become small frozen values. Knows no table.
"""

import dataclasses
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from asyncpg import Record
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql import visitors

from domain.values import RequestKey
from executor.wants import Wants
from storage.clock import present_microseconds
from storage.connection import Connection, Result
from storage.prepared import Prepared
from storage.reads.gathered import ForMany, Gathered
from storage.reads.reader import Reader
from storage.reads.source import POSITION, Joined, Source, again, exported
from storage.visibility import Sight

K = TypeVar("K", bound=Hashable)
R = TypeVar("R")


class Keys:
    """A set of keys as a table of the statement: `c.position`, from 1, and the parts `c.a`, `c.b`, `c.c`."""

    def __init__(self, *kinds: type[sa.types.TypeEngine[Any]]) -> None:
        self._names = "abc"[: len(kinds)]
        binds = [
            sa.bindparam(f"key_{name}", type_=ARRAY(kind))
            for name, kind in zip(self._names, kinds, strict=True)
        ]
        columns = [sa.column(name, kind) for name, kind in zip(self._names, kinds, strict=True)]
        unnested = sa.func.unnest(*binds).table_valued(*columns, with_ordinality="position", name="keys")
        self.table = unnested.render_derived()
        self.c = self.table.c
        self._names_of_one = [f"one_{name}" for name in self._names]
        alone = [
            sa.bindparam(bind, type_=kind).label(name)
            for bind, name, kind in zip(self._names_of_one, self._names, kinds, strict=True)
        ]
        self._one = sa.select(*alone, sa.literal_column("1", sa.Integer).label("position")).subquery("keys")

    def match(self, *columns: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
        """Whether these columns, in order, are the key."""
        return sa.and_(*(column == self.c[name] for name, column in zip(self._names, columns, strict=True)))

    def of_one(self, statement: sa.Select[Any]) -> sa.Select[Any]:
        """The same statement for one key: that is less to do than for a set of one."""

        def instead(element: Any, **_: Any) -> Any:
            if element is self.table:
                return self._one
            return self._one.c[element.key] if getattr(element, "table", None) is self.table else None

        replaced: Any = visitors.replacement_traverse(statement, {}, instead)
        selected: sa.Select[Any] = replaced
        return selected

    def parameters_of_one(self, key: Hashable) -> dict[str, Any]:
        """What the statement for one key is run with to ask for it."""
        return dict(zip(self._names_of_one, _parts(key), strict=True))

    def parameters(self, keys: Sequence[Hashable]) -> dict[str, list[Any]]:
        """What the statement is run with to ask for these keys."""
        parts = [_parts(key) for key in keys]
        return {f"key_{name}": [part[place] for part in parts] for place, name in enumerate(self._names)}


def _parts(key: Hashable) -> tuple[Any, ...]:
    if isinstance(key, RequestKey):
        return (key.seller_id, key.number)
    return key if isinstance(key, tuple) else (key,)


ONE = Keys(sa.BigInteger)  # an account, an attachment, a shipment
TEXT = Keys(sa.Text)
OWNED = Keys(sa.BigInteger, sa.BigInteger)  # an owner's order, shipment, thread
NUMBERED = Keys(sa.BigInteger, sa.Integer)  # a seller's request, journal, entry
PART = Keys(sa.BigInteger, sa.Integer, sa.Integer)  # a request's offer, hold, note
MESSAGE = Keys(sa.BigInteger, sa.BigInteger, sa.Integer)  # a thread's message


def columns_of(
    row: type, *sources: sa.FromClause, **named: sa.ColumnElement[Any]
) -> list[sa.ColumnElement[Any]]:
    """The columns that fill a row's fields, in order: those named here, else the first source's."""
    found = []
    for field in dataclasses.fields(row):
        column = named.get(field.name)
        if column is None:
            column = next(source.c[field.name] for source in sources if field.name in source.c)
        found.append(column)
    return found


class Reading(Source[R]):
    """One prebuilt statement that answers a set of keys with rows; `on` are the columns that are the key."""

    def __init__(
        self,
        row: Callable[..., R],
        keys: Keys,
        on: Sequence[sa.ColumnElement[Any]],
        columns: Iterable[sa.ColumnElement[Any]],
        tables: sa.FromClause,
        *where: sa.ColumnElement[bool],
        order: Sequence[sa.ColumnElement[Any]] = (),
        extra: Mapping[str, sa.ColumnElement[Any]] | None = None,
    ) -> None:
        columns = list(columns)
        super().__init__(row, columns, tables, where, on, extra, order)
        self._keys = keys
        joined = keys.table.join(tables, sa.true())
        self.statement = (
            sa.select(keys.c.position, *columns)
            .select_from(joined)
            .where(keys.match(*on), *where)
            .order_by(*order)
        )

    async def one(self, connection: Connection, sight: Sight, keys: Sequence[Hashable], /) -> list[R | None]:
        """The row of each key, None where there is none for these eyes."""
        answers: list[R | None] = [None] * len(keys)
        for record in await self._run(connection, sight, keys):
            answers[record[0] - 1] = self._row(*record[1:])
        return answers

    async def many(self, connection: Connection, sight: Sight, keys: Sequence[Hashable], /) -> list[list[R]]:
        """The rows of each key, in the statement's order."""
        answers: list[list[R]] = [[] for _ in keys]
        for record in await self._run(connection, sight, keys):
            answers[record[0] - 1].append(self._row(*record[1:]))
        return answers

    async def _run(self, connection: Connection, sight: Sight, keys: Sequence[Hashable]) -> Result:
        parameters = {**sight.parameters(), **self._keys.parameters(keys)}
        return await connection.execute(self.statement, parameters)

    async def records(
        self,
        reader: Reader,
        sight: Sight,
        keys: Sequence[Hashable],
        wants: Wants,
        *,
        is_one_of_many: bool = False,
    ) -> list[Record]:
        """What is wanted of the rows of all keys, in the statement's order; each names its key's place.

        One of many asks at the same moment as others, who may have other eyes: the place is then of no use.
        """
        found: list[Record]
        if len(keys) > 1:
            prepared = wants.kept.get((self, "set"))
            if prepared is None:
                prepared = wants.kept[self, "set"] = Prepared(self.wanted(wants))
            found = await reader.fetch(prepared, {**sight.parameters(), **self._keys.parameters(keys)})
            return found
        given = {**sight.parameters(), **self._keys.parameters_of_one(keys[0])}
        alone = wants.kept.get(self)
        if alone is None:
            alone = wants.kept[self] = self._alone(wants, given)
        prepared, gathered = alone
        found = await (gathered.fetch(reader, given) if is_one_of_many else reader.fetch(prepared, given))
        return found

    def _alone(self, wants: Wants, askers: Collection[str]) -> tuple[Prepared, Gathered]:
        statement = self._keys.of_one(self.wanted(wants))
        prepared = Prepared(statement)
        many = ForMany(statement, prepared, askers=askers, place=self._keys.c.position.key)
        return prepared, Gathered(prepared, many, place_at=POSITION)

    def wanted(self, wants: Wants) -> sa.Select[Any]:
        """The statement that reads what is wanted."""
        joined, keys = Joined(wants), self._keys
        found = (
            sa.select(*joined.columns(), *exported(self.order))
            .select_from(self.tables)
            .where(keys.match(*self.on), *self.where)
            .correlate(keys.table)
            .lateral("found")
        )
        outer = keys.table.join(found, sa.true())
        selected = joined.select(found, outer, keys.c.position, present_microseconds.label("now"))
        return selected.order_by(*again(self.order, found))
