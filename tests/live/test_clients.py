"""The clients that frontends use come through: graphql-ws and graphql-sse as they are, retries included."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.live.node import follower
from tests.server.live import Live, live, platform_token
from tests.server.stage import Told

FOLLOW = "subscription { told { text } }"


@pytest.fixture
async def served(database_url: str, tmp_path: Path) -> AsyncIterator[Live]:
    async with live(database_url, tmp_path) as served:
        yield served


@pytest.mark.parametrize("transport", ["ws", "sse"])
async def test_a_client_follows_to_the_end(served: Live, transport: str) -> None:
    async with follower(transport, served.host, FOLLOW, platform_token()) as client:
        assert "connected" in await client.told()
        await served.stage.followed_by(1)
        served.stage.tell(Told(text="a", cursor="c1"))
        assert await client.told() == {"next": {"data": {"told": {"text": "a"}}}}
        served.stage.tell(None)
        happened = [await client.told()]
        assert happened == [{"complete": True}]
    await served.stage.followed_by(0)


@pytest.mark.parametrize("transport", ["ws", "sse"])
async def test_a_client_whose_token_ends_comes_back_with_the_next_one(served: Live, transport: str) -> None:
    tokens = platform_token(ttl=5), platform_token()  # time enough to connect on a busy machine
    async with follower(transport, served.host, FOLLOW, *tokens) as client:
        assert "connected" in await client.told()
        await served.stage.followed_by(1)
        if transport == "ws":
            assert await client.told() == {"closed": 4403}
        assert "connected" in await client.told()
        await served.stage.followed_by(1)
        served.stage.tell(Told(text="b"))
        assert await client.told() == {"next": {"data": {"told": {"text": "b"}}}}


@pytest.mark.parametrize("transport", ["ws", "sse"])
async def test_a_rejected_subscription_reaches_the_clients_own_error(served: Live, transport: str) -> None:
    async with follower(transport, served.host, "subscription { nothing }") as client:
        happened = await client.told()
        while "error" not in happened:
            assert "connected" in happened
            happened = await client.told()
