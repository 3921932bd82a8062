"""The feed: streams and their events."""

from alembic import op

revision = "0009"
down_revision = "0008"

TABLES = (
    """
CREATE TABLE streams (
    name TEXT NOT NULL CONSTRAINT ck_streams_name_length CHECK (length(name) <= 60),
    head BIGINT NOT NULL,
    CONSTRAINT pk_streams PRIMARY KEY (name),
    CONSTRAINT ck_streams_head CHECK (head > 0)
)
    """,
    """
CREATE TABLE events (
    stream TEXT NOT NULL CONSTRAINT ck_events_stream_length CHECK (length(stream) <= 60),
    sequence BIGINT NOT NULL,
    type VARCHAR(32) NOT NULL,
    kind VARCHAR(32) NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    transaction_id BIGINT DEFAULT (pg_current_xact_id()::text)::bigint NOT NULL,
    owner_id BIGINT,
    request_number INTEGER,
    timeline_number INTEGER,
    thread_id BIGINT,
    message_number INTEGER,
    entry_number INTEGER,
    hold_number INTEGER,
    note_number INTEGER,
    account_id BIGINT,
    notification_number INTEGER,
    CONSTRAINT pk_events PRIMARY KEY (stream, sequence),
    CONSTRAINT ck_events_sequence CHECK (sequence > 0),
    CONSTRAINT ck_events_type_word CHECK (type IN ('REQUEST', 'MESSAGE', 'QUEUE', 'LEDGER', 'RATING',
        'THREAD_STATE', 'NOTIFICATION')),
    CONSTRAINT ck_events_kind_word CHECK (kind IN ('REQUEST_OPENED', 'REQUEST_STATUS_CHANGED',
        'REQUEST_ESCALATED', 'REQUEST_RULED', 'REQUEST_CLOSED', 'MESSAGE_POSTED', 'OFFER_CHANGED',
        'RETURN_CHANGED', 'REPLACEMENT_CHANGED', 'REFUND_CHANGED', 'CLAIM_CHANGED', 'LEDGER_POSTED',
        'LEDGER_HOLD_CHANGED', 'RETURN_DELIVERED', 'ENROLLMENT_CHANGED', 'INTERNAL_NOTE_ADDED',
        'REQUEST_ASSIGNED', 'DEADLINE_NEAR', 'DEADLINE_MISSED', 'RATING_CHANGED',
        'SATISFACTION_ANSWERED', 'THREAD_STATE_CHANGED'))
)
    """,
    """
CREATE INDEX ix_events_recorded ON events (recorded_at)
    """,
)


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE events, streams")
