"""The demo as a plan: what is bought, asked, done and said, and when. Knows nothing of how it was cast."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from demo.orders import Purchase
from demo.people import Buyer, Seller
from demo.script import Step
from domain.commands import Open
from domain.words import Party

DAY = timedelta(days=1)
BEGAN = timedelta(days=131)
"""How long ago the first show was."""


@dataclass(frozen=True, slots=True)
class Plot:
    """One request: its purchase, when and how it is opened, and each later step with its instant."""

    purchase: Purchase
    opened_at: datetime
    opening: Open
    photos: int
    steps: tuple[tuple[datetime, Step], ...]


@dataclass(frozen=True, slots=True)
class Talk:
    """A direct conversation: who wrote what when."""

    buyer: Buyer
    seller: Seller
    words: tuple[tuple[datetime, Party, str], ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that will have happened by `now`."""

    now: datetime
    sellers: tuple[Seller, ...]
    purchases: tuple[Purchase, ...]
    plots: tuple[Plot, ...]
    talks: tuple[Talk, ...]

    def night_after(self, at: datetime) -> datetime:
        """The end of the day in which something happens."""
        return self.now - (self.now - at) // DAY * DAY
