"""An order as the marketplace imports it, with its buyer, its seller and its parcel.

Decides the shape of what is imported, and which of it contradicts itself; what is known already is
storage's to say.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from domain.money import Money
from domain.refusals import CurrencyMismatch, Invalid, Refusal
from domain.values import Address
from domain.words import Carrier


@dataclass(frozen=True, slots=True)
class ImportedMember:
    """A buyer or a seller; `access_granted_at` is since when a seller may sell."""

    username: str
    display_name: str
    email: str | None
    country_code: str
    access_granted_at: datetime | None


@dataclass(frozen=True, slots=True)
class ImportedShow:
    """Where in a live show an order was made."""

    show_id: str
    title: str
    video_receipt_url: str | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class ImportedShipment:
    """The parcel an order goes in."""

    external_id: str
    carrier: Carrier
    tracking_number: str
    platform_label: bool
    insured_for: Money | None
    ship_from: Address | None


@dataclass(frozen=True, slots=True)
class ImportedOrder:
    """One row of an import."""

    external_id: str
    placed_at: datetime
    title: str
    description: str | None
    condition: str | None
    category: str
    consumable: bool
    quantity: int
    photos: tuple[str, ...]
    buyer: ImportedMember
    seller: ImportedMember
    price: Money
    tax: Money
    shipping: Money
    commission: Money
    processing_fee: Money
    show: ImportedShow | None
    shipment: ImportedShipment | None


def contradictions(order: ImportedOrder, *, at: datetime) -> Iterator[Refusal]:
    """Give what in a row contradicts itself, each with the path of its field."""
    if order.placed_at > at:
        yield Invalid("This has not happened yet.", "placedAt")
    currency = order.price.currency
    amounts = {
        "tax": order.tax,
        "shipping": order.shipping,
        "commission": order.commission,
        "processingFee": order.processing_fee,
    }
    for name, amount in amounts.items():
        if amount.currency is not currency:
            yield CurrencyMismatch(currency.value, name, "currencyCode")
    insured = order.shipment.insured_for if order.shipment else None
    if insured is not None and insured.currency is not currency:
        yield CurrencyMismatch(currency.value, "shipment", "insuredFor", "currencyCode")
    if order.buyer.username == order.seller.username:
        yield Invalid("Nobody buys from themselves.", "buyer", "username")
