"""Rings by Redis' publish and subscribe.

Decides how Redis is called and how a dead connection is found out. Keeps nothing in Redis.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NoReturn

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from realtime.backends.line import PATIENCE_SECONDS, PROBE_EVERY_SECONDS, Call, Hear
from realtime.rings import EVERYTHING, read


@asynccontextmanager
async def dial(url: str, channel: str, hear: Hear) -> AsyncIterator[Call]:
    """Connect to the Redis at `url` and listen there while the block runs. Raises what its client raises."""
    client = Redis.from_url(
        url,
        client_name="amends-doorbell",
        socket_connect_timeout=PATIENCE_SECONDS,
        socket_timeout=PATIENCE_SECONDS,
        retry=Retry(NoBackoff(), 0),  # the line tries again itself, as it must know what it missed
    )
    async with client, client.pubsub() as pubsub:
        await pubsub.subscribe(channel)
        call = _RedisCall(client, pubsub, channel, hear)
        await call.hear_within(PATIENCE_SECONDS)  # that it is subscribed
        yield call


class _RedisCall:
    def __init__(self, client: Redis, pubsub: PubSub, channel: str, hear: Hear) -> None:
        self._client = client
        self._pubsub = pubsub
        self._channel = channel
        self._hear = hear

    async def send(self, message: str) -> None:
        """Publish to everyone."""
        await self._client.publish(self._channel, message)

    async def outlast(self) -> NoReturn:
        """Hear what comes; when nothing does, ask whether Redis is still there."""
        while True:
            if not await self._is_anything_heard(PROBE_EVERY_SECONDS):
                await self._pubsub.ping()
                await self.hear_within(PATIENCE_SECONDS)

    async def hear_within(self, seconds: float) -> None:
        """Wait for whatever comes next. Raises TimeoutError."""
        if not await self._is_anything_heard(seconds):
            raise TimeoutError("Redis does not answer")

    async def _is_anything_heard(self, seconds: float) -> bool:
        message: dict[str, Any] | None = await self._pubsub.get_message(timeout=seconds)
        if message is None:
            return False
        if message["type"] == "message":
            self._hear(read(message["data"].decode("ascii", "replace")))
        elif message["type"] == "subscribe":
            self._hear(EVERYTHING)  # the client subscribes anew by itself when it connects anew
        return True
