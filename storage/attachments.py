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
    promise = sa.insert(attachments).values(
        uploader_id=uploader_id,
        filename=filename,
        content_type=content_type,
        byte_size=byte_size,
        created_at=at,
    )
    id_: int = (await connection.execute(promise.returning(attachments.c.id))).scalar_one()
    return id_


async def get(connection: Connection, id_: int) -> AttachmentFile | None:
    """Give one file to the bearer of a signed link."""
    columns = [attachments.c[name] for name in AttachmentFile.__slots__]
    row = (await connection.execute(sa.select(*columns).where(attachments.c.id == id_))).one_or_none()
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
    stored = (
        sa.update(attachments)
        .where(
            attachments.c.uploader_id == file.uploader_id,
            attachments.c.id == file.id,
            attachments.c.stored_at.is_(None),
        )
        .values(content_type=content_type, byte_size=byte_size, sha256=sha256, stored_at=at)
    )
    return (await connection.execute(stored)).rowcount == 1
