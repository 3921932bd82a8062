"""What the marketplace's own services report of single requests: labels, refunds, claims, chargebacks.

Decides who may report (a refund is retried by Support too), and that a batch is taken whole or not at all.
What a fact means is the domain's to say.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain import journals
from domain.commands import Command, DecideClaim, ReportChargeback, ReportLabel, ReportRefund, RetryRefund
from domain.refusals import Invalid, NotFound, Refusal
from domain.values import Label, Order, RequestKey
from domain.words import ClaimStatus, Party, RefundStatus
from resolvers.mutate import Receipt, Refusals, Refused, Write
from resolvers.parties import require_platform, require_platform_or_support
from resolvers.requests import decide_and_save, lock_order, locked, receipt_of, settled
from storage import finding
from storage.chargebacks import record_chargeback
from storage.load import Locked
from storage.posting import post_journal


@dataclass(frozen=True, slots=True)
class RefundReport:
    """What became of one refund."""

    request: RequestKey
    status: RefundStatus
    at: datetime


async def report_label(write: Write, key: RequestKey, label: Label) -> Receipt:
    """The platform has bought the label of a return."""
    require_platform(write)
    found = await settled(write, await locked(write, key))
    known = found.request.returned.label if found.request.returned else None
    saved = await decide_and_save(write, found, ReportLabel(label), by=Party.CARRIER)
    if not saved.decision.effects and known != label:
        raise Invalid("No return of this request waits for a label.", "requestId")
    return receipt_of(key)


async def report_claim_decision(write: Write, key: RequestKey, decision: DecideClaim) -> Receipt:
    """The carrier has decided on a claim."""
    require_platform(write)
    await check_past(write, decision.happened_at)
    found = await settled(write, await locked(write, key, "claimId"))
    claim = (await decide_and_save(write, found, decision, by=Party.CARRIER)).decision.request.claim
    stands = ClaimStatus.APPROVED if decision.approved else ClaimStatus.DENIED
    if claim is None or claim.status is not stands:
        raise Invalid("This claim does not wait for that decision.", "claimId")
    return receipt_of(key)


async def retry_refund(write: Write, key: RequestKey) -> Receipt:
    """A refund that failed is sent again."""
    require_platform_or_support(write)
    by = Party.SUPPORT if write.viewer.is_support else Party.PAYMENTS
    await _report(write, await _refunding(write, key), RetryRefund(), by=by)
    return receipt_of(key)


async def report_refunds(write: Write, reports: Sequence[RefundReport]) -> Receipt:
    """The payment service has settled refunds, or could not."""
    require_platform(write)
    await finding.lock_orders_of_requests(write.connection, [report.request for report in reports])
    by_seller = sorted(enumerate(reports), key=lambda row: (row[1].request.seller_id, row[1].at))
    refused: list[Refused] = []
    for place, report in by_seller:
        try:
            await _report_refund(write, report)
        except Refusal as refusal:
            refused.append(Refused.of(refusal, "refunds", str(place)))
    if refused:
        raise Refusals(refused)
    return {"accepted": len(reports)}


async def _report_refund(write: Write, report: RefundReport) -> None:
    if report.status is RefundStatus.PENDING:
        raise Invalid("A refund is reported as SETTLED or FAILED.", "status")
    await check_past(write, report.at)
    command = ReportRefund(report.status is RefundStatus.SETTLED, report.at)
    await _report(write, await _refunding(write, report.request), command, by=Party.PAYMENTS)


async def report_chargeback(write: Write, order_external_id: str, at: datetime) -> Receipt:
    """The buyer's bank took the payment back: an open request ends, and the platform bears the rest."""
    require_platform(write)
    await check_past(write, at)
    order = await finding.order_by_external_id(write.connection, order_external_id)
    if order is None:
        raise NotFound("order", "orderExternalId")
    facts = await lock_order(write, order)
    receipt: Receipt = {"order": [order.seller_id, order.id], "request": None}
    if facts.order.charged_back_at is not None:
        return receipt
    moved = False
    if facts.open_request is not None:
        receipt |= receipt_of(facts.open_request)
        open_request = await settled(write, await locked(write, facts.open_request))
        moved = await _report(write, open_request, ReportChargeback(at), by=Party.PAYMENTS)
    if not moved:
        await _post_chargeback(write, (await lock_order(write, order)).order)
    await record_chargeback(write.connection, order.seller_id, order.id, at=at)
    return receipt


async def _post_chargeback(write: Write, order: Order) -> None:
    journal = journals.chargeback(order)
    if journal.lines:
        now = await write.now()
        await post_journal(write.connection, order.seller_id, journal, at=now, order_id=order.id)


async def check_past(write: Write, at: datetime, *field: str) -> None:
    """Raises Invalid for a fact that is said to happen later than now."""
    if at > await write.now():
        raise Invalid("This has not happened yet.", *(field or ("at",)))


async def _refunding(write: Write, key: RequestKey) -> Locked:
    """Lock and settle a request that has given a refund. Raises NotFound."""
    found = await settled(write, await locked(write, key, "refundId"))
    if found.request.refund is None:
        raise NotFound("refund", "refundId")
    return found


async def _report(write: Write, found: Locked, command: Command, *, by: Party) -> bool:
    """Tell a settled request of a fact; give whether it said anything new."""
    return bool((await decide_and_save(write, found, command, by=by)).decision.effects)
