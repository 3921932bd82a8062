"""A marketplace behind a real server that is killed and started again while everyone goes on asking."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from demo.invariants import violations
from domain.viewer import Viewer
from server.auth import issue_token
from tests.schema.world import World

ROOT = Path(__file__).parents[2]
SECRET = "a secret of the tests, long enough for HS256"
PATIENCE_SECONDS = 60


class Server:
    """One life of `serve`."""

    def __init__(self, environment: dict[str, str]) -> None:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("AMENDS_")}
        # a pipe that nobody reads would fill up
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 closed when the server has ended
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "server.cli", "serve", "--port", "0", "--no-demo", "--sandbox"],
            env=inherited | environment | {"AMENDS_SECRET": SECRET, "PYTHONPATH": str(ROOT)},
            cwd="/",
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
        )
        assert self._process.stdout is not None
        found = (re.search(r"http://127\.0\.0\.1:\d+", line) for line in self._process.stdout)
        self.url = next((match[0] for match in found if match), "")
        if not self.url:
            self._process.wait(PATIENCE_SECONDS)
            self._said.seek(0)
            said = self._said.read().decode()
            self._end(signal.SIGKILL)
            pytest.fail(f"The server did not start: {said[-2000:]}")

    def kill(self) -> None:
        """End it with no time to say goodbye."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        self._process.send_signal(how)
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._process.wait(PATIENCE_SECONDS)
        self._said.close()


@dataclass
class MortalWorld(World):
    """Everyone asks over HTTP, and asks again with the same words whenever the server has died meanwhile."""

    start: Callable[[], Server] = field(kw_only=True)
    server: Server = field(kw_only=True)
    also_kill: Callable[[], None] = field(kw_only=True, default=lambda: None)
    deaths: int = 0
    dies_after: list[int] = field(default_factory=list)
    """How many answers each life gives; the life after them goes on for good."""

    def __post_init__(self) -> None:
        self._client = httpx.AsyncClient(timeout=PATIENCE_SECONDS)
        self._answers = 0
        self._revival = asyncio.Lock()

    async def run(self, document: str, viewer: Viewer | None, **variables: Any) -> dict[str, Any]:
        """Ask until there is an answer; an error in a life that goes on is a failure of the test."""
        headers = {"authorization": f"Bearer {_token(viewer)}"} if viewer else {}
        body = {"query": document, "variables": variables}
        while True:
            server = self.server
            try:
                response = await self._client.post(f"{server.url}/graphql", json=body, headers=headers)
                answer: dict[str, Any] = response.json()
            except httpx.TransportError:
                answer = {"errors": ["the server has died"]}
            if "errors" not in answer:
                await self._count(server)
                data: dict[str, Any] = answer["data"]
                return data
            async with self._revival:
                assert self.server is not server, answer

    async def die(self) -> None:
        """Let the server be killed now, and another one take its place."""
        async with self._revival:
            self.also_kill()
            self.server.kill()
            self.deaths += 1
            self.server = await asyncio.to_thread(self.start)

    async def broken_promises(self) -> list[str]:
        """Give the promises about rows that do not hold."""
        async with self.engine.connect() as connection:
            return await violations(connection)

    async def close(self) -> None:
        """Let the last server end."""
        await self._client.aclose()
        await asyncio.to_thread(self.server.stop)

    async def _count(self, server: Server) -> None:
        self._answers += 1
        if self.dies_after and self._answers >= self.dies_after[0] and server is self.server:
            self._answers = 0
            self.dies_after.pop(0)
            await self.die()


def _token(viewer: Viewer) -> str:
    return issue_token(SECRET, viewer.username or "", viewer.role, ttl_seconds=3600, scopes=viewer.scopes)
