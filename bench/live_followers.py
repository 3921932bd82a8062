"""Many light followers in a process of their own: they read frames' headers and one instant, and count.

Decides when a frame counts as received: once its last byte was read. A client that parses what it is told
would take more time than the servers do; what these can take is what they take of the bare server.
"""

import asyncio
import base64
import gc
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, cast
from urllib.parse import urlsplit

import orjson
import uvloop

CONNECTING_AT_ONCE = 50
QUIET_SECONDS = 2.0
LONGEST_WAIT_SECONDS = 20.0
TEXT, PING, PONG, LAST = 0x1, 0x9, 0xA, 0x80
INSTANT = b'"at":"'
UPGRADE = (
    "GET /graphql HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
    "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
)


@dataclass(frozen=True, slots=True)
class Tab:
    """One follower: what its `connection_init` carries."""

    init: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """Take what is coming: so many frames, of changes that became durable at these instants."""

    frames: int
    committed: Mapping[bytes, float]


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of it: the frames, and how long after its commit each was read, in order of size."""

    frames: int
    latencies: Sequence[float]


class Follower(asyncio.Protocol):
    """One socket, from its upgrade on."""

    def __init__(self, host: str, tab: Tab, query: str, arrivals: list[tuple[bytes, float]]) -> None:
        self._host = host
        self._tab = tab
        self._query = query
        self._arrivals = arrivals
        self._left = b""
        self._is_open = False
        self._transport: asyncio.Transport | None = None
        self.ready: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's are none of asyncio's
        key = base64.b64encode(os.urandom(16)).decode()
        self._transport.write(UPGRADE.format(host=self._host, key=key).encode())

    def connection_lost(self, error: Exception | None) -> None:
        """Nobody hangs up on a follower before the end."""
        if not self.ready.done():
            self.ready.set_exception(error or ConnectionError("the server hung up"))

    def data_received(self, data: bytes) -> None:
        """Read whole frames; keep what is left of the next."""
        now = time.perf_counter()
        if self._left:
            data = self._left + data
        at, end = 0, len(data)
        if not self._is_open:
            at = data.find(b"\r\n\r\n") + 4
            if at < 4:
                self._left = data
                return
            self._upgraded(data)
        while end - at >= 2:
            length, start = data[at + 1], at + 2
            if length == 126:
                if end - at < 4:
                    break
                length, start = data[at + 2] << 8 | data[at + 3], at + 4
            stop = start + length
            if stop > end:
                break
            where = data.find(INSTANT, start, stop)
            if where > 0:
                where += 6
                self._arrivals.append((data[where : data.index(b'"', where)], now))
            else:
                self._take_other(data[at] & 0xF, data[start:stop])
            at = stop
        self._left = data[at:]

    def _upgraded(self, data: bytes) -> None:
        if not data.startswith(b"HTTP/1.1 101"):
            raise ConnectionError(data.decode("latin-1"))
        self._is_open = True
        self._say({"type": "connection_init", "payload": self._tab.init})

    def _take_other(self, opcode: int, payload: bytes) -> None:
        if opcode == PING:
            self._send(PONG, payload)
            return
        frame = orjson.loads(payload)
        kind = frame["type"]
        if kind == "connection_ack":
            self._say({"type": "subscribe", "id": "1", "payload": {"query": self._query}})
        elif kind == "ping":
            self._say({"type": "pong"})
        elif kind == "next" and not self.ready.done():
            self.ready.set_result(payload)
        else:
            raise ConnectionError(payload.decode())

    def _say(self, frame: Mapping[str, Any]) -> None:
        self._send(TEXT, orjson.dumps(frame))

    def _send(self, opcode: int, payload: bytes) -> None:
        """Send one frame, masked with zeros, which leave it as it is."""
        assert self._transport is not None, "it is connected"
        size = len(payload)
        length = bytes([LAST | size]) if size < 126 else bytes([LAST | 126, size >> 8, size & 255])
        self._transport.write(bytes([LAST | opcode]) + length + bytes(4) + payload)


def main(pipe: Connection, url: str, query: str, tabs: Sequence[Tab], processors: Sequence[int]) -> None:
    """Follow, say so, then take step after step until the pipe says None."""
    os.sched_setaffinity(0, processors)
    uvloop.run(_follow(pipe, url, query, tabs))


async def _follow(pipe: Connection, url: str, query: str, tabs: Sequence[Tab]) -> None:
    arrivals: list[tuple[bytes, float]] = []
    await _connect(url, query, tabs, arrivals)
    gc.collect()
    gc.freeze()
    gc.disable()
    pipe.send(len(tabs))
    while (asked := await asyncio.to_thread(pipe.recv)) is not None:
        assert isinstance(asked, Asked), "nothing else is said"
        await _settle(arrivals, asked.frames)
        found = asked.committed
        latencies = sorted(now - found[at] for at, now in arrivals if at in found)
        pipe.send(Taken(len(latencies), latencies))
        arrivals.clear()


async def _connect(url: str, query: str, tabs: Sequence[Tab], arrivals: list[tuple[bytes, float]]) -> None:
    place = urlsplit(url)
    at_once = asyncio.Semaphore(CONNECTING_AT_ONCE)
    loop = asyncio.get_running_loop()

    async def connect(tab: Tab) -> None:
        async with at_once:
            follower = Follower(place.netloc, tab, query, arrivals)
            await loop.create_connection(lambda: follower, place.hostname or "", place.port or 80)
            await follower.ready

    async with asyncio.TaskGroup() as connecting:
        for tab in tabs:
            connecting.create_task(connect(tab))


async def _settle(arrivals: list[tuple[bytes, float]], expected: int) -> None:
    """Wait for the last frames, as long as any come."""
    until = time.perf_counter() + LONGEST_WAIT_SECONDS
    seen = -1
    while seen < len(arrivals) < expected and time.perf_counter() < until:
        seen = len(arrivals)
        await asyncio.sleep(QUIET_SECONDS)
