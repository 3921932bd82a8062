"""Money: whole minor units and a currency. No floats anywhere; two currencies never add (spec §5)."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Currency(StrEnum):
    """The currencies the marketplace trades in; each has two decimal places."""

    USD = "USD"
    CAD = "CAD"
    GBP = "GBP"
    EUR = "EUR"
    AUD = "AUD"


DECIMAL_PLACES = 2
LARGEST_MINOR = 10**14  # a trillion major units: beyond any order, and far inside a bigint


class MixedCurrenciesError(ValueError):
    """Two currencies met in one sum: a bug, never a user's mistake."""


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount: `minor` hundredths of `currency`; may be negative."""

    minor: int
    currency: Currency

    def __add__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def decimal(self) -> Decimal:
        """The amount in major units, exact, always with two places: 88.35."""
        return decimal_of(self.minor)

    def __str__(self) -> str:
        return f"{self.decimal()} {self.currency}"

    def _same(self, other: "Money") -> None:
        if self.currency is not other.currency:
            raise MixedCurrenciesError(f"{self.currency} and {other.currency} do not add")


def decimal_of(minor: int) -> Decimal:
    """Hundredths in major units, exact, always with two places."""
    return Decimal(minor).scaleb(-DECIMAL_PLACES)


class InexactAmountError(ValueError):
    """A decimal that is no amount of money: too precise, not finite, or absurdly large."""


def money(amount: Decimal, currency: Currency) -> Money:
    """The money that a decimal of the edge stands for.

    Raises InexactAmountError for more than two decimal places, NaN, infinities, and beyond LARGEST_MINOR.
    """
    if not amount.is_finite() or abs(amount) > LARGEST_MINOR:
        raise InexactAmountError("an amount is a finite number of major units")
    minor = amount.scaleb(DECIMAL_PLACES)
    if minor != minor.to_integral_value() or abs(minor) > LARGEST_MINOR:
        raise InexactAmountError("an amount has at most two decimal places")
    return Money(int(minor), currency)
