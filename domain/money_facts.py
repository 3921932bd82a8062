"""What the payment service and the carrier's claim desk report, whatever the request's status.

Decides what a report means for the refund or the claim; a report that says nothing new changes nothing.
"""

from dataclasses import replace

from domain import claims, journals
from domain.change import CLAIM_DEADLINES, Change
from domain.commands import DeadlineReached, DecideClaim, ReportRefund, RetryRefund
from domain.effects import ClaimChanged, RefundChanged
from domain.refusals import AmountOutOfRange, CurrencyMismatch, Required
from domain.values import Claim, Refund
from domain.words import RefundStatus


def refund_settled(change: Change, command: ReportRefund) -> None:
    """The buyer's bank has the money."""
    refund = _refund(change)
    settled = replace(refund, status=RefundStatus.SETTLED, settled_at=min(command.happened_at, change.at))
    change.request = replace(change.request, refund=settled)
    change.add(journals.refund_settled(refund.amount))
    change.add(RefundChanged(change.by, RefundStatus.SETTLED))


def refund_failed(change: Change, _: ReportRefund) -> None:
    """The payment did not go through; it waits to be sent again."""
    failed = replace(_refund(change), status=RefundStatus.FAILED)
    change.request = replace(change.request, refund=failed)
    change.add(RefundChanged(change.by, RefundStatus.FAILED))


def refund_retried(change: Change, _: RetryRefund) -> None:
    """It is sent again."""
    pending = replace(_refund(change), status=RefundStatus.PENDING)
    change.request = replace(change.request, refund=pending)
    change.add(RefundChanged(change.by, RefundStatus.PENDING))


def file_claim(change: Change, _: DeadlineReached) -> None:
    """The claim's time has come."""
    _claim_is(change, claims.filed(_claim(change), at=change.at))


def expire_claim(change: Change, _: DeadlineReached) -> None:
    """It is too late to file."""
    _claim_is(change, claims.expired(_claim(change)))


def claim_decided(change: Change, command: DecideClaim) -> None:
    """The carrier pays, at most what was covered, or does not."""
    claim = _claim(change)
    if command.approved:
        if command.paid is None:
            raise Required("paid")
        if command.paid.currency is not claim.coverage.currency:
            raise CurrencyMismatch(claim.coverage.currency.value, "paid")
        if not 0 < command.paid.minor <= claim.coverage.minor:
            raise AmountOutOfRange(claim.coverage, "paid")
        change.add(journals.claim_approved(command.paid))
    paid = command.paid if command.approved else None
    decided_at = min(command.happened_at, change.at)
    _claim_is(change, claims.decided(claim, approved=command.approved, paid=paid, at=decided_at))


def _claim_is(change: Change, claim: Claim) -> None:
    change.request = replace(change.request, claim=claim)
    change.stop_deadlines(*CLAIM_DEADLINES)
    change.add(ClaimChanged(change.by, claim.status))


def _claim(change: Change) -> Claim:
    assert change.request.claim is not None, "the table holds claim facts only where there is a claim"
    return change.request.claim


def _refund(change: Change) -> Refund:
    assert change.request.refund is not None, "the table holds refund facts only where there is a refund"
    return change.request.refund
