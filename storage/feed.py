"""The feed: what happened, appended to every stream whose readers may all know of it, dense and in order.

Decides the numbers: a stream's row is locked from the append to the commit, so that commits come in the order
of the numbers and no reader ever sees a later one before an earlier one. A stream has a version too, which
also grows where something its owner sees has changed without an event. Knows nothing of what is told.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.sql.dml import ReturningInsert

from domain.values import RequestKey
from domain.words import EventKind, FeedType
from storage.connection import Connection
from storage.rows import as_set, columns_of, given, given_rows
from storage.tables import events, streams
from storage.visibility import Sight

QUEUE = "q"
"""The stream of Support's queue."""

NAMES_OF_ALL = "n"
"""The stream that only has a version: it grows when a member's name, which everybody may see, changes."""


def account_stream(account_id: int) -> str:
    """The stream of everything that concerns one account."""
    return f"a{account_id}"


def is_of_account(stream: str) -> bool:
    """Whether this is the stream of an account."""
    return stream.startswith("a")


def request_stream(key: RequestKey) -> str:
    """The stream of one request, for whoever may see it."""
    return f"r{key.seller_id}-{key.number}"


def thread_stream(owner_id: int, thread_id: int) -> str:
    """The stream of one conversation."""
    return f"t{owner_id}-{thread_id}"


class Happened(NamedTuple):
    """Something that one stream tells of: which type and kind of event, and the keys of what it is about."""

    stream: str
    type: FeedType
    kind: EventKind
    at: datetime
    owner_id: int | None = None
    request_number: int | None = None
    timeline_number: int | None = None
    thread_id: int | None = None
    message_number: int | None = None
    entry_number: int | None = None
    hold_number: int | None = None
    note_number: int | None = None
    account_id: int | None = None
    notification_number: int | None = None


class Event(NamedTuple):
    """Something that a stream tells of, at its place: what `Happened` names, as it was appended."""

    stream: str
    type: FeedType
    kind: EventKind
    at: datetime
    owner_id: int | None
    request_number: int | None
    timeline_number: int | None
    thread_id: int | None
    message_number: int | None
    entry_number: int | None
    hold_number: int | None
    note_number: int | None
    account_id: int | None
    notification_number: int | None
    sequence: int

    @property
    def request_key(self) -> RequestKey | None:
        """The request it is about, if about one."""
        if self.owner_id is None or self.request_number is None:
            return None
        return RequestKey(self.owner_id, self.request_number)


class _PgSnapshot(sa.types.UserDefinedType[str]):
    """PostgreSQL's `pg_snapshot`, which SQLAlchemy has no word for."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """Give the name of the type."""
        return "pg_snapshot"


NAMES = Event._fields
GIVEN = Happened._fields


async def append(
    connection: Connection, happened: Sequence[Happened], touched: Collection[str] = ()
) -> frozenset[str]:
    """Append to any streams, each in the order given, and hold them until the commit; give their names.

    All of them, and those that are only touched, have a new version then.
    """
    if happened:
        rows = [row_of(each, back) for each, back in zip(happened, places_back(happened), strict=True)]
        await connection.execute(_append, growth(happened, touched) | as_set(rows))
    elif touched:
        await connection.execute(_move, growth((), touched))
    return frozenset(each.stream for each in happened)


def growth(happened: Iterable[Happened], touched: Iterable[str]) -> dict[str, Any]:
    """The parameter of `moving`: these streams in the order of their names, and how much each grows."""
    added = Counter(each.stream for each in happened)
    return as_set([{"name": name, "added": added[name]} for name in sorted({*added, *touched})], "added")


def places_back(happened: Sequence[Happened]) -> Iterator[int]:
    """How far each is from the last of its stream, which will be the stream's head: 0 or less."""
    left = Counter(each.stream for each in happened)
    for each in happened:
        left[each.stream] -= 1
        yield -left[each.stream]


def row_of(happened: Happened, back: int) -> dict[str, Any]:
    """An event as it is given to be appended."""
    return given(happened) | {"back": back}


async def heads(connection: Connection, names: Sequence[str]) -> dict[str, int]:
    """Give the number of each stream's last event; 0 for a stream that has none."""
    found = await connection.execute(_heads, {"names": list(names)})
    return dict.fromkeys(names, 0) | {row.name: row.head for row in found}


async def versions(connection: Connection, names: Sequence[str]) -> dict[str, int]:
    """Give each stream's version; 0 for a stream that has none."""
    found = await connection.execute(_versions, {"names": list(names)})
    return dict.fromkeys(names, 0) | {row.name: row.version for row in found}


