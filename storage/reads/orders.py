"""What was bought, the parcels it travels in, and what carriers reported about them."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from domain.money import Currency, Money
from domain.words import Carrier, ScanKind
from storage.reads.amounts import amount_of, maybe_amount_of
from storage.reads.pages import Listing, Order
from storage.reads.sets import ONE, OWNED, TEXT, Reading, columns_of
from storage.tables import orders, parcels, scans, shipments
from storage.visibility import EVERYTHING, MEMBER, SELLER, sees_sale


@dataclass(frozen=True, slots=True)
class LiveShowRow:
    """The moment of a live show at which something was bought."""

    show_id: str
    title: str
    video_receipt_url: str | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order; its amounts as properties, in the order's one currency."""

    seller_id: int
    id: int
    buyer_id: int
    external_id: str
    placed_at: datetime
    title: str
    description: str | None
    condition: str | None
    category: str
    consumable: bool
    quantity: int
    photos: list[str]
    currency: Currency
    price_minor: int
    tax_minor: int
    shipping_minor: int
    commission_minor: int
    processing_fee_minor: int
    refunded_minor: int
    show_id: str | None
    show_title: str | None
    video_receipt_url: str | None
    show_at: datetime | None
    shipment_id: int | None
    charged_back_at: datetime | None

    @property
    def key(self) -> tuple[int, int]:
        """The order's name in storage."""
        return (self.seller_id, self.id)

    price = amount_of("price_minor")
    """What the listing cost."""
    tax = amount_of("tax_minor")
    """The tax on it."""
    shipping = amount_of("shipping_minor")
    """What the buyer paid for shipping."""

    @property
    def total(self) -> Money:
        """What the buyer paid in all."""
        return self.price + self.tax + self.shipping

    commission = amount_of("commission_minor")
    """The marketplace's commission."""
    processing_fee = amount_of("processing_fee_minor")
    """The payment processor's fee."""

    @property
    def payout(self) -> Money:
        """What the seller earned."""
        return self.price - self.commission - self.processing_fee

    @property
    def refundable(self) -> Money:
        """What is left of the total to give back; nothing after a chargeback."""
        if self.charged_back_at:
            return Money(0, self.currency)
        return self.total - Money(self.refunded_minor, self.currency)

    @property
    def live_show(self) -> LiveShowRow | None:
        """When it was sold live, where."""
        if self.show_id is None:
            return None
        return LiveShowRow(self.show_id, self.show_title or "", self.video_receipt_url, self.show_at)


@dataclass(frozen=True, slots=True)
class ShipmentRow:
    """An outbound parcel."""

    seller_id: int
    id: int
    parcel_id: int
    carrier: Carrier
    tracking_number: str
    currency: Currency
    insured_minor: int | None
    mailed_at: datetime | None
    delivered_at: datetime | None
    returned_to_sender_at: datetime | None

    insured_for = maybe_amount_of("insured_minor")
    """The extra insurance bought for it, if any was."""


@dataclass(frozen=True, slots=True)
class ScanRow:
    """What a carrier reported."""

    kind: ScanKind
    at: datetime
    place: str | None


_order = columns_of(OrderRow, orders)
by_key = Reading(
    OrderRow,
    OWNED,
    (
        orders.c.seller_id,
        orders.c.id,
    ),
    _order,
    orders,
    sees_sale(orders),
).one
by_external_id = Reading(OrderRow, TEXT, (orders.c.external_id,), _order, orders, sees_sale(orders)).one
of_shipment = Reading(
    OrderRow,
    OWNED,
    (
        orders.c.seller_id,
        orders.c.shipment_id,
    ),
    _order,
    orders,
    sees_sale(orders),
    order=[orders.c.id],
).many

purchases = Listing(
    OrderRow,
    _order,
    orders,
    ONE.match(orders.c.buyer_id),
    orders.c.buyer_id == MEMBER,
    order=Order("purchases", (orders.c.placed_at, orders.c.seller_id, orders.c.id), descending=True),
    keys=ONE,
)
sales = Listing(
    OrderRow,
    _order,
    orders,
    ONE.match(orders.c.seller_id),
    sa.or_(EVERYTHING, orders.c.seller_id == SELLER),
    order=Order("sales", (orders.c.placed_at, orders.c.id), descending=True),
    keys=ONE,
)

_parcel = shipments.join(
    parcels, sa.and_(parcels.c.seller_id == shipments.c.seller_id, parcels.c.id == shipments.c.parcel_id)
)
_one_of_the_orders = sa.exists().where(
    orders.c.seller_id == shipments.c.seller_id, orders.c.shipment_id == shipments.c.id, sees_sale(orders)
)
shipment_by_key = Reading(
    ShipmentRow,
    OWNED,
    (
        shipments.c.seller_id,
        shipments.c.id,
    ),
    columns_of(ShipmentRow, shipments, parcels),
    _parcel,
    sa.or_(EVERYTHING, shipments.c.seller_id == SELLER, _one_of_the_orders),
).one

# Scans are asked for by whoever was shown the parcel: its id is in no other row.
scans_of_parcel = Reading(
    ScanRow,
    OWNED,
    (
        scans.c.seller_id,
        scans.c.parcel_id,
    ),
    columns_of(ScanRow, scans),
    scans,
    order=[scans.c.at, scans.c.reported_at],
).many
