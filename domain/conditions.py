"""What the transition table asks of a request beside its kind and status, by name.

A `Condition` says whether a row is there at all; where it does not hold, the move is `INVALID_STATE`, with
the condition's sentence. A check (a function that raises) says that the move is there but something is
missing for it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from domain.change import Change
from domain.refusals import ReturnNotPossible
from domain.words import ClaimStatus, EscalationCause, Funder, Handler, RefundStatus, ReturnStatus


@dataclass(frozen=True, slots=True)
class Condition:
    """A named predicate of the moment, and what to say where it does not hold."""

    name: str
    holds: Callable[[Change], bool]
    otherwise: str


def _is_routed(change: Change) -> bool:
    escalation = change.request.escalation
    return escalation is not None and escalation.cause is EscalationCause.ROUTED


def _seller_funds_return(change: Change) -> bool:
    returned = change.request.returned
    return returned is None or returned.funded_by is Funder.SELLER


def _label_awaited(change: Change) -> bool:
    returned = change.request.returned
    return returned is not None and returned.status is ReturnStatus.AWAITING_LABEL


def _claim_is(status: ClaimStatus) -> Callable[[Change], bool]:
    return lambda change: change.request.claim is not None and change.request.claim.status is status


def _refund_is(*statuses: RefundStatus) -> Callable[[Change], bool]:
    return lambda change: change.request.refund is not None and change.request.refund.status in statuses


def _returnable(change: Change) -> bool:
    reason = change.request.reason
    return reason is not None and change.policy.reason(reason).returnable


RETURNABLE = Condition("returnable", _returnable, "The buyer does not hold the item.")
NOT_RETURNABLE = Condition(
    "not returnable", lambda change: not _returnable(change), "The buyer holds the item."
)
TO_SELLER = Condition(
    "handled by the seller",
    lambda change: change.request.handled_by is Handler.SELLER,
    "Support handles the request.",
)
TO_SUPPORT = Condition(
    "handled by Support",
    lambda change: change.request.handled_by is Handler.SUPPORT,
    "The seller handles the request.",
)
ROUTED = Condition("routed", _is_routed, "The request was escalated; only Support's ruling ends it.")
SELLER_ENROLLED = Condition(
    "seller enrolled",
    lambda change: change.request.seller_enrolled,
    "The seller does not answer requests in person.",
)
OVERDUE = Condition("overdue", lambda change: change.request.overdue, "The seller still has time.")
ESCALATION_OPEN = Condition(
    "overdue or flagged",
    lambda change: change.request.escalation_opened_as is not None,
    "The seller still has time to respond.",
)
SELLER_FUNDS_RETURN = Condition(
    "not at the platform's cost", _seller_funds_return, "The platform pays, so the return is waited for."
)
LABEL_AWAITED = Condition("label awaited", _label_awaited, "The return has its label.")
REFUND_UNSETTLED = Condition(
    "refund not settled", _refund_is(RefundStatus.PENDING, RefundStatus.FAILED), "The refund has settled."
)
REFUND_PENDING = Condition("refund pending", _refund_is(RefundStatus.PENDING), "No refund is pending.")
REFUND_FAILED = Condition("refund failed", _refund_is(RefundStatus.FAILED), "The refund has not failed.")
CLAIM_SCHEDULED = Condition("claim scheduled", _claim_is(ClaimStatus.SCHEDULED), "No claim is scheduled.")
CLAIM_FILED = Condition("claim filed", _claim_is(ClaimStatus.FILED), "No claim is filed.")


def check_returnable(change: Change) -> None:
    """Raises ReturnNotPossible where the buyer holds no item."""
    if not _returnable(change):
        raise ReturnNotPossible


def check_nothing_dropped_off(change: Change) -> None:
    """Raises ReturnNotPossible once the item has been sent back."""
    if change.request.returned and change.request.returned.dropped_off_at:
        raise ReturnNotPossible("The item has been sent back already.")
