"""How storage reaches PostgreSQL: one engine per process, with the settings that every statement counts on.

Decides what holds for every connection, and which servers are too old. Knows nothing of tables.
"""

import math
import time
from typing import Any

import asyncpg
import orjson
from sqlalchemy import event, make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

OLDEST_SERVER = 15
AWAY = (
    ConnectionError,
    FileNotFoundError,  # its socket is gone
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InternalClientError,  # its last word came while nobody asked: the connection takes nothing more
)
"""How a server that is not there, is starting or is stopping shows."""

LOCK_PATIENCE_SECONDS = 10
"""How long any statement waits for another transaction before it gives up."""

IDLE_SECONDS = 10
"""For how long a connection may lie unused before it is asked whether it still lives."""

STATEMENTS_KEPT = 500
"""Prepared, by each connection."""

KEEPING = {
    "statement_cache_size": STATEMENTS_KEPT,
    "max_cached_statement_lifetime": 0,
    "max_cacheable_statement_size": 0,
}
"""asyncpg keeps statements however long they are, and for as long as the connection."""

USED_AT = "used_at"

SESSION = {
    "application_name": "amends",
    "default_transaction_isolation": "read committed",  # row locks decide races, see each lock_* function
    "jit": "off",  # the statements are many and short
    "lock_timeout": f"{LOCK_PATIENCE_SECONDS}s",
    "timezone": "UTC",
}


class UnsupportedServerError(RuntimeError):
    """The database server is older than what the tables need."""

    def __init__(self, major: int) -> None:
        super().__init__(f"PostgreSQL {OLDEST_SERVER} or newer is needed; this server is version {major}.")


def make_engine(url: str, *, pool_size: int = 10) -> AsyncEngine:
    """Give an engine on `url` with at most `pool_size` connections, which are opened as they are needed."""
    engine = create_async_engine(
        make_url(url).set(drivername="postgresql+asyncpg"),
        pool_size=pool_size,
        max_overflow=0,
        pool_use_lifo=True,  # what was used last has most statements prepared
        json_deserializer=orjson.loads,
        connect_args={"server_settings": SESSION, "prepared_statement_cache_size": STATEMENTS_KEPT} | KEEPING,
    )
    event.listen(engine.sync_engine, "connect", _refuse_old_servers)
    event.listen(engine.sync_engine, "checkin", _note_the_time)
    event.listen(engine.sync_engine, "checkout", _replace_the_dead)
    return engine


def _refuse_old_servers(dbapi_connection: Any, _: object) -> None:
    major = dbapi_connection.driver_connection.get_server_version().major
    if major < OLDEST_SERVER:
        raise UnsupportedServerError(major)


def _note_the_time(_: object, record: Any) -> None:
    record.info[USED_AT] = time.monotonic()


def _replace_the_dead(dbapi_connection: Any, record: Any, _: object) -> None:
    """Tell a connection that its server has closed, and one that died while idle; no other is asked.

    Raises DisconnectionError, which makes the pool open another.
    """
    if dbapi_connection.driver_connection.is_closed():
        raise DisconnectionError
    if time.monotonic() - record.info.get(USED_AT, math.inf) > IDLE_SECONDS:
        try:
            dbapi_connection.ping()
        except Exception as error:
            raise DisconnectionError from error


def is_away(error: BaseException) -> bool:
    """Whether the database could not be reached, or went away: it may come back."""
    if isinstance(error, DBAPIError):
        cause = error.orig.__cause__ if error.orig is not None else None
        return error.connection_invalidated or (cause is not None and is_away(cause))
    return isinstance(error, AWAY)


def is_deadlock(error: DBAPIError) -> bool:
    """Whether the database undid a transaction because two waited for each other."""
    return bool(getattr(error.orig, "sqlstate", None) == asyncpg.DeadlockDetectedError.sqlstate)
