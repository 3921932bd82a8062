"""Values without an id: money and addresses."""

from decimal import Decimal
from typing import Final

from domain import money, values
from domain.money import Currency
from schema.columns import column, computed, over

MOST_REMEMBERED: Final = 50_000


class Amounts(dict[int, str]):
    """Amounts as they are written, by their minor units; the latest are remembered."""

    def __missing__(self, minor: int) -> str:
        if len(self) >= MOST_REMEMBERED:
            self.clear()
        text = self[minor] = str(money.decimal_of(minor))
        return text


@over(money.Money, "An exact amount of money in one currency.")
class Money:
    """An amount."""

    amount: Decimal = computed(
        money.decimal_of, "In major units, with two places.", over=("minor",), written=Amounts()
    )
    currency_code: Currency = column("The currency.", of="currency")
    minor_units: int = column("In hundredths of the major unit.", of="minor")


@over(values.Address, "A postal address.")
class Address:
    """An address."""

    name: str = column("Who receives there.")
    line1: str = column("Street and number.")
    line2: str | None = column("Flat, floor, company.")
    city: str = column("City.")
    region: str = column("State, province or county.")
    postal_code: str = column("Postal code.")
    country_code: str = column("Country, as two capital letters (ISO 3166-1).")
