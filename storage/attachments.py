"""Attachments as files: begun with a promise, finished with the bytes' own facts.

Decides nothing about who may see one: the links to the bytes are signed for those who may, and the resolvers
name an attachment only to a thread's participants and to Support. Knows no bytes: those are in the object
store.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from storage.connection import Connection
from storage.tables import attachments
from storage.transaction import touch


@dataclass(frozen=True, slots=True)
class AttachmentFile:
    """What is known of one file; `sha256` is its name in the object store, none until its bytes are there."""

    id: int
    uploader_id: int
    filename: str
    content_type: str
    byte_size: int
    sha256: str | None


async def begin(
    connection: Connection,
    *,
    uploader_id: int,
    filename: str,
    content_type: str,
    byte_size: int,
    at: datetime,
) -> int:
    """Note that somebody is about to upload a file as described; give its id."""
    touch(connection, uploader_id)
    promise = {
        "uploader_id": uploader_id,
        "filename": filename,
        "content_type": content_type,
        "byte_size": byte_size,
        "created_at": at,
    }
    id_: int = (await connection.execute(_begin, promise)).scalar_one()
    return id_


async def get(connection: Connection, id_: int) -> AttachmentFile | None:
    """Give one file to the bearer of a signed link."""
    row = (await connection.execute(_get, {"of_id": id_})).one_or_none()
    return AttachmentFile(*row) if row else None


async def finish(
    connection: Connection,
    file: AttachmentFile,
    *,
    content_type: str,
    byte_size: int,
    sha256: str,
    at: datetime,
) -> bool:
    """Note that the bytes are stored; False if they were before."""
    touch(connection, file.uploader_id)
    stored = {"content_type": content_type, "byte_size": byte_size, "sha256": sha256, "stored_at": at}
    named = {"of_uploader": file.uploader_id, "of_id": file.id}
    return (await connection.execute(_finish, named | stored)).rowcount == 1


_begin = sa.insert(attachments).returning(attachments.c.id)
_get = sa.select(*(attachments.c[name] for name in AttachmentFile.__slots__)).where(
    attachments.c.id == sa.bindparam("of_id")
)
_finish = sa.update(attachments).where(
    attachments.c.uploader_id == sa.bindparam("of_uploader"),
    attachments.c.id == sa.bindparam("of_id"),
    attachments.c.stored_at.is_(None),
)
