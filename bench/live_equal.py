"""Whether all servers tell the same of the same event: asked before anything is measured.

Decides that frames are compared whole, but for the order of their fields.
"""

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any

from websockets import Subprotocol
from websockets.asyncio.client import ClientConnection, connect

from bench.live_followers import Tab
from bench.live_servers import CONTENDERS, House
from bench.live_writer import Writer

WITHIN_SECONDS = 20


async def agree(names: Sequence[str], house: House, writer: Writer, tab: Tab, query: str) -> None:
    """Let all tell one event of the writer's first seller; ends the program if one says another thing."""
    async with AsyncExitStack() as stack:
        sockets = {}
        for name in names:
            server = stack.enter_context(CONTENDERS[name](house))
            sockets[name] = await stack.enter_async_context(_socket(server.url))
            await _begin(sockets[name], tab, query)
        await writer.write(1, 1)
        told = {name: await _next(socket) for name, socket in sockets.items()}
    first = told[names[0]]
    for name, said in told.items():
        if said != first:
            sys.exit(f"{name} and {names[0]} tell different things:\n{said}\n{first}")


def _socket(url: str) -> connect:
    place = url.replace("http://", "ws://") + "/graphql"
    return connect(place, subprotocols=[Subprotocol("graphql-transport-ws")], compression=None)


async def _begin(socket: ClientConnection, tab: Tab, query: str) -> None:
    """Follow, and hear that all that comes from now on is told."""
    await socket.send(json.dumps({"type": "connection_init", "payload": tab.init}))
    assert (await _heard(socket))["type"] == "connection_ack"
    await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": {"query": query}}))
    ready = await _next(socket)
    assert ready["data"]["inboxEvents"]["__typename"] == "Ready", ready


async def _next(socket: ClientConnection) -> Mapping[str, Any]:
    frame = await _heard(socket)
    assert frame["type"] == "next", frame
    payload: Mapping[str, Any] = frame["payload"]
    return payload


async def _heard(socket: ClientConnection) -> Mapping[str, Any]:
    """The next frame that is no ping."""
    async with asyncio.timeout(WITHIN_SECONDS):
        while True:
            frame: Mapping[str, Any] = json.loads(await socket.recv())
            if frame["type"] != "ping":
                return frame
            await socket.send('{"type":"pong"}')
