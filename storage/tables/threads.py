"""Conversations: threads, numbered messages (append-only), attachments, each participant's view of a thread.

`inbox_entries` is what the inbox pages read: one row per participant and thread, kept in step by every write.
"""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSVECTOR

from domain.words import MessageKind, Party, RequestReason, RequestStatus, ThreadKind
from storage.tables.base import flag, identity, instant, key, metadata, number, text, word

SEARCH_WORDS = "simple"
"""The text search configuration of `search` columns and of queries on them: any language, every word."""

# The owner is the seller of the request, or who was written to first; the member is the buyer, or who wrote.
threads = sa.Table(
    "threads",
    metadata,
    key("owner_id"),
    identity(),
    key("member_id"),
    word("kind", ThreadKind),
    text("subject", longest=500),
    number("request_number", nullable=True),
    number("last_message_number", server_default="0"),
    instant("last_activity_at"),
    sa.Column("search", TSVECTOR, nullable=False),
    sa.PrimaryKeyConstraint("owner_id", "id"),
    sa.ForeignKeyConstraint(["owner_id"], ["accounts.id"]),
    sa.ForeignKeyConstraint(["member_id"], ["accounts.id"]),
    sa.CheckConstraint("owner_id <> member_id", name="two_parties"),
    sa.CheckConstraint("(kind = 'DIRECT') = (request_number IS NULL)", name="request"),
    sa.Index(
        "uq_threads_direct",
        sa.text("least(owner_id, member_id)"),
        sa.text("greatest(owner_id, member_id)"),
        unique=True,
        postgresql_where=sa.text("kind = 'DIRECT'"),
    ),
    sa.Index("uq_threads_request", "owner_id", "request_number", unique=True),
    sa.Index("ix_threads_search", "search", postgresql_using="gin"),
)

# `search` holds the body's words and a lexeme `@<account>` per participant: one index finds in my threads.
messages = sa.Table(
    "messages",
    metadata,
    key("owner_id"),
    key("thread_id"),
    number("number"),
    key("author_id", nullable=True),
    word("party", Party),
    word("kind", MessageKind),
    text("body"),
    instant("created_at"),
    sa.Column("search", TSVECTOR, nullable=False),
    sa.PrimaryKeyConstraint("owner_id", "thread_id", "number"),
    sa.ForeignKeyConstraint(["owner_id", "thread_id"], ["threads.owner_id", "threads.id"]),
    sa.ForeignKeyConstraint(["author_id"], ["accounts.id"]),
    sa.Index("ix_messages_search", "search", postgresql_using="gin"),
)

inbox_entries = sa.Table(
    "inbox_entries",
    metadata,
    key("account_id"),
    key("owner_id"),
    key("thread_id"),
    word("party", Party, nullable=True),  # none in a direct thread
    word("kind", ThreadKind),
    number("request_number", nullable=True),
    word("status", RequestStatus, nullable=True),
    word("reason", RequestReason, nullable=True),
    instant("last_activity_at"),
    instant("due_at", nullable=True),  # only while it is this participant's turn
    number("last_read_number", server_default="0"),
    number("unread_count", server_default="0"),
    flag("marked_unread"),
    flag("archived"),
    sa.PrimaryKeyConstraint("account_id", "owner_id", "thread_id"),
    sa.ForeignKeyConstraint(["owner_id", "thread_id"], ["threads.owner_id", "threads.id"]),
    sa.ForeignKeyConstraint(["account_id"], ["accounts.id"]),
    sa.Index(
        "ix_inbox_entries_latest",
        "account_id",
        "archived",
        sa.text("last_activity_at DESC"),
        sa.text("owner_id DESC"),
        sa.text("thread_id DESC"),
    ),
    sa.Index(
        "ix_inbox_entries_support_latest",
        "account_id",
        "archived",
        sa.text("last_activity_at DESC"),
        sa.text("owner_id DESC"),
        sa.text("thread_id DESC"),
        postgresql_where=sa.text("party = 'SELLER'"),
    ),
    # what has no deadline comes after everything that has one
    sa.Index(
        "ix_inbox_entries_due",
        "account_id",
        "archived",
        sa.text("coalesce(due_at, '9999-12-31 00:00:00+00'::timestamptz)"),
        "owner_id",
        "thread_id",
    ),
    sa.Index("ix_inbox_entries_thread", "owner_id", "thread_id"),
)

# Uploaded first, named later, used once; the bytes lie under their hash in the object store.
attachments = sa.Table(
    "attachments",
    metadata,
    key("uploader_id"),
    identity(),
    text("filename", longest=255),
    text("content_type", longest=100),
    sa.Column("byte_size", sa.BigInteger, nullable=False),
    text("sha256", nullable=True, longest=64),
    instant("created_at"),
    instant("stored_at", nullable=True),
    key("owner_id", nullable=True),
    key("thread_id", nullable=True),
    number("message_number", nullable=True),
    flag("is_evidence"),
    sa.PrimaryKeyConstraint("uploader_id", "id"),
    sa.UniqueConstraint("id"),
    sa.ForeignKeyConstraint(["uploader_id"], ["accounts.id"]),
    sa.ForeignKeyConstraint(
        ["owner_id", "thread_id", "message_number"],
        ["messages.owner_id", "messages.thread_id", "messages.number"],
    ),
    sa.CheckConstraint("(stored_at IS NULL) = (sha256 IS NULL)", name="stored"),
    sa.CheckConstraint("message_number IS NULL OR stored_at IS NOT NULL", name="used"),
    sa.Index("ix_attachments_message", "owner_id", "thread_id", "message_number"),
)
