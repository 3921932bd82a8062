"""Amounts of money as rows have them: made of the columns that hold them.

Decides nothing: the columns are named where a row is declared.
"""

from typing import Any, Self, cast, overload

from domain.money import Money


class Amount:
    """An attribute of a row that is an amount, or nothing where its column holds none."""

    def __init__(self, minor: str, currency: str) -> None:
        self.minor, self.currency = minor, currency

    @overload
    def __get__(self, row: None, owner: type) -> Self: ...
    @overload
    def __get__(self, row: object, owner: type) -> Money | None: ...
    def __get__(self, row: Any, owner: type) -> "Self | Money | None":
        if row is None:
            return self
        minor, currency = getattr(row, self.minor), getattr(row, self.currency)
        return None if minor is None or currency is None else Money(minor, currency)


def amount_of(minor: str, currency: str = "currency") -> Money:
    """An amount that every row has, in the hundredths that this column holds."""
    return cast("Money", Amount(minor, currency))


def maybe_amount_of(minor: str, currency: str = "currency") -> Money | None:
    """An amount that may be missing."""
    return cast("Money | None", Amount(minor, currency))
