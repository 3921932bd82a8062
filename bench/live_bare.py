"""The limit of a live feed on uvicorn: no graph, no rights, nobody slow; rows are read once and sent to all.

Decides nothing: it speaks just as much of `graphql-transport-ws` as the followers of `bench.live` do.
"""

import asyncio
import os
import socket
import sys
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import orjson
import uvicorn
import uvloop
from starlette.types import Receive, Scope, Send

from realtime.cursors import Cursors
from schema.ids import encode as global_id

CHANNEL = "amends-doorbell"
HEAD = "SELECT coalesce((SELECT head FROM streams WHERE name = $1), 0)"
NEWS = """SELECT e.stream, e.sequence, e.at, t.owner_id, t.id,
    coalesce(i.marked_unread OR i.unread_count > 0, false) AS unread
  FROM unnest($1::text[], $2::bigint[]) AS p (name, place)
  JOIN events e ON e.stream = p.name AND e.sequence > p.place
  JOIN threads t ON t.owner_id = e.owner_id AND t.id = e.thread_id
    AND (t.owner_id = e.account_id OR t.member_id = e.account_id)
  LEFT JOIN inbox_entries i ON i.owner_id = t.owner_id AND i.thread_id = t.id AND i.account_id = e.account_id
  ORDER BY e.stream, e.sequence"""


class Feed:
    """All followers of this process, and how far their streams were read."""

    def __init__(self) -> None:
        self._cursors = Cursors(os.environ["FEED_SECRET"])
        self._epoch = os.environ["FEED_EPOCH"]
        self._followers: dict[str, set[Send]] = defaultdict(set)
        self._heads: dict[str, int] = {}
        self._rung: set[str] = set()
        self._ringing = asyncio.Event()
        self._pool: Any = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Listen and tell while the block runs."""
        url = os.environ["FEED_URL"].replace("+asyncpg", "")
        async with asyncpg.create_pool(url, min_size=1) as self._pool, self._pool.acquire() as ear:
            await ear.add_listener(CHANNEL, lambda *heard: self._hear(heard[-1].split()))
            telling = asyncio.create_task(self._tell())
            yield
            telling.cancel()

    def _hear(self, names: list[str]) -> None:
        self._rung.update(names)
        self._ringing.set()

    async def _tell(self) -> None:
        while True:
            await self._ringing.wait()
            self._ringing.clear()
            names = [name for name in self._rung if name in self._heads]
            self._rung.clear()
            for row in await self._pool.fetch(NEWS, names, [self._heads[name] for name in names]):
                self._heads[row["stream"]] = row["sequence"]
                message = {"type": "websocket.send", "text": self._frame(row)}
                for send in tuple(self._followers[row["stream"]]):
                    await send(message)

    def _frame(self, row: Any) -> str:
        event = {
            "__typename": "ThreadStateEvent",
            "cursor": self._cursors.write(row["stream"], self._epoch, row["sequence"]),
            "sequence": row["sequence"],
            "at": row["at"],
            "thread": {"id": global_id("Thread", row["owner_id"], row["id"]), "unread": row["unread"]},
        }
        return _next(event)

    async def follow(self, receive: Receive, send: Send) -> None:
        """Serve one socket."""
        await receive()
        await send({"type": "websocket.accept", "subprotocol": "graphql-transport-ws"})
        account = orjson.loads((await receive())["text"])["payload"]["account"]
        await send({"type": "websocket.send", "text": '{"type":"connection_ack"}'})
        await receive()
        stream = f"a{account}"
        head = await self._pool.fetchval(HEAD, stream)
        self._heads.setdefault(stream, head)
        cursor = self._cursors.write(stream, self._epoch, head)
        ready = {"__typename": "Ready", "cursor": cursor}
        await send({"type": "websocket.send", "text": _next(ready)})
        self._followers[stream].add(send)
        while (await receive())["type"] != "websocket.disconnect":
            pass
        self._followers[stream].discard(send)


def _next(event: dict[str, Any]) -> str:
    payload = orjson.dumps({"data": {"inboxEvents": event}}, option=orjson.OPT_UTC_Z).decode()
    return f'{{"id":"1","type":"next","payload":{payload}}}'


async def serve() -> None:
    """Listen on any free port, and say on which."""
    feed = Feed()

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await feed.follow(receive, send)

    config = uvicorn.Config(
        application,
        lifespan="off",
        log_level="warning",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        ws_ping_interval=None,
    )
    async with feed.running():
        with socket.create_server(("127.0.0.1", 0), backlog=4096) as listener:
            sys.stdout.write(f"http://127.0.0.1:{listener.getsockname()[1]}\n")
            sys.stdout.flush()
            await uvicorn.Server(config).serve(sockets=[listener])


if __name__ == "__main__":
    uvloop.run(serve())
