"""What becomes of a partial refund offer: taken, not taken, or left to run out.

Decides where each answer leads; the offer itself is never edited and never withdrawn.
"""

from domain import settlement, turns
from domain.change import Change
from domain.commands import AcceptOffer, DeadlineReached, DeclineOffer
from domain.effects import DeadlineMissed
from domain.refusals import OfferNotOpen
from domain.returns import approve_return
from domain.values import Offer
from domain.words import EscalationCause, Funder, OfferStatus, Party, RequestOutcome


def accept(change: Change, command: AcceptOffer) -> None:
    """The buyer takes the part; the seller is charged it now."""
    offer = _named(change, command.offer_number)
    change.answer_offer(OfferStatus.ACCEPTED)
    payment = settlement.seller_pays_part(change.request.order, offer.amount)
    sentence = f"The buyer accepts the partial refund of {offer.amount}."
    settlement.close_refunded(change, RequestOutcome.PARTIALLY_REFUNDED, payment, sentence)


def decline_for_return(change: Change, command: DeclineOffer) -> None:
    """The buyer does not take the part, and so has everything back against the item."""
    _named(change, command.offer_number)
    change.answer_offer(OfferStatus.DECLINED)
    sentence = "The buyer declines the offer and gets a full refund once the item is returned."
    approve_return(change, sentence, funded_by=Funder.SELLER, own_label=command.own_label)


def decline(change: Change, command: DeclineOffer) -> None:
    """The buyer does not take the part and holds no item: the seller answers anew, or Support does."""
    _named(change, command.offer_number)
    change.answer_offer(OfferStatus.DECLINED)
    turns.await_seller(change, "The buyer declines the offer.", escalation=EscalationCause.OFFER_DECLINED)


def expire(change: Change, _: DeadlineReached) -> None:
    """The buyer did not answer in time."""
    offer = change.request.open_offer
    assert offer is not None, "the clock runs only while an offer is open"
    change.answer_offer(OfferStatus.EXPIRED)
    change.add(DeadlineMissed(offer.expires_at, Party.BUYER))
    sentence = f"The offer of {offer.amount} has expired unanswered."
    turns.await_buyer(change, sentence, escalation=EscalationCause.OFFER_EXPIRED)


def _named(change: Change, number: int) -> Offer:
    """The offer that waits, if it is the one that the buyer means."""
    offer = change.request.open_offer
    if offer is None or offer.number != number:
        raise OfferNotOpen
    return offer
