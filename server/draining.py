"""A restart that nobody loses anything by: at SIGTERM or SIGINT live connections end first, then the server.

Decides the order. How a connection ends is its own affair, and how the server stops is uvicorn's: its handler
of the signal runs as before, only later.
"""

import asyncio
import signal
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import FrameType
from typing import Any

from server.connections import Connections

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@asynccontextmanager
async def draining(connections: Connections) -> AsyncIterator[None]:
    """Put the draining before the handlers of the signals while the block runs.

    Only the main thread may handle signals, and only a server's handlers are worth waiting for: without them
    nothing is changed.
    """
    handlers = _handlers() if threading.current_thread() is threading.main_thread() else {}
    drain = _Drain(connections, handlers)
    for signum in handlers:
        signal.signal(signum, drain)
    try:
        yield
    finally:
        for signum, handler in handlers.items():
            if signal.getsignal(signum) is drain:
                signal.signal(signum, handler)
        drain.forget()


def _handlers() -> dict[int, Any]:
    found = {signum: signal.getsignal(signum) for signum in SIGNALS}
    return {
        signum: handler
        for signum, handler in found.items()
        if callable(handler) and handler is not signal.default_int_handler
    }


class _Drain:
    """The handler of a signal: drains at the first, and hands every further one of its kind on at once."""

    def __init__(self, connections: Connections, handlers: dict[int, Any]) -> None:
        self._connections = connections
        self._handlers = handlers
        self._loop = asyncio.get_running_loop()
        self._seen: set[int] = set()
        self._task: asyncio.Task[None] | None = None

    def __call__(self, signum: int, _frame: FrameType | None) -> None:
        """Note the signal; the loop does the rest."""
        self._loop.call_soon_threadsafe(self._take, signum)

    def _take(self, signum: int) -> None:
        if signum in self._seen:
            self._hand_on(signum)
            if signal.SIGINT in self._handlers:
                self._hand_on(signal.SIGINT)  # once it is stopping, uvicorn takes this one for: at once
            return
        # Ctrl-C reaches all processes of a terminal, and their parent sends SIGTERM besides: one wish.
        if not self._seen:
            self._task = self._loop.create_task(self._drain(signum))
        self._seen.add(signum)

    async def _drain(self, signum: int) -> None:
        await self._connections.drain()
        self._hand_on(signum)

    def _hand_on(self, signum: int) -> None:
        self._handlers[signum](signum, None)

    def forget(self) -> None:
        """Wait for nothing more."""
        if self._task is not None:
            self._task.cancel()
