"""The ways to Support, what Support decides, and who may write meanwhile."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from domain import commands as c
from domain.actions import available_actions, escalation_eligibility
from domain.effects import DeadlineMissed
from domain.money import Money
from domain.policy import CURRENT
from domain.refusals import (
    AmountOutOfRange,
    Invalid,
    InvalidState,
    ReturnAddressRequired,
    ReturnNotPossible,
    ThreadLocked,
    ThreadReadOnly,
)
from domain.words import (
    DeadlineKind,
    EscalationCause,
    Funder,
    Handler,
    LedgerAccount,
    MessageKind,
    ParcelRole,
    Party,
    RequestAction,
    RequestOutcome,
    RequestReason,
    RequestStatus,
    RulingDecision,
    ScanKind,
)
from tests.domain.story import (
    DAY,
    HOUR,
    MONDAY,
    OPENING,
    ORDER,
    PARCEL,
    WAREHOUSE,
    Story,
    awaiting_buyer,
    awaiting_replacement,
    awaiting_return,
    awaiting_seller,
    declined,
    disputed,
    under_review,
    usd,
)
from tests.policy import quotes


def routed() -> Story:
    return Story.opened(RequestReason.OTHER)


@quotes(
    "if a seller does not respond within 48 business hours, it may impact your account standing",
    "Seller does not respond",
    "The buyer may escalate the request to Whatnot Support, and our team will investigate",
    "If a buyer needs additional help with their support request or cancellation request",
)
def test_a_missed_response_is_recorded_and_opens_the_way_to_support() -> None:
    story = awaiting_seller()
    waiting = escalation_eligibility(story.request, at=story.at, policy=CURRENT)
    assert (waiting.eligible, waiting.opens_at) == (False, MONDAY + 2 * DAY)
    story.until_due()
    assert story.request.overdue
    assert story.request.due_at == MONDAY + 2 * DAY
    assert story.request.clock is not None
    assert story.request.clock.missed
    assert DeadlineMissed(MONDAY + 2 * DAY, Party.SELLER) in story.effects
    story.buyer(c.Escalate("No answer."))
    assert story.request.escalations[-1].cause is EscalationCause.NO_RESPONSE


def test_a_message_is_a_response_but_stops_neither_clock_nor_way() -> None:
    story = awaiting_seller().later(HOUR).seller(c.SendMessage("I will look.")).later(2 * DAY)
    assert story.request.overdue
    assert story.request.clock is not None
    assert not story.request.clock.missed
    assert story.request.clock.responded_at == MONDAY + HOUR
    assert not [effect for effect in story.effects if isinstance(effect, DeadlineMissed)]
    story.buyer(c.Escalate("Still nothing."))
    assert story.request.escalations[-1].cause is EscalationCause.NEEDS_HELP


def test_what_is_offered_counts_a_clock_that_has_run_out_but_not_fired() -> None:
    story = awaiting_seller()
    offered = available_actions(story.request, by=Party.BUYER, at=story.at + 2 * DAY, policy=CURRENT)
    assert RequestAction.ESCALATE in {each.action for each in offered if each.allowed}
    way = escalation_eligibility(story.request, at=story.at + 2 * DAY, policy=CURRENT)
    assert (way.eligible, way.cause) == (True, EscalationCause.NO_RESPONSE)


def test_late_is_not_never() -> None:
    story = awaiting_seller().later(5 * DAY).seller(c.RefundInFull())
    assert story.request.outcome is RequestOutcome.REFUNDED
    assert story.request.clock is not None
    assert story.request.clock.missed


def test_a_request_lapses_21_business_days_after_the_last_word() -> None:
    silent = awaiting_seller().later(29 * DAY)
    assert silent.request.outcome is RequestOutcome.LAPSED
    talking = awaiting_seller().later(9 * DAY).buyer(c.SendMessage("Hello?"))
    version = talking.request.version
    talking.later(20 * DAY)
    assert talking.status is RequestStatus.AWAITING_SELLER
    assert talking.request.version == version
    assert talking.later(9 * DAY).request.outcome is RequestOutcome.LAPSED


@quotes(
    "The buyer can escalate the request to Whatnot Support for a second look",
    "The conversation will be closed and buyer/seller can no longer communicate in the thread",
    "the buyer may still escalate the request to Whatnot Support",
)
def test_escalating_closes_the_conversation_to_both_sides() -> None:
    story = under_review()
    assert story.request.escalations[-1].cause is EscalationCause.DECLINED
    for party in (Party.BUYER, Party.SELLER):
        with pytest.raises(ThreadLocked):
            story.step(party, c.SendMessage("But."))
    story.support(c.SendMessage("We are looking."))
    story.rules(RulingDecision.REFUND_ON_RETURN, Funder.SELLER)
    with pytest.raises(ThreadLocked):
        story.buyer(c.SendMessage("Thanks."))
    with pytest.raises(ThreadLocked):
        story.seller(c.RefundWithoutWaiting("Keep it."))
    assert story.seller(c.RefundWithoutWaiting()).request.outcome is RequestOutcome.REFUNDED


@pytest.mark.parametrize("make", [awaiting_buyer, awaiting_return])
def test_a_buyer_who_simply_needs_help_says_so(make: Callable[[], Story]) -> None:
    story = make().buyer(c.Escalate("Help."))
    assert story.request.escalations[-1].cause is EscalationCause.NEEDS_HELP


@quotes(
    "*Please note that if a buyer escalates a request and Whatnot Support determines the buyer",
    "Whatnot will investigate the buyer's refund request",
)
@pytest.mark.parametrize(
    ("funder", "amount", "seller", "platform", "outcome"),
    [
        (Funder.SELLER, None, -9900, 0, RequestOutcome.REFUNDED),
        (Funder.SELLER, usd(3000), -3000, 0, RequestOutcome.PARTIALLY_REFUNDED),
        (Funder.PLATFORM, None, 0, -10700, RequestOutcome.REFUNDED),
        (Funder.PLATFORM, usd(3000), 0, -3000, RequestOutcome.PARTIALLY_REFUNDED),
    ],
)
def test_a_ruling_for_the_buyer_is_paid_by_who_it_says(
    funder: Funder, amount: Money | None, seller: int, platform: int, outcome: RequestOutcome
) -> None:
    story = under_review().rules(RulingDecision.REFUND, funder, amount)
    assert story.request.outcome is outcome
    assert story.request.funded_by is funder
    assert story.moved(LedgerAccount.SELLER) == seller
    assert story.moved(LedgerAccount.PLATFORM_SUPPORT) == platform
    assert story.said(MessageKind.RULING) == ["We looked into it."]


@pytest.mark.parametrize(
    ("story", "funder", "overturned"),
    [
        (declined().buyer(c.Escalate("Look.")), Funder.SELLER, True),
        (declined().buyer(c.Escalate("Look.")), Funder.PLATFORM, False),
        (disputed(), Funder.SELLER, True),
        (awaiting_seller().until_due().buyer(c.Escalate("Look.")), Funder.SELLER, True),
        (awaiting_buyer().buyer(c.Escalate("Look.")), Funder.SELLER, False),
        (awaiting_seller().support(c.TakeOver("We step in.")), Funder.SELLER, False),
    ],
    ids=["declined", "declined, platform pays", "disputed", "missed", "needs help", "taken over"],
)
def test_a_ruling_at_the_sellers_cost_overturns_an_explanation_a_dispute_or_silence(
    story: Story, funder: Funder, overturned: bool
) -> None:
    story.rules(RulingDecision.REFUND, funder)
    ruling = story.request.escalations[-1].ruling
    assert ruling is not None
    assert ruling.overturned is overturned


def test_an_upheld_decision_refunds_nothing() -> None:
    story = under_review().rules(RulingDecision.UPHOLD, Funder.NOBODY)
    assert story.request.outcome is RequestOutcome.NOT_REFUNDED
    assert story.request.funded_by is Funder.NOBODY
    assert story.journals == []


def test_a_ruling_says_who_pays_and_an_amount_only_for_a_part() -> None:
    story = under_review()
    with pytest.raises(Invalid):
        story.rules(RulingDecision.REFUND, Funder.NOBODY)
    with pytest.raises(Invalid):
        story.rules(RulingDecision.UPHOLD, Funder.NOBODY, usd(100))
    with pytest.raises(AmountOutOfRange):
        story.rules(RulingDecision.REFUND, Funder.PLATFORM, usd(9900))
    with pytest.raises(ReturnNotPossible):
        disputed().rules(RulingDecision.REFUND_ON_RETURN, Funder.SELLER)


def test_supports_return_falls_back_to_where_the_parcel_came_from() -> None:
    homeless = replace(OPENING, return_address=None)
    story = Story.opened(opening=homeless).support(c.TakeOver("We step in."))
    story.rules(RulingDecision.REFUND_ON_RETURN, Funder.SELLER)
    assert story.request.returned is not None
    assert story.request.returned.return_to == WAREHOUSE
    nowhere = replace(homeless, order=replace(ORDER, shipment=replace(PARCEL, ship_from=None)))
    lost = Story.opened(opening=nowhere).support(c.TakeOver("We step in."))
    with pytest.raises(ReturnAddressRequired):
        lost.rules(RulingDecision.REFUND_ON_RETURN, Funder.SELLER)


def test_a_routed_request_is_between_buyer_and_support_and_the_seller_reads() -> None:
    story = routed()
    story.buyer(c.SendMessage("Hello?")).support(c.SendMessage("Hello."))
    with pytest.raises(ThreadReadOnly):
        story.seller(c.SendMessage("Me too."))
    assert story.may(Party.SELLER) == set()
    assert story.buyer(c.Withdraw()).request.outcome is RequestOutcome.WITHDRAWN


def test_support_hands_a_routed_request_to_its_seller() -> None:
    story = routed().support(c.HandToSeller("This one is yours."))
    assert story.status is RequestStatus.AWAITING_SELLER
    assert story.request.handled_by is Handler.SELLER
    assert story.request.due_at == MONDAY + 2 * DAY
    story.seller(c.SendMessage("Hello."))
    alone = Story.opened(RequestReason.OTHER, replace(OPENING, seller_enrolled=False))
    with pytest.raises(InvalidState):
        alone.support(c.HandToSeller("This one is yours."))
    with pytest.raises(InvalidState):
        under_review().support(c.HandToSeller("This one is yours."))


@quotes("you will have to confirm or dispute the request from the support request conversation")
def test_the_seller_confirms_or_disputes_a_return_of_a_routed_request() -> None:
    story = Story.opened(RequestReason.OTHER, replace(OPENING, seller_enrolled=False))
    story.rules(RulingDecision.REFUND_ON_RETURN, Funder.SELLER)
    story.step(Party.CARRIER, c.ReportScan(ParcelRole.RETURN, ScanKind.DELIVERED, story.at))
    assert {RequestAction.CONFIRM_RETURN, RequestAction.DISPUTE_RETURN} <= story.may(Party.SELLER)


@pytest.mark.parametrize(
    ("story", "closes"),
    [
        (lambda: awaiting_seller().until_due(), DeadlineKind.LAPSE),
        (awaiting_buyer, DeadlineKind.DETAILS),
        (awaiting_return, DeadlineKind.DROP_OFF),
        (declined, DeadlineKind.ESCALATION),
        (lambda: awaiting_replacement().until_due(), DeadlineKind.REPLACEMENT_GIVE_UP),
    ],
    ids=["overdue", "asked for details", "return", "declined", "replacement overdue"],
)
def test_the_way_to_support_is_open_until_a_clock_moves_the_request_on(
    story: Callable[[], Story], closes: DeadlineKind
) -> None:
    now = story()
    way = escalation_eligibility(now.request, at=now.at, policy=CURRENT)
    assert (way.eligible, way.closes_at) == (True, now.request.deadlines[closes])
    now.until(now.request.deadlines[closes])
    assert not escalation_eligibility(now.request, at=now.at, policy=CURRENT).eligible
