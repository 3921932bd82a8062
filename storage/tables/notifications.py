"""Notifications in the app: numbered for each account without gaps, in the order in which they were written.

A notification keeps its text: what it was about may look otherwise when it is read.
"""

import sqlalchemy as sa

from domain.notices import LONGEST_TEXT
from domain.words import EventKind
from storage.tables.base import instant, key, metadata, number, text, word

# How many an account has had: its row is locked while the next numbers are taken.
notification_counts = sa.Table(
    "notification_counts",
    metadata,
    key("account_id"),
    number("last_number"),
    sa.PrimaryKeyConstraint("account_id"),
    sa.ForeignKeyConstraint(["account_id"], ["accounts.id"]),
    sa.CheckConstraint("last_number > 0", name="last_number"),
)

# The owner is that of the thread, who is also the seller of a request; none where it is about neither.
notifications = sa.Table(
    "notifications",
    metadata,
    key("account_id"),
    number("number"),
    word("kind", EventKind),
    text("text", longest=LONGEST_TEXT),
    key("owner_id", nullable=True),
    number("request_number", nullable=True),
    key("thread_id", nullable=True),
    instant("created_at"),
    instant("read_at", nullable=True),
    sa.PrimaryKeyConstraint("account_id", "number"),
    sa.ForeignKeyConstraint(["account_id"], ["accounts.id"]),
    sa.ForeignKeyConstraint(["owner_id", "request_number"], ["requests.seller_id", "requests.number"]),
    sa.ForeignKeyConstraint(["owner_id", "thread_id"], ["threads.owner_id", "threads.id"]),
    sa.CheckConstraint("number > 0", name="number"),
    sa.CheckConstraint("(owner_id IS NULL) = (thread_id IS NULL)", name="thread"),
    sa.CheckConstraint("request_number IS NULL OR thread_id IS NOT NULL", name="request"),
    sa.Index("ix_notifications_unread", "account_id", "number", postgresql_where=sa.text("read_at IS NULL")),
)
