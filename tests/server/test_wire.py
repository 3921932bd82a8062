"""Below the application: a response is written at once where it can be, and is the same wherever it cannot.

A connection that was asked on stays open for longer than who asks keeps it.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from server.wire import UVICORN, HttpProtocol, reply
from tests.server.stage import eventually

LENGTHS = {b"/": 2, b"/empty": 0, b"/long": 3_000_000}
TYPE = (b"content-type", b"text/plain")


class Replying:
    """An application that writes at once if it may and can; it notes what became of each request."""

    def __init__(self, *, at_once: bool = True) -> None:
        self.at_once = at_once
        self.written: list[bool] = []

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        body = b"x" * LENGTHS[scope["raw_path"]]
        headers = [(b"content-length", str(len(body)).encode()), TYPE]
        self.written.append(self.at_once and reply(send, 200, headers, body))
        if not self.written[-1]:
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def served(app: ASGIApp, **options: Any) -> AsyncIterator[uvicorn.Server]:
    known = {"log_config": None, "access_log": False, "lifespan": "off", **UVICORN}
    config = uvicorn.Config(app, port=0, **{**known, **options})
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve())
    try:
        await eventually(lambda: server.started)
        yield server
    finally:
        server.should_exit = True
        await task


async def said(server: uvicorn.Server, *asked: bytes) -> bytes:
    """Everything that a server writes on a connection that closes after these requests, but for the date."""
    host, port = server.servers[0].sockets[0].getsockname()
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(b"".join(asked))
    answer = await reader.read()
    writer.close()
    return b"".join(line for line in answer.splitlines(keepends=True) if not line.startswith(b"date:"))


def request(path: bytes = b"/", method: bytes = b"GET", version: bytes = b"1.1", extra: bytes = b"") -> bytes:
    return b"%s %s HTTP/%s\r\nhost: here\r\n%s\r\n" % (method, path, version, extra)


LAST = request(extra=b"connection: close\r\n")
ASKED = {
    "one after the other, the last closes": ([request(), request(b"/empty"), LAST], [True, True, False]),
    "a long one": ([request(b"/long"), LAST], [True, False]),
    "one of an older time": ([request(version=b"1.0")], [False]),
    "what would be said": ([request(method=b"HEAD"), LAST], [False, False]),
    "one that waits to be told to go on": (
        [request(method=b"POST", extra=b"expect: 100-continue\r\ncontent-length: 2\r\n") + b"{}", LAST],
        [True, False],
    ),
}


@pytest.mark.parametrize(("asked", "written"), ASKED.values(), ids=ASKED)
async def test_what_is_written_at_once_is_what_uvicorn_writes(
    asked: list[bytes], written: list[bool]
) -> None:
    at_once, slowly = Replying(), Replying(at_once=False)
    async with served(at_once) as fast, served(slowly) as plain:
        assert await said(fast, *asked) == await said(plain, *asked)
    assert at_once.written == written


async def test_with_a_log_of_requests_uvicorn_writes_as_it_must(caplog: pytest.LogCaptureFixture) -> None:
    app = Replying()
    with caplog.at_level("INFO", "uvicorn.access"):
        async with served(app, access_log=True) as server:
            assert b"200 OK" in await said(server, LAST)
    assert app.written == [False]
    assert "GET / HTTP/1.1" in caplog.text


async def test_what_wraps_the_way_back_is_not_passed_by() -> None:
    told: list[str] = []

    async def around(scope: Scope, receive: Receive, send: Send) -> None:
        async def noting(message: Any) -> None:
            told.append(message["type"])
            await send(message)

        await Replying()(scope, receive, noting)

    async with served(around) as server:
        assert b"200 OK" in await said(server, LAST)
    assert told == ["http.response.start", "http.response.body"]


async def test_a_connection_stays_open_for_longer_than_clients_and_proxies_keep_it() -> None:
    async with served(Response()) as server, httpx.AsyncClient() as client:
        host, port = server.servers[0].sockets[0].getsockname()
        await client.get(f"http://{host}:{port}/")
        [connection] = server.server_state.connections
        assert isinstance(connection, HttpProtocol)
        await eventually(lambda: connection.timeout_keep_alive_task is not None)
        closing = connection.timeout_keep_alive_task
        assert closing is not None
        assert closing.when() - asyncio.get_running_loop().time() > 60
