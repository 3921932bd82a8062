"""What each of the seller's responses does: where the request goes, what is charged and when."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from domain import commands as c
from domain.money import Currency, Money
from domain.refusals import (
    AgreementRequired,
    AmountOutOfRange,
    CurrencyMismatch,
    InvalidState,
    ReturnAddressRequired,
    TrackingInUse,
    TrackingRequired,
)
from domain.words import (
    Carrier,
    ClaimStatus,
    DeadlineKind,
    EscalationCause,
    Funder,
    JournalKind,
    LedgerAccount,
    MessageKind,
    OfferStatus,
    Party,
    RefundStatus,
    RequestAction,
    RequestOutcome,
    RequestReason,
    RequestStatus,
    ScanKind,
)
from tests.domain.story import (
    DAY,
    HOUR,
    LABEL,
    MONDAY,
    OPENING,
    PARCEL,
    REPLACEMENT,
    Story,
    awaiting_buyer,
    awaiting_return,
    awaiting_seller,
    offer_pending,
    return_in_transit,
    usd,
)
from tests.policy import quotes


@quotes(
    "Seller provides a full refund and does not require a return",
    "Full refund without a return | After you offer the refund",
    "Where you are charged for refunds, the amount will be deducted from your Whatnot ledger",
)
def test_a_full_refund_is_charged_at_once_without_the_commission() -> None:
    story = awaiting_seller().seller(c.RefundInFull("Sorry about that."))
    assert story.request.outcome is RequestOutcome.REFUNDED
    assert story.request.funded_by is Funder.SELLER
    assert story.moved(LedgerAccount.SELLER) == -9900
    assert story.moved(LedgerAccount.BUYER_REFUNDS) == 11500
    assert story.request.refund is not None
    assert story.request.refund.amount == usd(11500)
    assert story.request.refund.status is RefundStatus.PENDING


@quotes(
    "Offer a partial refund | After buyer accepts the partial refund offer | Partial refund amount",
    "Seller offers a partial refund",
)
def test_a_partial_refund_is_charged_when_the_buyer_accepts() -> None:
    story = offer_pending()
    assert story.journals == []
    story.buyer(c.AcceptOffer(1))
    assert story.request.outcome is RequestOutcome.PARTIALLY_REFUNDED
    assert story.moved(LedgerAccount.SELLER) == -3000
    assert story.request.offers[0].status is OfferStatus.ACCEPTED


@quotes("Please discuss the partial offer amount in Messages with the buyer before sending an offer")
def test_an_amount_can_be_talked_over_before_it_is_offered() -> None:
    story = awaiting_seller().seller(c.SendMessage("Would 30 do?")).buyer(c.SendMessage("Yes."))
    assert story.status is RequestStatus.AWAITING_SELLER
    story = story.seller(c.OfferPartialRefund(usd(3000), note="As agreed."))
    assert story.status is RequestStatus.OFFER_PENDING
    assert story.said(MessageKind.OFFER_NOTE) == ["As agreed."]


@quotes("Once the offer is sent, you are not able to edit it")
def test_a_sent_offer_is_neither_edited_nor_made_twice() -> None:
    story = offer_pending()
    with pytest.raises(InvalidState):
        story.seller(c.OfferPartialRefund(usd(100)))
    assert story.request.offers[0].amount == usd(3000)


@quotes("The buyer has 48 hours to respond to the partial refund offer")
def test_an_offer_expires_after_48_business_hours_and_the_buyer_may_escalate() -> None:
    story = offer_pending().later(2 * DAY - HOUR)
    assert story.status is RequestStatus.OFFER_PENDING
    story = story.later(HOUR)
    assert story.status is RequestStatus.AWAITING_BUYER
    assert story.request.offers[0].status is OfferStatus.EXPIRED
    story.buyer(c.Escalate("It was too little."))
    assert story.request.escalations[-1].cause is EscalationCause.OFFER_EXPIRED


@quotes(
    "If the buyer declines, they will automatically be approved for a full refund if they return the item",
    "The buyer will have 5 days to ship their return",
)
def test_a_declined_offer_becomes_a_full_refund_on_return() -> None:
    story = offer_pending().buyer(c.DeclineOffer(1, own_label=LABEL))
    assert story.status is RequestStatus.AWAITING_RETURN
    assert story.request.due_at == MONDAY + 7 * DAY
    assert story.request.hold is not None
    assert story.request.hold.total == usd(10550)
    assert story.moved(LedgerAccount.SELLER) == 0


def test_a_declined_offer_without_an_item_is_the_sellers_turn_and_the_buyer_may_escalate_at_once() -> None:
    story = offer_pending(RequestReason.ITEM_MISSING).buyer(c.DeclineOffer(1))
    assert story.status is RequestStatus.AWAITING_SELLER
    assert RequestAction.ESCALATE in story.may(Party.BUYER)
    asked = offer_pending(RequestReason.ITEM_MISSING).buyer(c.DeclineOffer(1)).seller(c.AskForDetails("Why?"))
    assert asked.request.escalation_opened_as is None
    story.buyer(c.Escalate("Nothing came."))
    assert story.request.escalations[-1].cause is EscalationCause.OFFER_DECLINED


@pytest.mark.parametrize(
    "leave",
    [
        lambda story: story.seller(c.RefundInFull()),
        lambda story: story.buyer(c.Withdraw()),
        lambda story: story.support(c.TakeOver("We step in.")),
        lambda story: story.step(Party.PAYMENTS, c.ReportChargeback(story.at)),
    ],
)
def test_every_other_exit_supersedes_the_offer(leave: Callable[[Story], Story]) -> None:
    story = offer_pending()
    leave(story)
    assert story.request.offers[0].status is OfferStatus.SUPERSEDED
    assert story.request.open_offer is None


@pytest.mark.parametrize("minor", [-1, 0, 9900, 20000])
def test_a_part_is_more_than_nothing_and_less_than_the_full_charge(minor: int) -> None:
    with pytest.raises(AmountOutOfRange):
        awaiting_seller().seller(c.OfferPartialRefund(usd(minor)))


def test_a_part_is_in_the_orders_currency() -> None:
    with pytest.raises(CurrencyMismatch):
        awaiting_seller().seller(c.OfferPartialRefund(Money(100, Currency.EUR)))


@quotes(
    "Seller sends a replacement",
    "Send a replacement item | N/A | N/A (sellers must purchase a shipping label",
    "The seller needs to generate a shipping label and upload the tracking information",
    "confirm the buyer is willing to accept the replacement before processing it",
)
def test_a_replacement_needs_agreement_and_a_number_and_costs_nothing() -> None:
    story = awaiting_seller()
    with pytest.raises(AgreementRequired):
        story.seller(replace(REPLACEMENT, buyer_agreed=False))
    with pytest.raises(TrackingRequired):
        story.seller(replace(REPLACEMENT, tracking_number=" "))
    with pytest.raises(TrackingInUse):
        story.seller(c.SendReplacement(Carrier.USPS, PARCEL.tracking_number, buyer_agreed=True))
    story.seller(REPLACEMENT).later(HOUR).replacement_scan(ScanKind.DELIVERED)
    assert story.request.outcome is RequestOutcome.REPLACED
    assert story.request.funded_by is Funder.NOBODY
    assert story.journals == []


@quotes(
    "Seller sends a message explaining why they are not issuing a refund",
    "No refund or replacement offered* | N/A | No charge from Whatnot",
    "you can respond via message to let them know why you won't be offering a refund",
    "the seller should message the buyer letting them know why they will not be receiving a refund",
    "you should message the buyer letting them know you will not be offering a refund",
)
def test_an_explanation_charges_nothing_and_waits_5_business_days_for_the_buyer() -> None:
    story = awaiting_seller().seller(c.ExplainNoRefund("It was shown in the stream.", (9,)))
    assert story.status is RequestStatus.DECLINED
    assert story.said(MessageKind.NO_REFUND_EXPLANATION) == ["It was shown in the stream."]
    assert story.request.due_at == MONDAY + 7 * DAY
    story.until_due()
    assert story.request.outcome is RequestOutcome.NOT_REFUNDED
    assert story.journals == []


@quotes(
    "Seller sends a message requesting more information or clarification",
    "The seller can request additional details, photos, or videos to better understand the buyer issue",
)
def test_a_question_is_the_buyers_turn_and_the_answer_the_sellers_with_a_new_clock() -> None:
    story = awaiting_buyer()
    assert story.request.due_at == MONDAY + 7 * DAY
    story.later(DAY).buyer(c.SendMessage("Size M.", (3,)))
    assert story.status is RequestStatus.AWAITING_SELLER
    assert story.request.due_at == MONDAY + 3 * DAY
    assert story.request.clock is not None
    assert story.request.clock.number == 2


def test_a_buyer_who_does_not_answer_closes_the_request() -> None:
    story = awaiting_buyer().until_due()
    assert story.request.outcome is RequestOutcome.BUYER_UNRESPONSIVE


@quotes("Sellers will no longer see an option to reject a request")
def test_no_action_rejects_a_request() -> None:
    assert not [action for action in RequestAction if "REJECT" in action.value]


@quotes("You can respond to your buyers by offering a refund or replacement, messaging them")
def test_the_seller_has_six_responses_and_words() -> None:
    assert {action.value for action in awaiting_seller().may(Party.SELLER)} == {
        "REFUND_IN_FULL",
        "REFUND_ON_RETURN",
        "OFFER_PARTIAL_REFUND",
        "SEND_REPLACEMENT",
        "EXPLAIN_NO_REFUND",
        "ASK_FOR_DETAILS",
        "SEND_MESSAGE",
    }


def test_a_return_and_an_offer_that_may_become_one_need_the_sellers_address() -> None:
    story = Story.opened(opening=replace(OPENING, return_address=None))
    with pytest.raises(ReturnAddressRequired):
        story.seller(c.RefundOnReturn(own_label=LABEL))
    with pytest.raises(ReturnAddressRequired):
        story.seller(c.OfferPartialRefund(usd(100)))
    missing = Story.opened(RequestReason.ITEM_MISSING, replace(OPENING, return_address=None))
    assert missing.seller(c.OfferPartialRefund(usd(100))).status is RequestStatus.OFFER_PENDING


def test_refunding_without_waiting_charges_the_return_only_if_it_was_dropped_off() -> None:
    waited = awaiting_return().seller(c.RefundWithoutWaiting())
    assert waited.moved(LedgerAccount.SELLER) == -9900
    used = return_in_transit().seller(c.RefundWithoutWaiting())
    assert used.moved(LedgerAccount.SELLER) == -10550
    assert used.moved(LedgerAccount.RETURN_SHIPPING) == 0
    for story in (waited, used):
        assert story.request.outcome is RequestOutcome.REFUNDED
        assert story.request.hold is None
        assert story.request.returned is not None
        assert story.request.returned.status == "WAIVED"


DAMAGED = RequestReason.DAMAGED_IN_TRANSIT


@quotes("USPS automated claims allow you to recover costs for lost, stuck, or damaged packages")
def test_a_claim_files_14_days_after_mailing_for_what_was_charged() -> None:
    story = Story.opened(DAMAGED).seller(c.RefundInFull(file_claim=True))
    assert story.request.claim is not None
    assert story.request.claim.status is ClaimStatus.SCHEDULED
    assert story.request.claim.coverage == usd(9900)
    assert story.request.closed_at == MONDAY
    story = story.later(8 * DAY)
    assert story.request.claim is not None
    assert story.request.claim.status is ClaimStatus.FILED
    story.step(Party.CARRIER, c.DecideClaim(approved=True, paid=usd(9900), happened_at=story.at))
    assert story.moved(LedgerAccount.SELLER) == 0
    assert story.journals[-1] is JournalKind.CLAIM_APPROVED


def test_a_claim_is_cancelled_when_nothing_is_charged_and_follows_the_charge_when_something_is() -> None:
    unsent = Story.opened(DAMAGED).seller(c.RefundOnReturn(own_label=LABEL, file_claim=True)).later(30 * DAY)
    assert unsent.request.claim is not None
    assert unsent.request.claim.status is ClaimStatus.CANCELLED
    assert not unsent.request.deadlines
    offered = Story.opened(DAMAGED).seller(c.OfferPartialRefund(usd(3000), file_claim=True))
    assert set(offered.request.deadlines) == {DeadlineKind.OFFER, DeadlineKind.CLAIM_EXPIRY}
    offered.buyer(c.AcceptOffer(1))
    assert offered.request.claim is not None
    assert offered.request.claim.coverage == usd(3000)
    assert set(offered.request.deadlines) == {DeadlineKind.CLAIM_FILING, DeadlineKind.CLAIM_EXPIRY}
