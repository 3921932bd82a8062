"""Conversations as one participant sees them, their messages, and what is attached to those."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from domain.words import Handler, MessageKind, Party, ThreadKind
from storage.reads.pages import Listing, Order
from storage.reads.sets import MESSAGE, ONE, OWNED, Reading, columns_of
from storage.tables import attachments, inbox_entries, messages, requests, threads
from storage.visibility import MEMBER, NOBODY, SELLER, sees_thread, sees_words


@dataclass(frozen=True, slots=True)
class ThreadRow:
    """A thread, with the viewer's own entry in it; a viewer who takes no part has read nothing of it."""

    owner_id: int
    id: int
    member_id: int
    kind: ThreadKind
    subject: str
    request_number: int | None
    last_message_number: int
    last_activity_at: datetime
    last_read_number: int
    unread_count: int
    marked_unread: bool
    archived: bool
    handled_by: Handler | None
    locked_at: datetime | None
    closed_at: datetime | None
    policy_version: str | None

    @property
    def key(self) -> tuple[int, int]:
        """The thread's name in storage."""
        return (self.owner_id, self.id)


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message."""

    owner_id: int
    thread_id: int
    number: int
    author_id: int | None
    party: Party
    kind: MessageKind
    body: str
    created_at: datetime

    @property
    def key(self) -> tuple[int, int, int]:
        """The message's name in storage."""
        return (self.owner_id, self.thread_id, self.number)


@dataclass(frozen=True, slots=True)
class AttachmentRow:
    """A photo or a video."""

    id: int
    filename: str
    content_type: str
    byte_size: int


# The viewer's own entry; a partner of the seller sees the seller's.
_entry = inbox_entries.alias("entry")
_own_entry = sa.and_(
    _entry.c.owner_id == threads.c.owner_id,
    _entry.c.thread_id == threads.c.id,
    _entry.c.account_id == sa.case((MEMBER == NOBODY, SELLER), else_=MEMBER),
)
_about = sa.and_(requests.c.seller_id == threads.c.owner_id, requests.c.number == threads.c.request_number)
_seen = threads.outerjoin(_entry, _own_entry).outerjoin(requests, _about)
_thread = columns_of(
    ThreadRow,
    threads,
    requests,
    last_read_number=sa.func.coalesce(_entry.c.last_read_number, 0),
    unread_count=sa.func.coalesce(_entry.c.unread_count, 0),
    marked_unread=sa.func.coalesce(_entry.c.marked_unread, sa.false()),
    archived=sa.func.coalesce(_entry.c.archived, sa.false()),
)

by_key = Reading(
    ThreadRow,
    OWNED,
    (
        threads.c.owner_id,
        threads.c.id,
    ),
    _thread,
    _seen,
    sees_thread(threads),
).one

_message = columns_of(MessageRow, messages)
message_by_key = Reading(
    MessageRow,
    MESSAGE,
    (
        messages.c.owner_id,
        messages.c.thread_id,
        messages.c.number,
    ),
    _message,
    messages,
    sees_words(messages),
).one
messages_of = Listing(
    MessageRow,
    _message,
    messages,
    sees_words(messages),
    on=(messages.c.owner_id, messages.c.thread_id),
    order=Order("messages", (messages.c.number,)),
    keys=OWNED,
)

_attachment = columns_of(AttachmentRow, attachments)
_shown = sa.or_(attachments.c.uploader_id == MEMBER, sees_words(attachments))
attachments_of_message = Reading(
    AttachmentRow,
    MESSAGE,
    (
        attachments.c.owner_id,
        attachments.c.thread_id,
        attachments.c.message_number,
    ),
    _attachment,
    attachments,
    sees_words(attachments),
    order=[attachments.c.id],
).many
evidence_of = Reading(
    AttachmentRow,
    OWNED,
    (
        attachments.c.owner_id,
        attachments.c.thread_id,
    ),
    _attachment,
    attachments,
    attachments.c.is_evidence,
    sees_words(attachments),
    order=[attachments.c.id],
).many
attachment_by_id = Reading(AttachmentRow, ONE, (attachments.c.id,), _attachment, attachments, _shown).one
