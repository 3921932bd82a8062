"""Serving processes on one database, as `./amends serve` starts them, that a test can tell to go or kill."""

import asyncio
import json
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[2]
SECRET = "a secret of the live tests, long enough"
PATIENCE_SECONDS = 60
POOL_SIZE = 20


@dataclass
class Process:
    """One `serve`."""

    url: str
    log: Path
    child: asyncio.subprocess.Process

    def send(self, signum: signal.Signals) -> None:
        self.child.send_signal(signum)

    async def ended(self) -> int:
        """Wait for its end; give its code."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self.child.wait()

    async def until(self, status: int) -> None:
        """Wait until readiness, as a balancer asks for it, is answered by this status."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS), httpx.AsyncClient(timeout=PATIENCE_SECONDS) as http:
                while (await http.get(f"{self.url}/readyz")).status_code != status:
                    pass
        except httpx.TransportError as error:
            raise AssertionError(f"{error!r}: {self.log.read_text()}") from error

    def complaints(self) -> list[str]:
        """Give what is worse than a note in its log."""
        return [line for line in self.log.read_text().splitlines() if _is_complaint(line)]


@dataclass
class Fleet:
    """All processes that were started on one database."""

    database_url: str
    folder: Path
    broadcast_url: str
    processes: list[Process] = field(default_factory=list)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    async def start(self) -> Process:
        """Start one more, and wait until it is ready."""
        log = self.folder / f"serve-{next(self._numbers)}.log"
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("AMENDS_")}
        settings = {
            "AMENDS_DATABASE_URL": self.database_url,
            "AMENDS_DATA_DIR": str(self.folder),
            "AMENDS_BROADCAST_URL": self.broadcast_url,
            "AMENDS_SECRET": SECRET,
            "AMENDS_SANDBOX": "true",
            "AMENDS_POOL_SIZE": str(POOL_SIZE),
            "AMENDS_LOG_FORMAT": "json",
            "PYTHONPATH": str(ROOT),
        }
        command = [sys.executable, "-P", "-m", "server.cli", "serve", "--port", "0", "--no-demo"]
        with log.open("wb") as errors:
            child = await asyncio.create_subprocess_exec(
                *command, env=inherited | settings, cwd="/", stdout=PIPE, stderr=errors
            )
        process = Process("", log, child)
        self.processes.append(process)
        process.url = await _url(process)
        await process.until(200)
        return process

    def complaints(self) -> list[str]:
        """Give what is worse than a note in anybody's log."""
        return [line for process in self.processes for line in process.complaints()]

    async def end(self) -> None:
        """Let nobody of it live on."""
        for process in self.processes:
            if process.child.returncode is None:
                process.send(signal.SIGKILL)
            await process.child.communicate()


@asynccontextmanager
async def fleet(
    database_url: str, folder: Path, *, broadcast_url: str = "postgres://"
) -> AsyncIterator[Fleet]:
    """Give a fleet of no process yet; none is left after the block."""
    started = Fleet(database_url, folder, broadcast_url)
    try:
        yield started
    finally:
        await started.end()


async def _url(process: Process) -> str:
    """Read the greeting to its end."""
    assert process.child.stdout is not None
    url = ""
    async with asyncio.timeout(PATIENCE_SECONDS):
        async for line in process.child.stdout:
            found = re.search(rb"Amends is at (\S+)", line)
            url = found[1].decode() if found else url
            if line.startswith(b"Stop with"):
                return url
    raise AssertionError(process.log.read_text())


def _is_complaint(line: str) -> bool:
    try:
        entry: dict[str, Any] = json.loads(line)
    except ValueError:
        return True
    return entry.get("level") not in ("debug", "info")
