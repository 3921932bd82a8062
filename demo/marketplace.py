"""The demo marketplace: built once into an empty database, by its own people, as the real domain decides.

Decides when it counts as loaded. Two facts say how far it came: the fact `demo` is written as unfinished
before the first row, and as finished after the last. A crash in between leaves an unfinished one, which
is never taken for whole nor built upon: `build` refuses, and says to start again with an empty database.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from demo import people
from demo.casting import cast
from demo.director import Director
from demo.people import Seller
from demo.photos import Album, Files
from storage import callers, clock
from storage.tables import facts, orders, requests
from storage.tables import sellers as sellers_table

FACT = "demo"


class NotEmptyError(RuntimeError):
    """The database holds something else, or a demo that was cut short."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What was built."""

    sellers: int
    orders: int
    requests: int


async def build(
    engine: AsyncEngine,
    files: Files,
    *,
    now: datetime | None = None,
    sellers: tuple[Seller, ...] = people.SELLERS,
    buyers: int = 400,
    progress: Callable[[int, int], None] = lambda _done, _of: None,
) -> Summary:
    """Build the marketplace as it will have come to be by `now`, the clock's present unless given.

    `progress` is told how many days are done, of how many. Raises NotEmptyError where anybody is already.
    """
    async with engine.begin() as connection:
        await _begin(connection)
        present = (now or await clock.now(connection)).astimezone(UTC)
    plan = cast(present, sellers=sellers, buyers=buyers)
    await Director(engine, plan, await Album.kept_in(files)).play(progress)
    async with engine.begin() as connection:
        summary = await _count(connection)
        await connection.execute(
            sa.update(facts).where(facts.c.name == FACT).values(value={"finished": True})
        )
        await connection.execute(sa.text("ANALYZE"))
    return summary


async def is_loaded(connection: AsyncConnection) -> bool:
    """Whether a whole demo marketplace is there."""
    fact = sa.select(facts.c.value).where(facts.c.name == FACT)
    value = (await connection.execute(fact)).scalar_one_or_none()
    return bool(value and value["finished"])


async def _begin(connection: AsyncConnection) -> None:
    """Note that a demo is being built, in this database alone."""
    if await callers.is_anyone_here(connection):
        raise NotEmptyError("The demo needs an empty database; there are accounts in this one.")
    first = insert(facts).values(name=FACT, value={"finished": False}).on_conflict_do_nothing()
    if (await connection.execute(first)).rowcount != 1:
        raise NotEmptyError("A demo was begun here and not finished: start again with an empty database.")


async def _count(connection: AsyncConnection) -> Summary:
    counts = [
        (await connection.execute(sa.select(sa.func.count()).select_from(table))).scalar_one()
        for table in (sellers_table, orders, requests)
    ]
    return Summary(*counts)
