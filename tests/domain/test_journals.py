"""Every movement balances, and comes to the cent that the example order's table says."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import journals
from domain.charges import full_charge, total
from domain.effects import PostJournal
from domain.money import Currency, Money
from domain.values import Order
from domain.words import JournalKind
from domain.words import LedgerAccount as Account
from domain.words import LedgerComponent as Component
from tests.domain.specimens import an_order, usd
from tests.domain.test_charges import orders

ORDER = an_order()
AFTER_PARTIAL = an_order(refunded="30.00")
LABEL_COST = usd("6.50")


def moved(journal: PostJournal) -> dict[Account, str]:
    """What a journal moves on each account, in major units."""
    accounts = {line.account for line in journal.lines}
    zero = usd("0")
    return {
        account: str(sum((line.amount for line in journal.lines if line.account is account), zero).decimal())
        for account in accounts
    }


def seller_lines(journal: PostJournal) -> list[tuple[Component | None, str]]:
    return [
        (line.component, str(line.amount.decimal()))
        for line in journal.lines
        if line.account is Account.SELLER
    ]


def moved_on(journal: PostJournal, account: Account) -> int:
    return sum(line.amount.minor for line in journal.lines if line.account is account)


TABLE = {
    "sale": (
        journals.sale(ORDER),
        {
            Account.CLEARING: "-115.00",
            Account.SELLER: "88.35",
            Account.COMMISSION: "8.00",
            Account.PROCESSING: "3.65",
            Account.TAX: "8.00",
            Account.SHIPPING: "7.00",
        },
    ),
    "full refund": (
        journals.full_refund(ORDER),
        {
            Account.SELLER: "-99.00",
            Account.COMMISSION: "-8.00",
            Account.TAX: "-8.00",
            Account.BUYER_REFUNDS: "115.00",
        },
    ),
    "return confirmed": (
        journals.return_confirmed(ORDER, LABEL_COST),
        {
            Account.SELLER: "-105.50",
            Account.COMMISSION: "-8.00",
            Account.TAX: "-8.00",
            Account.RETURN_SHIPPING: "6.50",
            Account.BUYER_REFUNDS: "115.00",
        },
    ),
    "partial refund": (
        journals.partial_refund(ORDER, usd("30.00")),
        {Account.SELLER: "-30.00", Account.BUYER_REFUNDS: "30.00"},
    ),
    "full refund after that partial": (
        journals.full_refund(AFTER_PARTIAL),
        {
            Account.SELLER: "-69.00",
            Account.COMMISSION: "-8.00",
            Account.TAX: "-8.00",
            Account.BUYER_REFUNDS: "85.00",
        },
    ),
    "platform funds the whole": (
        journals.platform_refund(ORDER, None),
        {Account.PLATFORM_SUPPORT: "-107.00", Account.TAX: "-8.00", Account.BUYER_REFUNDS: "115.00"},
    ),
    "platform funds a part": (
        journals.platform_refund(ORDER, usd("30.00")),
        {Account.PLATFORM_SUPPORT: "-30.00", Account.BUYER_REFUNDS: "30.00"},
    ),
    "platform funds the rest": (
        journals.platform_refund(AFTER_PARTIAL, None),
        {Account.PLATFORM_SUPPORT: "-77.00", Account.TAX: "-8.00", Account.BUYER_REFUNDS: "85.00"},
    ),
    "label used": (
        journals.label_used(LABEL_COST),
        {Account.RETURN_SHIPPING: "-6.50", Account.CLEARING: "6.50"},
    ),
    "its hold voided, or the platform funds the return": (
        journals.label_written_off(LABEL_COST),
        {Account.PLATFORM_SUPPORT: "-6.50", Account.RETURN_SHIPPING: "6.50"},
    ),
    "claim approved": (
        journals.claim_approved(usd("99.00")),
        {Account.CARRIER_CLAIMS: "-99.00", Account.SELLER: "99.00"},
    ),
    "refund settled": (
        journals.refund_settled(usd("115.00")),
        {Account.BUYER_REFUNDS: "-115.00", Account.CLEARING: "115.00"},
    ),
    "chargeback": (
        journals.chargeback(ORDER),
        {Account.PLATFORM_SUPPORT: "-115.00", Account.CLEARING: "115.00"},
    ),
    "chargeback after that partial": (
        journals.chargeback(AFTER_PARTIAL),
        {Account.PLATFORM_SUPPORT: "-85.00", Account.CLEARING: "85.00"},
    ),
    "chargeback after everything": (journals.chargeback(an_order(refunded="115.00")), {}),
    "transfer out": (
        journals.transfer_out(usd("40.00")),
        {Account.SELLER: "-40.00", Account.CLEARING: "40.00"},
    ),
}


@pytest.mark.parametrize(("journal", "expected"), TABLE.values(), ids=TABLE.keys())
def test_every_row_of_the_table_to_the_cent(journal: PostJournal, expected: dict[Account, str]) -> None:
    assert moved(journal) == expected


@pytest.mark.parametrize(("journal", "_"), TABLE.values(), ids=TABLE.keys())
def test_the_sellers_lines_alone_say_what_they_are_for(journal: PostJournal, _: object) -> None:
    assert all((line.account is Account.SELLER) == (line.component is not None) for line in journal.lines)


def test_the_seller_reads_a_full_refund_by_component() -> None:
    assert seller_lines(journals.full_refund(AFTER_PARTIAL)) == [
        (Component.PAYOUT_REVERSAL, "-58.35"),
        (Component.BUYER_SHIPPING, "-7.00"),
        (Component.PROCESSING_FEE, "-3.65"),
    ]


@pytest.mark.parametrize(("journal", "_"), TABLE.values(), ids=TABLE.keys())
def test_a_correction_is_the_exact_reverse(journal: PostJournal, _: object) -> None:
    correction = journals.correction(journal, "booked twice")
    assert correction.kind is JournalKind.CORRECTION
    assert correction.description == "Correction: booked twice"
    assert [(line.account, -line.amount) for line in correction.lines] == [
        (line.account, line.amount) for line in journal.lines
    ]
    assert {component for component, _ in seller_lines(correction)} <= {Component.CORRECTION}


@given(orders(), st.integers(0, 20_00))
def test_every_journal_balances(order: Order, cost: int) -> None:
    label_cost = Money(cost, Currency.USD)
    for journal in (
        journals.sale(order),
        journals.full_refund(order),
        journals.return_confirmed(order, label_cost),
        journals.platform_refund(order, None),
        journals.chargeback(order),
        journals.label_used(label_cost),
    ):
        assert sum(line.amount.minor for line in journal.lines) == 0
        assert all(line.amount.minor for line in journal.lines)


@given(orders(), st.lists(st.tuples(st.booleans(), st.integers(1, 200_00)), max_size=5), st.booleans())
def test_refunds_in_any_parts_never_exceed_what_was_paid_nor_charges_the_full_charge(
    order: Order, parts: list[tuple[bool, int]], seller_ends_it: bool
) -> None:
    full = total(full_charge(order), Currency.USD).minor
    posted = []
    for by_seller, cents in parts:
        amount = Money(cents, Currency.USD)
        if not cents < total(full_charge(order), Currency.USD).minor:
            continue
        pay = journals.partial_refund if by_seller else journals.platform_refund
        posted.append(pay(order, amount))
        order = replace(order, refunded=order.refunded + amount)
    posted.append(journals.full_refund(order) if seller_ends_it else journals.platform_refund(order, None))
    assert sum(moved_on(journal, Account.BUYER_REFUNDS) for journal in posted) == order.total.minor
    assert -sum(moved_on(journal, Account.SELLER) for journal in posted) <= full
    assert -sum(moved_on(journal, Account.TAX) for journal in posted) == order.tax.minor


@given(orders())
def test_a_sale_refunded_in_full_leaves_nothing_but_the_fee_and_shipping_the_platform_spent(
    order: Order,
) -> None:
    sale, refund = journals.sale(order), journals.full_refund(order)
    assert moved_on(sale, Account.COMMISSION) + moved_on(refund, Account.COMMISSION) >= 0
    assert moved_on(sale, Account.TAX) + moved_on(refund, Account.TAX) == 0
    if order.payout.minor >= 0:
        assert moved_on(sale, Account.COMMISSION) + moved_on(refund, Account.COMMISSION) == 0
