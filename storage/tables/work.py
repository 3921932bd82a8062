"""What the machinery remembers: answered idempotency keys, and single facts such as the test clock."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from storage.tables.base import instant, metadata, text

idempotency_keys = sa.Table(
    "idempotency_keys",
    metadata,
    text("actor", longest=100),
    text("key", longest=200),
    text("mutation", longest=100),
    text("input_hash", longest=64),
    sa.Column("receipt", JSONB, nullable=True),  # null only inside the transaction that claims the key
    instant("created_at"),
    sa.PrimaryKeyConstraint("actor", "key"),
    sa.Index("ix_idempotency_keys_created", "created_at"),
)

# name → value: "test_clock" (offset in microseconds), "demo" (what was loaded)
facts = sa.Table(
    "facts",
    metadata,
    text("name", longest=40),
    sa.Column("value", JSONB, nullable=False),
    sa.PrimaryKeyConstraint("name"),
)

# Tokens that are believed no more; one whose time is over anyway may be forgotten.
revoked_tokens = sa.Table(
    "revoked_tokens",
    metadata,
    text("token_id", longest=200),
    instant("expires_at"),
    instant("revoked_at"),
    sa.PrimaryKeyConstraint("token_id"),
    sa.Index("ix_revoked_tokens_expires", "expires_at"),
)
