"""A client that stops reading costs nobody anything: the others nothing, memory nothing, and not for long."""

import asyncio
import base64
import json
import os
import socket
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import psutil
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.words import MessageKind, Party
from realtime.doorbell import Doorbell, make_doorbell
from schema.ids import parts
from storage.conversation import NewMessage, Saying, ThreadKey
from storage.news import say
from storage.telling import message_posted
from storage.transaction import tell, transaction
from tests.live.followers import Follower, following, subscription, told_everything
from tests.live.hasty import SEND_SECONDS
from tests.live.people import People, people
from tests.live.processes import ROOT
from tests.server.stage import eventually

BATCHES = 16
WARMING_BATCHES = 6
AT_ONCE = 100
BODY = "🧿" * 5_000
"""The longest message there may be, in the widest letters: 20 KB for each that is told of it."""
STALLED = 6
MOST_GROWTH_BYTES = 40_000_000
"""Of what the process holds; to keep what the stalled do not read would be 190 MB."""
PROMPT_SECONDS = STALLED * SEND_SECONDS / 2
"""Within which a hundred such messages are read by who does: to wait for the stalled takes twice as long."""


@asynccontextmanager
async def hasty(database_url: str, folder: Path) -> AsyncIterator[tuple[str, psutil.Process]]:
    """Run a process that cuts off who takes nothing for a while; give where it answers."""
    command = [sys.executable, "-m", "tests.live.hasty", database_url, str(folder)]
    child = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    assert child.stdout is not None
    try:
        yield f"127.0.0.1:{int(await child.stdout.readline())}", psutil.Process(child.pid)
    finally:
        child.terminate()
        await child.communicate()


class Stalled:
    """A client of our protocol by hand, that reads until it is up to date, and then no more."""

    def __init__(self, host: str, bearer: str, after: str) -> None:
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._socket.settimeout(20)
        name, port = host.split(":")
        self._socket.connect((name, int(port)))
        self.port = self._socket.getsockname()[1]
        self._upgrade(host)
        self._send({"type": "connection_init", "payload": {"authorization": f"Bearer {bearer}"}})
        self._read_until(b"connection_ack")
        payload = {"query": subscription("inboxEvents"), "variables": {"after": after}}
        self._send({"id": "1", "type": "subscribe", "payload": payload})
        self._read_until(b'"Ready"')

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def _upgrade(self, host: str) -> None:
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [
            "GET /graphql HTTP/1.1",
            f"Host: {host}",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Protocol: graphql-transport-ws",
        ]
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode())
        self._read_until(b"\r\n\r\n")

    def _send(self, frame: object) -> None:
        text, mask = json.dumps(frame).encode(), os.urandom(4)
        masked = bytes(byte ^ mask[place % 4] for place, byte in enumerate(text))
        self._socket.sendall(b"\x81" + bytes([0x80 | 126]) + len(text).to_bytes(2) + mask + masked)

    def _read_until(self, sign: bytes) -> None:
        read = b""
        while sign not in read:
            some = self._socket.recv(4096)
            assert some, read
            read += some


async def test_a_client_that_stops_reading_is_cut_off_and_costs_nobody_anything(
    database_url: str, engine: AsyncEngine, tmp_path: Path
) -> None:
    async with (
        hasty(database_url, tmp_path) as (host, process),
        people(engine, [host]) as world,
        make_doorbell("postgres://", database_url) as bell,
    ):
        flow = await Flow.begin(world, engine, bell)
        bearer, after = world.bearer(world.buyer), await world.inbox_cursor(world.buyer)
        readers = [Follower(host, bearer, "inboxEvents", after) for _ in range(2)]
        async with following(*readers):
            for _ in range(WARMING_BATCHES):
                await flow.bring(AT_ONCE, readers)
            began_with = process.memory_info().rss
            after = await world.inbox_cursor(world.buyer)
            with ExitStack() as stack:
                opened = [await asyncio.to_thread(Stalled, host, bearer, after) for _ in range(STALLED)]
                ports = {stack.enter_context(each).port for each in opened}
                assert ports <= ports_of(process)
                began_at, late, peak = time.monotonic(), [0.0], began_with
                for _ in range(BATCHES):
                    late.append(await flow.bring(AT_ONCE, readers))
                    peak = max(peak, process.memory_info().rss)
                    if not ports <= ports_of(process):
                        assert time.monotonic() - began_at > SEND_SECONDS, "each had its time"
                await eventually(lambda: not ports & ports_of(process), within=3 * SEND_SECONDS)
            await told_everything(engine, readers)
            assert all(reader.closed == [] for reader in readers)
            assert max(late) < PROMPT_SECONDS, late
            assert peak - began_with < MOST_GROWTH_BYTES
            back = Follower(host, bearer, "inboxEvents", after)
            async with following(back):
                assert len(back.told) == BATCHES * AT_ONCE, "who was cut off loses nothing"


class Flow:
    """Long messages in a direct thread, many in one transaction."""

    def __init__(self, engine: AsyncEngine, bell: Doorbell, thread: ThreadKey, author_id: int) -> None:
        self._engine = engine
        self._bell = bell
        self._thread = thread
        self._author_id = author_id
        self._written = 0

    @classmethod
    async def begin(cls, world: People, engine: AsyncEngine, bell: Doorbell) -> "Flow":
        to = {"username": world.buyer.username, "body": "Hello."}
        opened = await world.ok("startDirectThread", world.seller, "thread { id }", **to)
        owner_id, thread_id = parts(opened["id"], "Thread") or ()
        author_id = world.seller.account_id
        assert author_id is not None
        return cls(engine, bell, ThreadKey(owner_id, thread_id, author_id), author_id)

    async def bring(self, count: int, readers: Sequence[Follower]) -> float:
        """Write so many messages, and give how many seconds later all readers had them."""
        said = (NewMessage(self._author_id, self._author_id, Party.BUYER, MessageKind.TEXT, BODY),) * count
        saying = Saying(self._thread, said, datetime.now(UTC))
        async with transaction(self._engine, self._bell.ring) as connection:
            for number in await say(connection, saying):
                tell(connection, message_posted(self._thread, number, saying.at))
        written_at = time.monotonic()
        self._written += count
        await eventually(lambda: all(len(reader.told) >= self._written for reader in readers))
        return time.monotonic() - written_at


def ports_of(process: psutil.Process) -> set[int]:
    """Give the clients' ports of the connections that a process holds."""
    return {each.raddr.port for each in process.net_connections("tcp") if each.raddr}
