"""A second database beside the test's own."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.engine import make_engine


@pytest.fixture
async def other_engine(other_database_url: str) -> AsyncIterator[AsyncEngine]:
    """Give an engine on a database of its own."""
    engine = make_engine(other_database_url)
    yield engine
    await engine.dispose()
