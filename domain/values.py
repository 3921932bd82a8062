"""What the rules look at: an order, its parcel, and a request with all that hangs on it, as frozen values.

Decides the shape of the facts; changes nothing. A request is only ever changed by `domain.decide.decide`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from domain.money import Currency, Money
from domain.words import (
    Carrier,
    ClaimStatus,
    DeadlineKind,
    EscalationCause,
    Funder,
    Handler,
    LedgerComponent,
    OfferStatus,
    Party,
    RefundStatus,
    RequestKind,
    RequestOutcome,
    RequestReason,
    RequestStatus,
    ReturnCondition,
    ReturnStatus,
    RoutingCause,
    RulingDecision,
)


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address."""

    name: str
    line1: str
    line2: str | None
    city: str
    region: str
    postal_code: str
    country_code: str


@dataclass(frozen=True, slots=True)
class Shipment:
    """One outbound parcel and what its scans said so far (by when they happened)."""

    id: int
    carrier: Carrier
    tracking_number: str
    platform_label: bool
    insured_for: Money | None  # None: the carrier's included cover of the policy
    ship_from: Address | None
    mailed_at: datetime | None = None
    delivered_at: datetime | None = None
    returned_to_sender_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """One listing bought by one buyer from one seller. Its amounts never change once imported."""

    id: int
    seller_id: int
    buyer_id: int
    placed_at: datetime
    category: str
    consumable: bool
    price: Money
    tax: Money
    shipping: Money
    commission: Money
    processing_fee: Money
    refunded: Money  # all refunds to the buyer on this order so far, whoever funded them
    shipment: Shipment | None
    charged_back_at: datetime | None = None
    claims_on_shipment: Money | None = None  # cover already promised to other claims of the same shipment

    @property
    def currency(self) -> Currency:
        """The one currency of all its amounts."""
        return self.price.currency

    @property
    def payout(self) -> Money:
        """What the seller earned: price less commission and processing fee."""
        return self.price - self.commission - self.processing_fee

    @property
    def total(self) -> Money:
        """What the buyer paid: price, tax and shipping."""
        return self.price + self.tax + self.shipping

    @property
    def refundable(self) -> Money:
        """What is left of the total to give back; nothing after a chargeback."""
        return Money(0, self.currency) if self.charged_back_at else self.total - self.refunded


@dataclass(frozen=True, slots=True)
class RequestKey:
    """A request's name: its seller, and its place among that seller's requests, from 1 without gaps."""

    seller_id: int
    number: int

    def __str__(self) -> str:
        return f"R{self.seller_id}-{self.number}"


@dataclass(frozen=True, slots=True)
class Offer:
    """A partial refund the seller proposed; never edited. `number` counts from 1 within the request."""

    number: int
    amount: Money
    note: str | None
    status: OfferStatus
    offered_at: datetime
    expires_at: datetime
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Label:
    """A return label, as the platform bought it."""

    carrier: Carrier
    tracking_number: str
    url: str
    cost: Money


