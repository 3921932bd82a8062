"""Tokens that are believed no more, for as long as they would have lived."""

from alembic import op

revision = "0008"
down_revision = "0007"

TABLES = (
    """
CREATE TABLE revoked_tokens (
    token_id TEXT NOT NULL CONSTRAINT ck_revoked_tokens_token_id_length CHECK (length(token_id) <= 200),
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    revoked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_revoked_tokens PRIMARY KEY (token_id)
)
    """,
    """
CREATE INDEX ix_revoked_tokens_expires ON revoked_tokens (expires_at)
    """,
)


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE revoked_tokens")
