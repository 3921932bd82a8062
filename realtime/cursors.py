"""Cursors: a place in a stream, signed, so that nobody can make one up or look into another's feed.

Decides how a place is written. Whether the log still reaches back to it is the hub's to say.
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass

SIGNATURE_BYTES = 12


class BadPlace(ValueError):  # noqa: N818 a word of this field, as in "bad token"
    """A text that is no cursor of ours."""

    def __init__(self) -> None:
        super().__init__("This is not a cursor: use cursors exactly as they were given.")


@dataclass(frozen=True, slots=True)
class Place:
    """How far a reader has come in a stream, within one life of the database."""

    stream: str
    epoch: str
    sequence: int


class Cursors:
    """Writes and reads the cursors of one secret."""

    def __init__(self, secret: str) -> None:
        self._key = hmac.digest(secret.encode(), b"feed cursors", hashlib.sha256)

    def write(self, stream: str, epoch: str, sequence: int) -> str:
        """Give the cursor of a place."""
        text = f"{stream}.{epoch}.{sequence}".encode()
        return base64.urlsafe_b64encode(self._sign(text) + text).decode().rstrip("=")

    def read(self, cursor: str) -> Place:
        """Give the place that a cursor means. Raises BadPlace for what we never wrote."""
        try:
            plain = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise BadPlace from None
        signature, text = plain[:SIGNATURE_BYTES], plain[SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self._sign(text)):
            raise BadPlace
        stream, epoch, sequence = text.decode().split(".")
        return Place(stream, epoch, int(sequence))

    def _sign(self, text: bytes) -> bytes:
        return hmac.digest(self._key, text, hashlib.sha256)[:SIGNATURE_BYTES]
