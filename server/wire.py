"""What lies below the application: how uvicorn carries HTTP and sockets, and how a connection is cut at once.

Decides which bytes are no text, and the limits that all meet before anything reads them. Knows nothing of
what the application makes of them.
"""

import asyncio
import socket
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from starlette.types import Scope, Send
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from server.close_codes import NOT_TEXT

ABORT: Final = "amends.abort"
WRITE: Final = "amends.write"
WHOLE_TEXT: Final = 0x81
"""A frame's first byte: text, and all of it."""
LARGEST_FRAME_BYTES: Final = 4_000_000
UNREACHABLE_MILLISECONDS: Final = 30_000
KEPT_SECONDS: Final = 75
"""How long a connection on which nothing is asked stays open: longer than clients and proxies keep theirs,
often 5 or 60 s. To close while the other end begins to ask breaks a request: nobody knows what came of it."""


Headers = Sequence[tuple[bytes, bytes]]
"""Names, in small letters, with their values."""


def abort(scope: Scope) -> None:
    """Cut the connection of a client that takes nothing any more: what waits for it is dropped."""
    cut = scope.get("state", {}).get(ABORT)
    if cut is not None:
        cut()


def writer(scope: Scope) -> Callable[[bytes], bool] | None:
    """Give what writes a frame to an open socket at once, or says that it cannot be taken just now."""
    write: Callable[[bytes], bool] | None = scope.get("state", {}).get(WRITE)
    return write


def framed(text: bytes) -> bytes:
    """Make a text frame, as a server sends it: unmasked, uncompressed."""
    size = len(text)
    if size < 126:
        return bytes((WHOLE_TEXT, size)) + text
    if size < 65536:
        return bytes((WHOLE_TEXT, 126, size >> 8, size & 255)) + text
    return bytes((WHOLE_TEXT, 127)) + size.to_bytes(8) + text


def drop_the_unreachable(listener: socket.socket) -> None:
    """Let the system drop connections whose other end takes nothing for 30 s, where it can."""
    option = getattr(socket, "TCP_USER_TIMEOUT", None)
    if option is not None:
        listener.setsockopt(socket.IPPROTO_TCP, option, UNREACHABLE_MILLISECONDS)


def reply(send: Send, status: int, headers: Headers, body: bytes) -> bool:
    """Write a whole response at once, if that may be; say whether it was written.

    uvicorn looks at each header, and writes the head and the body one after the other. These headers must be
    good as they are, and say how long the body is.
    """
    cycle = getattr(send, "__self__", None)
    if (
        not isinstance(cycle, RequestResponseCycle)
        or cycle.response_started
        or cycle.disconnected
        or cycle.flow.write_paused
        or not cycle.keep_alive
        or cycle.access_log
        or cycle.scope["method"] == "HEAD"
    ):
        return False
    cycle.response_started = cycle.response_complete = True
    cycle.waiting_for_100_continue = False
    head = [name + b": " + value + b"\r\n" for name, value in (*cycle.default_headers, *headers)]
    cycle.transport.write(b"".join([STATUS_LINE[status], *head, b"\r\n", body]))
    cycle.message_event.set()
    cycle.on_response()
    return True


class HttpProtocol(HttpToolsProtocol):
    """HTTP whose connection, and the socket it may become, the application can cut."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """Hand the way to cut it to every request of the connection."""
        self.app_state = {**self.app_state, ABORT: transport.abort}
        super().connection_made(transport)


class SocketProtocol(WebSocketsSansIOProtocol):
    """Sockets that can be written to at once, and that close on what is no text, as the standard asks."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """Hand the way to write to the request."""
        self.app_state = {**self.app_state, WRITE: self.write_now}
        super().connection_made(transport)

    def start_keepalive(self) -> None:
        """Let go of the handshake: this comes right after it."""
        self.request = self.response = None  # type: ignore[assignment]
        super().start_keepalive()

    def write_now(self, frame: bytes) -> bool:
        """Write a text frame, as `framed` makes it, if the socket is open and all before it has gone out."""
        if not self.handshake_complete or self.close_sent or self.disconnected or not self.writable.is_set():
            return False
        self.transport.write(frame)
        return True

    def send_receive_event_to_app(self) -> None:
        """Look at the text before it is taken for one."""
        if self.curr_msg_data_type == "text" and not self.close_sent and not _is_utf8(b"".join(self.frames)):
            self.conn.fail(NOT_TEXT, "A text frame must be UTF-8.")
            self.handle_parser_exception()
            return
        super().send_receive_event_to_app()


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


UVICORN: Final[Mapping[str, Any]] = {
    "http": HttpProtocol,
    "ws": SocketProtocol,
    "timeout_keep_alive": KEPT_SECONDS,
    "proxy_headers": False,  # the application looks at them itself, where there are any
    "ws_max_size": LARGEST_FRAME_BYTES,
    "ws_per_message_deflate": False,  # it costs more memory a socket than it saves on the way
    "ws_ping_interval": None,  # ours are the protocol's own, and end with a code that clients come back after
}
"""The options of uvicorn's that the application counts on."""
