"""The demo's purchases as the platform reports them: rows to import, and scans."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from demo.orders import Purchase
from demo.people import Seller
from domain.imports import ImportedMember, ImportedOrder, ImportedShipment, ImportedShow
from domain.values import Address
from domain.words import ScanKind
from storage.scans import SeenScan

NEW_SELLERS_SINCE = datetime(2025, 12, 3, tzinfo=UTC)
"""Late enough to be enrolled."""
OLD_SELLERS_SINCE = datetime(2024, 3, 1, tzinfo=UTC)
INSURED_FROM_MINOR = 150_00
"""Sellers insure what is worth more than the included cover."""


def imported(purchase: Purchase) -> ImportedOrder:
    """One order, with its people and its parcel."""
    seller, parcel = purchase.seller, purchase.parcel
    show_id = f"{seller.username}-{purchase.placed_at:%Y-%m-%d}"
    return ImportedOrder(
        external_id=purchase.external_id,
        placed_at=purchase.placed_at,
        title=purchase.item.title,
        description=f"Shown live in “{purchase.show}”. {purchase.item.condition}; see the video receipt.",
        condition=purchase.item.condition,
        category=seller.stall.category,
        consumable=seller.stall.consumable,
        quantity=1,
        photos=(),
        buyer=ImportedMember(
            purchase.buyer.username,
            purchase.buyer.display_name,
            f"{purchase.buyer.username}@example.com",
            "US",
            None,
        ),
        seller=ImportedMember(
            seller.username,
            seller.display_name,
            f"{seller.username}@example.com",
            seller.country_code,
            NEW_SELLERS_SINCE if seller.enrolled else OLD_SELLERS_SINCE,
        ),
        price=purchase.price,
        tax=purchase.tax,
        shipping=purchase.shipping,
        commission=purchase.commission,
        processing_fee=purchase.processing_fee,
        show=ImportedShow(show_id, purchase.show, f"https://shows.example.com/{show_id}", purchase.placed_at),
        shipment=ImportedShipment(
            external_id=parcel.external_id,
            carrier=parcel.carrier,
            tracking_number=parcel.tracking_number,
            platform_label=parcel.platform_label,
            insured_for=purchase.price if purchase.price.minor > INSURED_FROM_MINOR else None,
            ship_from=address_of(seller),
        ),
    )


def scans_of(purchases: Iterable[Purchase]) -> Iterator[SeenScan]:
    """What carriers saw of the parcels of these purchases."""
    for parcel in {purchase.parcel.external_id: purchase.parcel for purchase in purchases}.values():
        for at, kind in (
            (parcel.mailed_at, ScanKind.ACCEPTED),
            (parcel.delivered_at, ScanKind.DELIVERED),
            (parcel.returned_at, ScanKind.RETURNED_TO_SENDER),
        ):
            if at is not None:
                yield SeenScan(parcel.carrier, parcel.tracking_number, kind, at)


def address_of(seller: Seller) -> Address:
    """Where a seller ships from, and has returns sent to."""
    return Address(
        name=seller.display_name,
        line1=f"{100 + sum(map(ord, seller.username)) % 900} Market Street",
        line2=None,
        city=seller.city,
        region=seller.region,
        postal_code=seller.postal_code,
        country_code=seller.country_code,
    )
