"""Many times the marketplace that is in a database: every row of it copied under new ids, in one
transaction.

Decides how a copy's ids and unique names differ from the original's; everything else is the same, so
whatever held for the original (journals balance, numbers are dense, inboxes are in step) holds for each
copy, and `invariants` says whether it does. Knows no rule of the field: the tables' foreign keys say
which columns hold ids.

For load tests: PostgreSQL inserts the rows itself, past the triggers that watch over single writes.
"""

from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.schema import AddConstraint, CreateIndex, DropConstraint, DropIndex

from demo.invariants import violations
from storage.tables import (
    accounts,
    attachments,
    events,
    facts,
    idempotency_keys,
    journals,
    messages,
    metadata,
    orders,
    parcels,
    returns,
    revoked_tokens,
    shipments,
    streams,
    threads,
    timeline,
)
from storage.tables.threads import SEARCH_WORDS

COPIES_AT_ONCE = 10
NOT_COPIED = frozenset({events, facts, idempotency_keys, revoked_tokens, streams})
"""Nobody has followed a copy yet: its streams begin with what happens to it next."""

UNIQUE_NAMES = frozenset(
    {
        accounts.c.username,
        orders.c.external_id,
        shipments.c.external_id,
        parcels.c.tracking_number,
        journals.c.external_id,
    }
)
ACCOUNTS_WITHOUT_KEY = frozenset({timeline.c.actor_id})
"""Columns that hold an account's id although no foreign key says so."""

Column = sa.Column[Any]
Strides = Mapping[Column, int]
Progress = Callable[[int, int], None]
"""Told how many steps are done, of how many."""


class BrokenCopyError(Exception):
    """The copies do not hold what the original promised: a mistake in here, and nothing has been written."""


async def multiply(engine: AsyncEngine, times: int, *, progress: Progress = lambda _done, _of: None) -> None:
    """Make the marketplace in the database `times` as large: all of it or, on any failure, nothing.

    Raises BrokenCopyError if an invariant does not hold afterwards.
    """
    tables = [table for table in metadata.sorted_tables if table not in NOT_COPIED]
    chunks = [(first, min(first + COPIES_AT_ONCE, times) - 1) for first in range(1, times, COPIES_AT_ONCE)]
    steps = len(tables) * len(chunks) + 2
    async with engine.begin() as connection:
        keys = [key for table in tables for key in table.foreign_key_constraints]
        indexes = [index for table in tables for index in table.indexes]
        for table in tables:
            await connection.execute(sa.text(f"ALTER TABLE {table.name} DISABLE TRIGGER USER"))
        for key in keys:  # checked, and built, faster at once than row by row
            await connection.execute(DropConstraint(key))
        for index in indexes:
            await connection.execute(DropIndex(index))
        strides = await _strides(connection, tables)
        for done, (table, (first, last)) in enumerate(product(tables, chunks)):
            await connection.execute(_copy(table, strides, first, last))
            progress(done + 1, steps)
        for index in indexes:
            await connection.execute(CreateIndex(index))
        for key in keys:
            await connection.execute(AddConstraint(key, isolate_from_table=False))
        for table in tables:
            await connection.execute(sa.text(f"ALTER TABLE {table.name} ENABLE TRIGGER USER"))
        await _restart_identities(connection, tables)
        await connection.execute(sa.text("ANALYZE"))
        broken = await violations(connection)
        if broken:
            raise BrokenCopyError("; ".join(broken))
        progress(steps - 1, steps)
    async with engine.connect() as connection:
        outside = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await outside.execute(sa.text("VACUUM"))
    progress(steps, steps)


async def _strides(connection: AsyncConnection, tables: list[sa.Table]) -> Strides:
    """How far apart the copies of an id lie: the highest id that was ever handed out."""
    strides = {}
    for column in _identities(tables):
        highest = sa.select(sa.func.coalesce(sa.func.max(column), 0))
        strides[column] = (await connection.execute(highest)).scalar_one()
    return strides


async def _restart_identities(connection: AsyncConnection, tables: list[sa.Table]) -> None:
    """The next id handed out comes after all the copies'."""
    for column in _identities(tables):
        sequence = sa.func.pg_get_serial_sequence(column.table.name, column.name)
        highest = sa.select(sa.func.max(column)).scalar_subquery()
        await connection.execute(sa.select(sa.func.setval(sequence, sa.func.coalesce(highest, 1))))


