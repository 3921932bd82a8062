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
from resolvers.edges.paging import listed
from resolvers.edges.users import by_id
from resolvers.edges.via import via
from storage.reads import ledger, orders, parcels, parts, requests, threads, timeline, whole
from storage.reads.accounts import AccountRow
from storage.reads.parcels import DisputeRow, ReplacementRow, ReturnRow
from storage.reads.parts import RefundRow
from storage.reads.requests import RequestRow, SurveyRow
from storage.reads.threads import AttachmentRow


class Belongs(Protocol):
    """A row that may belong to a request."""

    @property
    def request_key(self) -> RequestKey | None:
        """Which one."""


@via(requests.by_key)
def named(row: Belongs) -> RequestKey | None:
    """The request that a row belongs to, if to one."""
    return row.request_key


@via(orders.by_key)
def order(request: RequestRow) -> tuple[int, int]:
    """The order it is about."""
    return request.seller_id, request.order_id


@via(threads.by_key)
def thread(request: RequestRow) -> tuple[int, int]:
    """Its conversation."""
    return request.seller_id, request.thread_id


@via(threads.evidence_of)
def evidence(request: RequestRow) -> tuple[int, int]:
    """What the buyer opened it with, and what was shown later as proof."""
    return request.seller_id, request.thread_id


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


@via(parts.offers_of)
def offers(request: RequestRow) -> RequestKey:
    """Partial refunds offered, newest first."""
    return request.key


@via(parcels.return_of)
def returned(request: RequestRow) -> RequestKey:
    """Its return."""
    return request.key


@via(parcels.replacements_of)
def replacements(request: RequestRow) -> RequestKey:
    """Its replacements, newest first."""
    return request.key


@via(orders.scans_of_parcel, absent=list)
def scans(parcel: ReturnRow | ReplacementRow) -> tuple[int, int] | None:
    """What the carrier reported about a return or a replacement."""
    return None if parcel.parcel_id is None else (parcel.seller_id, parcel.parcel_id)


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


@via(parts.claim_of)
def claim(request: RequestRow) -> RequestKey:
    """The carrier claim, on the seller's side."""
    return request.key


@via(parts.escalations_of)
def escalations(request: RequestRow) -> RequestKey:
    """Its ways to Support, newest first."""
    return request.key


@via(parts.notes_of)
def notes(request: RequestRow) -> RequestKey:
    """What Support noted, for Support."""
    return request.key


@via(ledger.entries_of_request)
def ledger_entries(request: RequestRow) -> RequestKey:
    """What it moved on the seller's ledger, on the seller's side."""
    return request.key


@listed(timeline.of_request)
def happened(request: RequestRow) -> RequestKey:
    """Everything that happened, oldest first."""
    return request.key


def survey(context: Context, request: RequestRow) -> SurveyRow | None:
    """The buyer's answer, for the two whom it concerns."""
    return request.survey if _party(context, request) in {Party.BUYER, Party.SELLER} else None


def _party(context: Context, request: RequestRow) -> Party | None:
    return context.sight.as_party(seller_id=request.seller_id, buyer_id=request.buyer_id)


async def _whole(context: Context, request: RequestRow) -> Request:
    found = await context.read(whole.requests, request.key)
    assert found is not None, "whoever sees the row sees the whole"
    return found


class _AvailableActions:
    """What the viewer may do now; a token too narrow for an action is told so."""

    async def __call__(self, context: Context, request: RequestRow) -> Sequence[AvailableAction]:
        """Answer for one request."""
        return (await self.many(context, (request,)))[0]

    async def many(self, context: Context, rows: Sequence[RequestRow]) -> Sequence[Sequence[AvailableAction]]:
        """Answer for each request."""
        facts, at = await gather(
            context.read_many(whole.requests, [request.key for request in rows]), context.at()
        )
        return [self._offered(context, row, one, at) for row, one in zip(rows, facts, strict=True)]

    @staticmethod
    def _offered(
        context: Context, row: RequestRow, facts: Request | None, at: datetime
    ) -> Sequence[AvailableAction]:
        party = _party(context, row)
        if party is None or facts is None:
            return ()
        offered = actions.available_actions(facts, by=party, at=at, policy=policy(row.policy_version))
        return [_within_scope(context, action) for action in offered]


available_actions = _AvailableActions()


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
