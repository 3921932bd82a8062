"""Bringing a database to the tables this code speaks of, and back.

Decides that two processes which start at once migrate one after the other. Knows nothing of the revisions.
These functions run their own event loop: call them where none is running.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from storage.engine import make_engine

MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATING = 0x616D656E6473  # "amends": the advisory lock of whoever migrates


def upgrade(url: str, revision: str = "head") -> None:
    """Apply every revision up to `revision` that the database lacks."""
    _run(url, lambda config: command.upgrade(config, revision))


def downgrade(url: str, revision: str) -> None:
    """Take back every revision after `revision`; "base" takes back all."""
    _run(url, lambda config: command.downgrade(config, revision))


def current(url: str) -> str | None:
    """The revision the database is at; None if it was never migrated."""
    found: list[str | None] = []

    def look(config: Config) -> None:
        found.append(MigrationContext.configure(config.attributes["connection"]).get_current_revision())

    _run(url, look)
    return found[0]


def head() -> str:
    """The revision this code needs."""
    revision = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    assert revision is not None, "there is at least the first revision"
    return revision


def _run(url: str, work: Callable[[Config], None]) -> None:
    asyncio.run(_run_locked(url, work))


async def _run_locked(url: str, work: Callable[[Config], None]) -> None:
    engine = make_engine(url, pool_size=1)
    try:
        async with engine.begin() as connection:
            await connection.execute(
                sa.text("SET LOCAL lock_timeout = 0")
            )  # the other start may take its time
            await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATING)))
            await connection.run_sync(_with_config, work)
    finally:
        await engine.dispose()


def _with_config(connection: sa.Connection, work: Callable[[Config], None]) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    work(config)
