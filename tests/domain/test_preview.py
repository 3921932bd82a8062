"""A preview shows what the response then does: the same charges, the same refund, at the moment it names."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from domain import commands as c
from domain.charges import total
from domain.effects import PostJournal
from domain.money import Currency, Money
from domain.policy import CURRENT
from domain.preview import Preview, preview, refund_expected
from domain.refusals import ClaimNotEligible, InvalidState, Required, ReturnAddressRequired
from domain.values import Charge
from domain.words import (
    ChargeMoment,
    Funder,
    LedgerAccount,
    Party,
    RequestReason,
    RequestStatus,
    ResponseKind,
    RulingDecision,
    ScanKind,
)
from domain.words import LedgerComponent as Component
from tests.domain.story import (
    DAY,
    LABEL,
    MAILED,
    MONDAY,
    OPENING,
    REPLACEMENT,
    Story,
    awaiting_seller,
    disputed,
    offer_pending,
    return_in_review,
    return_in_transit,
    under_review,
    usd,
)
from tests.policy import quotes

FULL = (
    Charge(Component.PAYOUT_REVERSAL, usd(8835)),
    Charge(Component.BUYER_SHIPPING, usd(700)),
    Charge(Component.PROCESSING_FEE, usd(365)),
)
WITH_RETURN = (*FULL, Charge(Component.RETURN_SHIPPING, usd(650)))
PART = (Charge(Component.PARTIAL_REFUND, usd(3000)),)


def shown(
    story: Story,
    kind: ResponseKind,
    *,
    amount: Money | None = None,
    funded_by: Funder = Funder.SELLER,
    file_claim: bool = False,
    by: Party = Party.SELLER,
) -> Preview:
    return preview(
        story.request,
        kind,
        amount=amount,
        funded_by=funded_by,
        file_claim=file_claim,
        by=by,
        at=story.at,
        policy=CURRENT,
    )


def charged(story: Story) -> tuple[Charge, ...]:
    """What the story's journals took from the seller, in order."""
    return tuple(
        Charge(line.component, -line.amount)
        for effect in story.effects
        if isinstance(effect, PostJournal)
        for line in effect.lines
        if line.account is LedgerAccount.SELLER and line.component
    )


def confirmed(story: Story) -> Story:
    story.return_scan(ScanKind.ACCEPTED).return_scan(ScanKind.DELIVERED)
    return story.seller(c.ConfirmReturn())


RESPONSES: dict[
    ResponseKind, tuple[Callable[[], Story], Callable[[Story], Story], ChargeMoment, tuple[Charge, ...]]
] = {
    ResponseKind.REFUND_IN_FULL: (
        awaiting_seller,
        lambda story: story.seller(c.RefundInFull()),
        ChargeMoment.AT_ONCE,
        FULL,
    ),
    ResponseKind.REFUND_ON_RETURN: (
        awaiting_seller,
        lambda story: confirmed(story.seller(c.RefundOnReturn(own_label=LABEL))),
        ChargeMoment.ON_RETURN_CONFIRMED,
        WITH_RETURN,
    ),
    ResponseKind.OFFER_PARTIAL_REFUND: (
        awaiting_seller,
        lambda story: story.seller(c.OfferPartialRefund(usd(3000))).buyer(c.AcceptOffer(1)),
        ChargeMoment.ON_ACCEPTANCE,
        PART,
    ),
    ResponseKind.SEND_REPLACEMENT: (
        awaiting_seller,
        lambda story: story.seller(REPLACEMENT).replacement_scan(ScanKind.DELIVERED),
        ChargeMoment.NEVER,
        (),
    ),
    ResponseKind.EXPLAIN_NO_REFUND: (
        awaiting_seller,
        lambda story: story.seller(c.ExplainNoRefund("It was shown in the show.")).until_due(),
        ChargeMoment.NEVER,
        (),
    ),
    ResponseKind.ASK_FOR_DETAILS: (
        awaiting_seller,
        lambda story: story.seller(c.AskForDetails("Which one?")).until_due(),
        ChargeMoment.NEVER,
        (),
    ),
    ResponseKind.REFUND_WITHOUT_WAITING: (
        return_in_transit,
        lambda story: story.seller(c.RefundWithoutWaiting()),
        ChargeMoment.AT_ONCE,
        WITH_RETURN,
    ),
    ResponseKind.CONFIRM_RETURN: (
        return_in_review,
        lambda story: story.seller(c.ConfirmReturn()),
        ChargeMoment.AT_ONCE,
        WITH_RETURN,
    ),
    ResponseKind.APPROVE_CANCELLATION: (
        Story.cancellation,
        lambda story: story.seller(c.ApproveCancellation()),
        ChargeMoment.AT_ONCE,
        FULL,
    ),
}


