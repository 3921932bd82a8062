"""What Support decides: a ruling, a return in place of a replacement, a request given to its seller.

Decides who pays, whether the seller was overruled, and where the request goes; refuses to know how it came
here.
"""

from dataclasses import replace

from domain import settlement, turns
from domain.change import Change
from domain.charges import check_partial
from domain.commands import AuthorizeReturn, HandToSeller, Rule
from domain.money import Money
from domain.refusals import Invalid, NothingLeftToRefund
from domain.returns import approve_return
from domain.settlement import Payment
from domain.values import Ruling
from domain.words import (
    EscalationCause,
    Funder,
    Handler,
    MessageKind,
    RequestOutcome,
    ReturnStatus,
    RulingDecision,
)

AGAINST_THE_SELLER = frozenset(
    {EscalationCause.DECLINED, EscalationCause.RETURN_DISPUTED, EscalationCause.NO_RESPONSE}
)
"""After these, a ruling at the seller's cost overturns the seller's decision, or silence."""


def refund(change: Change, command: Rule) -> None:
    """Support refunds, in full or a part, at the seller's or the platform's cost."""
    funder = _payer(command)
    payment = _payment(change, funder, command.amount)
    _rule(change, command, funder)
    part = command.amount is not None
    settlement.close_refunded(
        change,
        RequestOutcome.PARTIALLY_REFUNDED if part else RequestOutcome.REFUNDED,
        payment,
        f"Support decides: {payment.amount} is refunded.",
    )


def refund_cancellation(change: Change, command: Rule) -> None:
    """Support cancels the order."""
    _refuse_amount(command)
    funder = _payer(command)
    payment = _payment(change, funder, None)
    _rule(change, command, funder)
    sentence = f"Support decides: the order is cancelled, and {payment.amount} is refunded."
    settlement.close_refunded(change, RequestOutcome.ORDER_CANCELLED, payment, sentence)


def refund_on_return(change: Change, command: Rule) -> None:
    """Support refunds once the item is back; the thread stays closed."""
    _refuse_amount(command)
    funder = _payer(command)
    if change.request.order.refundable.minor <= 0:
        raise NothingLeftToRefund
    _rule(change, command, funder)
    sentence = "Support decides: a full refund once the item is returned."
    approve_return(change, sentence, funded_by=funder, own_label=command.own_label)


def uphold(change: Change, command: Rule) -> None:
    """Support leaves it at the seller's decision; a disputed return stays rejected."""
    _refuse_amount(command)
    _rule(change, command, Funder.NOBODY)
    returned = change.request.returned
    disputed = returned is not None and returned.dispute is not None
    settlement.close_unrefunded(
        change,
        RequestOutcome.RETURN_REJECTED if disputed else RequestOutcome.NOT_REFUNDED,
        "Support decides: there is no refund.",
        returned_as=ReturnStatus.REJECTED if disputed else ReturnStatus.CANCELLED,
    )


def authorize_return(change: Change, command: AuthorizeReturn) -> None:
    """The replacement was not sent: the buyer gets a full refund for sending the first item back."""
    sentence = "Support lets the buyer return the item for a full refund."
    approve_return(change, sentence, funded_by=Funder.SELLER, own_label=command.own_label)


def hand_to_seller(change: Change, command: HandToSeller) -> None:
    """The seller handles it from now on."""
    change.speak(command.message, attachments=command.attachment_ids)
    change.request = replace(change.request, handled_by=Handler.SELLER, locked_at=None)
    turns.await_seller(change, "Support has handed the request to the seller.")


def _rule(change: Change, command: Rule, funder: Funder) -> None:
    """Write the ruling into the escalation it answers, and tell the parties."""
    *settled, escalation = change.request.escalations
    ruling = Ruling(
        command.decision,
        funder,
        command.amount,
        command.text,
        change.at,
        overturned=funder is Funder.SELLER and escalation.cause in AGAINST_THE_SELLER,
    )
    ruled = replace(escalation, ruling=ruling)
    change.request = replace(change.request, escalations=(*settled, ruled))
    change.speak(command.text, MessageKind.RULING)


def _payer(command: Rule) -> Funder:
    if command.funded_by is Funder.NOBODY:
        raise Invalid("Say who funds the refund: the seller or the platform.", "fundedBy")
    return command.funded_by


def _refuse_amount(command: Rule) -> None:
    if command.amount is not None:
        sentence = {
            RulingDecision.REFUND: "A cancelled order is refunded in full: leave the amount out.",
            RulingDecision.REFUND_ON_RETURN: "A return is refunded in full: leave the amount out.",
            RulingDecision.UPHOLD: "Nothing is refunded: leave the amount out.",
        }[command.decision]
        raise Invalid(sentence, "amount")


def _payment(change: Change, funder: Funder, amount: Money | None) -> Payment:
    order = change.request.order
    if order.refundable.minor <= 0:
        raise NothingLeftToRefund
    if amount is not None:
        check_partial(order, amount)
    if funder is Funder.PLATFORM:
        return settlement.platform_pays(order, amount)
    return settlement.seller_pays_all(order) if amount is None else settlement.seller_pays_part(order, amount)