@dataclass(frozen=True, slots=True)
class Dispute:
    """The seller's word that the returned item is not right."""

    condition: ReturnCondition
    text: str
    attachment_ids: tuple[int, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Return:
    """The parcel on its way back; a request has at most one."""

    status: ReturnStatus
    funded_by: Funder
    approved_at: datetime
    return_to: Address | None  # copied when the label is made
    label: Label | None = None
    drop_off_by: datetime | None = None
    dropped_off_at: datetime | None = None
    delivered_at: datetime | None = None
    review_by: datetime | None = None
    confirmed_at: datetime | None = None
    confirmed_by: Party | None = None
    dispute: Dispute | None = None


@dataclass(frozen=True, slots=True)
class Replacement:
    """A second parcel; a corrected tracking number makes a new one. `number` counts from 1 in the request."""

    number: int
    carrier: Carrier
    tracking_number: str
    ship_by: datetime
    submitted_at: datetime
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Charge:
    """One component of what the seller pays; a positive amount."""

    component: LedgerComponent
    amount: Money


@dataclass(frozen=True, slots=True)
class Hold:
    """The charge set aside while a return is on its way: phase one of two. `number` counts from 1."""

    number: int
    charges: tuple[Charge, ...]
    since: datetime

    @property
    def total(self) -> Money:
        """The sum of its charges."""
        total = self.charges[0].amount
        for charge in self.charges[1:]:
            total += charge.amount
        return total


@dataclass(frozen=True, slots=True)
class Refund:
    """The one refund a request may end in: money on its way to the buyer."""

    amount: Money
    funded_by: Funder
    status: RefundStatus
    created_at: datetime
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A carrier claim the seller opted into (spec §6)."""

    status: ClaimStatus
    carrier: Carrier
    coverage: Money
    files_at: datetime | None
    file_by: datetime | None
    opted_in_at: datetime
    filed_at: datetime | None = None
    decided_at: datetime | None = None
    paid: Money | None = None


@dataclass(frozen=True, slots=True)
class Ruling:
    """Support's decision on one escalation."""

    decision: RulingDecision
    funded_by: Funder
    amount: Money | None
    text: str
    at: datetime
    overturned: bool


@dataclass(frozen=True, slots=True)
class Escalation:
    """One way to Support, with its ruling once there is one. `number` counts from 1 within the request."""

    number: int
    cause: EscalationCause
    by: Party
    text: str | None
    at: datetime
    ruling: Ruling | None = None


@dataclass(frozen=True, slots=True)
class ResponseClock:
    """One 48-hour clock of the seller, from when the turn came until a response. `number` counts from 1."""

    number: int
    started_at: datetime
    due_at: datetime
    responded_at: datetime | None = None  # the first response or plain message of the seller
    missed: bool = False  # due_at passed with no word from the seller


@dataclass(frozen=True, slots=True)
class Survey:
    """The buyer's thumbs up or down on the seller's support."""

    satisfied: bool
    comment: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Request:
    """A support or cancellation request about one order, whole, as of one version."""

    key: RequestKey
    order: Order
    kind: RequestKind
    reason: RequestReason | None  # None for a cancellation
    description: str
    policy_version: str
    version: int
    status: RequestStatus
    handled_by: Handler
    routing_cause: RoutingCause | None
    opened_at: datetime
    updated_at: datetime
    seller_enrolled: bool = True
    return_address: Address | None = None  # the seller's now; a return copies it when the label is made
    outcome: RequestOutcome | None = None
    funded_by: Funder | None = None
    closed_at: datetime | None = None
    locked_at: datetime | None = None  # since when only Support may write in the thread
    due_at: datetime | None = None  # the clock shown for this status; stays after it has passed
    deadlines: Mapping[DeadlineKind, datetime] = field(default_factory=dict)  # still to fire
    escalation_opened_as: EscalationCause | None = None  # the buyer may, until the seller responds
    overdue: bool = False  # the 48 hours of AWAITING_SELLER or AWAITING_REPLACEMENT have passed
    clock: ResponseClock | None = None  # the latest
    offers: tuple[Offer, ...] = ()  # oldest first
    returned: Return | None = None
    replacements: tuple[Replacement, ...] = ()  # oldest first
    hold: Hold | None = None  # only while it is HELD
    holds_made: int = 0
    refund: Refund | None = None
    claim: Claim | None = None
    escalations: tuple[Escalation, ...] = ()  # oldest first
    survey: Survey | None = None

    @property
    def open_offer(self) -> Offer | None:
        """The offer that waits for the buyer, if any."""
        return next((offer for offer in reversed(self.offers) if offer.status is OfferStatus.OPEN), None)

    @property
    def replacement(self) -> Replacement | None:
        """The replacement under way: the latest one."""
        return self.replacements[-1] if self.replacements else None

    @property
    def escalation(self) -> Escalation | None:
        """The escalation that waits for a ruling, if any."""
        latest = self.escalations[-1] if self.escalations else None
        return latest if latest and latest.ruling is None else None


@dataclass(frozen=True, slots=True)
class Opening:
    """What is known about an order when a buyer asks for help: the facts that the checks need."""

    order: Order
    seller_enrolled: bool
    buyer_suspected: bool  # flagged by Support, or over the abuse line, and not cleared
    open_request: RequestKey | None
    ruled_reasons: frozenset[RequestReason] = frozenset()
    replacement_delivered_at: datetime | None = None
    return_address: Address | None = None
    next_number: int = 1  # the seller's next request number