@quotes("The amount you will be charged depends on how you resolve the request for the buyer")
@pytest.mark.parametrize("kind", RESPONSES)
def test_every_response_costs_what_was_shown_when_it_was_shown(kind: ResponseKind) -> None:
    begin, respond, moment, charges = RESPONSES[kind]
    story = begin()
    seen = shown(story, kind, amount=usd(3000))
    assert (seen.allowed, seen.charged_when, seen.charges) == (True, moment, charges)
    assert seen.total == total(charges, Currency.USD)
    assert not charged(story), "looking costs nothing"
    respond(story)
    assert story.status is RequestStatus.CLOSED
    assert charged(story) == seen.charges
    assert story.moved(LedgerAccount.BUYER_REFUNDS) == seen.buyer_receives.minor


@quotes(
    "*Please note that if a buyer escalates a request and Whatnot Support determines",
    "if we determine the buyer is owed a refund, you may still be charged for the refund",
)
@pytest.mark.parametrize(
    ("amount", "funded_by", "charges", "receives"),
    [
        (None, Funder.SELLER, FULL, 115_00),
        (usd(3000), Funder.SELLER, PART, 30_00),
        (None, Funder.PLATFORM, (), 115_00),
        (usd(3000), Funder.PLATFORM, (), 30_00),
    ],
)
def test_a_ruling_costs_the_seller_what_was_shown_or_nothing(
    amount: Money | None, funded_by: Funder, charges: tuple[Charge, ...], receives: int
) -> None:
    story = under_review()
    kind = ResponseKind.RULE_REFUND
    seen = shown(story, kind, amount=amount, funded_by=funded_by, by=Party.SUPPORT)
    story.rules(RulingDecision.REFUND, funded_by, amount)
    assert (seen.charges, seen.buyer_receives) == (charges, usd(receives))
    assert seen.charged_when is (ChargeMoment.AT_ONCE if charges else ChargeMoment.NEVER)
    assert charged(story) == charges
    assert story.moved(LedgerAccount.BUYER_REFUNDS) == receives


@pytest.mark.parametrize(
    ("funded_by", "moment", "charges"),
    [
        (Funder.SELLER, ChargeMoment.ON_RETURN_CONFIRMED, WITH_RETURN),
        (Funder.PLATFORM, ChargeMoment.NEVER, ()),
    ],
)
def test_a_ruling_for_a_return_is_shown_with_its_label(
    funded_by: Funder, moment: ChargeMoment, charges: tuple[Charge, ...]
) -> None:
    story = under_review()
    seen = shown(story, ResponseKind.RULE_REFUND_ON_RETURN, funded_by=funded_by, by=Party.SUPPORT)
    assert (seen.charged_when, seen.charges, seen.buyer_receives) == (moment, charges, usd(115_00))
    confirmed(story.rules(RulingDecision.REFUND_ON_RETURN, funded_by))
    assert charged(story) == charges


def test_a_disputed_return_that_support_refunds_costs_no_return_shipping() -> None:
    seen = shown(disputed(), ResponseKind.RULE_REFUND, by=Party.SUPPORT)
    assert seen.charges == FULL


