"""What the tests of the doorbell share: listening with patience, and a Redis that can be stopped."""

import asyncio
import os
import shutil
import socket
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from realtime.doorbell import Doorbell

PATIENCE_SECONDS = 10


async def listen(bell: Doorbell, *names: str) -> list[frozenset[str]]:
    """Hear until all of these were heard; give each handful that was heard meanwhile."""
    heard: list[frozenset[str]] = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not frozenset(names) <= frozenset().union(*heard):
            heard.append(await bell.heard())
    return heard


async def becomes(holds: Callable[[], bool | Awaitable[bool]]) -> None:
    """Look again and again until it holds."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            held = holds()
            if held if isinstance(held, bool) else await held:
                return
            await asyncio.sleep(0.01)


class RedisServer:
    """A Redis of the test's own, that keeps nothing."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._folder = folder
        self._process: Process | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        options = f"--bind 127.0.0.1 --port {self.port} --save  --appendonly no --dir".split(" ")
        self._process = await asyncio.create_subprocess_exec(
            redis_binary(), *options, str(self._folder), stdout=DEVNULL
        )
        async with Redis.from_url(self.url) as client:
            await becomes(partial(_answers, client))

    async def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._process.wait()
            self._process = None


def redis_binary() -> str:
    found = shutil.which("redis-server")
    if found is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("there is no redis-server on the path")
    return found


async def _answers(client: Redis) -> bool:
    try:
        return bool(await client.ping())
    except (RedisError, OSError):
        return False
