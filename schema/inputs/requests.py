"""What buyers, sellers and Support send to move a request."""

import strawberry

from domain.words import Carrier, Funder, RequestReason, ReturnCondition, RulingDecision
from schema.inputs.form import (
    LONGEST_TRACKING_NUMBER,
    Form,
    attachment_ids,
    field,
    idempotency_key,
    if_version,
)
from schema.inputs.money import MoneyInput

REQUEST = "The request to act on."
MESSAGE = "Words to the other side, posted in the conversation; at most 5,000 characters."
FILE_CLAIM = "Also opt in to an automated claim at the carrier; refused where the shipment is not eligible."


@strawberry.input(description="An action that needs nothing but its request.")
class RequestActionInput(Form):
    """Which request."""

    request_id: strawberry.ID = field(REQUEST, of="SupportRequest")
    if_version: int | None = if_version()
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="A buyer's call for help with an order.")
class OpenSupportRequestInput(Form):
    """What went wrong with which order."""

    order_id: strawberry.ID = field("The order, bought by the viewer.", of="Order")
    reason: RequestReason = field("What went wrong.")
    description: str = field("What happened, in the buyer's words; at most 5,000 characters.", blank=True)
    attachment_ids: list[strawberry.ID] | None = attachment_ids()
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="A buyer's wish to cancel an order that has not been mailed.")
class OpenCancellationRequestInput(Form):
    """Which order, and why."""

    order_id: strawberry.ID = field("The order, bought by the viewer.", of="Order")
    description: str = field("Why, in the buyer's words; at most 5,000 characters.")
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="A buyer's call for Support to take a second look.")
class EscalateRequestInput(Form):
    """Which request, and what Support should know."""

    request_id: strawberry.ID = field(REQUEST, of="SupportRequest")
    text: str = field("What Support should know; at most 5,000 characters.")
    if_version: int | None = if_version()
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="The buyer's thumbs up or down on the seller's support.")
class AnswerSurveyInput(Form):
    """One answer; a later one replaces it."""

    request_id: strawberry.ID = field(REQUEST, of="SupportRequest")
    satisfied: bool = field("True for thumbs up.")
    comment: str | None = field("In the buyer's words.", optional=True)
    if_version: int | None = if_version()
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="A seller's full refund.")
class RefundInput(Form):
    """Which request, with a word to the buyer."""

    request_id: strawberry.ID = field(REQUEST, of="SupportRequest")
    message: str | None = field(MESSAGE, optional=True)
    file_claim: bool | None = field(FILE_CLAIM, default=False)
    if_version: int | None = if_version()
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="The buyer's answer to a partial refund offer.")
class AnswerOfferInput(Form):
    """Which offer; naming it, no other is answered by mistake."""

    request_id: strawberry.ID = field(REQUEST, of="SupportRequest")
    offer_id: strawberry.ID = field("The offer that is answered.", of="PartialRefundOffer")
    if_version: int | None = if_version()
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="A seller's offer of a part of the money; it cannot be edited once sent.")
class OfferPartialRefundInput(Form):
    """How much, with a word to the buyer."""

    request_id: strawberry.ID = field(REQUEST, of="SupportRequest")
    amount: MoneyInput = field("More than 0 and less than what is left of the full refund's charge.")
    note: str | None = field("Words to the buyer beside the offer; at most 5,000 characters.", optional=True)
    file_claim: bool | None = field(FILE_CLAIM, default=False)
    if_version: int | None = if_version()
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="A seller's second parcel, agreed with the buyer before.")
class SendReplacementInput(Form):
    """Which parcel."""

    request_id: strawberry.ID = field(REQUEST, of="SupportRequest")
    carrier: Carrier = field("Who carries it.")
    tracking_number: str = field(
        "The number on its label.", longest=LONGEST_TRACKING_NUMBER, blank=True, compact=True
    )
    buyer_agreed: bool = field("Affirms that the buyer agreed to a replacement.")
    message: str | None = field(MESSAGE, optional=True)
    attachment_ids: list[strawberry.ID] | None = attachment_ids()
    if_version: int | None = if_version()
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="An action that comes with words.")
class ExplainInput(Form):
    """Which request, and what is said."""

    request_id: strawberry.ID = field(REQUEST, of="SupportRequest")
    message: str = field(MESSAGE)
    attachment_ids: list[strawberry.ID] | None = attachment_ids()
    if_version: int | None = if_version()
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="A seller's word that the returned parcel is not right.")
class DisputeReturnInput(Form):
    """What is wrong with it."""

    request_id: strawberry.ID = field(REQUEST, of="SupportRequest")
    condition: ReturnCondition = field("What is wrong.")
    text: str = field("What the seller found; at most 5,000 characters.")
    attachment_ids: list[strawberry.ID] | None = attachment_ids()
    if_version: int | None = if_version()
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="Support's decision.")
class RuleOnRequestInput(Form):
    """What is decided, at whose cost."""

    request_id: strawberry.ID = field(REQUEST, of="SupportRequest")
    decision: RulingDecision = field("Refund, refund on return, or the seller is right.")
    funded_by: Funder = field("Who pays: SELLER or PLATFORM for a refund, NOBODY where none is given.")
    amount: MoneyInput | None = field(
        "A part of the money, with REFUND only; left out: the whole.", optional=True
    )
    text: str = field("What both parties are told; at most 5,000 characters.")
    if_version: int | None = if_version()
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="Who of Support works on a request.")
class AssignRequestInput(Form):
    """Which request, whose work."""

    request_id: strawberry.ID = field(REQUEST, of="SupportRequest")
    assignee_id: strawberry.ID | None = field(
        "The Support agent; left out: nobody.", of="User", optional=True
    )
    if_version: int | None = if_version()
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="A note that buyer and seller never see.")
class AddInternalNoteInput(Form):
    """Which request, which words."""

    request_id: strawberry.ID = field(REQUEST, of="SupportRequest")
    body: str = field("The note; at most 5,000 characters.")
    idempotency_key: str | None = idempotency_key()
