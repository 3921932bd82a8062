"""The revisions make exactly the tables that the code speaks of, and can be taken back."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from storage import migrate
from storage.engine import make_engine
from storage.tables import metadata

T = TypeVar("T")

CATALOG = {
    "columns": """
        SELECT table_name || '.' || column_name, data_type, is_nullable, column_default, is_identity
        FROM information_schema.columns WHERE table_schema = 'public'""",
    "constraints": """
        SELECT conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 't'""",
    "indexes": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
}
LEFT_BEHIND = """
    SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"""


def test_the_revisions_make_the_tables_of_the_code(empty_database_url: str) -> None:
    migrate.upgrade(empty_database_url)

    def differences(connection: sa.Connection) -> list[Any]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    assert _ask(empty_database_url, differences) == []


def test_down_to_the_base_leaves_nothing_and_up_again_makes_the_same(empty_database_url: str) -> None:
    migrate.upgrade(empty_database_url)
    first = _ask(empty_database_url, _catalog)
    migrate.downgrade(empty_database_url, "base")
    assert _ask(empty_database_url, lambda connection: connection.execute(sa.text(LEFT_BEHIND)).all()) == [
        ("alembic_version",),
        ("alembic_version_pkc",),
    ]
    _ask(empty_database_url, metadata.create_all)
    made = _ask(empty_database_url, _catalog)
    _ask(empty_database_url, metadata.drop_all)
    migrate.upgrade(empty_database_url)
    assert _ask(empty_database_url, _catalog) == first == made
    assert migrate.current(empty_database_url) == migrate.head()


@pytest.mark.parametrize("revision", [f"{number:04}" for number in range(1, 12)])
def test_each_revision_can_be_taken_back_and_applied_again(empty_database_url: str, revision: str) -> None:
    migrate.upgrade(empty_database_url, revision)
    migrate.downgrade(empty_database_url, "-1")
    migrate.upgrade(empty_database_url)
    assert migrate.current(empty_database_url) == migrate.head()


async def test_two_starts_at_once_migrate_one_after_the_other(empty_database_url: str) -> None:
    await asyncio.gather(
        *(asyncio.to_thread(migrate.upgrade, empty_database_url) for _ in range(3)), return_exceptions=False
    )
    assert await asyncio.to_thread(migrate.current, empty_database_url) == migrate.head()


def _catalog(connection: sa.Connection) -> dict[str, list[Any]]:
    return {
        name: sorted(
            (row for row in connection.execute(sa.text(query)) if "alembic_version" not in row[0]), key=str
        )
        for name, query in CATALOG.items()
    }


def _ask(url: str, question: Callable[[sa.Connection], T]) -> T:
    async def run() -> T:
        engine = make_engine(url, pool_size=1)
        try:
            async with engine.begin() as connection:
                return await connection.run_sync(question)
        finally:
            await engine.dispose()

    return asyncio.run(run())
