"""The database as every command finds it: brought to the newest schema first."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from server.database import database
from server.settings import Settings, SettingsError
from storage import health
from storage.engine import make_engine


@contextmanager
def migrated_database(settings: Settings) -> Iterator[str]:
    """Give the URL of the database to use, brought to the newest schema."""
    with database(settings) as url:
        asyncio.run(_migrate(url))
        yield url


async def _migrate(url: str) -> None:
    """Most starts find nothing to do, and need not wait for alembic to load to learn it."""
    engine = make_engine(url)
    try:
        found = await health.examine(engine)
    except Exception as error:  # its drivers' errors share no base class
        reason = str(error).partition("\n")[0]
        raise SettingsError(f"AMENDS_DATABASE_URL: the database cannot be used: {reason}") from error
    finally:
        await engine.dispose()
    if found.revision != health.newest_revision():
        from storage import migrate  # noqa: PLC0415 see above

        await asyncio.to_thread(migrate.upgrade, url)
