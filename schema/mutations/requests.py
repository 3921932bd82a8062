"""The moves of a request: what buyers, sellers and Support do, each one command of the domain.

Decides how an input becomes a command. Whether the move is there is the transition table's to say.
"""

from collections.abc import Callable
from typing import Any

import strawberry

from domain import commands
from domain.words import RequestKind
from resolvers import requests
from resolvers.acting import Act
from resolvers.mutate import Receipt, Write
from schema.inputs import requests as inputs
from schema.inputs.form import Form
from schema.mutations.perform import action, attachments_of, key_of, mutation, parts_of, request_of
from schema.payloads import RequestPayload


def _acts(input_type: type[Form], command: Callable[[Any], commands.Command], description: str) -> Any:
    """Declare a mutation that gives the domain one command about one request."""
    return action(
        input_type,
        RequestPayload,
        lambda form: Act(request_of(form), command(form), form.if_version),
        description,
    )


async def _open(write: Write, form: inputs.OpenSupportRequestInput) -> Receipt:
    description = form.description.strip()
    command = commands.Open(RequestKind.SUPPORT, form.reason, description, attachments_of(form))
    return await requests.open_request(write, *key_of(form.order_id), command)


async def _open_cancellation(write: Write, form: inputs.OpenCancellationRequestInput) -> Receipt:
    command = commands.Open(RequestKind.CANCELLATION, None, form.description)
    return await requests.open_request(write, *key_of(form.order_id), command)


def _answered_offer(form: inputs.AnswerOfferInput) -> int:
    """Give the number of the offer that is answered; 0, which no offer has, for one of another request."""
    seller_id, request_number, number = parts_of(form.offer_id)
    return number if (seller_id, request_number) == key_of(form.request_id) else 0


@strawberry.type(description="What a buyer does.")
class BuyerMutations:
    """The buyer's side."""

    open_support_request = mutation(
        inputs.OpenSupportRequestInput,
        RequestPayload,
        _open,
        "Ask for help with an order. It goes to the seller, who has 48 business hours to respond, or to "
        "Support.",
    )
    open_cancellation_request = mutation(
        inputs.OpenCancellationRequestInput,
        RequestPayload,
        _open_cancellation,
        "Ask the seller to cancel an order that has not been mailed.",
    )
    accept_offer = _acts(
        inputs.AnswerOfferInput,
        lambda form: commands.AcceptOffer(_answered_offer(form)),
        "Take a partial refund offer: the amount is refunded and the request closed.",
    )
    decline_offer = _acts(
        inputs.AnswerOfferInput,
        lambda form: commands.DeclineOffer(_answered_offer(form)),
        "Decline a partial refund offer: a full refund is approved if the item comes back, where it can.",
    )
    withdraw_request = _acts(
        inputs.RequestActionInput,
        lambda _: commands.Withdraw(),
        "Need no help any more: the request is closed.",
    )
    escalate_request = _acts(
        inputs.EscalateRequestInput,
        lambda form: commands.Escalate(form.text),
        "Ask Support for a second look; the conversation with the seller is closed.",
    )
    answer_survey = _acts(
        inputs.AnswerSurveyInput,
        lambda form: commands.AnswerSurvey(form.satisfied, form.comment),
        "Give thumbs up or down for the seller's support, within 14 days of the end; a later answer "
        "replaces it.",
    )


@strawberry.type(description="What a seller, or a tool acting for one, answers.")
class SellerMutations:
    """The seller's side, one mutation per response."""

    refund_in_full = _acts(
        inputs.RefundInput,
        lambda form: commands.RefundInFull(form.message, bool(form.file_claim)),
        "Refund everything at once and want nothing back. Charged now.",
    )
    refund_on_return = _acts(
        inputs.RefundInput,
        lambda form: commands.RefundOnReturn(form.message, bool(form.file_claim)),
        "Refund everything once the item is back. Charged, with the return label, when the return is "
        "confirmed.",
    )
    offer_partial_refund = _acts(
        inputs.OfferPartialRefundInput,
        lambda form: commands.OfferPartialRefund(form.amount.money(), form.note, bool(form.file_claim)),
        "Offer a part of the money; the buyer has 48 business hours. Charged when accepted; never edited.",
    )
    send_replacement = _acts(
        inputs.SendReplacementInput,
        lambda form: commands.SendReplacement(
            form.carrier, form.tracking_number, form.buyer_agreed, form.message, attachments_of(form)
        ),
        "Send another item, agreed with the buyer; the carrier's first scan is due within 48 business hours.",
    )
    explain_no_refund = _acts(
        inputs.ExplainInput,
        lambda form: commands.ExplainNoRefund(form.message, attachments_of(form)),
        "Say why there will be no refund; the buyer may go to Support.",
    )
    ask_for_details = _acts(
        inputs.ExplainInput,
        lambda form: commands.AskForDetails(form.message, attachments_of(form)),
        "Ask the buyer for details, photos or videos; the clock stops until they come.",
    )
    refund_without_waiting = _acts(
        inputs.RefundInput,
        lambda form: commands.RefundWithoutWaiting(form.message, bool(form.file_claim)),
        "Refund everything now although a return or replacement is still on its way.",
    )
    confirm_return = _acts(
        inputs.RequestActionInput,
        lambda _: commands.ConfirmReturn(),
        "Confirm that the right item came back: the buyer is refunded. Silence for 48 business hours "
        "confirms too.",
    )
    dispute_return = _acts(
        inputs.DisputeReturnInput,
        lambda form: commands.DisputeReturn(form.condition, form.text, attachments_of(form)),
        "Say that what came back is not right: Support decides, and nothing is charged until then.",
    )
    approve_cancellation = _acts(
        inputs.RequestActionInput,
        lambda _: commands.ApproveCancellation(),
        "Cancel the order and refund everything.",
    )
    decline_cancellation = _acts(
        inputs.ExplainInput,
        lambda form: commands.DeclineCancellation(form.message, attachments_of(form)),
        "Keep the order, and say why; the buyer may go to Support.",
    )


@strawberry.type(description="What Support decides.")
class RulingMutations:
    """Support's moves in the table."""

    rule_on_request = _acts(
        inputs.RuleOnRequestInput,
        lambda form: commands.Rule(
            form.decision, form.funded_by, form.text, form.amount.money() if form.amount else None
        ),
        "Decide an escalated request, and at whose cost.",
    )
    authorize_return = _acts(
        inputs.RequestActionInput,
        lambda _: commands.AuthorizeReturn(),
        "Let the buyer return the first item for a full refund, the replacement not having been sent in "
        "time.",
    )
    hand_to_seller = _acts(
        inputs.ExplainInput,
        lambda form: commands.HandToSeller(form.message, attachments_of(form)),
        "Give a request that came to Support from the start to its seller.",
    )
    take_over_request = _acts(
        inputs.ExplainInput,
        lambda form: commands.TakeOver(form.message, attachments_of(form)),
        "Take an open request over; the conversation is closed to buyer and seller.",
    )
