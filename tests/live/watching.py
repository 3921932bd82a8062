"""One socket over which a caller follows several streams at once, and what was said over it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from realtime.cursors import Cursors
from tests.live.followers import subscription
from tests.live.processes import SECRET
from tests.server.live import Live, Socket, authorization
from tests.server.stage import Stage, eventually

ITEM = """{ __typename
  ... on FeedEvent { cursor sequence kind at }
  ... on Ready { cursor recovered }
  ... on ResyncRequired { cursor reason }
  ... on MessageEvent { message { body } thread { id } }
  ... on RequestEvent {
    request { id status claim { id } }
    happened: entry { __typename ... on TimelineItem { id } ... on MessagePosted { message { body } } }
  }
  ... on LedgerEvent { line: entry { id component } hold { id } balance { posted { amount } } }
  ... on QueueEvent { request { id } note { body } assignee { username } }
  ... on TypingEvent { thread { id } user { username } until }
}"""

Item = dict[str, Any]


class Watch:
    """What one caller is told, stream by stream; each is told in its own order."""

    def __init__(self, socket: Socket) -> None:
        self._socket = socket
        self.items: dict[str, list[Item]] = {}
        self.errors: dict[str, list[Item]] = {}
        self.said: list[str] = []
        """Every frame as it came, for what must be in none of them."""
        self._pongs = 0

    async def listen(self) -> None:
        """Take what comes, until the socket ends."""
        async for text in self._socket.connection:
            self.said.append(str(text))
            frame = json.loads(text)
            match frame["type"]:
                case "next":
                    assert "errors" not in frame["payload"], frame
                    self.items[frame["id"]].append(frame["payload"]["data"]["item"])
                case "error":
                    self.errors[frame["id"]] = frame["payload"]
                case "ping":
                    await self._socket.send({"type": "pong"})
                case "pong":
                    self._pongs += 1

    async def follow(self, name: str, *, of: str | None = None, after: str | None = None) -> str:
        """Begin to follow, and wait until one is up to date or refused; give the name of what is told."""
        id_ = f"{name} {len(self.items)}"
        self.items[id_] = []
        variables = {"id": of, "after": after}
        given = {name: value for name, value in variables.items() if value is not None}
        await self._socket.begin(id_, subscription(name, ITEM), **given)
        await eventually(lambda: id_ in self.errors or any(map(is_ready, self.items[id_])))
        return id_

    async def refusal(self, name: str, *, of: str | None = None, after: str | None = None) -> tuple[str, str]:
        """Begin to follow what may not be followed; give the code and the sentence of the refusal."""
        id_ = await self.follow(name, of=of, after=after)
        assert self.items[id_] == []
        (error,) = self.errors[id_]
        return error["extensions"]["code"], error["message"]

    async def renew(self, bearer: str) -> None:
        """Exchange the token, and wait until that counts."""
        pongs = self._pongs
        await self._socket.send({"type": "ping", "payload": authorization(bearer)})
        await eventually(lambda: self._pongs > pongs)

    async def hears(self, id_: str, words: str) -> None:
        """Wait until a stream tells of a message with these words: whatever came before it has been told."""
        looked_at = 0

        def is_heard() -> bool:
            nonlocal looked_at
            new = self.items[id_][looked_at:]
            looked_at += len(new)
            return any(words in json.dumps(item) for item in new)

        await eventually(is_heard)

    def events(self, id_: str) -> list[Item]:
        """Give the events that a stream told of."""
        return [item for item in self.items[id_] if "sequence" in item]

    def kinds(self, id_: str) -> list[str]:
        """Give their kinds."""
        return [event["kind"] for event in self.events(id_)]


@asynccontextmanager
async def watching(host: str, bearer: str) -> AsyncIterator[Watch]:
    """Listen to one socket of the caller's while the block runs."""
    async with Live(Stage(), host).socket(bearer) as socket:
        watch = Watch(socket)
        async with asyncio.TaskGroup() as group:
            listening = group.create_task(watch.listen())
            yield watch
            assert not listening.done(), "the socket has ended"
            listening.cancel()


def is_ready(item: Item) -> bool:
    """Whether this says that one is up to date."""
    return bool(item["__typename"] == "Ready")


def cursor_at(cursor: str, sequence: int) -> str:
    """Give the cursor of another place in the same stream."""
    place = Cursors(SECRET).read(cursor)
    return Cursors(SECRET).write(place.stream, place.epoch, sequence)
