"""What is bought in the demo: every order with its amounts, its parcel and when that was scanned."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from random import Random

from demo.catalogue import Item
from demo.people import Buyer, Seller
from domain.money import Money
from domain.words import Carrier

CARRIERS = (Carrier.USPS, Carrier.USPS, Carrier.USPS, Carrier.USPS, Carrier.UPS, Carrier.FEDEX)
SHIPPING_MINOR = (0, 495, 650, 825)
TAX_PERMILLE = (0, 62, 72, 88)
COMMISSION_PERCENT = 8


@dataclass(frozen=True, slots=True)
class Parcel:
    """One shipment and when its carrier scanned it, if ever."""

    external_id: str
    carrier: Carrier
    tracking_number: str
    platform_label: bool
    mailed_at: datetime | None = None
    delivered_at: datetime | None = None
    returned_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Purchase:
    """One order, as the platform will import it."""

    external_id: str
    seller: Seller
    buyer: Buyer
    item: Item
    show: str
    placed_at: datetime
    price: Money
    tax: Money
    shipping: Money
    commission: Money
    processing_fee: Money
    parcel: Parcel


class Till:
    """Rings up purchases, numbering orders and parcels from 1."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._orders = count(1)
        self._parcels = count(1)

    def parcel(
        self,
        *,
        mailed_at: datetime | None = None,
        delivered_at: datetime | None = None,
        returned_at: datetime | None = None,
    ) -> Parcel:
        """A parcel of its own."""
        number = next(self._parcels)
        carrier = self._chance.choice(CARRIERS)
        tracking = (
            f"9400{100_000_000_000_000_000 + number * 7_919}"
            if carrier is Carrier.USPS
            else f"1Z{number:016}"
        )
        return Parcel(
            f"shipment-{number:05}",
            carrier,
            tracking,
            carrier is Carrier.USPS,
            mailed_at,
            delivered_at,
            returned_at,
        )

    def ring_up(self, seller: Seller, buyer: Buyer, placed_at: datetime, parcel: Parcel) -> Purchase:
        """One purchase at a random price, with the amounts that go with it."""
        chance = self._chance
        item = chance.choice(seller.stall.items)
        price = chance.randint(item.lowest, item.highest) * 100
        tax = price * chance.choice(TAX_PERMILLE) // 1000
        shipping = chance.choice(SHIPPING_MINOR)
        return Purchase(
            f"order-{next(self._orders):05}",
            seller,
            buyer,
            item,
            chance.choice(seller.stall.shows),
            placed_at,
            price=Money(price, seller.currency),
            tax=Money(tax, seller.currency),
            shipping=Money(shipping, seller.currency),
            commission=Money(price * COMMISSION_PERCENT // 100, seller.currency),
            processing_fee=Money((price + tax + shipping) * 29 // 1000 + 30, seller.currency),
            parcel=parcel,
        )


def plain_purchases(
    till: Till,
    seller: Seller,
    buyers: tuple[Buyer, ...],
    many: int,
    *,
    since: datetime,
    now: datetime,
    chance: Random,
) -> Iterator[Purchase]:
    """Purchases that nobody ever asked for help with, in shows spread over the time; some share a parcel."""
    shows = [since + (now - since) * (place + chance.random()) / 14 for place in range(14)]
    while many > 0:
        show = chance.choice(shows)
        buyer = chance.choice(buyers)
        mailed_at = show + timedelta(hours=chance.uniform(14, 60))
        delivered_at = mailed_at + timedelta(hours=chance.uniform(48, 130))
        parcel = till.parcel(
            mailed_at=mailed_at if mailed_at < now else None,
            delivered_at=delivered_at if delivered_at < now else None,
        )
        for _ in range(min(many, chance.choice((1, 1, 1, 2, 3, 5)))):
            placed_at = min(now, show + timedelta(minutes=chance.uniform(0, 150)))
            yield till.ring_up(seller, buyer, placed_at, parcel)
            many -= 1
