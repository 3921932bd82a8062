"""The limit: the pages by hand, in raw Starlette, asyncpg and orjson, over the same tables.

Decides nothing about GraphQL: the operation's name chooses the handler, one SQL statement reads a page, and
its records become dicts. It checks tokens and shows nobody what is not theirs; it knows no rule, no limit and
no error.
"""

import asyncio
import gc
import os
import re
import sys
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import jwt
import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from bench import raw_pages, raw_writes

CONNECTIONS = 10
GARBAGE_AT = 100_000
SESSION = {"jit": "off", "timezone": "UTC", "plan_cache_mode": "force_generic_plan"}
OK = (
    (b"content-type", b"application/json"),
    (b"cache-control", b"no-store"),
)
STATEMENTS = {
    path.stem: path.read_text("utf-8") for path in (Path(__file__).parent / "statements").glob("*.sql")
}


class Connections:
    """A pool without a reset: each connection has its statements prepared, and is handed on as it is."""

    def __init__(self, made: list[Any]) -> None:
        self._idle = deque(made)
        self._waiting: deque[asyncio.Future[Any]] = deque()

    async def take(self) -> Any:
        """Give one, as soon as there is one."""
        if self._idle:
            return self._idle.pop()
        waiter = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        return await waiter

    def give_back(self, connection: Any) -> None:
        """Hand it to whoever waits longest."""
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(connection)
                return
        self._idle.append(connection)


@dataclass(slots=True)
class Connection:
    """A connection and its statements, prepared once."""

    raw: Any
    statements: dict[str, Any]

    async def rows(self, name: str, *arguments: Any) -> list[Any]:
        """Run a statement by its name."""
        found: list[Any] = await self.statements[name].fetch(*arguments)
        return found


async def connect(url: str) -> Connection:
    """Open a connection and prepare every statement on it."""
    raw = await asyncpg.connect(url, server_settings=SESSION)
    return Connection(raw, {name: await raw.prepare(text) for name, text in STATEMENTS.items()})


Handler = Callable[[Connection, int, dict[str, Any], int], Awaitable[Any]]
HANDLERS: dict[str, Handler] = {**raw_pages.HANDLERS, **raw_writes.HANDLERS}


class Graph:
    """The one place that is asked, written as the protocol has it: no request object, no response object."""

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._connections: Connections
        self._known: dict[bytes, tuple[int, float]] = {}
        self._sizes: dict[str, int] = {}

    @asynccontextmanager
    async def running(self, _: Starlette) -> AsyncIterator[None]:
        """Hold the connections while the application runs."""
        made = [await connect(os.environ["DATABASE_URL"]) for _ in range(CONNECTIONS)]
        self._connections = Connections(made)
        gc.collect()
        gc.freeze()  # what is there by now stays; and a page is hundreds of dicts, none in a circle
        gc.set_threshold(GARBAGE_AT)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        yield
        for connection in made:
            await connection.raw.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        message = await receive()
        body = message["body"]
        while message.get("more_body"):
            message = await receive()
            body += message["body"]
        asked = orjson.loads(body)
        token = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
        connection = await self._connections.take()
        try:
            account = await self._account(connection, token)
            query = asked["query"]
            handler = HANDLERS[asked["operationName"]]
            answer = await handler(connection, account, asked.get("variables") or {}, self._size(query))
        finally:
            self._connections.give_back(connection)
        text = orjson.dumps({"data": answer}, option=orjson.OPT_UTC_Z)
        length = (b"content-length", str(len(text)).encode())
        await send({"type": "http.response.start", "status": 200, "headers": [length, *OK]})
        await send({"type": "http.response.body", "body": text})

    async def _account(self, connection: Connection, header: bytes) -> int:
        """Whose token it is; believed once, then known by its text until it ends."""
        known = self._known.get(header)
        if known is not None and known[1] > time.time():
            return known[0]
        claims = jwt.decode(header.decode().removeprefix("Bearer "), self._secret, algorithms=["HS256"])
        rows = await connection.rows("account", claims["sub"])
        account: int = rows[0][0]
        self._known[header] = (account, claims["exp"])
        return account

    def _size(self, query: str) -> int:
        """How many rows a document asks for: found in its text, and known by it."""
        size = self._sizes.get(query)
        if size is None:
            found = re.search(r"first: (\d+)", query)
            size = self._sizes[query] = int(found[1]) if found else 0
        return size


def main() -> None:
    """Serve on PORT until stopped."""
    graph = Graph(os.environ["AMENDS_SECRET"])
    app = Starlette(routes=[Route("/graphql", graph, methods=["POST"])], lifespan=graph.running)
    uvicorn.run(
        app,
        port=int(os.environ["PORT"]),
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
    )


if __name__ == "__main__":
    main()
