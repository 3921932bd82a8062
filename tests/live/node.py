"""Clients of the wider world, run by Node from `clients/`: what others wrote is what we must speak with."""

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
CLIENTS = Path(__file__).parent / "clients"
PATIENCE_SECONDS = 120


def demand_node() -> str:
    """Give Node's path; skip the test where Node or the packages are missing, but never in CI."""
    node = shutil.which("node")
    if node is not None and (ROOT / "node_modules" / "graphql-http").is_dir():
        return node
    reason = "needs Node and `npm ci --ignore-scripts`"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


async def run(client: str, *arguments: str) -> str:
    """Run a client to its end, and give what it wrote."""
    process = await asyncio.create_subprocess_exec(
        demand_node(),
        CLIENTS / client,
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            output, errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, errors.decode()
    return output.decode()


class Follower:
    """A client that follows a subscription and tells what happens to it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    async def told(self) -> Any:
        """Give what happened next."""
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE_SECONDS):
            line = await self.process.stdout.readline()
        return json.loads(line)


@asynccontextmanager
async def follower(transport: str, host: str, query: str, *tokens: str) -> AsyncIterator[Follower]:
    """Run a client of `ws` or `sse` while the block runs; each of its connections takes the next token."""
    process = await asyncio.create_subprocess_exec(
        demand_node(),
        CLIENTS / "follow.mjs",
        transport,
        f"http://{host}/graphql",
        query,
        *tokens,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield Follower(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()
