"""The sending half of a socket: one frame at a time, each at the pace of whoever reads.

Decides that a client that takes nothing is cut off. Knows no frame's meaning.
"""

import asyncio

from starlette.websockets import WebSocket, WebSocketDisconnect

from server import wire
from server.close_codes import TRY_LATER, Close
from server.connections import Lease
from server.live_limits import LiveLimits

TOO_SLOW = Close(TRY_LATER, "The client was too slow to read.")


class Line:
    """Sends on an accepted socket; once it is closed, what is sent is dropped without a word."""

    __slots__ = ("_is_open", "_lease", "_limits", "_sending", "_websocket", "_write")

    def __init__(self, websocket: WebSocket, lease: Lease, limits: LiveLimits) -> None:
        self._websocket = websocket
        self._lease = lease
        self._limits = limits
        self._sending = asyncio.Lock()
        self._is_open = True
        self._write = wire.writer(websocket.scope)

    @property
    def can_take(self) -> bool:
        """Whether frames can be taken at once at all."""
        return self._write is not None

    def take(self, frame: bytes) -> bool:
        """Send a frame of the wire at once, if all before it were taken; else say that it was not."""
        if self._write is None or not self._is_open or self._sending.locked():
            return False
        return self._write(frame)

    async def send(self, text: str) -> None:
        """Send a frame once those before it were taken; a client too slow for it loses the connection."""
        async with self._sending:
            if not self._is_open:
                return
            try:
                async with asyncio.timeout(self._limits.send_seconds):
                    await self._websocket.send_text(text)
            except TimeoutError:
                self._cut()
                self._lease.end(TOO_SLOW)
            except WebSocketDisconnect:
                self._is_open = False

    async def close(self, close: Close) -> None:
        """Send the close frame, or cut the connection that does not take it."""
        try:
            async with asyncio.timeout(self._limits.close_seconds), self._sending:
                if self._is_open:
                    self._is_open = False
                    await self._websocket.close(close.code, close.reason)
        except TimeoutError:
            self._cut()
        except WebSocketDisconnect:
            pass

    def _cut(self) -> None:
        self._is_open = False
        wire.abort(self._websocket.scope)
