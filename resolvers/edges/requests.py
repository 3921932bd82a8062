"""A request's surroundings and its parts, and what the domain says may be done with it."""

from asyncio import gather
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain import actions, preview
from domain.actions import AvailableAction, EscalationEligibility
from domain.money import Money
from domain.policy import policy
from domain.preview import Preview
from domain.refusals import ScopeMissing
from domain.table import TURNS
from domain.values import Request, RequestKey
from domain.words import Funder, Party, RefundStatus, RequestAction, ResponseKind, RoutingCause, Scope
from resolvers.context import Context
from resolvers.edges.paging import Connected, paged
from resolvers.edges.users import by_id
from storage.reads import ledger, orders, parcels, parts, requests, threads, timeline, whole
from storage.reads.accounts import AccountRow
from storage.reads.ledger import EntryRow
from storage.reads.orders import OrderRow, ScanRow
from storage.reads.pages import Window
from storage.reads.parcels import DisputeRow, ReplacementRow, ReturnRow
from storage.reads.parts import ClaimRow, EscalationRow, NoteRow, OfferRow, RefundRow
from storage.reads.requests import RequestRow, SurveyRow
from storage.reads.threads import AttachmentRow, ThreadRow
from storage.reads.timeline import TimelineRow


class Belongs(Protocol):
    """A row that may belong to a request."""

    @property
    def request_key(self) -> RequestKey | None:
        """Which one."""


async def named(context: Context, row: Belongs) -> RequestRow | None:
    """The request that a row belongs to, if to one."""
    return None if row.request_key is None else await context.read(requests.by_key, row.request_key)


async def order(context: Context, request: RequestRow) -> OrderRow | None:
    """The order it is about."""
    return await context.read(orders.by_key, (request.seller_id, request.order_id))


async def thread(context: Context, request: RequestRow) -> ThreadRow | None:
    """Its conversation."""
    return await context.read(threads.by_key, (request.seller_id, request.thread_id))


async def evidence(context: Context, request: RequestRow) -> list[AttachmentRow]:
    """What the buyer opened it with, and what was shown later as proof."""
    return await context.read(threads.evidence_of, (request.seller_id, request.thread_id))


def routing_cause(context: Context, request: RequestRow) -> RoutingCause | None:
    """Why it came to Support, for Support."""
    return request.routing_cause if context.sight.conversations else None


async def assignee(context: Context, request: RequestRow) -> AccountRow | None:
    """Which agent has it, for Support."""
    return await by_id(context, request.assignee_id) if context.sight.conversations else None


def turn(_: Context, request: RequestRow) -> Party | None:
    """Whose move it is."""
    return TURNS[request.status]


async def overdue(context: Context, request: RequestRow) -> bool:
    """Whether the clock shown has run out."""
    if request.is_overdue or request.due_at is None:
        return request.is_overdue
    return await context.at() >= request.due_at


async def offers(context: Context, request: RequestRow) -> list[OfferRow]:
    """Partial refunds offered, newest first."""
    return await context.read(parts.offers_of, request.key)


async def returned(context: Context, request: RequestRow) -> ReturnRow | None:
    """Its return."""
    return await context.read(parcels.return_of, request.key)


async def replacements(context: Context, request: RequestRow) -> list[ReplacementRow]:
    """Its replacements, newest first."""
    return await context.read(parcels.replacements_of, request.key)


async def scans(context: Context, parcel: ReturnRow | ReplacementRow) -> list[ScanRow]:
    """What the carrier reported about a return or a replacement."""
    if parcel.parcel_id is None:
        return []
    return await context.read(orders.scans_of_parcel, (parcel.seller_id, parcel.parcel_id))


async def dispute_evidence(context: Context, dispute: DisputeRow) -> list[AttachmentRow]:
    """What the seller shows beside a dispute."""
    found = await gather(*(context.read(threads.attachment_by_id, id_) for id_ in dispute.attachment_ids))
    return [attachment for attachment in found if attachment]


async def refunds(context: Context, request: RequestRow) -> list[RefundRow]:
    """The money it sent to the buyer."""
    refund = await context.read(parts.refund_of, request.key)
    return [refund] if refund else []


def expected(refund: RefundRow) -> tuple[datetime | None, datetime | None]:
    """From when until when the buyer may expect the money; nothing of the kind for a refund that failed."""
    if refund.status is RefundStatus.FAILED:
        return (None, None)
    return preview.refund_expected(refund.created_at, policy(refund.policy_version))


async def claim(context: Context, request: RequestRow) -> ClaimRow | None:
    """The carrier claim, on the seller's side."""
    return await context.read(parts.claim_of, request.key)


async def escalations(context: Context, request: RequestRow) -> list[EscalationRow]:
    """Its ways to Support, newest first."""
    return await context.read(parts.escalations_of, request.key)


async def notes(context: Context, request: RequestRow) -> list[NoteRow]:
    """What Support noted, for Support."""
    return await context.read(parts.notes_of, request.key)


async def ledger_entries(context: Context, request: RequestRow) -> list[EntryRow]:
    """What it moved on the seller's ledger, on the seller's side."""
    return await context.read(ledger.entries_of_request, request.key)


async def happened(context: Context, request: RequestRow, window: Window) -> Connected[TimelineRow]:
    """Everything that happened, oldest first."""
    return await paged(context, timeline.of_request, request.key, window)


def survey(context: Context, request: RequestRow) -> SurveyRow | None:
    """The buyer's answer, for the two whom it concerns."""
    return request.survey if _party(context, request) in {Party.BUYER, Party.SELLER} else None


def _party(context: Context, request: RequestRow) -> Party | None:
    return context.sight.as_party(seller_id=request.seller_id, buyer_id=request.buyer_id)


async def _whole(context: Context, request: RequestRow) -> Request:
    found = await context.read(whole.requests, request.key)
    assert found is not None, "whoever sees the row sees the whole"
    return found


async def available_actions(context: Context, request: RequestRow) -> Sequence[AvailableAction]:
    """What the viewer may do now; a token too narrow for an action is told so."""
    party = _party(context, request)
    if party is None:
        return ()
    facts = await _whole(context, request)
    offered = actions.available_actions(
        facts, by=party, at=await context.at(), policy=policy(request.policy_version)
    )
    return [_within_scope(context, action) for action in offered]


def _within_scope(context: Context, action: AvailableAction) -> AvailableAction:
    writes = action.action is RequestAction.SEND_MESSAGE
    scope = Scope.MESSAGES_WRITE if writes else Scope.REQUESTS_RESPOND
    if context.viewer and context.viewer.may(scope):
        return action
    return AvailableAction(action.action, ScopeMissing(scope), None)


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