async def read_after(
    connection: Connection, places: Mapping[str, int], *, most: int
) -> dict[str, list[Event]]:
    """Give what each stream tells after a number, at most `most` events of each."""
    rows = await connection.execute(
        _after, {"names": list(places), "places": list(places.values()), "most": most}
    )
    told: dict[str, list[Event]] = {name: [] for name in places}
    for row in rows:
        event = Event._make(row)
        told[event.stream].append(event)
    return told


async def snapshot(connection: Connection) -> str:
    """Give the database's name for what is visible at this moment."""
    seen: str = (await connection.execute(_snapshot)).scalar_one()
    return seen


async def heads_in(connection: Connection, _: Sight, names: Sequence[str], *, seen: str) -> Sequence[int]:
    """Give each stream's head as it was when `snapshot` gave `seen`, in the order of the names."""
    rows = await connection.execute(_heads_in, {"names": list(names), "seen": seen})
    found = {row.name: row.head for row in rows}
    return [found.get(name, 0) for name in names]


async def trim(connection: Connection, before: datetime, *, most: int) -> int:
    """Drop the oldest events recorded before an instant of the wall clock, at most `most`; give how many."""
    return (await connection.execute(_trim, {"before": before, "most": most})).rowcount


_added = given_rows(sa.table("added", sa.column("name", sa.Text), sa.column("added", sa.BigInteger)), "added")


def moving(*once: sa.ColumnElement[bool]) -> ReturningInsert[tuple[str, int]]:
    """Take streams to a new version, and further by what is added; once this has been found to be true."""
    # In the names' order: two transactions that share streams take them in the same order.
    grown = sa.select(_added.c.name, _added.c.added, sa.literal_column("1")).where(*once)
    first = insert(streams).from_select(["name", "head", "version"], grown.order_by(_added.c.name))
    return first.on_conflict_do_update(
        index_elements=[streams.c.name],
        set_={"head": streams.c.head + first.excluded.head, "version": streams.c.version + 1},
    ).returning(streams.c.name, streams.c.head)


_move = moving()
_happened = sa.table("happened", *columns_of(events, *GIVEN), sa.column("back", sa.BigInteger))
_new = given_rows(_happened)
_moved = _move.cte("moved")
_append = insert(events).from_select(
    [*GIVEN, "sequence"],
    sa.select(*(_new.c[name] for name in GIVEN), _moved.c.head + _new.c.back).join_from(
        _new, _moved, _moved.c.name == _new.c.stream
    ),
)
_names = sa.bindparam("names", type_=ARRAY(sa.Text))
_heads = sa.select(streams.c.name, streams.c.head).where(streams.c.name == sa.any_(_names))
_versions = sa.select(streams.c.name, streams.c.version).where(streams.c.name == sa.any_(_names))

_place = (
    sa.func.unnest(_names, sa.bindparam("places", type_=ARRAY(sa.BigInteger)))
    .table_valued(sa.column("name", sa.Text), sa.column("place", sa.BigInteger))
    .render_derived("places")
)
_told = (
    sa.select(*(events.c[name] for name in NAMES))
    .where(events.c.stream == _place.c.name, events.c.sequence > _place.c.place)
    .order_by(events.c.sequence)
    .limit(sa.bindparam("most", type_=sa.Integer))
    .lateral("told")
)
_after = (
    sa.select(*_told.c).select_from(_place.join(_told, sa.true())).order_by(_told.c.stream, _told.c.sequence)
)

_snapshot = sa.select(sa.cast(sa.func.pg_current_snapshot(), sa.Text))
_seen = sa.func.pg_visible_in_snapshot(
    sa.literal_column("events.transaction_id::text::xid8"),
    sa.cast(sa.bindparam("seen", type_=sa.Text), _PgSnapshot),
    type_=sa.Boolean,
)
_of_stream = events.c.stream == streams.c.name
# What is not seen yet is at the end: looking back finds the last seen at once.
_last_seen = (
    sa.select(events.c.sequence)
    .where(_of_stream, _seen)
    .order_by(events.c.sequence.desc())
    .limit(1)
    .correlate(streams)
    .scalar_subquery()
)
_before_all = sa.select(sa.func.min(events.c.sequence) - 1).where(_of_stream).correlate(streams)
_heads_in = sa.select(
    streams.c.name,
    sa.func.coalesce(_last_seen, _before_all.scalar_subquery(), streams.c.head).label("head"),
).where(streams.c.name == sa.any_(_names))

_oldest = (
    sa.select(events.c.stream, events.c.sequence)
    .where(events.c.recorded_at < sa.bindparam("before", type_=sa.DateTime(timezone=True)))
    .order_by(events.c.recorded_at)
    .limit(sa.bindparam("most", type_=sa.Integer))
    .cte("oldest")
)
_trim = sa.delete(events).where(events.c.stream == _oldest.c.stream, events.c.sequence == _oldest.c.sequence)
