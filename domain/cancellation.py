"""A cancellation request: the order is let go, kept, or has left already.

Decides what the seller's answer, the seller's silence and the parcel's first scan do; opening one is
`domain.opening`'s subject, escalating one `domain.escalation`'s.
"""

from domain import conversation, settlement, turns
from domain.change import Change
from domain.commands import ApproveCancellation, DeadlineReached, DeclineCancellation, ReportScan
from domain.effects import DeadlineMissed
from domain.words import MessageKind, Party, RequestOutcome


def approve(change: Change, _: ApproveCancellation) -> None:
    """The seller lets the order go: charged as a full refund."""
    payment = settlement.seller_pays_all(change.request.order)
    sentence = f"The seller cancels the order; {payment.amount} is refunded."
    settlement.close_refunded(change, RequestOutcome.ORDER_CANCELLED, payment, sentence)


def decline(change: Change, command: DeclineCancellation) -> None:
    """The seller keeps the order."""
    conversation.speak(change, command.message, MessageKind.NO_REFUND_EXPLANATION, command.attachment_ids)
    turns.declined(change, "The seller declines the cancellation; the buyer may escalate to Support.")


def declined_by_silence(change: Change, _: DeadlineReached) -> None:
    """The seller did not answer: the order is kept."""
    assert change.request.due_at is not None, "the seller had a clock"
    change.add(DeadlineMissed(change.request.due_at, Party.SELLER))
    sentence = "The seller did not answer in time, so the order stands; the buyer may escalate to Support."
    turns.declined(change, sentence)


def mailed(change: Change, _: ReportScan) -> None:
    """The parcel is on its way: the sale stands."""
    sentence = "The order has been mailed and can no longer be cancelled."
    settlement.close_unrefunded(change, RequestOutcome.NOT_REFUNDED, sentence)
