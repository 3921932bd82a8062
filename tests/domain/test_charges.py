"""What a refund costs the seller: the order's own amounts, used up in order, never more and never less."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.charges import check_partial, full_charge, return_charge, total
from domain.money import Currency, Money
from domain.refusals import AmountOutOfRange, CurrencyMismatch, NothingLeftToRefund
from domain.values import Charge, Order
from domain.words import LedgerComponent as Component
from tests.domain.specimens import MONDAY, an_order, usd
from tests.policy import quotes

CENTS = st.integers(0, 500_00).map(lambda minor: Money(minor, Currency.USD))


@st.composite
def orders(draw: st.DrawFn) -> Order:
    """Any order, cheap ones whose fees are above their price included."""
    price = draw(CENTS)
    return replace(
        an_order(),
        price=price,
        tax=draw(CENTS),
        shipping=draw(CENTS),
        commission=Money(draw(st.integers(0, price.minor)), Currency.USD),
        processing_fee=draw(CENTS),
    )


def charged(order: Order) -> list[tuple[Component, Money]]:
    return [(charge.component, charge.amount) for charge in full_charge(order)]


@quotes(
    "Full refund without a return | After you offer the refund"
    " | Total payout + buyer paid shipping + payment processing fee"
)
def test_a_full_refund_costs_payout_shipping_and_fee() -> None:
    assert charged(an_order()) == [
        (Component.PAYOUT_REVERSAL, usd("88.35")),
        (Component.BUYER_SHIPPING, usd("7.00")),
        (Component.PROCESSING_FEE, usd("3.65")),
    ]
    assert total(full_charge(an_order()), Currency.USD) == usd("99.00")


@quotes("Total payout + buyer paid shipping + payment processing fee + return shipping cost")
def test_a_full_refund_on_return_costs_the_return_shipping_too() -> None:
    charges = return_charge(an_order(), usd("6.50"))
    assert charges[-1] == Charge(Component.RETURN_SHIPPING, usd("6.50"))
    assert total(charges, Currency.USD) == usd("105.50")


def test_a_return_label_that_cost_nothing_is_no_charge() -> None:
    assert return_charge(an_order(), usd("0")) == full_charge(an_order())


@pytest.mark.parametrize(
    ("refunded", "left"),
    [
        ("30.00", ["58.35", "7.00", "3.65"]),
        ("88.35", ["7.00", "3.65"]),
        ("90.00", ["5.35", "3.65"]),
        ("98.99", ["0.01"]),
        ("115.00", []),
    ],
)
def test_what_was_refunded_uses_up_the_payout_first_then_shipping_then_fee(
    refunded: str, left: list[str]
) -> None:
    assert [charge.amount for charge in full_charge(an_order(refunded=refunded))] == [
        usd(each) for each in left
    ]


def test_a_payout_below_zero_lessens_what_shipping_and_fee_cost() -> None:
    order = an_order(price="1.00", commission="0.80", processing_fee="0.50", shipping="7.00")
    assert order.payout == usd("-0.30")
    assert charged(order) == [
        (Component.BUYER_SHIPPING, usd("6.70")),
        (Component.PROCESSING_FEE, usd("0.50")),
    ]


def test_nothing_is_charged_after_a_chargeback() -> None:
    assert full_charge(an_order(charged_back_at=MONDAY)) == ()


@given(order=orders(), refunded=st.integers(0, 2_000_00))
def test_the_charge_is_payout_shipping_and_fee_less_what_was_refunded(order: Order, refunded: int) -> None:
    order = replace(order, refunded=Money(min(refunded, order.total.minor), Currency.USD))
    whole = (order.payout + order.shipping + order.processing_fee).minor
    assert total(full_charge(order), Currency.USD).minor == max(0, whole - order.refunded.minor)
    assert all(charge.amount.minor > 0 for charge in full_charge(order))


@pytest.mark.parametrize("amount", ["0.01", "98.99"])
def test_a_part_is_more_than_nothing_and_less_than_the_full_charge(amount: str) -> None:
    check_partial(an_order(), usd(amount))


@pytest.mark.parametrize(
    ("amount", "refunded"), [("0", "0"), ("-1.00", "0"), ("99.00", "0"), ("69.00", "30.00")]
)
def test_no_other_amount_is_a_part(amount: str, refunded: str) -> None:
    with pytest.raises(AmountOutOfRange) as refused:
        check_partial(an_order(refunded=refunded), usd(amount))
    assert refused.value.below == usd("99.00") - usd(refunded)


def test_a_part_is_in_the_orders_currency() -> None:
    with pytest.raises(CurrencyMismatch):
        check_partial(an_order(), Money(10_00, Currency.EUR))


@pytest.mark.parametrize("order", [an_order(refunded="115.00"), an_order(charged_back_at=MONDAY)])
def test_there_is_no_part_of_nothing(order: Order) -> None:
    with pytest.raises(NothingLeftToRefund):
        check_partial(order, usd("1.00"))
