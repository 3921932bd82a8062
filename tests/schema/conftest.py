"""Each test of the graph gets a small marketplace of its own."""

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.schema.kept import laid_out
from tests.schema.world import World


@pytest.fixture
async def world(engine: AsyncEngine) -> World:
    """Give a marketplace on the test's own database."""
    return await laid_out(engine)
