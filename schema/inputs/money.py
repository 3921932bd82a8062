"""Amounts and addresses, wherever an input holds one."""

from decimal import Decimal

import strawberry

from domain.money import Currency, Money, money
from domain.values import Address
from schema.inputs.form import Form, field


@strawberry.input(description="An exact amount of money in one currency.")
class MoneyInput(Form):
    """An amount in major units, at most two decimal places."""

    amount: Decimal = field('Major units as text, for example "12.50".')
    currency_code: Currency = field("The currency.")

    def money(self) -> Money:
        """The amount as the domain counts it; its form has been checked."""
        return money(self.amount, self.currency_code)


@strawberry.input(description="A postal address.")
class AddressInput(Form):
    """Where a parcel goes to or comes from."""

    name: str = field("Who receives there.", longest=200)
    line1: str = field("Street and number.", longest=200)
    line2: str | None = field("Flat, floor, company.", optional=True, longest=200)
    city: str = field("City.", longest=200)
    region: str = field("State, province or county.", longest=100)
    postal_code: str = field("Postal code.", longest=20)
    country_code: str = field("Country, as two capital letters (ISO 3166-1).", country=True)

    def address(self) -> Address:
        """The address as a value."""
        return Address(
            self.name, self.line1, self.line2, self.city, self.region, self.postal_code, self.country_code
        )
