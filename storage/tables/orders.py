"""What was bought, the parcels under way for it, and what carriers reported about them."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from domain.money import Currency
from domain.words import Carrier, ParcelRole, ScanKind
from storage.tables.base import flag, identity, instant, key, metadata, minor, number, text, word

# Any parcel with a tracking number: outbound, return or replacement. A tracking number serves one parcel.
parcels = sa.Table(
    "parcels",
    metadata,
    key("seller_id"),
    identity(),
    word("carrier", Carrier),
    text("tracking_number", longest=100),
    word("role", ParcelRole),
    number("request_number", nullable=True),
    number("replacement_number", nullable=True),
    sa.PrimaryKeyConstraint("seller_id", "id"),
    sa.UniqueConstraint("tracking_number", "carrier"),
    sa.ForeignKeyConstraint(["seller_id"], ["accounts.id"]),
    sa.ForeignKeyConstraint(
        ["seller_id", "request_number"], ["requests.seller_id", "requests.number"], use_alter=True
    ),
    sa.CheckConstraint("(role = 'OUTBOUND') = (request_number IS NULL)", name="request"),
    sa.CheckConstraint("(role = 'REPLACEMENT') = (replacement_number IS NOT NULL)", name="replacement"),
    sa.Index(None, "seller_id", "request_number"),
)

scans = sa.Table(
    "scans",
    metadata,
    key("seller_id"),
    key("parcel_id"),
    word("kind", ScanKind),
    instant("at"),
    text("place", nullable=True, longest=200),
    instant("reported_at"),
    sa.PrimaryKeyConstraint("seller_id", "parcel_id", "kind", "at"),
    sa.ForeignKeyConstraint(["seller_id", "parcel_id"], ["parcels.seller_id", "parcels.id"]),
)

shipments = sa.Table(
    "shipments",
    metadata,
    key("seller_id"),
    identity(),
    text("external_id", longest=200),
    key("parcel_id"),
    flag("platform_label"),
    word("currency", Currency),
    minor("insured_minor", nullable=True),
    sa.Column("ship_from", JSONB(none_as_null=True), nullable=True),
    instant("mailed_at", nullable=True),
    instant("delivered_at", nullable=True),
    instant("returned_to_sender_at", nullable=True),
    sa.PrimaryKeyConstraint("seller_id", "id"),
    sa.UniqueConstraint("seller_id", "external_id"),
    sa.UniqueConstraint("seller_id", "parcel_id"),
    sa.ForeignKeyConstraint(["seller_id", "parcel_id"], ["parcels.seller_id", "parcels.id"]),
)

orders = sa.Table(
    "orders",
    metadata,
    key("seller_id"),
    identity(),
    key("buyer_id"),
    text("external_id", longest=200),
    instant("placed_at"),
    text("title", longest=500),
    text("description", nullable=True),
    text("condition", nullable=True, longest=200),
    text("category", longest=200),
    flag("consumable"),
    number("quantity"),
    sa.Column("photos", ARRAY(sa.Text), nullable=False, server_default="{}"),
    word("currency", Currency),
    minor("price_minor"),
    minor("tax_minor"),
    minor("shipping_minor"),
    minor("commission_minor"),
    minor("processing_fee_minor"),
    minor("refunded_minor", server_default="0"),  # given back to the buyer so far, whoever paid
    minor("charged_minor", server_default="0"),  # charged to the seller so far, return shipping aside
    text("show_id", nullable=True, longest=200),
    text("show_title", nullable=True, longest=500),
    text("video_receipt_url", nullable=True, longest=2_000),
    instant("show_at", nullable=True),
    key("shipment_id", nullable=True),
    instant("charged_back_at", nullable=True),
    sa.PrimaryKeyConstraint("seller_id", "id"),
    sa.UniqueConstraint("external_id"),
    sa.ForeignKeyConstraint(["seller_id"], ["sellers.seller_id"]),
    sa.ForeignKeyConstraint(["buyer_id"], ["accounts.id"]),
    sa.ForeignKeyConstraint(["seller_id", "shipment_id"], ["shipments.seller_id", "shipments.id"]),
    sa.CheckConstraint("seller_id <> buyer_id", name="two_parties"),
    sa.CheckConstraint("quantity >= 1", name="quantity"),
    sa.CheckConstraint(
        "price_minor >= 0 AND tax_minor >= 0 AND shipping_minor >= 0"
        " AND commission_minor >= 0 AND processing_fee_minor >= 0",
        name="amounts",
    ),
    sa.CheckConstraint(
        "refunded_minor >= 0 AND refunded_minor <= price_minor + tax_minor + shipping_minor",
        name="refunded_within_paid",
    ),
    sa.CheckConstraint(
        "charged_minor >= 0"
        " AND charged_minor <= greatest(0, price_minor - commission_minor + shipping_minor)",
        name="charged_within_sale",
    ),
    sa.Index("ix_orders_sales", "seller_id", sa.text("placed_at DESC"), sa.text("id DESC")),
    sa.Index(
        "ix_orders_purchases",
        "buyer_id",
        sa.text("placed_at DESC"),
        sa.text("seller_id DESC"),
        sa.text("id DESC"),
    ),
    sa.Index("ix_orders_shipment", "seller_id", "shipment_id"),
)
