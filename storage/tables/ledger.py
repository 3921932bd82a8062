"""Money: balanced journals and their lines (append-only), holds, and refunds on their way."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from domain.money import Currency
from domain.words import Funder, HoldStatus, JournalKind, LedgerAccount, LedgerComponent, RefundStatus
from storage.tables.base import instant, key, metadata, minor, number, request_part, text, word

REFUNDING = "kind IN ('FULL_REFUND', 'RETURN_CONFIRMED', 'PARTIAL_REFUND', 'PLATFORM_REFUND')"

journals = sa.Table(
    "journals",
    metadata,
    key("seller_id"),
    number("number"),
    word("kind", JournalKind),
    key("order_id", nullable=True),
    number("request_number", nullable=True),
    text("description", longest=500),
    instant("posted_at"),
    number("reverses_number", nullable=True),
    text("external_id", nullable=True, longest=200),
    sa.PrimaryKeyConstraint("seller_id", "number"),
    sa.ForeignKeyConstraint(["seller_id"], ["sellers.seller_id"]),
    sa.ForeignKeyConstraint(["seller_id", "order_id"], ["orders.seller_id", "orders.id"]),
    sa.ForeignKeyConstraint(["seller_id", "request_number"], ["requests.seller_id", "requests.number"]),
    sa.ForeignKeyConstraint(["seller_id", "reverses_number"], ["journals.seller_id", "journals.number"]),
    sa.UniqueConstraint("seller_id", "reverses_number"),
    sa.UniqueConstraint("external_id"),
    sa.CheckConstraint("(kind = 'CORRECTION') = (reverses_number IS NOT NULL)", name="correction"),
    sa.CheckConstraint("(kind = 'TRANSFER_OUT') = (external_id IS NOT NULL)", name="transfer"),
    sa.CheckConstraint("kind IN ('TRANSFER_OUT', 'CORRECTION') OR order_id IS NOT NULL", name="order"),
    # one posting per charge, and one refund per request, whatever runs at once
    sa.Index(
        "uq_journals_refund", "seller_id", "request_number", unique=True, postgresql_where=sa.text(REFUNDING)
    ),
    sa.Index(
        "uq_journals_order",
        "seller_id",
        "order_id",
        "kind",
        unique=True,
        postgresql_where=sa.text("kind IN ('SALE', 'CHARGEBACK')"),
    ),
    sa.Index(
        "uq_journals_request",
        "seller_id",
        "request_number",
        "kind",
        unique=True,
        postgresql_where=sa.text(
            "kind IN ('LABEL_USED', 'LABEL_WRITTEN_OFF', 'CLAIM_APPROVED', 'REFUND_SETTLED')"
        ),
    ),
)

# Seller lines carry a dense entry number and the running balance after them; others none.
journal_lines = sa.Table(
    "journal_lines",
    metadata,
    key("seller_id"),
    number("journal_number"),
    number("position"),
    word("account", LedgerAccount),
    word("component", LedgerComponent, nullable=True),
    word("currency", Currency),
    minor("amount_minor"),
    number("entry_number", nullable=True),
    minor("balance_after_minor", nullable=True),
    instant("posted_at"),
    key("order_id", nullable=True),
    number("request_number", nullable=True),
    sa.PrimaryKeyConstraint("seller_id", "journal_number", "position"),
    sa.ForeignKeyConstraint(["seller_id", "journal_number"], ["journals.seller_id", "journals.number"]),
    sa.UniqueConstraint("seller_id", "entry_number"),
    sa.CheckConstraint(
        "(account = 'seller') = (entry_number IS NOT NULL) AND (account = 'seller') = (component IS NOT NULL)"
        " AND (account = 'seller') = (balance_after_minor IS NOT NULL)",
        name="seller_line",
    ),
    sa.CheckConstraint("amount_minor <> 0", name="amount"),
    sa.Index(
        "ix_journal_lines_request",
        "seller_id",
        "request_number",
        "entry_number",
        postgresql_where=sa.text("entry_number IS NOT NULL"),
    ),
    sa.Index(
        "ix_journal_lines_order",
        "seller_id",
        "order_id",
        "entry_number",
        postgresql_where=sa.text("entry_number IS NOT NULL"),
    ),
    sa.Index(
        "ix_journal_lines_posted",
        "seller_id",
        "posted_at",
        "entry_number",
        postgresql_where=sa.text("entry_number IS NOT NULL"),
    ),
)

holds = sa.Table(
    "holds",
    metadata,
    *request_part("number"),
    word("status", HoldStatus),
    word("currency", Currency),
    sa.Column("charges", JSONB, nullable=False),  # [{"component": …, "minor": …}, …], positive
    minor("total_minor"),
    instant("since"),
    instant("ended_at", nullable=True),
    sa.CheckConstraint("(status = 'HELD') = (ended_at IS NULL)", name="ended"),
    sa.Index(
        "uq_holds_held",
        "seller_id",
        "request_number",
        unique=True,
        postgresql_where=sa.text("status = 'HELD'"),
    ),
)

# A request ends in one refund at most: the key says so.
refunds = sa.Table(
    "refunds",
    metadata,
    *request_part(),
    key("order_id"),
    word("currency", Currency),
    minor("amount_minor"),
    word("funded_by", Funder),
    word("status", RefundStatus),
    instant("created_at"),
    instant("settled_at", nullable=True),
    sa.ForeignKeyConstraint(["seller_id", "order_id"], ["orders.seller_id", "orders.id"]),
    sa.CheckConstraint("amount_minor > 0", name="amount"),
    sa.CheckConstraint("(status = 'SETTLED') = (settled_at IS NOT NULL)", name="settled"),
    sa.Index("ix_refunds_status", "status", "created_at", "seller_id", "request_number"),
    sa.Index("ix_refunds_created", "created_at", "seller_id", "request_number"),
)
