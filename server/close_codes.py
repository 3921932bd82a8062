"""With which codes sockets are closed, what each says, and what a client does about it.

Decides which of them a client is to come back after. `graphql-ws` goes by the same numbers: it gives up for
good after 1002, 1007, 1009, 4400, 4401, 4406, 4409 and 4429, and comes back after all the others.
"""

from dataclasses import dataclass
from typing import Final

LONGEST_REASON_BYTES: Final = 123  # what a close frame has room for


@dataclass(frozen=True, slots=True)
class Close:
    """How one socket ends: a code of the table, and a sentence of its own."""

    code: int
    reason: str

    def __post_init__(self) -> None:
        """A reason may name what the client sent; it is cut to what fits."""
        cut = self.reason.encode(errors="replace")[:LONGEST_REASON_BYTES].decode(errors="ignore")
        object.__setattr__(self, "reason", cut)


@dataclass(frozen=True, slots=True)
class CloseCode:
    """What a code means, and what a client does about it."""

    code: int
    meaning: str
    retried: bool
    advice: str


PROTOCOL_ERROR: Final = 1002
NOT_TEXT: Final = 1007
TOO_BIG: Final = 1009
RESTARTING: Final = 1012
TRY_LATER: Final = 1013
BAD_FRAME: Final = 4400
NOT_INITIALISED: Final = 4401
TOKEN_ENDED: Final = 4403
WRONG_SUBPROTOCOL: Final = 4406
TIMED_OUT: Final = 4408
DUPLICATE_ID: Final = 4409
TOO_MUCH: Final = 4429

CLOSE_CODES: Final = (
    CloseCode(
        PROTOCOL_ERROR,
        "The bytes are no WebSocket frames.",
        retried=False,
        advice="Look for what rewrites them on the way.",
    ),
    CloseCode(NOT_TEXT, "A text frame is not UTF-8.", retried=False, advice="Mend the client."),
    CloseCode(
        TOO_BIG, "A frame has more than 4,000,000 bytes.", retried=False, advice="Send less in one operation."
    ),
    CloseCode(
        RESTARTING,
        "This server is being restarted; mutations that were under way are finished and answered first.",
        retried=True,
        advice="Connect again at once, and subscribe after the last cursor.",
    ),
    CloseCode(
        TRY_LATER,
        "The viewer has too many connections open, the client was too slow to read, "
        "or something went wrong on our side: the reason says which.",
        retried=True,
        advice="Connect again after a pause that grows, and subscribe after the last cursor.",
    ),
    CloseCode(
        BAD_FRAME,
        "A frame is not of the protocol: no JSON object, an unknown type, an id or a payload of the wrong "
        "shape, more than 1,000,000 characters. The reason says what.",
        retried=False,
        advice="Mend the client.",
    ),
    CloseCode(
        NOT_INITIALISED,
        "An operation or a token came before the acknowledgement.",
        retried=False,
        advice="Wait for connection_ack.",
    ),
    CloseCode(
        TOKEN_ENDED,
        "The token is not valid, has expired, was revoked, or is another account's.",
        retried=True,
        advice="Connect again with a fresh token. To never see this, send one in a ping before the time that "
        "the acknowledgement names is over.",
    ),
    CloseCode(
        WRONG_SUBPROTOCOL,
        "The socket does not speak graphql-transport-ws.",
        retried=False,
        advice="Use a client of that protocol; the older graphql-ws subprotocol is off.",
    ),
    CloseCode(
        TIMED_OUT,
        "No connection_init came, or nothing at all for too long.",
        retried=True,
        advice="Connect again; answer each ping with a pong.",
    ),
    CloseCode(
        DUPLICATE_ID,
        "An operation has the id of another that is still running.",
        retried=False,
        advice="Give each operation an id of its own.",
    ),
    CloseCode(
        TOO_MUCH,
        "A second connection_init, or too many frames a second.",
        retried=False,
        advice="Look for the loop in the client.",
    ),
)
