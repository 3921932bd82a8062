"""What hangs on a request: offers, return, replacements, escalations with rulings, clocks, claim, notes."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from domain.money import Currency
from domain.words import (
    Carrier,
    ClaimStatus,
    EscalationCause,
    Funder,
    OfferStatus,
    Party,
    ReturnCondition,
    ReturnStatus,
    RulingDecision,
)
from storage.tables.base import flag, instant, key, metadata, minor, request_part, text, word

offers = sa.Table(
    "offers",
    metadata,
    *request_part("number"),
    word("currency", Currency),
    minor("amount_minor"),
    text("note", nullable=True),
    word("status", OfferStatus),
    instant("offered_at"),
    instant("expires_at"),
    instant("answered_at", nullable=True),
    sa.CheckConstraint("amount_minor > 0", name="amount"),
    sa.CheckConstraint("status <> 'OPEN' OR answered_at IS NULL", name="open"),
    sa.CheckConstraint("status NOT IN ('ACCEPTED', 'DECLINED') OR answered_at IS NOT NULL", name="answered"),
    sa.Index(
        "uq_offers_open",
        "seller_id",
        "request_number",
        unique=True,
        postgresql_where=sa.text("status = 'OPEN'"),
    ),
)

returns = sa.Table(
    "returns",
    metadata,
    *request_part(),
    word("status", ReturnStatus),
    word("funded_by", Funder),
    instant("approved_at"),
    sa.Column("return_to", JSONB(none_as_null=True), nullable=True),
    key("parcel_id", nullable=True),
    text("label_url", nullable=True, longest=2_000),
    word("currency", Currency, nullable=True),
    minor("label_cost_minor", nullable=True),
    instant("drop_off_by", nullable=True),
    instant("dropped_off_at", nullable=True),
    instant("delivered_at", nullable=True),
    instant("review_by", nullable=True),
    instant("confirmed_at", nullable=True),
    word("confirmed_by", Party, nullable=True),
    word("dispute_condition", ReturnCondition, nullable=True),
    text("dispute_text", nullable=True),
    sa.Column("dispute_attachment_ids", ARRAY(sa.BigInteger), nullable=True),
    instant("disputed_at", nullable=True),
    sa.ForeignKeyConstraint(["seller_id", "parcel_id"], ["parcels.seller_id", "parcels.id"]),
    sa.CheckConstraint("(parcel_id IS NULL) = (label_cost_minor IS NULL)", name="label"),
    sa.CheckConstraint("(status = 'CONFIRMED') = (confirmed_at IS NOT NULL)", name="confirmed"),
    sa.CheckConstraint("(disputed_at IS NULL) = (dispute_condition IS NULL)", name="disputed"),
    sa.Index(
        "ix_returns_awaiting_label",
        "approved_at",
        "seller_id",
        "request_number",
        postgresql_where=sa.text("status = 'AWAITING_LABEL'"),
    ),
)

replacements = sa.Table(
    "replacements",
    metadata,
    *request_part("number"),
    key("parcel_id"),
    instant("ship_by"),
    instant("submitted_at"),
    instant("shipped_at", nullable=True),
    instant("delivered_at", nullable=True),
    sa.ForeignKeyConstraint(["seller_id", "parcel_id"], ["parcels.seller_id", "parcels.id"]),
)

escalations = sa.Table(
    "escalations",
    metadata,
    *request_part("number"),
    word("cause", EscalationCause),
    word("by", Party),
    text("text", nullable=True),
    instant("at"),
    word("decision", RulingDecision, nullable=True),
    word("ruling_funded_by", Funder, nullable=True),
    word("currency", Currency, nullable=True),
    minor("ruling_amount_minor", nullable=True),
    text("ruling_text", nullable=True),
    instant("ruled_at", nullable=True),
    key("ruled_by", nullable=True),
    flag("overturned"),
    sa.ForeignKeyConstraint(["ruled_by"], ["accounts.id"]),
    sa.CheckConstraint("(decision IS NULL) = (ruled_at IS NULL)", name="ruled"),
    sa.CheckConstraint("NOT overturned OR ruling_funded_by = 'SELLER'", name="overturned"),
)

# One row per 48-hour clock of the seller: what standing is made of.
response_clocks = sa.Table(
    "response_clocks",
    metadata,
    *request_part("number"),
    instant("started_at"),
    instant("due_at"),
    instant("responded_at", nullable=True),
    flag("missed"),
    sa.Index(
        "ix_response_clocks_due",
        "seller_id",
        sa.text("due_at DESC"),
        sa.text("request_number DESC"),
        sa.text("number DESC"),
    ),
)

claims = sa.Table(
    "claims",
    metadata,
    *request_part(),
    key("shipment_id"),
    word("status", ClaimStatus),
    word("carrier", Carrier),
    word("currency", Currency),
    minor("coverage_minor"),
    instant("files_at", nullable=True),
    instant("file_by", nullable=True),
    instant("opted_in_at"),
    instant("filed_at", nullable=True),
    instant("decided_at", nullable=True),
    minor("paid_minor", nullable=True),
    sa.ForeignKeyConstraint(["seller_id", "shipment_id"], ["shipments.seller_id", "shipments.id"]),
    sa.CheckConstraint("coverage_minor >= 0 AND paid_minor <= coverage_minor", name="coverage"),
    sa.CheckConstraint("(status IN ('APPROVED', 'DENIED')) = (decided_at IS NOT NULL)", name="decided"),
    sa.CheckConstraint("(status = 'APPROVED') = (paid_minor IS NOT NULL)", name="paid"),
    sa.Index("ix_claims_shipment", "seller_id", "shipment_id"),
    sa.Index("ix_claims_status", "status", "opted_in_at", "seller_id", "request_number"),
    sa.Index("ix_claims_opted_in", "opted_in_at", "seller_id", "request_number"),
)

internal_notes = sa.Table(
    "internal_notes",
    metadata,
    *request_part("number"),
    key("author_id"),
    text("body"),
    instant("at"),
    sa.ForeignKeyConstraint(["author_id"], ["accounts.id"]),
)