def _identities(tables: list[sa.Table]) -> list[Column]:
    return [column for table in tables for column in table.columns if column.identity is not None]


def _copy(table: sa.Table, strides: Strides, first: int, last: int) -> sa.Insert:
    """Copies number `first` to `last` of the original rows, which are those of the original accounts."""
    copy = (
        sa.func.generate_series(first, last)
        .table_valued(sa.column("number", sa.Integer))
        .render_derived("copies")
    )
    leading = table.primary_key.columns[0]
    originals = (
        sa.select(*(_copied(column, strides, copy.c.number).label(column.name) for column in table.columns))
        .select_from(table.join(copy, sa.true()))
        .where(leading <= strides[accounts.c.id])
        .order_by(copy.c.number, *table.primary_key.columns)
    )
    return sa.insert(table).from_select([column.name for column in table.columns], originals)


def _copied(column: Column, strides: Strides, copy: sa.ColumnElement[int]) -> sa.ColumnElement[Any]:
    """The column's value in a copy."""
    identity = _identity_behind(column)
    if identity is not None:
        return column + copy * strides[identity]
    if column in UNIQUE_NAMES:
        return column + sa.literal("~") + sa.cast(copy, sa.Text)
    if column is returns.c.dispute_attachment_ids:
        return _shifted_each(column, copy * strides[attachments.c.id])
    if column in (threads.c.search, messages.c.search):
        return _found_by_its_own(column, copy * strides[accounts.c.id])
    return column


def _identity_behind(column: Column) -> Column | None:
    """The identity column whose values this column holds, if it holds any."""
    if column.identity is not None:
        return column
    if column in ACCOUNTS_WITHOUT_KEY:
        return accounts.c.id
    for key in column.foreign_keys:
        if key.column.table is column.table or (key.constraint and key.constraint.use_alter):
            continue  # these lead round in a circle
        found = _identity_behind(key.column)
        if found is not None:
            return found
    return None


def _shifted_each(column: Column, shift: sa.ColumnElement[int]) -> sa.ColumnElement[Any]:
    """Every id in an array, moved."""
    element = sa.func.unnest(column).column_valued("element")
    each = sa.select(sa.func.array_agg(element + shift)).correlate_except(element.scalar_alias)
    return each.scalar_subquery()


def _found_by_its_own(search: Column, shift: sa.ColumnElement[int]) -> sa.ColumnElement[Any]:
    """The words of the original, with what names the copy instead of what named the original."""
    owner = search.table.c.owner_id
    if search is threads.c.search:
        member: sa.ColumnElement[int] = threads.c.member_id
        number = threads.c.request_number
        words = _renamed(search, _number_words(owner, number), _number_words(owner + shift, number))
    else:
        thread = threads.alias("thread")
        own = (thread.c.owner_id == owner) & (thread.c.id == messages.c.thread_id)
        member = sa.select(thread.c.member_id).where(own).scalar_subquery()
        words = search
    marks = sa.func.array_to_tsvector(_marks(owner, member))
    return _renamed(words, marks, sa.func.array_to_tsvector(_marks(owner + shift, member + shift)))


def _renamed(
    search: sa.ColumnElement[Any], old: sa.ColumnElement[Any], new: sa.ColumnElement[Any]
) -> sa.ColumnElement[Any]:
    return sa.func.ts_delete(search, sa.func.tsvector_to_array(old)).op("||")(new)


def _marks(*participants: sa.ColumnElement[int]) -> sa.ColumnElement[Any]:
    return array([sa.literal("@") + sa.cast(each, sa.Text) for each in participants])


def _number_words(seller: sa.ColumnElement[int], number: sa.ColumnElement[int]) -> sa.ColumnElement[Any]:
    """A request's number as it is found by; no words for a direct thread."""
    key = sa.literal("R") + sa.cast(seller, sa.Text) + sa.literal("-") + sa.cast(number, sa.Text)
    return sa.func.to_tsvector(sa.literal_column(f"'{SEARCH_WORDS}'"), sa.func.coalesce(key, ""))
