"""Whether all is well: the database, its migrations, the clock, the storage and the keys.

Decides what is examined, and what to do about what is found. Mends nothing.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from server.database import database
from server.files import open_store
from server.keys import make_keys
from server.secret import load_secret
from server.settings import Settings, SettingsError
from storage import health
from storage.engine import make_engine

MOST_CLOCK_DIFFERENCE = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Finding:
    """One subject: what was found, and what to do about it if it is not well."""

    subject: str
    sentence: str
    advice: str | None = None


async def is_ready(engine: AsyncEngine) -> bool:
    """Whether requests can be answered: the database is there and fully migrated."""
    try:
        return (await health.examine(engine)).revision == health.newest_revision()
    except Exception:  # noqa: BLE001 whatever stands in the way, the answer is no
        return False


async def examine(settings: Settings) -> list[Finding]:
    """Examine everything; what is wrong with one thing does not hide the others."""
    return [*await _examine_database(settings), await _examine_storage(settings), _examine_keys(settings)]


async def _examine_database(settings: Settings) -> list[Finding]:
    try:
        async with _engine(settings) as engine:
            found = await health.examine(engine)
    except Exception as error:  # noqa: BLE001 whatever stands in the way is the finding
        advice = (
            "Look into postgres/log in the data folder."
            if settings.is_embedded
            else "Check AMENDS_DATABASE_URL, and that the server is running and lets you in."
        )
        return [Finding("Database", _first_line(error), advice)]
    return [_version(settings, found), _migrations(found), _clock(found)]


@asynccontextmanager
async def _engine(settings: Settings) -> AsyncIterator[AsyncEngine]:
    with database(settings) as url:
        engine = make_engine(url)
        try:
            yield engine
        finally:
            await engine.dispose()


def _version(settings: Settings, found: health.DatabaseHealth) -> Finding:
    place = f"embedded, in {settings.data_dir}" if settings.is_embedded else "as AMENDS_DATABASE_URL says"
    return Finding("Database", f"PostgreSQL {found.version}, {place}")


def _migrations(found: health.DatabaseHealth) -> Finding:
    head = health.newest_revision()
    if found.revision == head:
        return Finding("Migrations", f"at the newest, {head}")
    return Finding(
        "Migrations", f"at {found.revision or 'none'}, the newest is {head}", "Run ./amends migrate."
    )


def _clock(found: health.DatabaseHealth) -> Finding:
    difference = abs(datetime.now(UTC) - found.now)
    return Finding(
        "Clock",
        f"{difference.total_seconds():.1f} s from the database's",
        "Set both machines' clocks by NTP." if difference > MOST_CLOCK_DIFFERENCE else None,
    )


async def _examine_storage(settings: Settings) -> Finding:
    place = settings.storage_url or str(settings.data_dir / "uploads")
    try:
        await open_store(settings).check()
    except Exception as error:  # noqa: BLE001 whatever stands in the way is the finding
        return Finding("Storage", _first_line(error), "Check AMENDS_STORAGE_URL and the rights on it.")
    return Finding("Storage", place)


def _examine_keys(settings: Settings) -> Finding:
    try:
        make_keys(settings, load_secret(settings))
    except SettingsError as error:
        return Finding("Keys", str(error), "Mend the setting.")
    if settings.jwks:
        return Finding("Keys", f"tokens are signed by {settings.jwks}")
    source = "AMENDS_SECRET" if settings.secret else str(settings.data_dir / "secret")
    return Finding("Keys", f"tokens are signed with {source}")


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
