"""A version of what each stream's owner sees, beside the number of its last event."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Begin with a version of 1 each; a stream may have one before its first event."""
    op.execute("ALTER TABLE streams ADD COLUMN version BIGINT DEFAULT '1' NOT NULL")
    op.execute("ALTER TABLE streams DROP CONSTRAINT ck_streams_head")
    op.execute("ALTER TABLE streams ADD CONSTRAINT ck_streams_head CHECK (head >= 0)")
    op.execute("ALTER TABLE streams ADD CONSTRAINT ck_streams_version CHECK (version > 0)")


def downgrade() -> None:
    """Leave the numbers of events alone."""
    op.execute("DELETE FROM streams WHERE head = 0")
    op.execute("ALTER TABLE streams DROP CONSTRAINT ck_streams_version")
    op.execute("ALTER TABLE streams DROP CONSTRAINT ck_streams_head")
    op.execute("ALTER TABLE streams ADD CONSTRAINT ck_streams_head CHECK (head > 0)")
    op.execute("ALTER TABLE streams DROP COLUMN version")
