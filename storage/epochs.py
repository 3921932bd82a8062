"""Which life of the database the feed is in: a restored one may have lost what clients were already told.

Decides by the database's own marks: the cluster's identity and timeline, and the tables' own. Where they are
not those that the last epoch was begun with, a new epoch begins, and every cursor of an older one is void.
"""

import secrets

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.tables import events, facts

FEED = "feed"


async def current(engine: AsyncEngine) -> str:
    """Give the feed's epoch; begin a new one in a database that is not the one the last was begun in."""
    async with engine.connect() as connection:
        origin, fact = (await connection.execute(_marks)).one()
    if fact is not None and fact["origin"] == origin:
        return str(fact["epoch"])
    async with engine.begin() as connection:
        return await _begin(connection)


async def _begin(connection: AsyncConnection) -> str:
    """Begin an epoch, once, whoever else finds the same: the fact's row is held meanwhile."""
    await connection.execute(_first)
    fact = (await connection.execute(_held)).scalar_one()
    origin = (await connection.execute(_marks)).one()[0]
    if fact["origin"] != origin:
        fact = {"origin": origin, "epoch": secrets.token_hex(4)}
        await connection.execute(sa.update(facts).where(facts.c.name == FEED).values(value=fact))
        # The numbers of another cluster's transactions mean nothing here: all of its events are long seen.
        await connection.execute(sa.update(events).values(transaction_id=0))
    return str(fact["epoch"])


_marks = sa.text(
    """
    SELECT system.system_identifier || ':' || checkpoint.timeline_id || ':' || pg_database.oid
            || ':' || 'events'::regclass::oid,
        (SELECT value FROM facts WHERE name = 'feed')
    FROM pg_control_system() AS system, pg_control_checkpoint() AS checkpoint, pg_database
    WHERE datname = current_database()
    """
).columns(origin=sa.Text, value=facts.c.value.type)
_first = insert(facts).values(name=FEED, value={"origin": None, "epoch": ""}).on_conflict_do_nothing()
_held = sa.select(facts.c.value).where(facts.c.name == FEED).with_for_update()
