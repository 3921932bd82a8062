"""What hangs on a request: offers, its return, replacements, escalations, clocks, claim, notes."""

from alembic import op

revision = "0004"
down_revision = "0003"

TABLES = (
    """
CREATE TABLE offers (
    seller_id BIGINT NOT NULL,
    request_number INTEGER NOT NULL,
    number INTEGER NOT NULL,
    currency VARCHAR(32) NOT NULL,
    amount_minor BIGINT NOT NULL,
    note TEXT CONSTRAINT ck_offers_note_length CHECK (length(note) <= 5000),
    status VARCHAR(32) NOT NULL,
    offered_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    answered_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_offers PRIMARY KEY (seller_id, request_number, number),
    CONSTRAINT fk_offers_seller_id_request_number FOREIGN KEY(seller_id, request_number)
        REFERENCES requests (seller_id, number),
    CONSTRAINT ck_offers_amount CHECK (amount_minor > 0),
    CONSTRAINT ck_offers_open CHECK (status <> 'OPEN' OR answered_at IS NULL),
    CONSTRAINT ck_offers_answered CHECK (status NOT IN ('ACCEPTED',
        'DECLINED') OR answered_at IS NOT NULL),
    CONSTRAINT ck_offers_currency_word CHECK (currency IN ('USD', 'CAD', 'GBP', 'EUR', 'AUD')),
    CONSTRAINT ck_offers_status_word CHECK (status IN ('OPEN', 'ACCEPTED', 'DECLINED', 'EXPIRED',
        'SUPERSEDED'))
)
    """,
    """
CREATE UNIQUE INDEX uq_offers_open ON offers (seller_id, request_number) WHERE status = 'OPEN'
    """,
    """
CREATE TABLE returns (
    seller_id BIGINT NOT NULL,
    request_number INTEGER NOT NULL,
    status VARCHAR(32) NOT NULL,
    funded_by VARCHAR(32) NOT NULL,
    approved_at TIMESTAMP WITH TIME ZONE NOT NULL,
    return_to JSONB,
    parcel_id BIGINT,
    label_url TEXT CONSTRAINT ck_returns_label_url_length CHECK (length(label_url) <= 2000),
    currency VARCHAR(32),
    label_cost_minor BIGINT,
    drop_off_by TIMESTAMP WITH TIME ZONE,
    dropped_off_at TIMESTAMP WITH TIME ZONE,
    delivered_at TIMESTAMP WITH TIME ZONE,
    review_by TIMESTAMP WITH TIME ZONE,
    confirmed_at TIMESTAMP WITH TIME ZONE,
    confirmed_by VARCHAR(32),
    dispute_condition VARCHAR(32),
    dispute_text TEXT CONSTRAINT ck_returns_dispute_text_length CHECK (length(dispute_text) <= 5000),
    dispute_attachment_ids BIGINT[],
    disputed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_returns PRIMARY KEY (seller_id, request_number),
    CONSTRAINT fk_returns_seller_id_request_number FOREIGN KEY(seller_id, request_number)
        REFERENCES requests (seller_id, number),
    CONSTRAINT fk_returns_seller_id_parcel_id FOREIGN KEY(seller_id, parcel_id)
        REFERENCES parcels (seller_id, id),
    CONSTRAINT ck_returns_label CHECK ((parcel_id IS NULL) = (label_cost_minor IS NULL)),
    CONSTRAINT ck_returns_confirmed CHECK ((status = 'CONFIRMED') = (confirmed_at IS NOT NULL)),
    CONSTRAINT ck_returns_disputed CHECK ((disputed_at IS NULL) = (dispute_condition IS NULL)),
    CONSTRAINT ck_returns_status_word CHECK (status IN ('AWAITING_LABEL', 'AWAITING_DROP_OFF',
        'IN_TRANSIT', 'DELIVERED', 'REFUSED', 'LOST', 'CONFIRMED', 'DISPUTED', 'NOT_SENT', 'WAIVED',
        'REJECTED', 'CANCELLED')),
    CONSTRAINT ck_returns_funded_by_word CHECK (funded_by IN ('SELLER', 'PLATFORM', 'NOBODY')),
    CONSTRAINT ck_returns_currency_word CHECK (currency IN ('USD', 'CAD', 'GBP', 'EUR', 'AUD')),
    CONSTRAINT ck_returns_confirmed_by_word CHECK (confirmed_by IN ('BUYER', 'SELLER', 'SUPPORT',
        'CARRIER', 'PAYMENTS', 'CLOCK')),
    CONSTRAINT ck_returns_dispute_condition_word CHECK (dispute_condition IN ('WRONG_ITEM', 'DAMAGED',
        'MISSING_PARTS', 'EMPTY_PARCEL', 'OTHER'))
)
    """,
    """
CREATE INDEX ix_returns_awaiting_label ON returns (approved_at, seller_id, request_number)
        WHERE status = 'AWAITING_LABEL'
    """,
    """
CREATE TABLE replacements (
    seller_id BIGINT NOT NULL,
    request_number INTEGER NOT NULL,
    number INTEGER NOT NULL,
    parcel_id BIGINT NOT NULL,
    ship_by TIMESTAMP WITH TIME ZONE NOT NULL,
    submitted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    shipped_at TIMESTAMP WITH TIME ZONE,
    delivered_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_replacements PRIMARY KEY (seller_id, request_number, number),
    CONSTRAINT fk_replacements_seller_id_request_number FOREIGN KEY(seller_id,
        request_number) REFERENCES requests (seller_id, number),
    CONSTRAINT fk_replacements_seller_id_parcel_id FOREIGN KEY(seller_id, parcel_id)
        REFERENCES parcels (seller_id, id)
)
    """,
    """
CREATE TABLE escalations (
    seller_id BIGINT NOT NULL,
    request_number INTEGER NOT NULL,
    number INTEGER NOT NULL,
    cause VARCHAR(32) NOT NULL,
    by VARCHAR(32) NOT NULL,
    text TEXT CONSTRAINT ck_escalations_text_length CHECK (length(text) <= 5000),
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    decision VARCHAR(32),
    ruling_funded_by VARCHAR(32),
    currency VARCHAR(32),
    ruling_amount_minor BIGINT,
    ruling_text TEXT CONSTRAINT ck_escalations_ruling_text_length CHECK (length(ruling_text) <= 5000),
    ruled_at TIMESTAMP WITH TIME ZONE,
    ruled_by BIGINT,
    overturned BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT pk_escalations PRIMARY KEY (seller_id, request_number, number),
    CONSTRAINT fk_escalations_seller_id_request_number FOREIGN KEY(seller_id,
        request_number) REFERENCES requests (seller_id, number),
    CONSTRAINT fk_escalations_ruled_by FOREIGN KEY(ruled_by) REFERENCES accounts (id),
    CONSTRAINT ck_escalations_ruled CHECK ((decision IS NULL) = (ruled_at IS NULL)),
    CONSTRAINT ck_escalations_overturned CHECK (NOT overturned OR ruling_funded_by = 'SELLER'),
    CONSTRAINT ck_escalations_cause_word CHECK (cause IN ('NO_RESPONSE', 'DECLINED', 'NEEDS_HELP',
        'OFFER_EXPIRED', 'OFFER_DECLINED', 'REPLACEMENT_NOT_SENT', 'REPLACEMENT_LOST',
        'RETURN_DISPUTED', 'RETURN_LOST', 'ROUTED', 'TAKEN_OVER')),
    CONSTRAINT ck_escalations_by_word CHECK (by IN ('BUYER', 'SELLER', 'SUPPORT', 'CARRIER',
        'PAYMENTS', 'CLOCK')),
    CONSTRAINT ck_escalations_decision_word CHECK (decision IN ('REFUND', 'REFUND_ON_RETURN',
        'UPHOLD')),
    CONSTRAINT ck_escalations_ruling_funded_by_word CHECK (ruling_funded_by IN ('SELLER', 'PLATFORM',
        'NOBODY')),
    CONSTRAINT ck_escalations_currency_word CHECK (currency IN ('USD', 'CAD', 'GBP', 'EUR', 'AUD'))
)
    """,
    """
CREATE TABLE response_clocks (
    seller_id BIGINT NOT NULL,
    request_number INTEGER NOT NULL,
    number INTEGER NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    responded_at TIMESTAMP WITH TIME ZONE,
    missed BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT pk_response_clocks PRIMARY KEY (seller_id, request_number, number),
    CONSTRAINT fk_response_clocks_seller_id_request_number FOREIGN KEY(seller_id,
        request_number) REFERENCES requests (seller_id, number)
)
    """,
    """
CREATE INDEX ix_response_clocks_due ON response_clocks (seller_id, due_at DESC, request_number DESC,
        number DESC)
    """,
    """
CREATE TABLE claims (
    seller_id BIGINT NOT NULL,
    request_number INTEGER NOT NULL,
    shipment_id BIGINT NOT NULL,
    status VARCHAR(32) NOT NULL,
    carrier VARCHAR(32) NOT NULL,
    currency VARCHAR(32) NOT NULL,
    coverage_minor BIGINT NOT NULL,
    files_at TIMESTAMP WITH TIME ZONE,
    file_by TIMESTAMP WITH TIME ZONE,
    opted_in_at TIMESTAMP WITH TIME ZONE NOT NULL,
    filed_at TIMESTAMP WITH TIME ZONE,
    decided_at TIMESTAMP WITH TIME ZONE,
    paid_minor BIGINT,
    CONSTRAINT pk_claims PRIMARY KEY (seller_id, request_number),
    CONSTRAINT fk_claims_seller_id_request_number FOREIGN KEY(seller_id, request_number)
        REFERENCES requests (seller_id, number),
    CONSTRAINT fk_claims_seller_id_shipment_id FOREIGN KEY(seller_id, shipment_id)
        REFERENCES shipments (seller_id, id),
    CONSTRAINT ck_claims_coverage CHECK (coverage_minor >= 0 AND paid_minor <= coverage_minor),
    CONSTRAINT ck_claims_decided CHECK ((status IN ('APPROVED', 'DENIED')) = (decided_at IS NOT NULL)),
    CONSTRAINT ck_claims_paid CHECK ((status = 'APPROVED') = (paid_minor IS NOT NULL)),
    CONSTRAINT ck_claims_status_word CHECK (status IN ('SCHEDULED', 'FILED', 'APPROVED', 'DENIED',
        'EXPIRED', 'CANCELLED', 'MANUAL')),
    CONSTRAINT ck_claims_carrier_word CHECK (carrier IN ('USPS', 'UPS', 'FEDEX', 'DHL', 'OTHER')),
    CONSTRAINT ck_claims_currency_word CHECK (currency IN ('USD', 'CAD', 'GBP', 'EUR', 'AUD'))
)
    """,
    """
CREATE INDEX ix_claims_shipment ON claims (seller_id, shipment_id)
    """,
    """
CREATE INDEX ix_claims_opted_in ON claims (opted_in_at, seller_id, request_number)
    """,
    """
CREATE INDEX ix_claims_status ON claims (status, opted_in_at, seller_id, request_number)
    """,
    """
CREATE TABLE internal_notes (
    seller_id BIGINT NOT NULL,
    request_number INTEGER NOT NULL,
    number INTEGER NOT NULL,
    author_id BIGINT NOT NULL,
    body TEXT NOT NULL CONSTRAINT ck_internal_notes_body_length CHECK (length(body) <= 5000),
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_internal_notes PRIMARY KEY (seller_id, request_number, number),
    CONSTRAINT fk_internal_notes_seller_id_request_number FOREIGN KEY(seller_id,
        request_number) REFERENCES requests (seller_id, number),
    CONSTRAINT fk_internal_notes_author_id FOREIGN KEY(author_id) REFERENCES accounts (id)
)
    """,
)


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)


def downgrade() -> None:
    op.execute(
        "DROP TABLE internal_notes, claims, response_clocks, escalations, replacements, returns, offers"
    )
