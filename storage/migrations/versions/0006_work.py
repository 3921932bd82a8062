"""What the machinery remembers."""

from alembic import op

revision = "0006"
down_revision = "0005"

TABLES = (
    """
CREATE TABLE idempotency_keys (
    actor TEXT NOT NULL CONSTRAINT ck_idempotency_keys_actor_length CHECK (length(actor) <= 100),
    key TEXT NOT NULL CONSTRAINT ck_idempotency_keys_key_length CHECK (length(key) <= 200),
    mutation TEXT NOT NULL CONSTRAINT ck_idempotency_keys_mutation_length
        CHECK (length(mutation) <= 100),
    input_hash TEXT NOT NULL CONSTRAINT ck_idempotency_keys_input_hash_length
        CHECK (length(input_hash) <= 64),
    receipt JSONB,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_idempotency_keys PRIMARY KEY (actor, key)
)
    """,
    """
CREATE INDEX ix_idempotency_keys_created ON idempotency_keys (created_at)
    """,
    """
CREATE TABLE facts (
    name TEXT NOT NULL CONSTRAINT ck_facts_name_length CHECK (length(name) <= 40),
    value JSONB NOT NULL,
    CONSTRAINT pk_facts PRIMARY KEY (name)
)
    """,
)


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE facts, idempotency_keys")
