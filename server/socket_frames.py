"""The frames of `graphql-transport-ws`: what a client's mean, how ours are written.

Decides what is a frame at all; what is none closes the socket with a sentence. Knows nothing of what came
before.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from server.close_codes import BAD_FRAME, Close
from server.encoding import encode
from server.live_limits import LiveLimits
from server.requests import BadRequest, Operation, operation_of, parse

SUBPROTOCOL: Final = "graphql-transport-ws"
PING: Final = '{"type":"ping"}'
END: Final = b"}"


class BadFrame(Exception):  # noqa: N818 a word of this field, as in "bad request"
    """What came is no frame; the socket is closed with this."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.close = Close(BAD_FRAME, reason)


@dataclass(frozen=True, slots=True)
class Init:
    """The first frame; `authorization` is the token's header, if the payload holds one."""

    authorization: str | None


@dataclass(frozen=True, slots=True)
class Ping:
    """A sign of life, and maybe a fresh token."""

    authorization: str | None


@dataclass(frozen=True, slots=True)
class Pong:
    """A sign of life."""


@dataclass(frozen=True, slots=True)
class Subscribe:
    """An operation to run, of any kind."""

    id: str
    operation: Operation


@dataclass(frozen=True, slots=True)
class Complete:
    """An operation that the client wants to hear no more of."""

    id: str


FromClient = Init | Ping | Pong | Subscribe | Complete


def read(message: Mapping[str, Any], limits: LiveLimits) -> FromClient:
    """Read one frame; raises BadFrame."""
    text = message.get("text")
    if text is None:
        raise BadFrame("A frame must be text.")
    if len(text) > limits.frame_characters:
        raise BadFrame(f"A frame may have {limits.frame_characters:,} characters.")
    try:
        frame = parse(text.encode(), name="The frame")
    except BadRequest as bad:
        raise BadFrame(bad.message) from None
    except UnicodeEncodeError:
        raise BadFrame("The frame is not text: it holds half of a surrogate pair.") from None
    if not isinstance(frame, dict):
        raise BadFrame("A frame must be a JSON object.")
    return _known(frame, limits)


def _known(frame: dict[str, Any], limits: LiveLimits) -> FromClient:
    kind, payload = frame.get("type"), frame.get("payload")
    if kind == "subscribe":
        return Subscribe(_id(frame, limits), _operation(payload))
    if kind == "complete":
        return Complete(_id(frame, limits))
    if kind not in ("connection_init", "ping", "pong"):
        raise BadFrame("type must be connection_init, subscribe, complete, ping or pong.")
    if not (payload is None or isinstance(payload, dict)):
        raise BadFrame("payload must be an object.")
    if kind == "connection_init":
        return Init(_authorization(payload))
    return Ping(_authorization(payload)) if kind == "ping" else Pong()


def _id(frame: dict[str, Any], limits: LiveLimits) -> str:
    given = frame.get("id")
    if not isinstance(given, str) or not 0 < len(given) <= limits.id_characters:
        raise BadFrame(f"id must be a string of 1 to {limits.id_characters} characters.")
    return given


def _operation(payload: object) -> Operation:
    if not isinstance(payload, dict):
        raise BadFrame("payload must be an object.")
    try:
        return operation_of(payload)
    except BadRequest as bad:
        raise BadFrame(f"payload: {bad.message}") from None


def _authorization(payload: dict[str, Any] | None) -> str | None:
    for name, value in (payload or {}).items():
        if name.lower() == "authorization":
            if not (value is None or isinstance(value, str)):
                raise BadFrame("authorization must be a string.")
            return value
    return None


def ack(expires_in: float | None) -> str:
    """Welcome the client; `expiresIn` are the whole seconds that its token has left."""
    return _write(type="connection_ack", payload=_left(expires_in))


def pong(expires_in: float | None) -> str:
    """Answer a ping that brought a token."""
    return _write(type="pong", payload=_left(expires_in))


def plain_pong() -> str:
    """Answer any other ping."""
    return _write(type="pong")


def next_frame(id_: str, payload: str) -> str:
    """Give an answer, or one of many, whose payload is written already."""
    return f'{{"id":{encode(id_).decode()},"type":"next","payload":{payload}}}'


def next_begun(id_: str) -> bytes:
    """Give what all answers to one operation begin with; `payload` and `END` follow."""
    return b'{"id":' + encode(id_) + b',"type":"next","payload":'


def error_frame(id_: str, errors: list[dict[str, Any]]) -> str:
    """Say why an operation gives no answer, or no further one; it has ended."""
    return _write(id=id_, type="error", payload=errors)


def complete_frame(id_: str) -> str:
    """Say that an operation has ended."""
    return _write(id=id_, type="complete")


def _left(expires_in: float | None) -> dict[str, int | None]:
    return {"expiresIn": None if expires_in is None else int(expires_in)}


def _write(**frame: Any) -> str:
    return encode(frame).decode()