def test_after_a_partial_refund_only_the_rest_is_shown() -> None:
    opening = replace(OPENING, order=replace(OPENING.order, refunded=usd(3000)))
    seen = shown(Story.opened(opening=opening), ResponseKind.REFUND_IN_FULL)
    assert (seen.total, seen.buyer_receives) == (usd(69_00), usd(85_00))


def test_a_response_that_is_not_possible_costs_nothing_and_says_why() -> None:
    seen = shown(offer_pending(), ResponseKind.ASK_FOR_DETAILS)
    assert isinstance(seen.blocked_because, InvalidState)
    assert (seen.charges, seen.total, seen.charged_when) == ((), usd(0), ChargeMoment.NEVER)


def test_the_buyer_cannot_have_the_sellers_responses_shown() -> None:
    assert not shown(awaiting_seller(), ResponseKind.REFUND_IN_FULL, by=Party.BUYER).allowed


def test_a_part_has_an_amount() -> None:
    assert isinstance(shown(awaiting_seller(), ResponseKind.OFFER_PARTIAL_REFUND).blocked_because, Required)


def test_a_return_without_an_address_is_not_possible() -> None:
    story = Story.opened(opening=replace(OPENING, return_address=None))
    seen = shown(story, ResponseKind.REFUND_ON_RETURN)
    assert isinstance(seen.blocked_because, ReturnAddressRequired)


def test_a_clock_that_has_run_out_is_not_shown_as_running() -> None:
    story = return_in_review()
    story.at = story.request.due_at or story.at
    assert not shown(story, ResponseKind.CONFIRM_RETURN).allowed


@quotes("If the carrier damaged the item in transit, you can file an automated claim for packages")
def test_a_claim_brings_back_what_the_carrier_covers() -> None:
    story = awaiting_seller(RequestReason.DAMAGED_IN_TRANSIT)
    seen = shown(story, ResponseKind.REFUND_ON_RETURN, file_claim=True)
    assert seen.allowed
    assert seen.claim is not None
    assert seen.claim.claim is not None
    assert (seen.claim.claim.coverage, seen.claim.claim.files_at) == (usd(100_00), MAILED + 14 * DAY)
    assert (seen.total, seen.net_after_claim) == (usd(105_50), usd(5_50))


def test_a_claim_is_shown_but_not_counted_until_it_is_asked_for() -> None:
    seen = shown(awaiting_seller(RequestReason.DAMAGED_IN_TRANSIT), ResponseKind.REFUND_IN_FULL)
    assert seen.claim is not None
    assert seen.claim.eligible
    assert seen.net_after_claim == seen.total == usd(99_00)


def test_a_claim_opted_into_before_still_brings_its_part_back() -> None:
    story = awaiting_seller(RequestReason.DAMAGED_IN_TRANSIT)
    story.seller(c.RefundOnReturn(file_claim=True, own_label=LABEL))
    story.return_scan(ScanKind.DELIVERED)
    seen = shown(story, ResponseKind.CONFIRM_RETURN)
    assert (seen.total, seen.net_after_claim) == (usd(105_50), usd(5_50))


def test_a_claim_that_cannot_be_made_blocks_only_who_asks_for_it() -> None:
    story = awaiting_seller(RequestReason.WRONG_ITEM)
    asked = shown(story, ResponseKind.REFUND_IN_FULL, file_claim=True)
    assert isinstance(asked.blocked_because, ClaimNotEligible)
    assert asked.net_after_claim == usd(99_00)
    unasked = shown(story, ResponseKind.REFUND_IN_FULL)
    assert unasked.allowed
    assert unasked.claim is not None
    assert not unasked.claim.eligible


@quotes(
    "The buyer will see their refund reflected on the original form of payment within 3-5 days",
    "If the request is approved, buyers will see their refund reflected on the original form of payment",
    "If the buyer accepts, the refund will be reflected on the original form of payment within 3-5 days",
    "If the seller confirms the return, the buyer will see their refund reflected on the original form",
)
def test_a_refund_is_expected_within_3_to_5_business_days() -> None:
    assert refund_expected(MONDAY, CURRENT) == (MONDAY + 3 * DAY, MONDAY + timedelta(days=7))
