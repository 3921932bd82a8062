"""Facts to try the money rules on: the spec's example order, its parcel, and a request about it."""

from datetime import UTC, datetime
from decimal import Decimal

from domain.money import Currency, Money, money
from domain.values import Address, Label, Order, Request, RequestKey, Shipment
from domain.words import Carrier, Handler, RequestKind, RequestReason, RequestStatus

MONDAY = datetime(2026, 3, 2, 17, tzinfo=UTC)
"""A Monday morning in Los Angeles, clear of any weekend and change of the clocks for days."""

HOME = Address("Sam Seller", "1 Main St", None, "Reno", "NV", "89501", "US")


def usd(amount: str) -> Money:
    return money(Decimal(amount), Currency.USD)


LABEL = Label(Carrier.USPS, "9400-RETURN", "https://labels.example/9400", usd("6.50"))


def a_parcel(
    *,
    carrier: Carrier = Carrier.USPS,
    mailed_at: datetime | None = datetime(2026, 2, 20, 17, tzinfo=UTC),
    delivered_at: datetime | None = datetime(2026, 2, 25, 17, tzinfo=UTC),
    platform_label: bool = True,
    insured_for: Money | None = None,
) -> Shipment:
    return Shipment(1, carrier, "9400-OUT", platform_label, insured_for, HOME, mailed_at, delivered_at)


def an_order(
    *,
    price: str = "100.00",
    shipping: str = "7.00",
    commission: str = "8.00",
    processing_fee: str = "3.65",
    refunded: str = "0",
    category: str = "trading cards",
    shipment: Shipment | None = None,
    charged_back_at: datetime | None = None,
    claims_on_shipment: Money | None = None,
) -> Order:
    """Price 100.00, tax 8.00, shipping 7.00, commission 8.00, processing fee 3.65: the payout is 88.35."""
    return Order(
        id=1,
        seller_id=7,
        buyer_id=8,
        placed_at=datetime(2026, 2, 18, 17, tzinfo=UTC),
        category=category,
        consumable=False,
        price=usd(price),
        tax=usd("8.00"),
        shipping=usd(shipping),
        commission=usd(commission),
        processing_fee=usd(processing_fee),
        refunded=usd(refunded),
        shipment=shipment or a_parcel(),
        charged_back_at=charged_back_at,
        claims_on_shipment=claims_on_shipment,
    )


def a_request(
    order: Order | None = None,
    *,
    reason: RequestReason | None = RequestReason.DAMAGED_IN_TRANSIT,
    kind: RequestKind = RequestKind.SUPPORT,
    status: RequestStatus = RequestStatus.AWAITING_SELLER,
) -> Request:
    return Request(
        key=RequestKey(7, 1),
        order=order or an_order(),
        kind=kind,
        reason=reason if kind is RequestKind.SUPPORT else None,
        description="It arrived broken.",
        policy_version="2026-01",
        version=1,
        status=status,
        handled_by=Handler.SELLER,
        routing_cause=None,
        opened_at=MONDAY,
        updated_at=MONDAY,
        return_address=HOME,
    )
