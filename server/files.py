"""The bytes of attachments: taken in under a limit, known by their content, kept under their hash.

Decides what is a photo or a video, by the bytes alone. Who may upload or look is settled by the signed links.
"""

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import IO

import filetype
import obstore
from obstore.store import ObjectStore, from_url

from server.settings import Settings, SettingsError

SNIFFED_BYTES = 8192
KEPT_IN_MEMORY_BYTES = 1_000_000


class RejectedFile(Exception):  # noqa: N818 what it is called in the graph: ATTACHMENT_REJECTED
    """The bytes are not what may be attached; the message says why."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass(frozen=True, slots=True)
class StoredFile:
    """What the bytes say of themselves."""

    content_type: str
    byte_size: int
    sha256: str


class FileStore:
    """An object store with content addresses; the same bytes are kept once.

    The store is called from threads: its own asynchronous calls may still run when the process ends, and then
    abort it.
    """

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    async def keep(self, chunks: AsyncIterator[bytes], *, limit_bytes: int) -> StoredFile:
        """Read the chunks to their end and store them; raises RejectedFile, and then nothing is kept."""
        digest = hashlib.sha256()
        with tempfile.SpooledTemporaryFile(max_size=KEPT_IN_MEMORY_BYTES) as spool:
            async for chunk in chunks:
                digest.update(chunk)
                spool.write(chunk)
                if spool.tell() > limit_bytes:
                    raise RejectedFile(413, f"The file is larger than {limit_bytes} bytes.")
            stored = StoredFile(_kind(spool), spool.tell(), digest.hexdigest())
            await self._put(stored, spool)
        return stored

    async def _put(self, stored: StoredFile, spool: IO[bytes]) -> None:
        size = spool.seek(0, 2)
        spool.seek(0)
        content = spool.read() if size <= KEPT_IN_MEMORY_BYTES else spool
        await asyncio.to_thread(obstore.put, self._store, _address(stored.sha256), content)

    async def read(self, sha256: str) -> AsyncIterator[bytes]:
        """Give the bytes kept under a hash; raises FileNotFoundError before the first of them."""
        found = await asyncio.to_thread(obstore.get, self._store, _address(sha256))
        stream = iter(found.stream())

        async def chunks() -> AsyncIterator[bytes]:
            while (chunk := await asyncio.to_thread(next, stream, None)) is not None:
                yield bytes(chunk)

        return chunks()

    async def check(self) -> None:
        """Write, read and delete a small object; raises whatever stands in the way."""
        await asyncio.to_thread(obstore.put, self._store, "check", b"ok")
        await asyncio.to_thread(obstore.get, self._store, "check")
        await asyncio.to_thread(obstore.delete, self._store, "check")


def _address(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256}"


def _kind(spool: IO[bytes]) -> str:
    size = spool.tell()
    spool.seek(0)
    kind = filetype.guess_mime(spool.read(SNIFFED_BYTES))
    spool.seek(size)
    if kind is None or not kind.startswith(("image/", "video/")):
        raise RejectedFile(415, "The bytes are neither a photo nor a video.")
    return str(kind)


def open_store(settings: Settings) -> FileStore:
    """Open the store the settings name; raises SettingsError."""
    if settings.storage_url is None:
        folder = settings.data_dir / "uploads"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return FileStore(from_url(folder.as_uri()))
    try:
        return FileStore(from_url(settings.storage_url))
    except Exception as error:  # its errors share no base class
        raise SettingsError(f"AMENDS_STORAGE_URL: {error}".splitlines()[0]) from error
