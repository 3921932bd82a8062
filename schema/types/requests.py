"""Requests and what hangs on them."""

from datetime import datetime
from typing import Any

import strawberry

from domain import actions, claims
from domain.money import Money as Amount
from domain.table import TURNS
from domain.words import (
    Carrier,
    ClaimStatus,
    EscalationCause,
    Funder,
    Handler,
    OfferStatus,
    Party,
    RefundStatus,
    RequestAction,
    RequestKind,
    RequestOutcome,
    RequestReason,
    RequestStatus,
    RoutingCause,
    RulingDecision,
)
from resolvers import feeds
from resolvers.context import Context
from resolvers.edges import actions as offered
from resolvers.edges import requests, users
from schema.columns import argument, column, computed, edge, global_id, over
from schema.filters import ResponseInput, checked
from schema.scalars import Cursor
from schema.types.connections import connection
from schema.types.errors import UserError, refusal
from schema.types.late import LedgerEntry, Order, Thread, TimelineConnection, User
from schema.types.node import Node
from schema.types.parcels import ReplacementShipment, ReturnShipment
from schema.types.previews import ResponsePreview
from schema.types.threads import Attachment
from schema.types.values import Money
from storage.reads.parts import ClaimRow, EscalationRow, NoteRow, OfferRow, RefundRow, RulingRow
from storage.reads.requests import RequestRow, SurveyRow


@over(OfferRow, "A partial refund that the seller proposed; never edited, never withdrawn.")
class PartialRefundOffer(Node):
    """An offer."""

    id: strawberry.ID = global_id("PartialRefundOffer", "seller_id", "request_number", "number")
    amount: Money = column("What the buyer would get, and the seller pay.")
    note: str | None = column("The seller's words beside it.")
    status: OfferStatus = column("Where it stands.")
    offered_at: datetime = column("When it was made.")
    expires_at: datetime = column("Until when the buyer may answer.")
    answered_at: datetime | None = column("When the buyer answered.")


@over(RefundRow, "Money on its way to the buyer's original form of payment.")
class Refund(Node):
    """A refund."""

    id: strawberry.ID = global_id("Refund", "seller_id", "request_number")
    amount: Money = column("How much.")
    status: RefundStatus = column("Where it is.")
    funded_by: Funder = column("Whose money it is.")
    created_at: datetime = column("When it was given.")
    expected_from: datetime | None = computed(
        lambda refund: requests.expected(refund)[0], "From when the buyer may expect it; null if it failed."
    )
    expected_by: datetime | None = computed(
        lambda refund: requests.expected(refund)[1], "Until when the buyer may expect it; null if it failed."
    )
    settled_at: datetime | None = column("When the buyer had it.")


@over(ClaimRow, "A claim with the carrier that the seller opted into.")
class CarrierClaim(Node):
    """A claim."""

    id: strawberry.ID = global_id("CarrierClaim", "seller_id", "request_number")
    status: ClaimStatus = column("Where it stands.")
    carrier: Carrier = column("Who is asked to pay.")
    coverage: Money = column("How much is asked for.")
    files_at: datetime | None = column("When it files by itself.")
    file_by: datetime | None = column("Until when it can be filed.")
    filed_at: datetime | None = column("When it was filed.")
    decided_at: datetime | None = column("When the carrier decided.")
    paid: Money | None = column("What the carrier paid.")
    instructions: str | None = computed(
        claims.instructions, "What to do, where the seller files it in person."
    )


@over(RulingRow, "Support's decision.")
class Ruling:
    """A ruling."""

    decision: RulingDecision = column("What was decided.")
    funded_by: Funder = column("Who pays.")
    amount: Money | None = column("The part of the money; null for all of it, or none.")
    text: str = column("What both parties are told.")
    at: datetime = column("When it was decided.")
    overturned: bool = column("Whether it went against what the seller had done, or left undone.")


@over(EscalationRow, "A way to Support.")
class Escalation:
    """An escalation."""

    cause: EscalationCause = column("What brought it there.")
    by: Party = column("Who brought it there.")
    text: str | None = column("What Support was told.")
    at: datetime = column("When.")
    ruling: Ruling | None = column("What Support decided; null until then.")


@over(actions.EscalationEligibility, "Whether the buyer may go to Support.")
class EscalationEligibility:
    """The buyer's way to Support."""

    eligible: bool = column("Whether it is open now.")
    opens_at: datetime | None = column("When it opens, where the seller's time still runs.")
    closes_at: datetime | None = column("Until when it is open.")
    cause: EscalationCause | None = column("What it would count as.")
    blocked_because: UserError | None = refusal("refusal", "Why it is not open.")


