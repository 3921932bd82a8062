"""How the database itself is: its version, its clock, its migrations. Knows nothing of its rows."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.tables import facts

VERSIONS = Path(__file__).parent / "migrations" / "versions"


@dataclass(frozen=True, slots=True)
class DatabaseHealth:
    """What the database says of itself; `revision` is none before the first migration."""

    version: int
    now: datetime
    revision: str | None


async def is_demo_unfinished(connection: AsyncConnection) -> bool:
    """Whether the demo marketplace was begun here and cut short."""
    demo = sa.select(facts.c.value["finished"].as_boolean()).where(facts.c.name == "demo")
    return (await connection.execute(demo)).scalar_one_or_none() is False


def newest_revision() -> str:
    """The revision this code needs, told by the files' names alone: alembic is slow to load."""
    return max(path.stem.partition("_")[0] for path in VERSIONS.glob("[0-9]*.py"))


async def examine(engine: AsyncEngine) -> DatabaseHealth:
    """Ask the database; raises what the driver raises when it is not there."""
    async with engine.connect() as connection:
        version = (await connection.execute(sa.text("SHOW server_version_num"))).scalar_one()
        now = (await connection.execute(sa.select(sa.func.clock_timestamp()))).scalar_one()
        revision = None
        if (await connection.execute(sa.text("SELECT to_regclass('alembic_version')::text"))).scalar_one():
            revisions = await connection.execute(sa.text("SELECT version_num FROM alembic_version"))
            revision = revisions.scalar_one_or_none()
    return DatabaseHealth(int(version) // 10_000, now, revision)
