"""Who: members, Support agents, and the selling side of a member with its counters and balances."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from domain.money import Currency
from domain.words import EnrollmentStatus
from storage.tables.base import flag, identity, instant, key, metadata, minor, number, text, word

accounts = sa.Table(
    "accounts",
    metadata,
    identity(),
    text("username", longest=80),
    text("display_name", longest=200),
    text("email", nullable=True, longest=320),
    text("country_code", nullable=True, longest=2),
    flag("is_agent"),
    instant("created_at"),
    sa.PrimaryKeyConstraint("id"),
    sa.UniqueConstraint("username"),
)

sellers = sa.Table(
    "sellers",
    metadata,
    key("seller_id", primary_key=True, autoincrement=False),
    word("currency", Currency),
    word("enrollment_status", EnrollmentStatus),
    instant("enrolled_since", nullable=True),
    instant("waitlisted_at", nullable=True),
    instant("access_granted_at", nullable=True),
    sa.Column("return_address", JSONB(none_as_null=True), nullable=True),
    number("last_request_number", server_default="0"),
    number("last_journal_number", server_default="0"),
    number("last_entry_number", server_default="0"),
    minor("posted_minor", server_default="0"),
    minor("held_minor", server_default="0"),
    instant("last_posted_at", nullable=True),
    sa.ForeignKeyConstraint(["seller_id"], ["accounts.id"]),
    sa.CheckConstraint("held_minor >= 0", name="held"),
    sa.CheckConstraint("enrollment_status <> 'ENROLLED' OR enrolled_since IS NOT NULL", name="enrolled"),
    sa.CheckConstraint("enrollment_status <> 'WAITLISTED' OR waitlisted_at IS NOT NULL", name="waitlisted"),
)

# Every flag and every clearing of a buyer, with its reason; the latest row counts.
buyer_flags = sa.Table(
    "buyer_flags",
    metadata,
    key("buyer_id"),
    number("number"),
    flag("flagged"),
    text("reason"),
    key("agent_id", nullable=True),
    instant("at"),
    sa.PrimaryKeyConstraint("buyer_id", "number"),
    sa.ForeignKeyConstraint(["buyer_id"], ["accounts.id"]),
    sa.ForeignKeyConstraint(["agent_id"], ["accounts.id"]),
)

saved_replies = sa.Table(
    "saved_replies",
    metadata,
    key("seller_id"),
    identity(),
    text("title", longest=200),
    text("body"),
    instant("created_at"),
    sa.PrimaryKeyConstraint("seller_id", "id"),
    sa.ForeignKeyConstraint(["seller_id"], ["accounts.id"]),
)
