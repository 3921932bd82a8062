"""Notifications in the app, and how many each account has had."""

from alembic import op

revision = "0010"
down_revision = "0009"

TABLES = (
    """
CREATE TABLE notification_counts (
    account_id BIGINT NOT NULL,
    last_number INTEGER NOT NULL,
    CONSTRAINT pk_notification_counts PRIMARY KEY (account_id),
    CONSTRAINT fk_notification_counts_account_id FOREIGN KEY(account_id) REFERENCES accounts (id),
    CONSTRAINT ck_notification_counts_last_number CHECK (last_number > 0)
)
    """,
    """
CREATE TABLE notifications (
    account_id BIGINT NOT NULL,
    number INTEGER NOT NULL,
    kind VARCHAR(32) NOT NULL,
    text TEXT NOT NULL CONSTRAINT ck_notifications_text_length CHECK (length(text) <= 200),
    owner_id BIGINT,
    request_number INTEGER,
    thread_id BIGINT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    read_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_notifications PRIMARY KEY (account_id, number),
    CONSTRAINT fk_notifications_account_id FOREIGN KEY(account_id) REFERENCES accounts (id),
    CONSTRAINT fk_notifications_owner_id_request_number FOREIGN KEY(owner_id, request_number)
        REFERENCES requests (seller_id, number),
    CONSTRAINT fk_notifications_owner_id_thread_id FOREIGN KEY(owner_id, thread_id)
        REFERENCES threads (owner_id, id),
    CONSTRAINT ck_notifications_number CHECK (number > 0),
    CONSTRAINT ck_notifications_thread CHECK ((owner_id IS NULL) = (thread_id IS NULL)),
    CONSTRAINT ck_notifications_request CHECK (request_number IS NULL OR thread_id IS NOT NULL),
    CONSTRAINT ck_notifications_kind_word CHECK (kind IN ('REQUEST_OPENED', 'REQUEST_STATUS_CHANGED',
        'REQUEST_ESCALATED', 'REQUEST_RULED', 'REQUEST_CLOSED', 'MESSAGE_POSTED', 'OFFER_CHANGED',
        'RETURN_CHANGED', 'REPLACEMENT_CHANGED', 'REFUND_CHANGED', 'CLAIM_CHANGED', 'LEDGER_POSTED',
        'LEDGER_HOLD_CHANGED', 'RETURN_DELIVERED', 'ENROLLMENT_CHANGED', 'INTERNAL_NOTE_ADDED',
        'REQUEST_ASSIGNED', 'DEADLINE_NEAR', 'DEADLINE_MISSED', 'RATING_CHANGED',
        'SATISFACTION_ANSWERED', 'THREAD_STATE_CHANGED'))
)
    """,
    """
CREATE INDEX ix_notifications_unread ON notifications (account_id, number) WHERE read_at IS NULL
    """,
)


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE notifications, notification_counts")
