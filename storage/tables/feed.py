"""The feed: streams, each with the number of its last event and a version, and the events themselves.

An event names what it is about and holds nothing of it: whoever is told reads that anew, with their own eyes.
"""

import sqlalchemy as sa

from domain.words import EventKind, FeedType
from storage.tables.base import instant, key, metadata, number, text, word

# `head` is the number of the last event, 0 before the first. `version` grows with every transaction that
# appends, or changes something the stream's owner sees and tells no event of it.
streams = sa.Table(
    "streams",
    metadata,
    text("name", longest=60),
    sa.Column("head", sa.BigInteger, nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False, server_default="1"),
    sa.PrimaryKeyConstraint("name"),
    sa.CheckConstraint("head >= 0", name="head"),
    sa.CheckConstraint("version > 0", name="version"),
)

# `sequence` is dense in its stream, in the order of commits. `recorded_at` is wall time: the test clock may
# be ahead of it. `transaction_id` tells whether an older snapshot saw the event already.
events = sa.Table(
    "events",
    metadata,
    text("stream", longest=60),
    sa.Column("sequence", sa.BigInteger, nullable=False),
    word("type", FeedType),
    word("kind", EventKind),
    instant("at"),
    sa.Column(
        "recorded_at",
        sa.DateTime(timezone=True),
        nullable=False,
        server_default=sa.text("clock_timestamp()"),
    ),
    sa.Column(
        "transaction_id",
        sa.BigInteger,
        nullable=False,
        server_default=sa.text("(((pg_current_xact_id())::text)::bigint)"),
    ),
    key("owner_id", nullable=True),  # the seller of a request, the owner of a thread or of a ledger
    number("request_number", nullable=True),
    number("timeline_number", nullable=True),
    key("thread_id", nullable=True),
    number("message_number", nullable=True),
    number("entry_number", nullable=True),
    number("hold_number", nullable=True),
    number("note_number", nullable=True),
    key("account_id", nullable=True),  # whose notification it is, or who works on a request
    number("notification_number", nullable=True),
    sa.PrimaryKeyConstraint("stream", "sequence"),
    sa.CheckConstraint("sequence > 0", name="sequence"),
    sa.Index("ix_events_recorded", "recorded_at"),
)
