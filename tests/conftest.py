"""One embedded PostgreSQL for the whole run, a migrated template in it, an empty copy of it for each test.

All of pytest-xdist's workers share the server: whoever comes first starts it and makes the template under
a lock. To empty a copy takes a tenth of what to make one takes: a worker keeps its copy from test to test,
until one leaves it large, or other than it was.
"""

import asyncio
import fcntl
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from typing import TypeVar

import asyncpg
import pytest
from _pytest.nodeid import NodeId
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

FOLDER_VARIABLE = "TESTS_OF_AMENDS_FOLDER"
TEMPLATE = "template_amends"
# The longest go first, or one processor would end the run alone.
LONGEST = {"test_indexes.py", "test_crash.py", "test_marketplace.py", "test_statements.py"}
# Nothing of a test outlives a crash of the machine, and little of it is ever updated.
UNSAFE_BUT_FAST = ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "autovacuum = off")
LARGE_BYTES = 20_000_000
"""A copy that has grown to this is dropped: twice the template, the rows of some forty tests."""

T = TypeVar("T")


def pytest_configure(config: pytest.Config) -> None:
    # Many processes are started here: each would compile everything anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if not hasattr(config, "workerinput"):
        os.environ[FOLDER_VARIABLE] = tempfile.mkdtemp(prefix="amends-tests-", dir="/tmp")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.name not in LONGEST)
    if hasattr(config, "workerinput"):
        for item in items:
            for group in item.iter_markers("xdist_group"):
                # xdist 3.8 itself writes it where pytest 9.2 does not look: groups were torn apart
                item._id = NodeId.parse(f"{item.nodeid}@{group.args[0]}")


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ.pop(FOLDER_VARIABLE), ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Give the URL of the run's server, of its `postgres` database."""
    from server.database import embedded

    with embedded(Path(os.environ[FOLDER_VARIABLE]), database="postgres") as url:
        for setting in UNSAFE_BUT_FAST:
            _execute(url, f"ALTER SYSTEM SET {setting}")
        _execute(url, "SELECT pg_reload_conf()")
        yield url


@pytest.fixture(scope="session")
def template(postgres: str) -> str:
    """Give the name of the migrated, empty database that each test's own is copied from."""
    from storage import migrate

    with (Path(os.environ[FOLDER_VARIABLE]) / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _fetch(postgres, f"SELECT 1 FROM pg_database WHERE datname = '{TEMPLATE}'"):
            _execute(postgres, f"CREATE DATABASE {TEMPLATE}_making")
            _in_a_thread(lambda: migrate.upgrade(_named(postgres, f"{TEMPLATE}_making")))
            _execute(postgres, f"ALTER DATABASE {TEMPLATE}_making RENAME TO {TEMPLATE}")
    return TEMPLATE


_numbers = count(1)


class Databases:
    """Migrated, empty databases, each for one test at a time."""

    def __init__(self, postgres: str, template: str) -> None:
        self._postgres = postgres
        self._template = template
        self._kept: str | None = None

    @contextmanager
    def one(self) -> Iterator[str]:
        """Give the URL of one while the block runs."""
        name, self._kept = self._kept or self._made(), None
        try:
            yield _named(self._postgres, name)
        finally:
            if self._kept is None and _is_emptied(_named(self._postgres, name)):
                self._kept = name
            else:
                _execute(self._postgres, f"DROP DATABASE {name} WITH (FORCE)")

    def _made(self) -> str:
        name = f"test_{os.getpid()}_{next(_numbers)}"
        _execute(self._postgres, f"CREATE DATABASE {name} TEMPLATE {self._template} STRATEGY FILE_COPY")
        return name


@pytest.fixture(scope="session")
def databases(postgres: str, template: str) -> Databases:
    """Give the databases of this process."""
    return Databases(postgres, template)


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """Give a migrated, empty database of the test's own."""
    with databases.one() as url:
        yield url


@pytest.fixture
def other_database_url(databases: Databases) -> Iterator[str]:
    """Give a second one."""
    with databases.one() as url:
        yield url


@pytest.fixture
def empty_database_url(postgres: str) -> Iterator[str]:
    """Give a database with nothing in it, for the tests of the migrations themselves."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    _execute(postgres, f"CREATE DATABASE {name}")
    yield _named(postgres, name)
    _execute(postgres, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """Give an engine on the test's own database: what it compiled is all that is not new."""
    from storage.reads.reader import reader_of

    engine = _engine_on(database_url)
    reader_of(engine).kept.clear()
    yield engine
    await engine.dispose()


@cache
def _engine_on(url: str) -> AsyncEngine:
    from storage.engine import make_engine

    return make_engine(url)


def _is_emptied(url: str) -> bool:
    """Send whoever is left away, and remove every row; whether the database is then as good as a new one."""
    if _fetch(url, f"SELECT 1 WHERE pg_database_size(current_database()) > {LARGE_BYTES}"):
        return False
    try:
        _execute(url, _emptying())
    except asyncpg.PostgresError:
        return False
    return True


@cache
def _emptying() -> str:
    """A table that is missing ends it, and triggers that refuse a change are passed over."""
    from storage.tables import metadata

    tables = ", ".join(f"'{table.name}'" for table in metadata.sorted_tables)
    return f"""
        SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid();
        DO $$ DECLARE each text; BEGIN
            SET LOCAL session_replication_role = replica;
            FOREACH each IN ARRAY ARRAY[{tables}] LOOP
                IF pg_relation_size(each::regclass) > 0 THEN EXECUTE 'DELETE FROM ' || each; END IF;
            END LOOP;
            PERFORM setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S';
        END $$"""


def _named(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def _execute(url: str, statement: str) -> None:
    async def run() -> None:
        connection = await _connect(url)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    _await_in_a_thread(run)


def _fetch(url: str, query: str) -> list[asyncpg.Record]:
    async def run() -> list[asyncpg.Record]:
        connection = await _connect(url)
        try:
            rows: list[asyncpg.Record] = await connection.fetch(query)
            return rows
        finally:
            await connection.close()

    return _await_in_a_thread(run)


async def _connect(url: str) -> asyncpg.Connection:
    parts = make_url(url)
    return await asyncpg.connect(user=parts.username, host=parts.query["host"], database=parts.database)


def _await_in_a_thread(run: Callable[[], Awaitable[T]]) -> T:
    """A fixture must not touch the loop of the test it serves: the waiting is done elsewhere."""

    async def main() -> T:
        return await run()

    return _in_a_thread(lambda: asyncio.run(main()))


def _in_a_thread(work: Callable[[], T]) -> T:
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(work).result()
