"""A restart sees everybody off first: sockets are told to come back, what was begun is finished."""

import asyncio
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.server.live import Live, Socket
from tests.server.stage import PATIENCE_SECONDS, Stage
from tests.server.test_serve import ROOT, serving
from tests.server.test_sse import following

FOLLOW = "subscription { told { text } }"
CHANGE = 'mutation { change(name: "a") }'


@dataclass
class Alone(Live):
    """A server in a process of its own."""

    process: asyncio.subprocess.Process

    def send(self, signum: int) -> None:
        self.process.send_signal(signum)

    async def ended(self) -> tuple[int, str]:
        """Wait for its end, and give its code and what it wrote to its log."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            _, log = await self.process.communicate()
        assert self.process.returncode is not None
        return self.process.returncode, log.decode()

    async def ready(self) -> int:
        async with self.http() as http:
            return (await http.get("/readyz")).status_code

    async def until(self, status: int) -> None:
        """Wait until readiness says so; 0 for nobody there."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await self.ready() != status:
                pass

    async def begun(self, http: httpx.AsyncClient) -> None:
        """Wait until a mutation is under way."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (await http.post("/graphql", json={"query": "{ begun }"})).json() != {
                "data": {"begun": ["a"]}
            }:
                pass


@pytest.fixture
async def alone(database_url: str, tmp_path: Path) -> AsyncIterator[Alone]:
    async with running(database_url, tmp_path) as alone:
        yield alone


@asynccontextmanager
async def running(database_url: str, folder: Path) -> AsyncIterator[Alone]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.server.alone",
        database_url,
        str(folder),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        alone = Alone(Stage(), f"127.0.0.1:{int(await process.stdout.readline())}", process)
        await alone.until(200)
        yield alone
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
async def test_a_restart_finishes_what_was_begun_and_sends_everybody_off(alone: Alone, signum: int) -> None:
    async with (
        alone.http() as http,
        alone.socket() as idle,
        alone.socket(begun=False) as not_begun,
        alone.socket() as changing,
        following(http) as stream,
    ):
        await idle.begin("1", FOLLOW)
        await changing.begin("1", FOLLOW)
        await changing.begin("2", CHANGE)
        await alone.begun(http)
        alone.send(signum)
        assert (await idle.ended())[0] == 1012
        assert (await not_begun.ended())[0] == 1012
        assert await stream.event() == []  # without completion: to be asked for again

        assert await alone.ready() == 503
        async with alone.socket(begun=False) as new:
            code, reason = await new.ended()
            assert code == 1012
            assert reason
        async with following(http) as refused:
            assert refused.response.status_code == 503

        released = await http.post("/graphql", json={"query": "mutation { release }"})
        assert released.json() == {"data": {"release": True}}
        assert await changing.receive() == {"id": "2", "type": "next", "payload": {"data": {"change": "a"}}}
        assert await changing.receive() == {"id": "2", "type": "complete"}
        assert (await changing.ended())[0] == 1012
    code, log = await alone.ended()
    assert code == -signum or (signum == signal.SIGINT and "KeyboardInterrupt" in log)
    assert "Exception in ASGI" not in log


async def test_many_sockets_are_closed_one_after_the_other(alone: Alone) -> None:
    closed_at: list[float] = []

    async def wait(socket: Socket) -> None:
        assert (await socket.ended())[0] == 1012
        closed_at.append(time.monotonic())

    async with AsyncExitStack() as stack:
        # not begun: a viewer may not have so many
        sockets = [await stack.enter_async_context(alone.socket(begun=False)) for _ in range(40)]
        alone.send(signal.SIGTERM)
        await asyncio.gather(*map(wait, sockets))
    assert 0.2 < closed_at[-1] - closed_at[0] < 3
    await alone.ended()


async def test_a_process_without_sockets_ends_at_once(alone: Alone) -> None:
    before = time.monotonic()
    alone.send(signal.SIGTERM)
    await alone.ended()
    assert time.monotonic() - before < 3


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
async def test_a_second_signal_of_a_kind_ends_the_process_at_once(alone: Alone, signum: int) -> None:
    async with alone.http() as http, alone.socket() as socket:
        await socket.begin("1", CHANGE)
        await alone.begun(http)
        alone.send(signum)
        await alone.until(503)
        before = time.monotonic()
        alone.send(signum)
        await alone.ended()
        assert time.monotonic() - before < 3


async def test_a_mutation_that_does_not_end_holds_the_restart_up_for_a_while_only(alone: Alone) -> None:
    async with alone.http() as http, alone.socket() as socket:
        await socket.begin("1", CHANGE)
        await alone.begun(http)
        before = time.monotonic()
        alone.send(signal.SIGTERM)
        assert (await socket.ended())[0] == 1012
        assert 7 < time.monotonic() - before < 12
        with suppress(httpx.TransportError):  # it may be gone already
            await http.post("/graphql", json={"query": "mutation { release }"})
    await alone.ended()


async def test_serve_sees_its_sockets_off_in_every_process() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="amends-drain-", dir="/tmp", ignore_cleanup_errors=True) as folder,
        serving(Path(folder), "--no-demo", "--workers", "2") as served,
    ):
        live = Live(Stage(), served.url.removeprefix("http://"))
        async with AsyncExitStack() as stack:
            sockets = [await stack.enter_async_context(live.socket()) for _ in range(6)]
            served.process.send_signal(signal.SIGTERM)
            for socket in sockets:
                assert (await socket.ended())[0] == 1012
        assert await asyncio.to_thread(served.process.wait, PATIENCE_SECONDS) == 0
