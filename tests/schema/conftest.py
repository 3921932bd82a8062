"""Each test of the graph gets a small marketplace of its own."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.conftest import engine_on
from tests.schema.kept import laid_out
from tests.schema.world import World


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """Give an engine of few connections: a new one knows no table, and takes long over its first reads."""
    engine = engine_on(database_url, pool_size=4)
    yield engine
    await engine.dispose()


@pytest.fixture
async def world(engine: AsyncEngine) -> World:
    """Give a marketplace on the test's own database."""
    return await laid_out(engine)
