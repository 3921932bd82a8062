"""The small marketplace as it is when it opens, kept as rows: to lay them out again is a tenth of the work.

Decides nothing of what is in it: it opens through the graph, once in each process.
"""

from dataclasses import dataclass
from datetime import datetime
from itertools import count

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage import clock
from storage.tables import facts, metadata
from tests.schema.world import World

PEOPLE = ("buyer", "seller", "partner", "support", "stranger")


@dataclass(frozen=True)
class Kept:
    """A world as it was at an instant that it showed: its people, its rows, and the next number."""

    world: World
    at: datetime
    rows: str
    number: int


_kept: list[Kept] = []


async def laid_out(engine: AsyncEngine) -> World:
    """Give a world that has just opened, in an empty database."""
    if not _kept:
        world = await World.open(engine)
        _kept.append(await _keep(world))
        return world
    (kept,) = _kept
    world = World(engine)
    for name in PEOPLE:
        setattr(world, name, getattr(kept.world, name))
    world._numbers = count(kept.number)
    async with engine.begin() as connection:
        raw = (await connection.get_raw_connection()).driver_connection
        assert raw is not None
        await raw.execute(kept.rows)
        await clock.reach(connection, kept.at)
    return world


async def _keep(world: World) -> Kept:
    number = next(world._numbers)
    world._numbers = count(number)
    async with world.engine.connect() as connection:
        return Kept(world, await clock.now(connection), await _script(connection), number)


async def _script(connection: AsyncConnection) -> str:
    """What writes the rows, keys and all, past the guards that have seen them once."""
    steps = ["SET LOCAL session_replication_role = replica"]
    for table in metadata.sorted_tables:
        if table is facts:  # the clock, which is set to an instant, not to an offset
            continue
        rows = (await connection.execute(sa.text(f"SELECT json_agg(t)::text FROM {table.name} t"))).scalar()
        if rows is not None:
            of_rows = f"json_populate_recordset(NULL::{table.name}, $kept${rows}$kept$)"
            steps.append(f"INSERT INTO {table.name} OVERRIDING SYSTEM VALUE SELECT * FROM {of_rows}")
    used = sa.text("SELECT sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL")
    steps += [f"SELECT setval('{name}', {last})" for name, last in await connection.execute(used)]
    return ";".join(steps)
