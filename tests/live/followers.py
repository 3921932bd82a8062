"""A client that follows one stream as the documentation asks: by cursor, and again whenever its socket ends.

It believes nobody: each event must be the next of its stream, and in the end all must be as the log says.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

from realtime.cursors import Cursors
from storage import feed
from storage.tables import events
from tests.live.processes import SECRET
from tests.server.stage import eventually

ITEM = """{ __typename
  ... on FeedEvent { cursor sequence kind at }
  ... on MessageEvent { message { body } }
  ... on Ready { cursor recovered }
  ... on ResyncRequired { cursor reason }
}"""
FIELDS = {"inboxEvents": None, "ledgerEvents": None, "ratingEvents": None, "supportQueueEvents": None} | {
    "requestEvents": "requestId",
    "threadEvents": "threadId",
}
AGAIN_SECONDS = 0.1
PATIENCE_SECONDS = 30


def subscription(name: str, item: str = ITEM) -> str:
    """Give the document that follows a stream, from `$after` on; what is followed is `$id`."""
    argument = FIELDS[name]
    declared, given = ("$id: ID!, ", f"{argument}: $id, ") if argument else ("", "")
    return f"subscription({declared}$after: Cursor) {{ item: {name}({given}after: $after) {item} }}"


@dataclass
class Follower:
    """One client and what it was told."""

    host: str
    bearer: str
    follows: str
    after: str
    id: str | None = None
    told: list[dict[str, Any]] = field(default_factory=list)
    heard_at: dict[str, float] = field(default_factory=dict)
    """By a message's words, when it came, by `time.monotonic`."""
    readies: int = 0
    closed: list[int] = field(default_factory=list)
    """With what each of its sockets ended."""

    def __post_init__(self) -> None:
        place = Cursors(SECRET).read(self.after)
        self.stream, self.began_at = place.stream, place.sequence
        self.sequence = place.sequence

    async def follow(self) -> None:
        """Follow for ever."""
        url = f"ws://{self.host}/graphql"
        protocols = [Subprotocol("graphql-transport-ws")]
        while True:
            try:
                async with connect(
                    url, subprotocols=protocols, proxy=None, ping_interval=None, compression=None
                ) as socket:
                    await self._talk(socket)
            except ConnectionClosed as end:
                self.closed.append(end.rcvd.code if end.rcvd else 1006)
            except (OSError, InvalidHandshake, TimeoutError):
                self.closed.append(0)
            await asyncio.sleep(AGAIN_SECONDS)

    async def _talk(self, socket: ClientConnection) -> None:
        hello = {"type": "connection_init", "payload": {"authorization": f"Bearer {self.bearer}"}}
        await socket.send(json.dumps(hello))
        async for text in socket:
            frame = json.loads(text)
            match frame["type"]:
                case "connection_ack":
                    variables = {"after": self.after} | ({"id": self.id} if self.id else {})
                    payload = {"query": subscription(self.follows), "variables": variables}
                    await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
                case "ping":
                    await socket.send(json.dumps({"type": "pong"}))
                case "next":
                    assert "errors" not in frame["payload"], frame
                    self._take(frame["payload"]["data"]["item"])
                case _:
                    raise AssertionError(f"{self.stream} was told {frame}")

    def _take(self, item: dict[str, Any]) -> None:
        if item["__typename"] == "Ready":
            assert item["recovered"], f"{self.stream} was not told all"
            self.readies += 1
            return
        assert item["__typename"] != "ResyncRequired", f"{self.stream}: {item}"
        assert item["sequence"] == self.sequence + 1, (
            f"{self.stream} was at {self.sequence}, then told {item}"
        )
        self.sequence, self.after = item["sequence"], item["cursor"]
        self.told.append(item)
        if "message" in item:
            self.heard_at[item["message"]["body"]] = time.monotonic()


@asynccontextmanager
async def following(*followers: Follower) -> AsyncIterator[None]:
    """Follow while the block runs, from when all are up to date; one that is told wrong things ends it."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(follower.follow()) for follower in followers]
        await eventually(lambda: all(follower.readies for follower in followers), within=PATIENCE_SECONDS)
        yield
        for task in tasks:
            task.cancel()


async def told_everything(engine: AsyncEngine, followers: Iterable[Follower]) -> int:
    """Wait until all are at the ends of their streams, and compare with the log; give how many events."""
    followers = list(followers)
    streams = sorted({follower.stream for follower in followers})
    async with engine.connect() as connection:
        heads = await feed.heads(connection, streams)
    with suppress(TimeoutError):  # said below, with what is missing
        await eventually(
            lambda: all(follower.sequence >= heads[follower.stream] for follower in followers),
            within=PATIENCE_SECONDS,
        )
    log = await log_of(engine, streams)
    for follower in followers:
        told = [(item["sequence"], item["kind"]) for item in follower.told]
        expected = log[follower.stream][follower.began_at :]
        assert told == expected, f"{follower.follows} of {follower.stream} at {follower.host}"
    return sum(len(follower.told) for follower in followers)


async def log_of(engine: AsyncEngine, streams: list[str]) -> dict[str, list[tuple[int, str]]]:
    """Give what each stream tells, as the database has it; it must be dense, and end at its head."""
    told = sa.select(events.c.stream, events.c.sequence, events.c.kind).where(events.c.stream.in_(streams))
    log: dict[str, list[tuple[int, str]]] = {stream: [] for stream in streams}
    async with engine.connect() as connection:
        heads = await feed.heads(connection, streams)
        for row in await connection.execute(told.order_by(events.c.stream, events.c.sequence)):
            log[row.stream].append((row.sequence, row.kind.value))
    for stream, told_in in log.items():
        assert [sequence for sequence, _ in told_in] == list(range(1, heads[stream] + 1)), stream
    return log
