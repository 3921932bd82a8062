"""What an operation reads once serves all of it: one who goes away takes it from nobody."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from resolvers.context import Context
from server.links import SignedLinks
from storage.reads import accounts
from tests.schema.world import World


@pytest.mark.parametrize(
    "ask",
    [Context.at, Context.look, lambda context: context.read(accounts.by_username, "ann")],
    ids=["the present", "the moment", "a row"],
)
async def test_one_who_goes_away_takes_an_answer_from_nobody(
    world: World, ask: Callable[[Context], Awaitable[Any]]
) -> None:
    context = Context(world.engine, world.support, SignedLinks("https://amends.test", "secret"), sandbox=True)

    async def asks() -> Any:
        return await ask(context)

    leaving, staying = asyncio.create_task(asks()), asyncio.create_task(asks())
    await asyncio.sleep(0)
    leaving.cancel()
    assert await staying
    assert leaving.cancelled()
