"""Below the application: a response's head goes out with its body, and never later than it would alone.

A connection that was asked on stays open for longer than who asks keeps it.
"""

import asyncio
from typing import cast

import httpx
import uvicorn
from starlette.responses import Response

from server.wire import UVICORN, HttpProtocol, Joined
from tests.server.stage import eventually

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n"


class Wire:
    """What a transport is told, in order."""

    def __init__(self) -> None:
        self.told: list[bytes | str] = []

    def write(self, data: bytes) -> None:
        self.told.append(data)

    def close(self) -> None:
        self.told.append("closed")

    def is_closing(self) -> bool:
        return "closed" in self.told


def joined() -> tuple[Joined, Wire]:
    wire = Wire()
    return Joined(cast("asyncio.Transport", wire)), wire


async def test_a_head_goes_out_with_its_body() -> None:
    transport, wire = joined()
    for _ in range(2):
        transport.write(HEAD)
        transport.write(b"ok")
    assert wire.told == [HEAD + b"ok"] * 2
    await asyncio.sleep(0)
    assert wire.told == [HEAD + b"ok"] * 2


async def test_a_head_alone_goes_out_within_the_turn() -> None:
    transport, wire = joined()
    transport.write(HEAD)
    assert wire.told == []
    await asyncio.sleep(0)
    assert wire.told == [HEAD]
    transport.write(b"event: next\n\n")
    assert wire.told == [HEAD, b"event: next\n\n"]


async def test_a_body_that_is_empty_keeps_no_head_back() -> None:
    transport, wire = joined()
    transport.write(HEAD)
    transport.write(b"")
    assert wire.told == [HEAD]


async def test_a_connection_closes_after_the_head_that_was_written() -> None:
    transport, wire = joined()
    transport.write(HEAD)
    transport.close()
    await asyncio.sleep(0)
    assert wire.told == [HEAD, "closed"]
    assert transport.is_closing()


async def test_a_connection_stays_open_for_longer_than_clients_and_proxies_keep_it() -> None:
    config = uvicorn.Config(Response(), port=0, log_config=None, lifespan="off", **UVICORN)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve())
    try:
        await eventually(lambda: server.started)
        host, port = server.servers[0].sockets[0].getsockname()
        async with httpx.AsyncClient() as client:
            await client.get(f"http://{host}:{port}/")
            [connection] = server.server_state.connections
            assert isinstance(connection, HttpProtocol)
            await eventually(lambda: connection.timeout_keep_alive_task is not None)
            closing = connection.timeout_keep_alive_task
            assert closing is not None
            assert closing.when() - asyncio.get_running_loop().time() > 60
    finally:
        server.should_exit = True
        await task
