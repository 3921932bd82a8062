"""What anyone can ask of a request, or report about it: one frozen value each, checked for form at the edge.

Decides what a command carries; whether it is allowed is `domain.decide`'s to say.
"""

from dataclasses import dataclass
from datetime import datetime

from domain.money import Money
from domain.values import Label
from domain.words import (
    Carrier,
    DeadlineKind,
    Funder,
    ParcelRole,
    RequestKind,
    RequestReason,
    ReturnCondition,
    RulingDecision,
    ScanKind,
)


@dataclass(frozen=True, slots=True)
class Open:
    """The buyer asks for help with an order, or for its cancellation (then without a reason)."""

    kind: RequestKind
    reason: RequestReason | None
    description: str
    attachment_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class RefundInFull:
    """The seller gives everything back at once."""

    message: str | None = None
    file_claim: bool = False


@dataclass(frozen=True, slots=True)
class RefundOnReturn:
    """The seller gives everything back once the item is."""

    message: str | None = None
    file_claim: bool = False
    own_label: Label | None = None  # the sandbox's own label, made at once


@dataclass(frozen=True, slots=True)
class OfferPartialRefund:
    """The seller offers a part."""

    amount: Money
    note: str | None = None
    file_claim: bool = False


@dataclass(frozen=True, slots=True)
class SendReplacement:
    """The seller sends another item, as the buyer agreed; or corrects the number of one not scanned yet."""

    carrier: Carrier
    tracking_number: str
    buyer_agreed: bool
    message: str | None = None
    attachment_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ExplainNoRefund:
    """The seller says why there will be no refund."""

    message: str
    attachment_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class AskForDetails:
    """The seller asks the buyer for more."""

    message: str
    attachment_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class RefundWithoutWaiting:
    """The seller refunds although a parcel is still on its way."""

    message: str | None = None
    file_claim: bool = False


@dataclass(frozen=True, slots=True)
class ConfirmReturn:
    """The seller has the item back and it is right."""


@dataclass(frozen=True, slots=True)
class DisputeReturn:
    """The seller has a parcel back and it is not right."""

    condition: ReturnCondition
    text: str
    attachment_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ApproveCancellation:
    """The seller lets the order go."""


@dataclass(frozen=True, slots=True)
class DeclineCancellation:
    """The seller does not let the order go, and says why."""

    message: str
    attachment_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class AcceptOffer:
    """The buyer takes the part; the offer is named, so that no other is taken by mistake."""

    offer_number: int


@dataclass(frozen=True, slots=True)
class DeclineOffer:
    """The buyer does not take the part."""

    offer_number: int
    own_label: Label | None = None  # the sandbox's own label, made at once


@dataclass(frozen=True, slots=True)
class Withdraw:
    """The buyer needs no help any more."""


@dataclass(frozen=True, slots=True)
class Escalate:
    """The buyer asks Support for a second look."""

    text: str


@dataclass(frozen=True, slots=True)
class AnswerSurvey:
    """The buyer's thumbs up or down."""

    satisfied: bool
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class SendMessage:
    """Words, with or without attachments, in the request's thread."""

    body: str
    attachment_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """Support decides; `amount` only with REFUND, None being the whole."""

    decision: RulingDecision
    funded_by: Funder
    text: str
    amount: Money | None = None
    own_label: Label | None = None  # the sandbox's own label, made at once


@dataclass(frozen=True, slots=True)
class AuthorizeReturn:
    """Support lets the buyer send the item back, the replacement not having been sent."""

    own_label: Label | None = None  # the sandbox's own label, made at once


@dataclass(frozen=True, slots=True)
class HandToSeller:
    """Support gives a routed request to its seller."""

    message: str
    attachment_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class TakeOver:
    """Support takes an open request over."""

    message: str
    attachment_ids: tuple[int, ...] = ()


# ── facts: what CARRIER and PAYMENTS report, and the CLOCK ──


@dataclass(frozen=True, slots=True)
class ReportScan:
    """A carrier's scan of one of the request's parcels; `happened_at` counts, not when it was reported.

    For REPLACEMENT, `parcel_number` names which one: an old number's scan moves nothing.
    """

    role: ParcelRole
    kind: ScanKind
    happened_at: datetime
    parcel_number: int | None = None


@dataclass(frozen=True, slots=True)
class ReportLabel:
    """The platform made the return's label."""

    label: Label


@dataclass(frozen=True, slots=True)
class ReportRefund:
    """The payment service settled the refund, or could not."""

    settled: bool
    happened_at: datetime


@dataclass(frozen=True, slots=True)
class RetryRefund:
    """A refund that failed is sent again."""


@dataclass(frozen=True, slots=True)
class ReportChargeback:
    """The buyer's bank took the money back."""

    happened_at: datetime


@dataclass(frozen=True, slots=True)
class DecideClaim:
    """The carrier approved the claim, and pays this, or denied it."""

    approved: bool
    paid: Money | None
    happened_at: datetime


@dataclass(frozen=True, slots=True)
class DeadlineReached:
    """A clock of the request ran out, at its own instant."""

    kind: DeadlineKind


Command = (
    Open
    | RefundInFull
    | RefundOnReturn
    | OfferPartialRefund
    | SendReplacement
    | ExplainNoRefund
    | AskForDetails
    | RefundWithoutWaiting
    | ConfirmReturn
    | DisputeReturn
    | ApproveCancellation
    | DeclineCancellation
    | AcceptOffer
    | DeclineOffer
    | Withdraw
    | Escalate
    | AnswerSurvey
    | SendMessage
    | Rule
    | AuthorizeReturn
    | HandToSeller
    | TakeOver
    | ReportScan
    | ReportLabel
    | ReportRefund
    | RetryRefund
    | ReportChargeback
    | DecideClaim
    | DeadlineReached
)
