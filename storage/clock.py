"""What time it is: the database server's clock, and the test clock's offset that a sandbox adds to it.

Decides nothing but the present instant, which only ever grows. Nobody keeps it: it is read anew each time.
"""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from storage.connection import Connection
from storage.tables import facts

TEST_CLOCK = "test_clock"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_microseconds = sa.cast(facts.c.value, sa.BigInteger)
_offset = sa.func.coalesce(sa.select(_microseconds).where(facts.c.name == TEST_CLOCK).scalar_subquery(), 0)
present: sa.ColumnElement[datetime] = sa.select(
    (
        sa.func.clock_timestamp(type_=sa.DateTime(timezone=True))
        + sa.cast(_offset, sa.BigInteger) * sa.literal_column("'1 microsecond'::interval", sa.Interval)
    ).label("present")
).scalar_subquery()
"""The present instant, as a column of any statement."""
present_microseconds: sa.ColumnElement[int] = sa.select(
    (
        sa.cast(
            sa.func.extract("EPOCH", sa.func.clock_timestamp()) * sa.literal_column("1000000"), sa.BigInteger
        )
        + sa.cast(_offset, sa.BigInteger)
    ).label("present_microseconds")
).scalar_subquery()
"""The same in microseconds since 1970: read with each row, it costs next to nothing."""
_now = sa.select(sa.func.clock_timestamp(type_=sa.DateTime(timezone=True)), _offset)


def instant(after: int) -> datetime:
    """The instant that is so many microseconds after 1970 began, in UTC."""
    return _EPOCH + after * _MICROSECOND


def microseconds(at: datetime) -> int:
    """How long after 1970 began an instant is."""
    return (at - _EPOCH) // _MICROSECOND


async def now(connection: Connection) -> datetime:
    """The present instant, in UTC."""
    wall, offset = (await connection.execute(_now)).one()
    present: datetime = wall + offset * _MICROSECOND
    return present


async def reach(connection: Connection, at: datetime) -> datetime:
    """Set the test clock forward to `at`, never back; give the instant it then shows."""
    ahead = at - await now(connection)
    if ahead > timedelta(0):
        await connection.execute(_grow, {"name": TEST_CLOCK, "value": ahead // _MICROSECOND + 1})
    return await now(connection)


_first = insert(facts).values(name=sa.bindparam("name"), value=sa.bindparam("value"))
_grow = _first.on_conflict_do_update(
    index_elements=[facts.c.name],
    set_={"value": sa.func.to_jsonb(_microseconds + sa.cast(_first.excluded.value, sa.BigInteger))},
)
