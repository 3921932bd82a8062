"""The client that the documentation prints: compiled strictly, run exactly as printed over a bad network."""

import asyncio
import json
import re
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from resolvers.feeds import is_visible
from schema.graph import graph
from storage.feed import account_stream
from tests.live.node import ROOT, demand_node
from tests.schema.world import World
from tests.server.live import live, token
from tests.server.stage import eventually

PRINTED = re.compile(r"^```ts\n(.*?)^```$", re.DOTALL | re.MULTILINE)
STRICT = ["--strict", "--target", "es2022", "--module", "nodenext", "--noImplicitAny", "false"]
MOST_LINES = 40
LONG_SECONDS = 60  # a client that comes back waits longer and longer


@pytest.fixture(scope="module")
def client() -> Any:
    """Compile what the page prints, where its libraries are found."""
    demand_node()
    folder = ROOT / "node_modules" / ".documented-client"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (source,) = PRINTED.findall((ROOT / "docs" / "realtime.md").read_text("utf-8"))
    assert len(source.splitlines()) <= MOST_LINES
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "inbox.ts").write_text(source)
    compiler = ROOT / "node_modules" / "typescript" / "bin" / "tsc"
    done = subprocess.run(
        [demand_node(), compiler, *STRICT, "inbox.ts"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    yield folder / "inbox.js"
    shutil.rmtree(folder)


class Network:
    """What lies between a client and a server, and breaks."""

    def __init__(self, host: str) -> None:
        self._server, self._port = host.split(":")
        self._open: set[asyncio.StreamWriter] = set()
        self.address = ""

    @asynccontextmanager
    async def up(self) -> AsyncIterator["Network"]:
        listener = await asyncio.start_server(self._join, "127.0.0.1", 0)
        async with listener:
            self.address = f"127.0.0.1:{listener.sockets[0].getsockname()[1]}"
            yield self
            self.cut()

    def cut(self) -> None:
        """Drop every connection, in the middle of whatever it carries."""
        for writer in self._open:
            writer.transport.abort()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(self._server, self._port)
        self._open |= {writer, back}
        with suppress(OSError):
            await asyncio.gather(_carry(reader, back), _carry(there, writer))
        self._open -= {writer, back}


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while chunk := await reader.read(65_536):
            writer.write(chunk)
            await writer.drain()
    finally:
        writer.close()


async def test_the_printed_client_survives_what_the_page_says(
    client: Path, engine: AsyncEngine, database_url: str, tmp_path: Path
) -> None:
    world = await World.open(engine)
    request = await world.open_request(await world.delivered_order())
    thread = request["thread"]["id"]
    told: list[dict[str, Any]] = []

    async def write(count: int) -> None:
        for number in range(count):
            await world.ok(
                "sendMessage", world.buyer, "message { id }", threadId=thread, body=f"Word {number}"
            )

    async def head() -> int:
        query = sa.text("SELECT head FROM streams WHERE name = :name")
        async with engine.connect() as connection:
            stream = {"name": account_stream(world.seller.account_id or 0)}
            return int((await connection.execute(query, stream)).scalar_one())

    def sequences() -> list[int]:
        return [event["sequence"] for event in told if "sequence" in event]

    async def listen(stdout: asyncio.StreamReader) -> None:
        while line := await stdout.readline():
            told.append(json.loads(line))

    async with (
        live(database_url, tmp_path, graph=graph, visible=is_visible) as served,
        Network(served.host).up() as network,
    ):
        start = await head()
        process = await asyncio.create_subprocess_exec(
            demand_node(), client, f"http://{network.address}", token("ann"), stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        listening = asyncio.create_task(listen(process.stdout))
        try:
            await eventually(lambda: any(event.get("__typename") == "Ready" for event in told))
            assert told[0]["page"] > 0
            for _ in range(2):
                await write(3)
                network.cut()
                await write(3)
            last = await head()
            await eventually(lambda: sequences()[-1:] == [last], within=LONG_SECONDS)
            assert sequences() == list(range(start + 1, last + 1))

            network.cut()
            await write(2)
            async with (
                engine.begin() as connection
            ):  # as if it had been away for longer than the feed is kept
                await connection.execute(sa.text("DELETE FROM events"))
            await eventually(
                lambda: any(event.get("__typename") == "ResyncRequired" for event in told),
                within=LONG_SECONDS,
            )
            await eventually(lambda: sum("page" in event for event in told) == 2)
            await write(1)
            last = await head()
            await eventually(lambda: sequences()[-1:] == [last], within=LONG_SECONDS)
        finally:
            process.kill()
            await process.wait()
            await listening
