"""How a story is told: steps, each with its wait, whose it is and what is done; and the scene it plays in.

Decides the few words that stories are written in. What a step comes to is the domain's to say, how it is
carried out the director's.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from demo.people import Buyer, Seller
from demo.phrases import Phrases
from domain.commands import Command
from domain.money import Money
from domain.words import ParcelRole, Party, RequestReason, ScanKind


@dataclass(frozen=True, slots=True)
class Scan:
    """A carrier scans one of the request's parcels."""

    role: ParcelRole
    kind: ScanKind


@dataclass(frozen=True, slots=True)
class TimePasses:
    """A clock has run out; what it was for comes to pass."""


@dataclass(frozen=True, slots=True)
class Assign:
    """An agent takes the request up."""


@dataclass(frozen=True, slots=True)
class Note:
    """An agent writes something down that no party ever sees."""

    body: str


@dataclass(frozen=True, slots=True)
class ChargeBack:
    """The buyer's bank takes the money back."""


@dataclass(frozen=True, slots=True)
class RefundReported:
    """The payment service settles the refund, or cannot."""

    settled: bool = True


@dataclass(frozen=True, slots=True)
class ClaimDecided:
    """The carrier pays what the claim covers, or nothing."""

    approved: bool


Happening = Scan | TimePasses | Assign | Note | ChargeBack | RefundReported | ClaimDecided
Deed = Command | Happening


@dataclass(frozen=True, slots=True)
class Step:
    """After `wait` (of business time, if `business`), `by` does something, with so many photos.

    A return it brings about has its label at once, unless it waits for the platform's.
    """

    wait: timedelta
    by: Party
    deed: Deed
    photos: int = 0
    business: bool = False
    labelled: bool = True


Script = Iterator[Step]


@dataclass(frozen=True, slots=True)
class Scene:
    """The order that a story is about, its people, and a source of chance of its own."""

    item: str
    price: Money
    seller: Seller
    buyer: Buyer
    reason: RequestReason | None
    claimable: bool  # by USPS, with a label bought on the platform
    chance: Random

    def say(self, phrases: Phrases, amount: Money | None = None) -> str:
        """One of the phrases, filled in."""
        return self.chance.choice(phrases).format(
            item=self.item.split(",")[0],
            buyer=self.buyer.display_name.split()[0],
            seller=self.seller.display_name,
            amount=f"${amount.decimal()}" if amount else "",
        )

    def hours(self, least: float, most: float) -> timedelta:
        """A wait somewhere between."""
        return timedelta(seconds=round(self.chance.uniform(least, most) * 3600))

    def part(self) -> Money:
        """A fair part of the price, in whole half units."""
        halves = max(1, self.price.minor * self.chance.randint(15, 40) // 100 // 50)
        return Money(halves * 50, self.price.currency)


Story = Callable[[Scene], Script]
