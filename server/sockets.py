"""Sockets: the graph over `graphql-transport-ws`, from the upgrade to the close frame.

Decides the order of a socket's life, and that it never ends without a code and a reason. What an operation
does is decided elsewhere.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from starlette.types import Message
from starlette.websockets import WebSocket, WebSocketDisconnect

from server import socket_frames as frames
from server.auth import BadToken
from server.close_codes import (
    NOT_INITIALISED,
    TIMED_OUT,
    TOKEN_ENDED,
    TOO_MUCH,
    TRY_LATER,
    WRONG_SUBPROTOCOL,
    Close,
)
from server.connections import GOING, Connections, Ended, Lease, Refused
from server.errors import told_bug
from server.live_limits import LiveLimits
from server.operations import Operations
from server.origins import Origins
from server.socket_line import Line
from server.socket_operations import Running
from server.viewers import Caller

NO_INIT = Close(TIMED_OUT, "No connection_init came in time.")
SILENT = Close(TIMED_OUT, "Nothing came for too long.")
NOT_YET = Close(NOT_INITIALISED, "Wait for connection_ack first.")
TWICE = Close(TOO_MUCH, "connection_init may come once.")
TOO_FAST = Close(TOO_MUCH, "Too many frames a second.")
OTHER_ACCOUNT = Close(TOKEN_ENDED, "The token is another account's.")
OTHER_PROTOCOL = Close(WRONG_SUBPROTOCOL, f"The subprotocol must be {frames.SUBPROTOCOL}.")

Identify = Callable[[str | None], Awaitable[Caller]]
"""Says who an `Authorization` header stands for; raises BadToken."""


class Sockets:
    """The endpoint."""

    def __init__(
        self,
        operations: Operations,
        identify: Identify,
        connections: Connections,
        origins: Origins,
        limits: LiveLimits,
    ) -> None:
        self.operations = operations
        self.identify = identify
        self.limits = limits
        self._connections = connections
        self._origins = origins

    async def serve(self, websocket: WebSocket) -> None:
        """Serve one socket from its upgrade to its end."""
        with suppress(WebSocketDisconnect, OSError):  # gone before it was there
            if not self._origins.let_in(websocket.headers.get("origin")):
                await websocket.close()  # before it is accepted: the upgrade is answered with 403
                return
            offered = websocket.scope["subprotocols"]
            is_ours = frames.SUBPROTOCOL in offered
            # A browser shows no code of a socket that answers with none of the protocols it offered.
            await websocket.accept(frames.SUBPROTOCOL if is_ours else next(iter(offered), None))
            await self._talk(websocket, is_ours=is_ours)

    async def _talk(self, websocket: WebSocket, *, is_ours: bool) -> None:
        host = websocket.client.host if websocket.client else None
        try:
            with self._connections.lease(host) as lease:
                socket = _Socket(self, websocket, lease)
                await (socket.live() if is_ours else socket.part(OTHER_PROTOCOL))
        except Refused as refused:
            await websocket.close(refused.close.code, refused.close.reason)


class _Socket:
    """One socket that was accepted."""

    __slots__ = ("_budget", "_budgeted_at", "_house", "_lease", "_limits", "_line", "_running", "_websocket")

    def __init__(self, house: Sockets, websocket: WebSocket, lease: Lease) -> None:
        self._house = house
        self._websocket = websocket
        self._lease = lease
        self._limits = house.limits
        self._line = Line(websocket, lease, house.limits)
        self._running = Running(house.operations, self._line, lease, house.limits)
        self._budget: float = 2 * house.limits.frames_per_second
        self._budgeted_at = asyncio.get_running_loop().time()

    async def live(self) -> None:
        """Talk until one side has had enough, then leave nothing behind."""
        try:
            await self.part(await self._talked())
            await self._running.end()
        except asyncio.CancelledError:
            self._running.cancel()
            raise

    async def part(self, close: Close | None) -> None:
        """Close with a code and a reason; None when the client has gone already."""
        await self._running.leave(patience_seconds=self._limits.finish_seconds if close is GOING else 0)
        if close is not None:
            await self._line.close(close)

    async def _talked(self) -> Close | None:
        try:
            async with self._lease.until_ended():
                await self._greet()
                while True:
                    await self._take(await self._frame())
        except (Ended, Refused, frames.BadFrame) as ended:
            return ended.close
        except BadToken as bad:
            return Close(TOKEN_ENDED, str(bad))
        except WebSocketDisconnect:
            return None
        except Exception as error:  # noqa: BLE001 a bug of ours, or no database: the client may try again
            return Close(TRY_LATER, told_bug(error))

    async def _greet(self) -> None:
        try:
            async with asyncio.timeout(self._limits.init_seconds):
                init = await self._init()
        except TimeoutError:
            raise Ended(NO_INIT) from None
        authorization = init.authorization or self._websocket.headers.get("authorization")
        caller = await self._house.identify(authorization)
        self._lease.hold(caller)
        await self._line.send(frames.ack(caller.expires_in))

    async def _init(self) -> frames.Init:
        while True:
            frame = await self._frame()
            if isinstance(frame, frames.Init):
                return frame
            match frame:
                case frames.Subscribe() | frames.Ping(authorization=str()):
                    raise Ended(NOT_YET)
                case frames.Ping():
                    await self._line.send(frames.plain_pong())

    async def _take(self, frame: frames.FromClient) -> None:
        match frame:
            case frames.Subscribe():
                await self._running.begin(frame.id, frame.operation)
            case frames.Complete():
                self._running.stop(frame.id)
            case frames.Ping(authorization=str(authorization)):
                await self._renew(authorization)
            case frames.Ping():
                await self._line.send(frames.plain_pong())
            case frames.Pong():
                pass
            case frames.Init():
                raise Ended(TWICE)

    async def _renew(self, authorization: str) -> None:
        caller = await self._house.identify(authorization)
        if caller.account != self._lease.caller.account:
            raise Ended(OTHER_ACCOUNT)
        self._lease.hold(caller)
        await self._line.send(frames.pong(caller.expires_in))

    async def _frame(self) -> frames.FromClient:
        """Wait for the next frame; raises WebSocketDisconnect, BadFrame and Ended."""
        message = await self._message()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code") or 1006)
        self._count()
        return frames.read(message, self._limits)

    async def _message(self) -> Message:
        """Ask a quiet client for a sign of life now and then."""
        for pings_left in range(self._limits.unanswered_pings, -1, -1):
            try:
                async with asyncio.timeout(self._limits.quiet_seconds):
                    return await self._websocket.receive()
            except TimeoutError:
                if pings_left:
                    await self._line.send(frames.PING)
        raise Ended(SILENT)

    def _count(self) -> None:
        """Spend one frame of a budget that grows with time, up to two seconds' worth."""
        now, most = asyncio.get_running_loop().time(), self._limits.frames_per_second
        self._budget = min(self._budget + (now - self._budgeted_at) * most, 2 * most) - 1
        self._budgeted_at = now
        if self._budget < 0:
            raise Ended(TOO_FAST)
