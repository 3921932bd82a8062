"""A client's script that goes on running: it is told things and tells things, a line of JSON each.

Whatever carries a `key` answers the call of that key; everything else is told by its `is`.
"""

import asyncio
import json
from asyncio.subprocess import PIPE
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.live.node import CLIENTS, demand_node

PATIENCE_SECONDS = 60
LONGEST_LINE_BYTES = 2**24


class Script:
    """A script of `clients/` that is running."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._told: defaultdict[str, asyncio.Queue[Any]] = defaultdict(asyncio.Queue)
        self._answers: dict[str, asyncio.Future[Any]] = {}
        self._failed = asyncio.get_running_loop().create_future()

    def tell(self, **what: object) -> None:
        """Say something to it."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(what).encode() + b"\n")

    async def told(self, kind: str) -> Any:
        """Wait until it says the next thing of a kind."""
        return await self._unless_it_fails(self._told[kind].get())

    async def ask(self, key: str, **what: object) -> Any:
        """Say something to it, and wait for what it answers."""
        self._answers[key] = asyncio.get_running_loop().create_future()
        self.tell(key=key, **what)
        return await self._unless_it_fails(self._answers[key])

    async def _unless_it_fails(self, waiting: Any) -> Any:
        heard = asyncio.ensure_future(waiting)
        try:
            await asyncio.wait(
                [heard, self._failed], timeout=PATIENCE_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
            if heard.done():
                return heard.result()
            if self._failed.done():
                raise AssertionError(self._failed.result())
            raise TimeoutError
        finally:
            heard.cancel()

    async def read(self) -> None:
        """Take what it says, until it ends."""
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        async for line in self._process.stdout:
            said = json.loads(line)
            if "key" in said:
                self._answers.pop(said["key"]).set_result(said)
            else:
                self._told[said["is"]].put_nowait(said)
        self._failed.set_result((await self._process.stderr.read()).decode() or "It ended without a word.")


@asynccontextmanager
async def script(name: str, **configuration: object) -> AsyncIterator[Script]:
    """Run a script while the block runs; it finds its configuration as its only argument."""
    command = [demand_node(), str(CLIENTS / name), json.dumps(configuration)]
    process = await asyncio.create_subprocess_exec(
        *command, stdin=PIPE, stdout=PIPE, stderr=PIPE, limit=LONGEST_LINE_BYTES
    )
    running = Script(process)
    reading = asyncio.create_task(running.read())
    try:
        yield running
    finally:
        if process.returncode is None:
            process.kill()
        await reading
        await process.wait()
