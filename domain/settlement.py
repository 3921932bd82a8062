"""How a request is settled: what the seller or the platform pays, what becomes of the hold, the label and the
claim.

Decides that every close leaves the money whole: a hold is posted or voided, a used label is paid by somebody,
the buyer's refund is made once, a claim is filed for what was charged or cancelled. Refuses to know who may
close.
"""

from dataclasses import dataclass, replace

from domain import charges, claims, journals
from domain.change import CLAIM_DEADLINES, Change
from domain.effects import ClaimChanged, HoldChanged, PostJournal, RefundChanged, ReturnChanged
from domain.money import Money
from domain.values import Hold, Order, Refund, Request
from domain.words import ClaimStatus, Funder, HoldStatus, RefundStatus, RequestOutcome, ReturnStatus

OPEN_CLAIM = frozenset({ClaimStatus.SCHEDULED, ClaimStatus.MANUAL})
ENDED_RETURN = frozenset(
    {
        ReturnStatus.LOST,
        ReturnStatus.CONFIRMED,
        ReturnStatus.NOT_SENT,
        ReturnStatus.WAIVED,
        ReturnStatus.REJECTED,
        ReturnStatus.CANCELLED,
    }
)


@dataclass(frozen=True, slots=True)
class Payment:
    """What the buyer gets back, who pays it, and what that costs the seller."""

    journals: tuple[PostJournal, ...]
    amount: Money
    funded_by: Funder
    charged: Money | None = None  # to the seller
    pays_label: bool = False


def seller_pays_all(order: Order) -> Payment:
    """The whole, without a return."""
    charged = charges.total(charges.full_charge(order), order.currency)
    return Payment((journals.full_refund(order),), order.refundable, Funder.SELLER, charged)


def seller_pays_all_and_label(order: Order, label_cost: Money) -> Payment:
    """The whole, and the return's way."""
    charged = charges.total(charges.return_charge(order, label_cost), order.currency)
    journal = journals.return_confirmed(order, label_cost)
    return Payment((journal,), order.refundable, Funder.SELLER, charged, pays_label=True)


def seller_pays_part(order: Order, amount: Money) -> Payment:
    """A part."""
    return Payment((journals.partial_refund(order, amount),), amount, Funder.SELLER, amount)


def platform_pays(order: Order, amount: Money | None) -> Payment:
    """The whole (None) or a part, at no cost to the seller."""
    return Payment((journals.platform_refund(order, amount),), amount or order.refundable, Funder.PLATFORM)


def platform_pays_all_and_label(order: Order, label_cost: Money) -> Payment:
    """The whole, and the return's way, at no cost to the seller."""
    posted = (journals.platform_refund(order, None), journals.label_written_off(label_cost))
    return Payment(posted, order.refundable, Funder.PLATFORM, pays_label=True)


def close_refunded(
    change: Change,
    outcome: RequestOutcome,
    payment: Payment,
    sentence: str,
    *,
    returned_as: ReturnStatus = ReturnStatus.CANCELLED,
    hold_as: HoldStatus = HoldStatus.VOIDED,
) -> None:
    """Close with money for the buyer; a return and a hold, where there are any, end as is said."""
    end_hold(change, hold_as)
    if not payment.pays_label:
        _write_off_used_label(change)
    _end_return(change, returned_as)
    for journal in payment.journals:
        change.add(journal)
    order = replace(change.request.order, refunded=change.request.order.refunded + payment.amount)
    refund = Refund(payment.amount, payment.funded_by, RefundStatus.PENDING, change.at)
    change.request = replace(change.request, order=order, refund=refund)
    change.add(RefundChanged(change.by, refund.status))
    _settle_claim(change, payment.charged)
    change.end(outcome, payment.funded_by, sentence)


def close_unrefunded(
    change: Change,
    outcome: RequestOutcome,
    sentence: str,
    *,
    returned_as: ReturnStatus = ReturnStatus.CANCELLED,
) -> None:
    """Close with nothing for the buyer and no charge to the seller."""
    end_hold(change, HoldStatus.VOIDED)
    _write_off_used_label(change)
    _end_return(change, returned_as)
    _settle_claim(change, None)
    change.end(outcome, Funder.NOBODY, sentence)


def label_used(request: Request) -> bool:
    """Whether the return's label has been scanned, so that the carrier is paid for it."""
    return bool(request.returned and request.returned.dropped_off_at)


def label_cost(request: Request) -> Money:
    """What the return's way costs; nothing while there is no label."""
    label = request.returned.label if request.returned else None
    return label.cost if label else Money(0, request.order.currency)


def hold_return_charge(change: Change) -> None:
    """Set aside what the seller will pay once the return is confirmed, in place of what was held before.

    Where commission ate the price there may be nothing to hold before the label has its cost.
    """
    end_hold(change, HoldStatus.VOIDED)
    held = charges.return_charge(change.request.order, label_cost(change.request))
    if not held:
        return
    number = change.request.holds_made + 1
    change.request = replace(change.request, hold=Hold(number, held, change.at), holds_made=number)
    change.add(HoldChanged(number, HoldStatus.HELD))


def end_hold(change: Change, status: HoldStatus) -> None:
    """Post the hold or let it go, if there is one."""
    if change.request.hold:
        change.add(HoldChanged(change.request.hold.number, status))
        change.request = replace(change.request, hold=None)


def opt_into_claim(change: Change, charged: Money) -> None:
    """The seller wants the carrier to pay; it files once the charge is posted."""
    claim = claims.opt_in(change.request, charged, at=change.at, policy=change.policy)
    change.request = replace(change.request, claim=claim)
    change.add(ClaimChanged(change.by, claim.status))
    _schedule_claim(change, charge_posted=False)


def _settle_claim(change: Change, charged: Money | None) -> None:
    """File for what was charged in the end, or not at all."""
    claim = change.request.claim
    if claim is None or claim.status not in OPEN_CLAIM:
        return
    if charged is None or charged.minor == 0:
        change.request = replace(change.request, claim=claims.cancelled(claim))
        change.stop_deadlines(*CLAIM_DEADLINES)
        change.add(ClaimChanged(change.by, ClaimStatus.CANCELLED))
        return
    cover = claims.coverage(change.request.order, charged, change.policy)
    change.request = replace(change.request, claim=replace(claim, coverage=cover))
    _schedule_claim(change, charge_posted=True)


def _schedule_claim(change: Change, *, charge_posted: bool) -> None:
    claim = change.request.claim
    assert claim is not None, "only what was opted into is scheduled"
    change.stop_deadlines(*CLAIM_DEADLINES)
    change.start_deadlines(claims.claim_deadlines(claim, charge_posted=charge_posted))


def _write_off_used_label(change: Change) -> None:
    """The platform pays for a way back that nobody is charged for."""
    if label_used(change.request):
        change.add(journals.label_written_off(label_cost(change.request)))


def _end_return(change: Change, status: ReturnStatus) -> None:
    returned = change.request.returned
    if returned and returned.status not in ENDED_RETURN:
        change.request = replace(change.request, returned=replace(returned, status=status))
        change.add(ReturnChanged(change.by, status))
