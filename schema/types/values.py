"""Values without an id: money and addresses."""

from decimal import Decimal

from domain import money, values
from domain.money import Currency
from schema.columns import column, computed, over


@over(money.Money, "An exact amount of money in one currency.")
class Money:
    """An amount."""

    amount: Decimal = computed(money.Money.decimal, "In major units, with two places.")
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
