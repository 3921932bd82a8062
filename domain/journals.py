"""The journals: every movement of money as one balanced double entry (spec §5).

Decides which accounts a movement touches and by how much; refuses to know when it happens and who may cause
it. Amounts are signed: below zero an account gives. Accounts that do not move have no line; a journal in
which nothing moves (a chargeback after everything was refunded) has none at all.
"""

from collections.abc import Iterable
from dataclasses import replace

from domain.charges import full_charge, return_charge, total
from domain.effects import JournalLine, PostJournal
from domain.money import Money
from domain.values import Charge, Order
from domain.words import JournalKind, LedgerAccount, LedgerComponent


def sale(order: Order) -> PostJournal:
    """The buyer paid."""
    return _journal(
        JournalKind.SALE,
        "Sale",
        _line(LedgerAccount.CLEARING, -order.total),
        _line(LedgerAccount.SELLER, order.payout, LedgerComponent.SALE),
        _line(LedgerAccount.COMMISSION, order.commission),
        _line(LedgerAccount.PROCESSING, order.processing_fee),
        _line(LedgerAccount.TAX, order.tax),
        _line(LedgerAccount.SHIPPING, order.shipping),
    )


def full_refund(order: Order) -> PostJournal:
    """The buyer gets all the rest: the seller's full charge, and what the marketplace and the taxes took."""
    return _journal(JournalKind.FULL_REFUND, "Full refund", *_seller_gives_back(order, full_charge(order)))


def return_confirmed(order: Order, label_cost: Money) -> PostJournal:
    """The same for a returned item: the seller pays the parcel's way too."""
    return _journal(
        JournalKind.RETURN_CONFIRMED,
        "Refund after return",
        *_seller_gives_back(order, return_charge(order, label_cost)),
        _line(LedgerAccount.RETURN_SHIPPING, label_cost),
    )


def partial_refund(order: Order, amount: Money) -> PostJournal:
    """The buyer gets an amount that `charges.check_partial` lets pass for this order."""
    return _journal(
        JournalKind.PARTIAL_REFUND,
        f"Partial refund of {amount} of {order.total}",
        _line(LedgerAccount.SELLER, -amount, LedgerComponent.PARTIAL_REFUND),
        _line(LedgerAccount.BUYER_REFUNDS, amount),
    )


def platform_refund(order: Order, amount: Money | None) -> PostJournal:
    """The marketplace pays the amount, or all the rest; with the rest the taxes come back too."""
    tax = Money(0, order.currency) if amount else _tax_of_the_rest(order)
    given = amount or order.refundable
    return _journal(
        JournalKind.PLATFORM_REFUND,
        "Refund paid by the platform",
        _line(LedgerAccount.PLATFORM_SUPPORT, tax - given),
        _line(LedgerAccount.TAX, -tax),
        _line(LedgerAccount.BUYER_REFUNDS, given),
    )


def label_used(cost: Money) -> PostJournal:
    """The return label was scanned, so the carrier is paid."""
    return _journal(
        JournalKind.LABEL_USED,
        "Return label used",
        _line(LedgerAccount.RETURN_SHIPPING, -cost),
        _line(LedgerAccount.CLEARING, cost),
    )


def label_written_off(cost: Money) -> PostJournal:
    """The marketplace bears a used label: the return was its to pay, or its hold was voided."""
    return _journal(
        JournalKind.LABEL_WRITTEN_OFF,
        "Return label paid by the platform",
        _line(LedgerAccount.PLATFORM_SUPPORT, -cost),
        _line(LedgerAccount.RETURN_SHIPPING, cost),
    )


def claim_approved(amount: Money) -> PostJournal:
    """The carrier makes good what it lost or broke."""
    return _journal(
        JournalKind.CLAIM_APPROVED,
        "Carrier claim paid",
        _line(LedgerAccount.CARRIER_CLAIMS, -amount),
        _line(LedgerAccount.SELLER, amount, LedgerComponent.CLAIM_CREDIT),
    )


def refund_settled(amount: Money) -> PostJournal:
    """The refund reached the buyer's original form of payment."""
    return _journal(
        JournalKind.REFUND_SETTLED,
        "Refund settled",
        _line(LedgerAccount.BUYER_REFUNDS, -amount),
        _line(LedgerAccount.CLEARING, amount),
    )


def chargeback(order: Order) -> PostJournal:
    """The bank took what was not refunded yet, at the platform's cost; earlier charges stand."""
    taken = order.total - order.refunded
    return _journal(
        JournalKind.CHARGEBACK,
        "Chargeback",
        _line(LedgerAccount.PLATFORM_SUPPORT, -taken),
        _line(LedgerAccount.CLEARING, taken),
    )


def transfer_out(amount: Money) -> PostJournal:
    """The seller was paid out."""
    return _journal(
        JournalKind.TRANSFER_OUT,
        "Transfer to the seller's bank",
        _line(LedgerAccount.SELLER, -amount, LedgerComponent.TRANSFER_OUT),
        _line(LedgerAccount.CLEARING, amount),
    )


def correction(mistaken: PostJournal, reason: str) -> PostJournal:
    """The exact reverse of a journal that should not have been; its seller lines are all corrections."""
    reversed_lines = (
        replace(line, amount=-line.amount, component=LedgerComponent.CORRECTION if line.component else None)
        for line in mistaken.lines
    )
    return _journal(JournalKind.CORRECTION, f"Correction: {reason}", *reversed_lines)


def _seller_gives_back(order: Order, charges: tuple[Charge, ...]) -> Iterable[JournalLine]:
    """All the rest for the buyer: the seller's charges, the taxes, and from the commission what is still
    missing.
    """
    tax = _tax_of_the_rest(order)
    seller_share = total(full_charge(order), order.currency)
    for charge in charges:
        yield _line(LedgerAccount.SELLER, -charge.amount, charge.component)
    yield _line(LedgerAccount.COMMISSION, seller_share + tax - order.refundable)
    yield _line(LedgerAccount.TAX, -tax)
    yield _line(LedgerAccount.BUYER_REFUNDS, order.refundable)


def _tax_of_the_rest(order: Order) -> Money:
    """The order's tax, which partial refunds leave alone; never more than is left to give back."""
    return Money(min(order.tax.minor, order.refundable.minor), order.currency)


def _line(account: LedgerAccount, amount: Money, component: LedgerComponent | None = None) -> JournalLine:
    return JournalLine(account, amount, component)


def _journal(kind: JournalKind, description: str, *lines: JournalLine) -> PostJournal:
    moving = tuple(line for line in lines if line.amount.minor)
    assert sum(line.amount.minor for line in moving) == 0, f"{kind} must balance"
    return PostJournal(kind, moving, description)
