"""The seller's responses, and the seller's word on a return: what each does once the table has allowed it.

Decides what is charged, offered, asked and said; refuses to know from which status a response may come.
"""

from dataclasses import replace

from domain import conversation, settlement, turns
from domain.change import Change
from domain.charges import check_partial, full_charge, return_charge, total
from domain.commands import (
    AskForDetails,
    ConfirmReturn,
    DeadlineReached,
    DisputeReturn,
    ExplainNoRefund,
    OfferPartialRefund,
    RefundInFull,
    RefundOnReturn,
    RefundWithoutWaiting,
    SendReplacement,
)
from domain.effects import OfferChanged, ReplacementChanged, ReturnChanged
from domain.escalation import to_support
from domain.refusals import AgreementRequired, TrackingInUse, TrackingRequired
from domain.returns import approve_return
from domain.values import Dispute, Offer, Replacement
from domain.words import (
    EscalationCause,
    Funder,
    HoldStatus,
    MessageKind,
    OfferStatus,
    RequestOutcome,
    ReturnStatus,
)


def refund_in_full(change: Change, command: RefundInFull) -> None:
    """Everything back at once, charged now."""
    order = change.request.order
    turns.responded(change)
    conversation.speak(change, command.message)
    if command.file_claim:
        settlement.opt_into_claim(change, total(full_charge(order), order.currency))
    payment = settlement.seller_pays_all(order)
    sentence = f"The seller refunds {payment.amount} in full."
    settlement.close_refunded(change, RequestOutcome.REFUNDED, payment, sentence)


def refund_on_return(change: Change, command: RefundOnReturn) -> None:
    """Everything back once the item is; the charge is held until then."""
    turns.responded(change)
    conversation.speak(change, command.message)
    sentence = "The seller refunds in full once the item is returned."
    approve_return(change, sentence, funded_by=Funder.SELLER, own_label=command.own_label)
    if command.file_claim:
        order = change.request.order
        held = return_charge(order, settlement.label_cost(change.request))
        settlement.opt_into_claim(change, total(held, order.currency))


def offer_partial_refund(change: Change, command: OfferPartialRefund) -> None:
    """A part, for the buyer to take or not."""
    check_partial(change.request.order, command.amount)
    turns.responded(change)
    conversation.speak(change, command.note, MessageKind.OFFER_NOTE)
    expires_at = turns.await_offer_answer(change, f"The seller offers a partial refund of {command.amount}.")
    number = len(change.request.offers) + 1
    offer = Offer(number, command.amount, command.note, OfferStatus.OPEN, change.at, expires_at)
    change.request = replace(change.request, offers=(*change.request.offers, offer))
    change.add(OfferChanged(change.by, number, OfferStatus.OPEN))
    if command.file_claim:
        settlement.opt_into_claim(change, command.amount)


def send_replacement(change: Change, command: SendReplacement) -> None:
    """A second parcel, or the right number of the one announced."""
    if not command.buyer_agreed:
        raise AgreementRequired
    _check_tracking(change, command)
    turns.responded(change)
    conversation.speak(change, command.message, attachments=command.attachment_ids)
    parcel = f"{command.carrier.value} {command.tracking_number}"
    ship_by = turns.await_replacement(change, f"The seller sends a replacement: {parcel}.")
    number = len(change.request.replacements) + 1
    replacement = Replacement(number, command.carrier, command.tracking_number, ship_by, change.at)
    change.request = replace(change.request, replacements=(*change.request.replacements, replacement))
    change.add(ReplacementChanged(change.by, number, None))


def explain_no_refund(change: Change, command: ExplainNoRefund) -> None:
    """No refund, and why; the buyer may ask Support for a second look."""
    turns.responded(change)
    conversation.speak(change, command.message, MessageKind.NO_REFUND_EXPLANATION, command.attachment_ids)
    turns.declined(change, "The seller explains why there is no refund; the buyer may escalate to Support.")


def ask_for_details(change: Change, command: AskForDetails) -> None:
    """A question back."""
    turns.responded(change)
    conversation.speak(change, command.message, MessageKind.DETAILS_REQUEST, command.attachment_ids)
    turns.await_buyer(change, "The seller asks the buyer for details.")


def refund_without_waiting(change: Change, command: RefundWithoutWaiting) -> None:
    """Everything back although a parcel is still on its way; its label is paid for only if it was used."""
    order = change.request.order
    conversation.speak(change, command.message)
    if settlement.label_used(change.request):
        payment = settlement.seller_pays_all_and_label(order, settlement.label_cost(change.request))
    else:
        payment = settlement.seller_pays_all(order)
    if command.file_claim:
        assert payment.charged is not None, "the seller pays"
        settlement.opt_into_claim(change, payment.charged)
    sentence = f"The seller refunds {payment.amount} without waiting."
    settlement.close_refunded(
        change, RequestOutcome.REFUNDED, payment, sentence, returned_as=ReturnStatus.WAIVED
    )


def confirm_return(change: Change, command: ConfirmReturn | DeadlineReached) -> None:
    """The item is back and right, says the seller or the seller's silence: whoever pays, pays now."""
    order, returned = change.request.order, change.request.returned
    assert returned is not None, "only what came back is confirmed"
    silent = isinstance(command, DeadlineReached)
    confirmed = replace(returned, confirmed_at=change.at, confirmed_by=change.by)
    change.request = replace(change.request, returned=confirmed)
    cost = settlement.label_cost(change.request)
    if returned.funded_by is Funder.PLATFORM:
        payment = settlement.platform_pays_all_and_label(order, cost)
    else:
        payment = settlement.seller_pays_all_and_label(order, cost)
    settlement.close_refunded(
        change,
        RequestOutcome.REFUNDED_AFTER_RETURN,
        payment,
        f"The time to review the return has passed; {payment.amount} is refunded."
        if silent
        else f"The seller confirms the return; {payment.amount} is refunded.",
        returned_as=ReturnStatus.CONFIRMED,
        hold_as=HoldStatus.POSTED,
    )


def dispute_return(change: Change, command: DisputeReturn) -> None:
    """What came back is not right: Support decides, and nothing is charged until then.

    The words and their proof are for both parties and Support to see, in a locked thread too.
    """
    returned = change.request.returned
    assert returned is not None, "only what came back is disputed"
    change.speak(command.text, attachments=command.attachment_ids)
    dispute = Dispute(command.condition, command.text, command.attachment_ids, change.at)
    disputed = replace(returned, status=ReturnStatus.DISPUTED, dispute=dispute)
    change.request = replace(change.request, returned=disputed)
    change.add(ReturnChanged(change.by, ReturnStatus.DISPUTED))
    sentence = "The seller disputes the return; Support decides."
    to_support(change, EscalationCause.RETURN_DISPUTED, command.text, sentence)


def _check_tracking(change: Change, command: SendReplacement) -> None:
    """A replacement has a number, and one that no other parcel of the request has."""
    if not command.tracking_number.strip():
        raise TrackingRequired
    request = change.request
    known = {(parcel.carrier, parcel.tracking_number) for parcel in request.replacements}
    if request.order.shipment:
        known.add((request.order.shipment.carrier, request.order.shipment.tracking_number))
    if (command.carrier, command.tracking_number) in known:
        raise TrackingInUse
