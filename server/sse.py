"""Event streams: the graph over server-sent events, one operation a request, as `graphql-sse` reads them.

Decides how frames are written, and when a stream ends: one that ends without `complete` is to be asked for
again, from its last `id`. What is told is decided elsewhere.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from server import wire
from server.close_codes import TRY_LATER, Close
from server.connections import GOING, Connections, Ended, Lease, Refused
from server.encoding import EVENT_STREAM, GRAPHQL_RESPONSE, encode
from server.errors import refuse, told_bug
from server.live_limits import LiveLimits
from server.operations import Following, Frame, Operations, Rejected
from server.requests import Operation
from server.viewers import Caller

HEADERS: Mapping[str, str] = {
    "content-type": f"{EVENT_STREAM}; charset=utf-8",
    "cache-control": "no-cache",
    "x-accel-buffering": "no",
}
KEEP_ALIVE = b":\n\n"
COMPLETE = b"event: complete\ndata:\n\n"
LEFT = Close(TRY_LATER, "The client has gone, or was too slow to read.")


class EventStreams:
    """Makes the answers of requests that want events."""

    def __init__(self, operations: Operations, connections: Connections, limits: LiveLimits) -> None:
        self.operations = operations
        self.connections = connections
        self.limits = limits

    def follow(self, request: Request, operation: Operation, caller: Caller) -> "EventStream":
        """Answer with a subscription that was checked, from the client's last event on."""
        return EventStream(self, request, operation, caller)


def once(body: dict[str, Any]) -> Response:
    """Answer with the one outcome of a query or a mutation."""
    return Response(_event(Frame(body)) + COMPLETE, headers=dict(HEADERS))


class EventStream:
    """One answer, as an ASGI application: everything it holds on to is taken and let go in here."""

    def __init__(self, house: EventStreams, request: Request, operation: Operation, caller: Caller) -> None:
        self._house = house
        self._operation = operation
        self._caller = caller
        self._after = request.headers.get("last-event-id") or None
        self._host = request.client.host if request.client else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream, or what is against it."""
        refusal = await self._stream(scope, receive, send)
        if refusal is not None:
            await refusal(scope, receive, send)

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> Response | None:
        try:
            with self._house.connections.lease(self._host) as lease:
                lease.hold(self._caller)
                following = await self._house.operations.follow(
                    self._operation, lambda: lease.caller.viewer, after=self._after
                )
                async with aclosing(following):
                    await _Writing(self._house.limits, lease, scope, send).tell(following, receive)
        except Rejected as rejected:
            status = 500 if rejected.outcome.failed else 400
            return Response(encode(rejected.outcome.body), status, media_type=GRAPHQL_RESPONSE)
        except Refused as refused:
            status, code = (503, "UNAVAILABLE") if refused.close is GOING else (429, "TOO_MANY_CONNECTIONS")
            headers = {"retry-after": "1"}
            return refuse(status, str(refused), code, media_type=GRAPHQL_RESPONSE, headers=headers)
        return None


class _Writing:
    """The sending of one stream, at the pace of whoever reads."""

    def __init__(self, limits: LiveLimits, lease: Lease, scope: Scope, send: Send) -> None:
        self._limits = limits
        self._lease = lease
        self._scope = scope
        self._send = send

    async def tell(self, following: Following, receive: Receive) -> None:
        """Send all frames and `complete`, or end without it when the connection must go."""
        listening = asyncio.create_task(self._notice_leaving(receive))
        try:
            async with self._lease.until_ended():
                headers = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
                await self._deliver({"type": "http.response.start", "status": 200, "headers": headers})
                await self._write(KEEP_ALIVE)  # what buffers on the way lets the headers go
                async with aclosing(self._events(following)) as events:
                    async for event in events:
                        await self._write(event)
        except Ended:
            pass
        except Exception as error:  # noqa: BLE001 the answer has begun: the client sees a stream that breaks off
            told_bug(error)
        finally:
            listening.cancel()
            await asyncio.wait([listening])
        with suppress(Ended):
            await self._deliver({"type": "http.response.body", "body": b"", "more_body": False})

    async def _events(self, following: Following) -> AsyncGenerator[bytes, None]:
        """Give what is written: frames as they come, and comments while there are none."""
        while True:
            step = asyncio.ensure_future(anext(following, None))
            try:
                while not (await asyncio.wait([step], timeout=self._limits.keep_alive_seconds))[0]:
                    yield KEEP_ALIVE
            finally:
                step.cancel()
                await asyncio.wait([step])
            frame = step.result()
            if frame is None:
                break
            yield _event(frame)
        yield COMPLETE

    async def _write(self, chunk: bytes) -> None:
        await self._deliver({"type": "http.response.body", "body": chunk, "more_body": True})

    async def _deliver(self, message: dict[str, Any]) -> None:
        """Wait until the client takes it; one that is too slow loses the connection, and Ended is raised."""
        try:
            async with asyncio.timeout(self._limits.send_seconds):
                await self._send(message)
        except TimeoutError:
            wire.abort(self._scope)
            raise Ended(LEFT) from None
        except OSError:
            raise Ended(LEFT) from None

    async def _notice_leaving(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._lease.end(LEFT)


def _event(frame: Frame) -> bytes:
    cursor = f"id: {frame.cursor}\n".encode() if frame.cursor else b""
    return b"event: next\n" + cursor + b"data: " + frame.text.encode() + b"\n\n"
