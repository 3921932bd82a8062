"""Journals and their lines, holds, and refunds on their way."""

from alembic import op

revision = "0005"
down_revision = "0004"

TABLES = (
    """
CREATE TABLE journals (
    seller_id BIGINT NOT NULL,
    number INTEGER NOT NULL,
    kind VARCHAR(32) NOT NULL,
    order_id BIGINT,
    request_number INTEGER,
    description TEXT NOT NULL CONSTRAINT ck_journals_description_length
        CHECK (length(description) <= 500),
    posted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    reverses_number INTEGER,
    external_id TEXT CONSTRAINT ck_journals_external_id_length CHECK (length(external_id) <= 200),
    CONSTRAINT pk_journals PRIMARY KEY (seller_id, number),
    CONSTRAINT fk_journals_seller_id FOREIGN KEY(seller_id) REFERENCES sellers (seller_id),
    CONSTRAINT fk_journals_seller_id_order_id FOREIGN KEY(seller_id, order_id)
        REFERENCES orders (seller_id, id),
    CONSTRAINT fk_journals_seller_id_request_number FOREIGN KEY(seller_id, request_number)
        REFERENCES requests (seller_id, number),
    CONSTRAINT fk_journals_seller_id_reverses_number FOREIGN KEY(seller_id, reverses_number)
        REFERENCES journals (seller_id, number),
    CONSTRAINT uq_journals_seller_id_reverses_number UNIQUE (seller_id, reverses_number),
    CONSTRAINT uq_journals_external_id UNIQUE (external_id),
    CONSTRAINT ck_journals_correction CHECK ((kind = 'CORRECTION') = (reverses_number IS NOT NULL)),
    CONSTRAINT ck_journals_transfer CHECK ((kind = 'TRANSFER_OUT') = (external_id IS NOT NULL)),
    CONSTRAINT ck_journals_order CHECK (kind IN ('TRANSFER_OUT', 'CORRECTION') OR order_id IS NOT NULL),
    CONSTRAINT ck_journals_kind_word CHECK (kind IN ('SALE', 'FULL_REFUND', 'RETURN_CONFIRMED',
        'PARTIAL_REFUND', 'PLATFORM_REFUND', 'LABEL_USED', 'LABEL_WRITTEN_OFF', 'CLAIM_APPROVED',
        'REFUND_SETTLED', 'CHARGEBACK', 'TRANSFER_OUT', 'CORRECTION'))
)
    """,
    """
CREATE UNIQUE INDEX uq_journals_order ON journals (seller_id, order_id, kind)
        WHERE kind IN ('SALE', 'CHARGEBACK')
    """,
    """
CREATE UNIQUE INDEX uq_journals_refund ON journals (seller_id, request_number)
        WHERE kind IN ('FULL_REFUND', 'RETURN_CONFIRMED', 'PARTIAL_REFUND', 'PLATFORM_REFUND')
    """,
    """
CREATE UNIQUE INDEX uq_journals_request ON journals (seller_id, request_number, kind)
        WHERE kind IN ('LABEL_USED', 'LABEL_WRITTEN_OFF', 'CLAIM_APPROVED', 'REFUND_SETTLED')
    """,
    """
CREATE TABLE journal_lines (
    seller_id BIGINT NOT NULL,
    journal_number INTEGER NOT NULL,
    position INTEGER NOT NULL,
    account VARCHAR(32) NOT NULL,
    component VARCHAR(32),
    currency VARCHAR(32) NOT NULL,
    amount_minor BIGINT NOT NULL,
    entry_number INTEGER,
    balance_after_minor BIGINT,
    posted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    order_id BIGINT,
    request_number INTEGER,
    CONSTRAINT pk_journal_lines PRIMARY KEY (seller_id, journal_number, position),
    CONSTRAINT fk_journal_lines_seller_id_journal_number FOREIGN KEY(seller_id,
        journal_number) REFERENCES journals (seller_id, number),
    CONSTRAINT uq_journal_lines_seller_id_entry_number UNIQUE (seller_id, entry_number),
    CONSTRAINT ck_journal_lines_seller_line
        CHECK ((account = 'seller') = (entry_number IS NOT NULL)
        AND (account = 'seller') = (component IS NOT NULL)
        AND (account = 'seller') = (balance_after_minor IS NOT NULL)),
    CONSTRAINT ck_journal_lines_amount CHECK (amount_minor <> 0),
    CONSTRAINT ck_journal_lines_account_word CHECK (account IN ('seller', 'buyer_refunds',
        'commission', 'tax', 'processing', 'shipping', 'return_shipping', 'platform_support',
        'carrier_claims', 'clearing')),
    CONSTRAINT ck_journal_lines_component_word CHECK (component IN ('SALE', 'PAYOUT_REVERSAL',
        'BUYER_SHIPPING', 'PROCESSING_FEE', 'RETURN_SHIPPING', 'PARTIAL_REFUND', 'CLAIM_CREDIT',
        'CORRECTION', 'TRANSFER_OUT')),
    CONSTRAINT ck_journal_lines_currency_word CHECK (currency IN ('USD', 'CAD', 'GBP', 'EUR', 'AUD'))
)
    """,
    """
CREATE INDEX ix_journal_lines_order ON journal_lines (seller_id, order_id, entry_number)
        WHERE entry_number IS NOT NULL
    """,
    """
CREATE INDEX ix_journal_lines_posted ON journal_lines (seller_id, posted_at, entry_number)
        WHERE entry_number IS NOT NULL
    """,
    """
CREATE INDEX ix_journal_lines_request ON journal_lines (seller_id, request_number, entry_number)
        WHERE entry_number IS NOT NULL
    """,
    """
CREATE TABLE holds (
    seller_id BIGINT NOT NULL,
    request_number INTEGER NOT NULL,
    number INTEGER NOT NULL,
    status VARCHAR(32) NOT NULL,
    currency VARCHAR(32) NOT NULL,
    charges JSONB NOT NULL,
    total_minor BIGINT NOT NULL,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_holds PRIMARY KEY (seller_id, request_number, number),
    CONSTRAINT fk_holds_seller_id_request_number FOREIGN KEY(seller_id, request_number)
        REFERENCES requests (seller_id, number),
    CONSTRAINT ck_holds_ended CHECK ((status = 'HELD') = (ended_at IS NULL)),
    CONSTRAINT ck_holds_status_word CHECK (status IN ('HELD', 'POSTED', 'VOIDED')),
    CONSTRAINT ck_holds_currency_word CHECK (currency IN ('USD', 'CAD', 'GBP', 'EUR', 'AUD'))
)
    """,
    """
CREATE UNIQUE INDEX uq_holds_held ON holds (seller_id, request_number) WHERE status = 'HELD'
    """,
    """
CREATE TABLE refunds (
    seller_id BIGINT NOT NULL,
    request_number INTEGER NOT NULL,
    order_id BIGINT NOT NULL,
    currency VARCHAR(32) NOT NULL,
    amount_minor BIGINT NOT NULL,
    funded_by VARCHAR(32) NOT NULL,
    status VARCHAR(32) NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    settled_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_refunds PRIMARY KEY (seller_id, request_number),
    CONSTRAINT fk_refunds_seller_id_request_number FOREIGN KEY(seller_id, request_number)
        REFERENCES requests (seller_id, number),
    CONSTRAINT fk_refunds_seller_id_order_id FOREIGN KEY(seller_id, order_id)
        REFERENCES orders (seller_id, id),
    CONSTRAINT ck_refunds_amount CHECK (amount_minor > 0),
    CONSTRAINT ck_refunds_settled CHECK ((status = 'SETTLED') = (settled_at IS NOT NULL)),
    CONSTRAINT ck_refunds_currency_word CHECK (currency IN ('USD', 'CAD', 'GBP', 'EUR', 'AUD')),
    CONSTRAINT ck_refunds_funded_by_word CHECK (funded_by IN ('SELLER', 'PLATFORM', 'NOBODY')),
    CONSTRAINT ck_refunds_status_word CHECK (status IN ('PENDING', 'SETTLED', 'FAILED'))
)
    """,
    """
CREATE INDEX ix_refunds_created ON refunds (created_at, seller_id, request_number)
    """,
    """
CREATE INDEX ix_refunds_status ON refunds (status, created_at, seller_id, request_number)
    """,
)


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE refunds, holds, journal_lines, journals")
