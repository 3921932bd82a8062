"""A request's surroundings and its parts, and what the domain says may be done with it."""

from asyncio import gather
from collections.abc import Sequence
from datetime import datetime

from domain import actions, preview
from domain.actions import EscalationEligibility
from domain.money import Money
from domain.policy import policy
from domain.preview import Preview
from domain.values import Request
from domain.words import Funder, Party, RefundStatus, ResponseKind, RoutingCause
from resolvers.context import Context
from resolvers.edges.keyed import keyed
from resolvers.edges.paging import listed
from resolvers.edges.users import by_id
from resolvers.edges.via import via
from storage.reads import ledger, orders, parcels, parts, requests, threads, timeline, whole
from storage.reads.accounts import AccountRow
from storage.reads.parcels import DisputeRow
from storage.reads.parts import RefundRow
from storage.reads.requests import RequestRow, SurveyRow
from storage.reads.threads import AttachmentRow

named = via(requests.by_key, "request_key")
"""The request that a row names, if one."""
of_thread = via(requests.by_key, "owner_id", "request_number")
"""The request that a conversation is about, if about one."""
of_line = via(requests.by_key, "seller_id", "request_number")
"""The request that a line of a ledger belongs to, if to one."""

KEY = ("seller_id", "number")
order = via(orders.by_key, "seller_id", "order_id")
thread = via(threads.by_key, "seller_id", "thread_id")
evidence = via(threads.evidence_of, "seller_id", "thread_id")
offers = via(parts.offers_of, *KEY)
returned = via(parcels.return_of, *KEY)
replacements = via(parcels.replacements_of, *KEY)
refunds = via(parts.refunds_of, *KEY)
claim = via(parts.claim_of, *KEY)
escalations = via(parts.escalations_of, *KEY)
notes = via(parts.notes_of, *KEY)
ledger_entries = via(ledger.entries_of_request, *KEY)
happened = listed(timeline.of_request, *KEY)
scans = via(orders.scans_of_parcel, "seller_id", "parcel_id")
"""What the carrier reported about a return or a replacement."""


def routing_cause(context: Context, request: RequestRow) -> RoutingCause | None:
    """Why it came to Support, for Support."""
    return request.routing_cause if context.sight.conversations else None


async def assignee(context: Context, request: RequestRow) -> AccountRow | None:
    """Which agent has it, for Support."""
    return await by_id(context, request.assignee_id) if context.sight.conversations else None


def _overdue_by_now(
    context: Context, clocks: Sequence[tuple[bool, datetime | None]]
) -> Sequence[bool] | None:
    at = context.known_at
    return None if at is None else _overdue(clocks, at)


@keyed("is_overdue", "due_at", at_once=_overdue_by_now)
async def overdue(context: Context, clocks: Sequence[tuple[bool, datetime | None]]) -> Sequence[bool]:
    """Whether the clock shown has run out."""
    if all(is_overdue or due_at is None for is_overdue, due_at in clocks):
        return [is_overdue for is_overdue, _ in clocks]
    return _overdue(clocks, await context.at())


def _overdue(clocks: Sequence[tuple[bool, datetime | None]], at: datetime) -> Sequence[bool]:
    return [is_overdue or (due_at is not None and at >= due_at) for is_overdue, due_at in clocks]


async def dispute_evidence(context: Context, dispute: DisputeRow) -> list[AttachmentRow]:
    """What the seller shows beside a dispute."""
    found = await gather(*(context.read(threads.attachment_by_id, id_) for id_ in dispute.attachment_ids))
    return [attachment for attachment in found if attachment]


def expected(refund: RefundRow) -> tuple[datetime | None, datetime | None]:
    """From when until when the buyer may expect the money; nothing of the kind for a refund that failed."""
    if refund.status is RefundStatus.FAILED:
        return (None, None)
    return preview.refund_expected(refund.created_at, policy(refund.policy_version))


def survey(context: Context, request: RequestRow) -> SurveyRow | None:
    """The buyer's answer, for the two whom it concerns."""
    return request.survey if _party(context, request) in {Party.BUYER, Party.SELLER} else None


def _party(context: Context, request: RequestRow) -> Party | None:
    return context.sight.as_party(seller_id=request.seller_id, buyer_id=request.buyer_id)


async def _whole(context: Context, request: RequestRow) -> Request:
    found = await context.read(whole.requests, request.key)
    assert found is not None, "whoever sees the row sees the whole"
    return found


async def escalation_eligibility(context: Context, request: RequestRow) -> EscalationEligibility:
    """Whether the buyer may go to Support now."""
    facts = await _whole(context, request)
    return actions.escalation_eligibility(facts, at=await context.at(), policy=policy(request.policy_version))


async def response_preview(
    context: Context,
    request: RequestRow,
    *,
    kind: ResponseKind,
    amount: Money | None,
    funded_by: Funder,
    file_claim: bool,
) -> Preview | None:
    """What a response would cost; for the seller and Support."""
    party = _party(context, request)
    if party not in (Party.SELLER, Party.SUPPORT):
        return None
    return preview.preview(
        await _whole(context, request),
        kind,
        amount=amount,
        funded_by=funded_by,
        file_claim=file_claim,
        by=party,
        at=await context.at(),
        policy=policy(request.policy_version),
    )
