"""Global ids: base64url of `Type:part:part`, opaque to clients, strict about what comes back.

Decides which types have ids and of how many parts. Whether there is such a row, and for whom, is storage's to
say.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from domain.values import RequestKey

BIGINT: Final = 2**63 - 1
INTEGER: Final = 2**31 - 1
MOST_REMEMBERED: Final = 10_000

LIMITS: Final[Mapping[str, tuple[int, ...]]] = MappingProxyType(
    {
        "User": (BIGINT,),
        "SavedReply": (BIGINT, BIGINT),
        "Order": (BIGINT, BIGINT),
        "Shipment": (BIGINT, BIGINT),
        "SupportRequest": (BIGINT, INTEGER),
        "PartialRefundOffer": (BIGINT, INTEGER, INTEGER),
        "Refund": (BIGINT, INTEGER),
        "CarrierClaim": (BIGINT, INTEGER),
        "InternalNote": (BIGINT, INTEGER, INTEGER),
        "Thread": (BIGINT, BIGINT),
        "Message": (BIGINT, BIGINT, INTEGER),
        "Attachment": (BIGINT,),
        "LedgerHold": (BIGINT, INTEGER, INTEGER),
        "LedgerEntry": (BIGINT, INTEGER),
        "Journal": (BIGINT, INTEGER),
        "TimelineEntry": (BIGINT, INTEGER, INTEGER),
        "Notification": (BIGINT, INTEGER),
    }
)
"""The largest value of each part, by type; a part is at least 1."""


class BadId(ValueError):  # noqa: N818 a word of this field, as in "bad token"
    """A text that never was an id of ours."""

    def __init__(self, text: str) -> None:
        super().__init__("This is not an id: use ids exactly as they were given.")
        self.text = text


@dataclass(frozen=True, slots=True)
class GlobalId:
    """What an id names: a type, and its row's key."""

    kind: str
    parts: tuple[int, ...]

    def __str__(self) -> str:
        return encode(self.kind, *self.parts)


@lru_cache(maxsize=MOST_REMEMBERED)
def encode(kind: str, *parts: int) -> str:
    """Give the id of the row of this type with this key."""
    text = ":".join((kind, *map(str, parts)))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@lru_cache(maxsize=MOST_REMEMBERED)
def decode(text: str) -> GlobalId:
    """Read an id back. Raises BadId for anything that `encode` cannot have given."""
    try:
        plain = base64.b64decode(
            text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True
        )
        kind, *numbers = plain.decode("ascii").split(":")
        found = GlobalId(kind, tuple(int(number) for number in numbers))
    except (UnicodeError, binascii.Error, ValueError):
        raise BadId(text) from None
    limits = LIMITS.get(kind, ())
    fits = len(limits) == len(found.parts) and all(
        1 <= part <= limit for part, limit in zip(found.parts, limits, strict=True)
    )
    if not fits or not limits or str(found) != text:
        raise BadId(text)
    return found


def parts(text: str, kind: str) -> tuple[int, ...] | None:
    """Give the key an id of this type names; None for an id of another type. Raises BadId."""
    found = decode(text)
    return found.parts if found.kind == kind else None


def request_key(text: str) -> RequestKey | None:
    """Give the request an id names; None for an id of another type. Raises BadId."""
    key = parts(text, "SupportRequest")
    return RequestKey(*key) if key else None