@over(
    actions.AvailableAction,
    "Something the viewer may do in this status, or could if something were different.",
)
class AvailableAction:
    """An action of the table."""

    action: RequestAction = column("What.")
    allowed: bool = column("Whether nothing stands in the way now.")
    blocked_because: UserError | None = refusal("refusal", "What stands in the way.")
    until: datetime | None = column("Until when it is possible, where a clock runs.")


@over(SurveyRow, "The buyer's answer to the survey.")
class SatisfactionAnswer:
    """A thumb and a comment."""

    satisfied: bool = column("True for thumbs up.")
    comment: str | None = column("In the buyer's words.")
    at: datetime = column("When it was last answered.")


@over(NoteRow, "What Support writes for itself; no participant ever sees it.")
class InternalNote(Node):
    """A note."""

    id: strawberry.ID = global_id("InternalNote", "seller_id", "request_number", "number")
    author: User = edge(users.author, "Which agent wrote it.")
    body: str = column("The text.")
    at: datetime = column("When it was written.")


async def _preview(context: Context, request: RequestRow, *, response: ResponseInput) -> Any:
    checked(response, "response")
    amount: Amount | None = response.money()
    return await requests.response_preview(
        context,
        request,
        kind=response.kind,
        amount=amount,
        funded_by=response.funded_by or Funder.SELLER,
        file_claim=bool(response.file_claim),
    )


@over(RequestRow, "A buyer's request about one order: for help, or for its cancellation.")
class SupportRequest(Node):
    """A request."""

    id: strawberry.ID = global_id("SupportRequest", "seller_id", "number")
    number: str = computed(
        lambda seller_id, number: f"R{seller_id}-{number}",
        "The name people say.",
        over=("seller_id", "number"),
    )
    kind: RequestKind = column("What it asks for.")
    version: int = column("Grows with every change; pass it as ifVersion.")
    policy_version: str = column("The policy it was opened under, and keeps.")
    reason: RequestReason | None = column("Why help is asked for; null for cancellations.")
    description: str = column("What happened, in the buyer's words.")
    status: RequestStatus = column("Where it stands.")
    outcome: RequestOutcome | None = column("How it ended; null until then.")
    funded_by: Funder | None = column("Whose money its refund is; null until it is closed.")
    handled_by: Handler = column("Who handles it.")
    routing_cause: RoutingCause | None = edge(
        requests.routing_cause, "Why it came to Support from the start; for Support, else null."
    )
    turn: Party | None = computed(TURNS.__getitem__, "Whose move it is; null when closed.", over=("status",))
    assignee: User | None = edge(requests.assignee, "Which agent has taken it; for Support, else null.")
    feed_cursor: Cursor = edge(
        feeds.request_cursor,
        "The head of this request's stream before anything of this operation was read: "
        "follow `requestEvents` after it.",
    )
    due_at: datetime | None = column("Until when that move is due; stays after it has passed.")
    overdue: bool = edge(requests.overdue, "Whether that instant has passed.")
    created_at: datetime = column("When it was opened.", of="opened_at")
    updated_at: datetime = column("When it last moved.")
    closed_at: datetime | None = column("When it ended.")
    order: Order = edge(requests.order, "The order it is about.")
    buyer: User = edge(users.buyer, "Who asks.")
    seller: User = edge(users.seller, "Who sold the order.")
    evidence: list[Attachment] = edge(requests.evidence, "Photos and videos that prove something.")
    thread: Thread = edge(requests.thread, "Its conversation.")
    offers: list[PartialRefundOffer] = edge(requests.offers, "Partial refunds offered, newest first.")
    return_shipment: ReturnShipment | None = edge(requests.returned, "Its return, if there is one.")
    replacements: list[ReplacementShipment] = edge(requests.replacements, "Its replacements, newest first.")
    refunds: list[Refund] = edge(requests.refunds, "The money it sent to the buyer.")
    claim: CarrierClaim | None = edge(
        requests.claim, "Its carrier claim; for the seller, Support and the platform, else null."
    )
    escalations: list[Escalation] = edge(requests.escalations, "Its ways to Support, newest first.")
    escalation_eligibility: EscalationEligibility = edge(
        requests.escalation_eligibility, "Whether the buyer may go to Support now."
    )
    available_actions: list[AvailableAction] = edge(
        offered.available_actions, "What the viewer may do in this status."
    )
    response_preview: ResponsePreview | None = edge(
        _preview,
        "What a response would cost; for the seller and Support, else null.",
        response=argument(ResponseInput, "The response to try."),
    )
    timeline: TimelineConnection = connection(requests.happened, "Everything that happened, oldest first.")
    ledger_entries: list[LedgerEntry] = edge(
        requests.ledger_entries, "What it moved on the seller's ledger; empty to the buyer."
    )
    satisfaction_answer: SatisfactionAnswer | None = edge(
        requests.survey, "The buyer's answer to the survey; for buyer and seller."
    )
    internal_notes: list[InternalNote] = edge(requests.notes, "What Support noted; for Support, else empty.")
