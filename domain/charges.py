"""What a refund costs the seller, component by component.

Decides how much of payout + buyer-paid shipping + processing fee is left to charge, and which partial amounts
fit in it; refuses to know who pays in the end and how it is booked.

Whatever the buyer has been refunded on the order, by whomever, is used up from the payout first, then from
the shipping, then from the fee. A payout below zero (fees above the price) counts as used up too, so that the
sum is still payout + shipping + fee.
"""

from collections.abc import Iterable

from domain.money import Currency, Money
from domain.refusals import AmountOutOfRange, CurrencyMismatch, NothingLeftToRefund
from domain.values import Charge, Order
from domain.words import LedgerComponent


def full_charge(order: Order) -> tuple[Charge, ...]:
    """What the seller pays to give the buyer all the rest; nothing where nothing is refundable."""
    if order.refundable.minor <= 0:
        return ()
    used = order.refunded.minor + max(0, -order.payout.minor)
    charges = []
    for component, amount in (
        (LedgerComponent.PAYOUT_REVERSAL, order.payout),
        (LedgerComponent.BUYER_SHIPPING, order.shipping),
        (LedgerComponent.PROCESSING_FEE, order.processing_fee),
    ):
        earned = max(0, amount.minor)
        left = max(0, earned - used)
        used = max(0, used - earned)
        if left:
            charges.append(Charge(component, Money(left, order.currency)))
    return tuple(charges)


def return_charge(order: Order, label_cost: Money) -> tuple[Charge, ...]:
    """What the seller pays once the item is back: the full charge and the parcel's way."""
    label = (Charge(LedgerComponent.RETURN_SHIPPING, label_cost),) if label_cost.minor else ()
    return full_charge(order) + label


def total(charges: Iterable[Charge], currency: Currency) -> Money:
    """The sum of the charges; zero for none."""
    return sum((charge.amount for charge in charges), Money(0, currency))


def check_partial(order: Order, amount: Money) -> None:
    """A partial amount, offered or ruled, is more than 0 and less than what is left of the seller's full
    charge.

    Raises NothingLeftToRefund, CurrencyMismatch or AmountOutOfRange.
    """
    if order.refundable.minor <= 0:
        raise NothingLeftToRefund
    if amount.currency is not order.currency:
        raise CurrencyMismatch(order.currency.value, "amount")
    left = total(full_charge(order), order.currency)
    if not 0 < amount.minor < left.minor:
        raise AmountOutOfRange(left)
