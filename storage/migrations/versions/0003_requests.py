"""Requests, their clocks, and everything that happened to them."""

from alembic import op

revision = "0003"
down_revision = "0002"

TABLES = (
    """
CREATE TABLE requests (
    seller_id BIGINT NOT NULL,
    number INTEGER NOT NULL,
    order_id BIGINT NOT NULL,
    buyer_id BIGINT NOT NULL,
    thread_id BIGINT NOT NULL,
    kind VARCHAR(32) NOT NULL,
    reason VARCHAR(32),
    description TEXT NOT NULL CONSTRAINT ck_requests_description_length
        CHECK (length(description) <= 5000),
    policy_version TEXT NOT NULL CONSTRAINT ck_requests_policy_version_length
        CHECK (length(policy_version) <= 40),
    version INTEGER NOT NULL,
    status VARCHAR(32) NOT NULL,
    outcome VARCHAR(32),
    funded_by VARCHAR(32),
    handled_by VARCHAR(32) NOT NULL,
    routing_cause VARCHAR(32),
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    closed_at TIMESTAMP WITH TIME ZONE,
    locked_at TIMESTAMP WITH TIME ZONE,
    due_at TIMESTAMP WITH TIME ZONE,
    overdue BOOLEAN DEFAULT false NOT NULL,
    escalation_opened_as VARCHAR(32),
    assignee_id BIGINT,
    survey_satisfied BOOLEAN,
    survey_comment TEXT CONSTRAINT ck_requests_survey_comment_length
        CHECK (length(survey_comment) <= 5000),
    survey_at TIMESTAMP WITH TIME ZONE,
    rating_counted BOOLEAN,
    rating_because TEXT CONSTRAINT ck_requests_rating_because_length
        CHECK (length(rating_because) <= 500),
    rating_signals TEXT[],
    rating_positive INTEGER DEFAULT '0' NOT NULL,
    rating_negative INTEGER DEFAULT '0' NOT NULL,
    CONSTRAINT pk_requests PRIMARY KEY (seller_id, number),
    CONSTRAINT fk_requests_seller_id_order_id FOREIGN KEY(seller_id, order_id)
        REFERENCES orders (seller_id, id),
    CONSTRAINT fk_requests_buyer_id FOREIGN KEY(buyer_id) REFERENCES accounts (id),
    CONSTRAINT fk_requests_assignee_id FOREIGN KEY(assignee_id) REFERENCES accounts (id),
    CONSTRAINT fk_requests_seller_id_thread_id FOREIGN KEY(seller_id, thread_id)
        REFERENCES threads (owner_id, id),
    CONSTRAINT uq_requests_seller_id_thread_id UNIQUE (seller_id, thread_id),
    CONSTRAINT ck_requests_closed_has_outcome CHECK ((status = 'CLOSED') = (outcome IS NOT NULL)),
    CONSTRAINT ck_requests_closed_at CHECK ((status = 'CLOSED') = (closed_at IS NOT NULL)),
    CONSTRAINT ck_requests_closed_has_funder CHECK ((status = 'CLOSED') = (funded_by IS NOT NULL)),
    CONSTRAINT ck_requests_due CHECK (status NOT IN ('CLOSED', 'UNDER_REVIEW') OR due_at IS NULL),
    CONSTRAINT ck_requests_reason CHECK ((kind = 'CANCELLATION') = (reason IS NULL)),
    CONSTRAINT ck_requests_routing CHECK (handled_by = 'SELLER' OR routing_cause IS NOT NULL),
    CONSTRAINT ck_requests_cancellation_status CHECK (kind = 'SUPPORT' OR status IN ('AWAITING_SELLER',
        'DECLINED', 'UNDER_REVIEW', 'CLOSED')),
    CONSTRAINT ck_requests_survey CHECK ((survey_satisfied IS NULL) = (survey_at IS NULL)),
    CONSTRAINT ck_requests_rating CHECK ((rating_counted IS NOT NULL) = (status = 'CLOSED')),
    CONSTRAINT ck_requests_counts CHECK (version >= 1 AND number >= 1),
    CONSTRAINT ck_requests_kind_word CHECK (kind IN ('SUPPORT', 'CANCELLATION')),
    CONSTRAINT ck_requests_reason_word CHECK (reason IN ('SHIPPING_DELAYED', 'ITEM_MISSING',
        'WRONG_ITEM', 'NOT_AS_DESCRIBED', 'DEFECTIVE', 'RETURNED_TO_SENDER', 'DAMAGED_IN_TRANSIT',
        'OTHER')),
    CONSTRAINT ck_requests_status_word CHECK (status IN ('AWAITING_SELLER', 'AWAITING_BUYER',
        'OFFER_PENDING', 'AWAITING_RETURN', 'RETURN_IN_TRANSIT', 'RETURN_IN_REVIEW',
        'AWAITING_REPLACEMENT', 'REPLACEMENT_IN_TRANSIT', 'DECLINED', 'UNDER_REVIEW', 'CLOSED')),
    CONSTRAINT ck_requests_outcome_word CHECK (outcome IN ('REFUNDED', 'REFUNDED_AFTER_RETURN',
        'PARTIALLY_REFUNDED', 'REPLACED', 'NOT_REFUNDED', 'RETURN_NOT_SENT', 'RETURN_REJECTED',
        'BUYER_UNRESPONSIVE', 'LAPSED', 'WITHDRAWN', 'ORDER_CANCELLED', 'CHARGED_BACK')),
    CONSTRAINT ck_requests_funded_by_word CHECK (funded_by IN ('SELLER', 'PLATFORM', 'NOBODY')),
    CONSTRAINT ck_requests_handled_by_word CHECK (handled_by IN ('SELLER', 'SUPPORT')),
    CONSTRAINT ck_requests_routing_cause_word CHECK (routing_cause IN ('SELLER_NOT_ENROLLED',
        'REASON_NOT_COVERED', 'CONSUMABLE', 'SUSPECTED_ABUSE')),
    CONSTRAINT ck_requests_escalation_opened_as_word CHECK (escalation_opened_as IN ('NO_RESPONSE',
        'DECLINED', 'NEEDS_HELP', 'OFFER_EXPIRED', 'OFFER_DECLINED', 'REPLACEMENT_NOT_SENT',
        'REPLACEMENT_LOST', 'RETURN_DISPUTED', 'RETURN_LOST', 'ROUTED', 'TAKEN_OVER'))
)
    """,
    """
CREATE INDEX ix_requests_buyer ON requests (buyer_id, opened_at DESC)
    """,
    """
CREATE INDEX ix_requests_desk ON requests (seller_id, updated_at DESC, number DESC)
    """,
    """
CREATE INDEX ix_requests_finished ON requests (seller_id, closed_at DESC, number DESC)
        WHERE status = 'CLOSED'
    """,
    """
CREATE INDEX ix_requests_order ON requests (seller_id, order_id, number DESC)
    """,
    """
CREATE INDEX ix_requests_queue ON requests (updated_at, seller_id, number)
        WHERE status = 'UNDER_REVIEW' OR (status = 'AWAITING_REPLACEMENT' AND overdue)
    """,
    """
CREATE INDEX ix_requests_surveys ON requests (seller_id, survey_at, survey_satisfied)
        WHERE survey_at IS NOT NULL
    """,
    """
CREATE UNIQUE INDEX uq_requests_open ON requests (seller_id, order_id) WHERE status <> 'CLOSED'
    """,
    """
CREATE TABLE deadlines (
    seller_id BIGINT NOT NULL,
    request_number INTEGER NOT NULL,
    kind VARCHAR(32) NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    next_attempt_at TIMESTAMP WITH TIME ZONE NOT NULL,
    attempts INTEGER DEFAULT '0' NOT NULL,
    last_error TEXT CONSTRAINT ck_deadlines_last_error_length CHECK (length(last_error) <= 5000),
    CONSTRAINT pk_deadlines PRIMARY KEY (seller_id, request_number, kind),
    CONSTRAINT fk_deadlines_seller_id_request_number FOREIGN KEY(seller_id, request_number)
        REFERENCES requests (seller_id, number),
    CONSTRAINT ck_deadlines_kind_word CHECK (kind IN ('RESPOND', 'LAPSE', 'DETAILS', 'OFFER',
        'ESCALATION', 'DROP_OFF', 'RETURN_TRANSIT', 'REVIEW', 'REPLACEMENT_SHIP',
        'REPLACEMENT_GIVE_UP', 'REPLACEMENT_TRANSIT', 'CLAIM_FILING', 'CLAIM_EXPIRY'))
)
    """,
    """
CREATE INDEX ix_deadlines_next ON deadlines (next_attempt_at)
    """,
    """
CREATE TABLE timeline (
    seller_id BIGINT NOT NULL,
    request_number INTEGER NOT NULL,
    number INTEGER NOT NULL,
    kind VARCHAR(32) NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    by VARCHAR(32) NOT NULL,
    actor_id BIGINT,
    action VARCHAR(32),
    from_status VARCHAR(32),
    to_status VARCHAR(32),
    outcome VARCHAR(32),
    text TEXT CONSTRAINT ck_timeline_text_length CHECK (length(text) <= 5000),
    message_number INTEGER,
    offer_number INTEGER,
    offer_status VARCHAR(32),
    return_status VARCHAR(32),
    replacement_number INTEGER,
    scan VARCHAR(32),
    refund_status VARCHAR(32),
    claim_status VARCHAR(32),
    entry_number INTEGER,
    due_at TIMESTAMP WITH TIME ZONE,
    missed_party VARCHAR(32),
    satisfied BOOLEAN,
    CONSTRAINT pk_timeline PRIMARY KEY (seller_id, request_number, number),
    CONSTRAINT fk_timeline_seller_id_request_number FOREIGN KEY(seller_id, request_number)
        REFERENCES requests (seller_id, number),
    CONSTRAINT ck_timeline_status_change CHECK ((kind = 'STATUS_CHANGE') = (to_status IS NOT NULL)),
    CONSTRAINT ck_timeline_message_posted
        CHECK ((kind = 'MESSAGE_POSTED') = (message_number IS NOT NULL)),
    CONSTRAINT ck_timeline_offer_change CHECK ((kind = 'OFFER_CHANGE') = (offer_number IS NOT NULL)),
    CONSTRAINT ck_timeline_return_change CHECK ((kind = 'RETURN_CHANGE') = (return_status IS NOT NULL)),
    CONSTRAINT ck_timeline_replacement_change
        CHECK ((kind = 'REPLACEMENT_CHANGE') = (replacement_number IS NOT NULL)),
    CONSTRAINT ck_timeline_refund_change CHECK ((kind = 'REFUND_CHANGE') = (refund_status IS NOT NULL)),
    CONSTRAINT ck_timeline_claim_change CHECK ((kind = 'CLAIM_CHANGE') = (claim_status IS NOT NULL)),
    CONSTRAINT ck_timeline_ledger_posting
        CHECK ((kind = 'LEDGER_POSTING') = (entry_number IS NOT NULL)),
    CONSTRAINT ck_timeline_deadline_missed
        CHECK ((kind = 'DEADLINE_MISSED') = (missed_party IS NOT NULL)),
    CONSTRAINT ck_timeline_survey_answered CHECK ((kind = 'SURVEY_ANSWERED') = (satisfied IS NOT NULL)),
    CONSTRAINT ck_timeline_kind_word CHECK (kind IN ('STATUS_CHANGE', 'MESSAGE_POSTED', 'OFFER_CHANGE',
        'RETURN_CHANGE', 'REPLACEMENT_CHANGE', 'REFUND_CHANGE', 'CLAIM_CHANGE', 'LEDGER_POSTING',
        'DEADLINE_MISSED', 'SURVEY_ANSWERED')),
    CONSTRAINT ck_timeline_by_word CHECK (by IN ('BUYER', 'SELLER', 'SUPPORT', 'CARRIER', 'PAYMENTS',
        'CLOCK')),
    CONSTRAINT ck_timeline_action_word CHECK (action IN ('OPEN', 'REFUND_IN_FULL', 'REFUND_ON_RETURN',
        'OFFER_PARTIAL_REFUND', 'SEND_REPLACEMENT', 'EXPLAIN_NO_REFUND', 'ASK_FOR_DETAILS',
        'REFUND_WITHOUT_WAITING', 'CONFIRM_RETURN', 'DISPUTE_RETURN', 'APPROVE_CANCELLATION',
        'DECLINE_CANCELLATION', 'ACCEPT_OFFER', 'DECLINE_OFFER', 'WITHDRAW', 'ESCALATE',
        'ANSWER_SURVEY', 'SEND_MESSAGE', 'RULE', 'AUTHORIZE_RETURN', 'HAND_TO_SELLER', 'TAKE_OVER')),
    CONSTRAINT ck_timeline_from_status_word CHECK (from_status IN ('AWAITING_SELLER', 'AWAITING_BUYER',
        'OFFER_PENDING', 'AWAITING_RETURN', 'RETURN_IN_TRANSIT', 'RETURN_IN_REVIEW',
        'AWAITING_REPLACEMENT', 'REPLACEMENT_IN_TRANSIT', 'DECLINED', 'UNDER_REVIEW', 'CLOSED')),
    CONSTRAINT ck_timeline_to_status_word CHECK (to_status IN ('AWAITING_SELLER', 'AWAITING_BUYER',
        'OFFER_PENDING', 'AWAITING_RETURN', 'RETURN_IN_TRANSIT', 'RETURN_IN_REVIEW',
        'AWAITING_REPLACEMENT', 'REPLACEMENT_IN_TRANSIT', 'DECLINED', 'UNDER_REVIEW', 'CLOSED')),
    CONSTRAINT ck_timeline_outcome_word CHECK (outcome IN ('REFUNDED', 'REFUNDED_AFTER_RETURN',
        'PARTIALLY_REFUNDED', 'REPLACED', 'NOT_REFUNDED', 'RETURN_NOT_SENT', 'RETURN_REJECTED',
        'BUYER_UNRESPONSIVE', 'LAPSED', 'WITHDRAWN', 'ORDER_CANCELLED', 'CHARGED_BACK')),
    CONSTRAINT ck_timeline_offer_status_word CHECK (offer_status IN ('OPEN', 'ACCEPTED', 'DECLINED',
        'EXPIRED', 'SUPERSEDED')),
    CONSTRAINT ck_timeline_return_status_word CHECK (return_status IN ('AWAITING_LABEL',
        'AWAITING_DROP_OFF', 'IN_TRANSIT', 'DELIVERED', 'REFUSED', 'LOST', 'CONFIRMED', 'DISPUTED',
        'NOT_SENT', 'WAIVED', 'REJECTED', 'CANCELLED')),
    CONSTRAINT ck_timeline_scan_word CHECK (scan IN ('ACCEPTED', 'IN_TRANSIT', 'OUT_FOR_DELIVERY',
        'DELIVERED', 'REFUSED', 'UNDELIVERABLE', 'RETURNED_TO_SENDER', 'LOST')),
    CONSTRAINT ck_timeline_refund_status_word CHECK (refund_status IN ('PENDING', 'SETTLED', 'FAILED')),
    CONSTRAINT ck_timeline_claim_status_word CHECK (claim_status IN ('SCHEDULED', 'FILED', 'APPROVED',
        'DENIED', 'EXPIRED', 'CANCELLED', 'MANUAL')),
    CONSTRAINT ck_timeline_missed_party_word CHECK (missed_party IN ('BUYER', 'SELLER', 'SUPPORT',
        'CARRIER', 'PAYMENTS', 'CLOCK'))
)
    """,
    """
ALTER TABLE parcels ADD CONSTRAINT fk_parcels_seller_id_request_number FOREIGN KEY(seller_id,
        request_number) REFERENCES requests (seller_id, number)
    """,
)


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)


def downgrade() -> None:
    op.execute("ALTER TABLE parcels DROP CONSTRAINT fk_parcels_seller_id_request_number")
    op.execute("DROP TABLE timeline, deadlines, requests")
