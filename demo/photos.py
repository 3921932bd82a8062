"""The photos that people in the demo attach: a few small pictures, drawn here, kept like any upload.

Decides what they look like. Where the bytes lie is the file store's business.
"""

import struct
import zlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import cycle
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.policy import CURRENT
from storage.rows import as_set, columns_of, insert_set
from storage.tables import attachments

WIDTH, HEIGHT = 160, 120
COLOURS = ((196, 64, 48), (48, 104, 176), (64, 144, 88), (208, 160, 48), (120, 72, 152), (88, 96, 104))


class Kept(Protocol):
    """What the bytes say of themselves once they are kept."""

    @property
    def content_type(self) -> str:
        """The media type."""

    @property
    def byte_size(self) -> int:
        """How many they are."""

    @property
    def sha256(self) -> str:
        """Their hash."""


class Files(Protocol):
    """Where uploaded bytes are kept."""

    async def keep(self, chunks: AsyncIterator[bytes], *, limit_bytes: int) -> Kept:
        """Keep the bytes and say what they are."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """So many photos that somebody takes at an instant, once in that instant."""

    uploader_id: int
    at: datetime
    many: int


class Album:
    """The pictures, kept once, attached over and over."""

    def __init__(self, kept: list[Kept]) -> None:
        self._kept = cycle(kept)

    @classmethod
    async def kept_in(cls, files: Files) -> "Album":
        """Draw the pictures and keep them."""
        limit = CURRENT.attachment_size_bytes
        return cls([await files.keep(_once(_picture(colour)), limit_bytes=limit) for colour in COLOURS])

    async def attach(self, connection: AsyncConnection, wanted: Sequence[Wanted]) -> list[tuple[int, ...]]:
        """Note photos as uploaded in full; give the ids for each that is wanted."""
        albums = [[self._row(each, place) for place in range(1, each.many + 1)] for each in wanted]
        rows = [row for album in albums for row in album]
        if not rows:
            return [() for _ in wanted]
        ids = {
            (kept.uploader_id, kept.created_at, kept.filename): kept.id
            for kept in await connection.execute(_keep, as_set(rows))
        }
        return [
            tuple(ids[row["uploader_id"], row["created_at"], row["filename"]] for row in album)
            for album in albums
        ]

    def _row(self, wanted: Wanted, place: int) -> dict[str, Any]:
        kept = next(self._kept)
        return {
            "uploader_id": wanted.uploader_id,
            "filename": f"photo-{place}.png",
            "content_type": kept.content_type,
            "byte_size": kept.byte_size,
            "sha256": kept.sha256,
            "created_at": wanted.at,
            "stored_at": wanted.at,
        }


_photo = sa.table(
    "attachments",
    *columns_of(attachments, "uploader_id", "filename", "content_type", "byte_size", "sha256"),
    *columns_of(attachments, "created_at", "stored_at"),
)
_keep = insert_set(_photo).returning(
    attachments.c.id, attachments.c.uploader_id, attachments.c.created_at, attachments.c.filename
)


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content


def _picture(colour: tuple[int, int, int]) -> bytes:
    """A PNG of something rectangular on a table, with a crack in it."""
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    rows = b"".join(b"\0" + _row(y, colour) for y in range(HEIGHT))
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


def _row(y: int, colour: tuple[int, int, int]) -> bytes:
    light = 224 - y // 2
    table, thing = bytes((light, light - 8, light - 24)), bytes(colour)
    if not 15 < y < 105:
        return table * WIDTH
    cracked = 68 + y // 3 - 40
    return table * 41 + thing * cracked + bytes((24, 24, 24)) * 3 + thing * (76 - cracked) + table * 40
