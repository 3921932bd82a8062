"""Each test of the graph gets a small marketplace of its own."""

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.schema.kept import laid_out
from tests.schema.world import World


@pytest.fixture
async def world(engine: AsyncEngine) -> World:
    """Give a marketplace on the test's own database."""
    return await laid_out(engine)


@pytest.fixture(params=["plainly", "by plan"])
def by_either(world: World, request: pytest.FixtureRequest) -> World:
    """Give the same marketplace, once answered by either executor."""
    world.by_plan = request.param == "by plan"
    return world
