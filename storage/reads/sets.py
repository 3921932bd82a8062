"""Reading in sets: many keys in, one answer per key out, in one statement.

Decides how keys travel to the database and how rows become small frozen values. Knows no table.
"""

import dataclasses
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from asyncpg import Record
from sqlalchemy.dialects.postgresql import ARRAY

from domain.values import RequestKey
from executor.wants import Wants
from storage.clock import present
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

    def match(self, *columns: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
        """Whether these columns, in order, are the key."""
        return sa.and_(*(column == self.c[name] for name, column in zip(self._names, columns, strict=True)))

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
        given = {**sight.parameters(), **self._keys.parameters(keys)}
        kept = wants.kept.get(self)
        if kept is None:
            kept = wants.kept[self] = self._prepare(wants, given)
        prepared, gathered = kept
        if is_one_of_many and len(keys) == 1:
            answer: list[Record] = await gathered.fetch(reader, given)
            return answer
        found: list[Record] = await reader.fetch(prepared, given)
        return found

    def _prepare(self, wants: Wants, askers: Collection[str]) -> tuple[Prepared, Gathered]:
        statement = self.wanted(wants)
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
        return joined.select(found, outer, keys.c.position, present.label("now")).order_by(
            *again(self.order, found)
        )
