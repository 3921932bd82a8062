"""A second database beside the test's own."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from storage import migrate
from storage.engine import make_engine


@pytest.fixture
async def other_engine(empty_database_url: str) -> AsyncIterator[AsyncEngine]:
    """Give an engine on a database of its own."""
    import asyncio

    await asyncio.to_thread(migrate.upgrade, empty_database_url)
    engine = make_engine(empty_database_url)
    yield engine
    await engine.dispose()
