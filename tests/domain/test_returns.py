"""The parcel on its way back: its clocks, its scans, its label and the charge that waits for it."""

from dataclasses import replace

import pytest

from domain import commands as c
from domain.effects import HoldChanged, PostMessage
from domain.money import Currency, Money
from domain.refusals import CurrencyMismatch
from domain.words import (
    EscalationCause,
    Funder,
    HoldStatus,
    JournalKind,
    LedgerAccount,
    MessageKind,
    Party,
    RequestAction,
    RequestOutcome,
    RequestStatus,
    ReturnCondition,
    ReturnStatus,
    RulingDecision,
    ScanKind,
)
from tests.domain.story import (
    DAY,
    HOME,
    HOUR,
    LABEL,
    MONDAY,
    OPENING,
    ORDER,
    Story,
    awaiting_return,
    awaiting_seller,
    disputed,
    return_in_review,
    return_in_transit,
    under_review,
    usd,
)
from tests.policy import quotes


@quotes(
    "Seller provides a full refund and does require a return",
    "The buyer has 5 days to drop off their return package",
    "buyers have 5 business days to drop off their return",
    "You have the option to select if you want the item returned to you when offering refunds",
    "By default, all returns will go to the Return Address you've set in your account settings",
)
def test_a_return_has_5_business_days_a_label_an_address_and_a_hold() -> None:
    story = awaiting_return()
    returned = story.request.returned
    assert returned is not None
    assert returned.status is ReturnStatus.AWAITING_DROP_OFF
    assert returned.drop_off_by == story.request.due_at == MONDAY + 7 * DAY
    assert returned.return_to == HOME
    assert story.request.hold is not None
    assert story.request.hold.total == usd(10550)
    assert story.journals == []


@quotes(
    "If the package isn't dropped off within that window, the refund request will be cancelled",
    "the return will be canceled and you will not be charged",
)
def test_a_return_that_is_not_dropped_off_is_cancelled_a_day_after_its_time_and_charges_nothing() -> None:
    story = awaiting_return().until_due()
    assert story.status is RequestStatus.AWAITING_RETURN
    story.later(DAY)
    assert story.request.outcome is RequestOutcome.RETURN_NOT_SENT
    assert story.request.returned is not None
    assert story.request.returned.status is ReturnStatus.NOT_SENT
    assert story.request.hold is None
    assert HoldChanged(1, HoldStatus.VOIDED) in story.effects
    assert story.journals == []


def test_a_drop_off_in_time_counts_although_its_scan_is_reported_late() -> None:
    story = awaiting_return().until_due().later(5 * HOUR)
    dropped_off_at = story.at - 6 * HOUR
    story.return_scan(ScanKind.ACCEPTED, happened_at=dropped_off_at)
    assert story.status is RequestStatus.RETURN_IN_TRANSIT
    assert story.request.due_at == dropped_off_at + 30 * DAY


@quotes(
    "Full refund after the item is returned | After you confirm the return or 48 business hours after",
    "If the seller confirms the return",
    "you will not be charged for the return until you confirm the returned items in your Inbox",
)
def test_confirming_posts_the_hold_and_pays_for_the_label() -> None:
    story = return_in_review()
    assert story.moved(LedgerAccount.SELLER) == 0
    story.seller(c.ConfirmReturn())
    assert story.request.outcome is RequestOutcome.REFUNDED_AFTER_RETURN
    assert story.moved(LedgerAccount.SELLER) == -10550
    assert story.moved(LedgerAccount.RETURN_SHIPPING) == 0
    assert HoldChanged(1, HoldStatus.POSTED) in story.effects
    assert story.request.returned is not None
    assert story.request.returned.confirmed_by is Party.SELLER


@quotes(
    "After the seller receives the return package, they have 48 hours to review the returned items",
    "you will have 48 business hours to confirm the returned items are correct",
    "Refunds will be issued to buyers after you confirm receipt of the item or 48 business hours",
)
def test_silence_confirms_after_48_business_hours() -> None:
    story = return_in_review()
    assert story.request.due_at == MONDAY + 2 * DAY
    story.later(2 * DAY)
    assert story.request.outcome is RequestOutcome.REFUNDED_AFTER_RETURN
    assert story.moved(LedgerAccount.SELLER) == -10550
    assert story.request.closed_at == MONDAY + 2 * DAY
    assert story.request.returned is not None
    assert story.request.returned.confirmed_by is Party.CLOCK


def test_the_review_counts_from_the_scan_but_never_under_24_hours_from_its_report() -> None:
    early = return_in_transit().later(HOUR)
    early.return_scan(ScanKind.DELIVERED, happened_at=MONDAY)
    assert early.request.due_at == MONDAY + 2 * DAY
    late = return_in_transit().later(3 * DAY)
    late.return_scan(ScanKind.DELIVERED, happened_at=MONDAY)
    assert late.request.due_at == MONDAY + 4 * DAY


@quotes("Failure to accept returns does not prevent a billback")
@pytest.mark.parametrize("kind", [ScanKind.REFUSED, ScanKind.UNDELIVERABLE, ScanKind.RETURNED_TO_SENDER])
def test_a_return_that_the_seller_does_not_take_in_is_charged_all_the_same(
    kind: ScanKind,
) -> None:
    story = return_in_transit().return_scan(kind)
    assert story.status is RequestStatus.RETURN_IN_REVIEW
    assert story.request.returned is not None
    assert story.request.returned.status is ReturnStatus.REFUSED
    story.until_due()
    assert story.moved(LedgerAccount.SELLER) == -10550


@quotes(
    "If the seller disputes the return, the request will be put on hold and escalated to Whatnot Support",
    "If something does not look right with the returned items, you can dispute the return in your Inbox",
    "you will not be charged until Whatnot Support investigates the issue",
    "you have 48 business hours from delivery to dispute the returned items",
    "You can dispute the returned items in the Seller Hub",
    "You can dispute a return to escalate the request to Whatnot if there are issues with the return",
)
def test_a_dispute_goes_to_support_keeps_the_hold_and_charges_nothing() -> None:
    story = disputed()
    assert story.status is RequestStatus.UNDER_REVIEW
    assert story.request.escalations[-1].cause is EscalationCause.RETURN_DISPUTED
    assert story.request.hold is not None
    assert story.moved(LedgerAccount.SELLER) == 0
    assert story.request.deadlines == {}


def test_a_disputes_words_and_proof_are_in_the_thread_even_a_locked_one() -> None:
    story = under_review().rules(RulingDecision.REFUND_ON_RETURN, Funder.SELLER)
    story.return_scan(ScanKind.DELIVERED)
    assert story.request.locked_at is not None
    story.seller(c.DisputeReturn(ReturnCondition.DAMAGED, "Torn.", (7,)))
    assert PostMessage(Party.SELLER, MessageKind.TEXT, "Torn.", (7,)) in story.effects


def test_an_upheld_dispute_rejects_the_return_and_the_platform_bears_its_way() -> None:
    story = disputed().rules(RulingDecision.UPHOLD, Funder.NOBODY)
    assert story.request.outcome is RequestOutcome.RETURN_REJECTED
    assert story.request.returned is not None
    assert story.request.returned.status is ReturnStatus.REJECTED
    assert story.moved(LedgerAccount.SELLER) == 0
    assert story.moved(LedgerAccount.PLATFORM_SUPPORT) == -650
    assert story.moved(LedgerAccount.RETURN_SHIPPING) == 0


def test_a_lost_return_stays_lost_until_it_arrives_whatever_is_reported_late() -> None:
    story = return_in_transit()
    story.return_scan(ScanKind.LOST).later(HOUR)
    for kind, status in (
        (ScanKind.IN_TRANSIT, ReturnStatus.LOST),
        (ScanKind.DELIVERED, ReturnStatus.DELIVERED),
    ):
        story.return_scan(kind, happened_at=story.at - 2 * HOUR)
        assert story.request.returned is not None
        assert story.request.returned.status is status


@pytest.mark.parametrize("how", ["scan", "calendar"])
def test_a_lost_return_goes_to_support_with_its_hold(how: str) -> None:
    story = return_in_transit()
    story.return_scan(ScanKind.LOST) if how == "scan" else story.later(30 * DAY)
    assert story.status is RequestStatus.UNDER_REVIEW
    assert story.request.escalations[-1].cause is EscalationCause.RETURN_LOST
    assert story.request.hold is not None
    assert story.request.returned is not None
    assert story.request.returned.status is ReturnStatus.LOST


def test_a_first_scan_that_says_delivered_implies_the_drop_off() -> None:
    story = awaiting_return().return_scan(ScanKind.DELIVERED)
    assert story.status is RequestStatus.RETURN_IN_REVIEW
    assert story.journals == [JournalKind.LABEL_USED]


def test_a_scan_that_says_nothing_new_leaves_the_very_same_request() -> None:
    story = return_in_review()
    before = story.request
    story.return_scan(ScanKind.DELIVERED).return_scan(ScanKind.IN_TRANSIT)
    assert story.request is before
    assert story.decisions[-1].effects == ()


def test_a_parcel_sent_after_the_request_closed_is_paid_for_by_the_platform() -> None:
    story = awaiting_return().later(30 * DAY)
    story.return_scan(ScanKind.ACCEPTED).return_scan(ScanKind.DELIVERED)
    assert story.status is RequestStatus.CLOSED
    assert story.journals == [JournalKind.LABEL_USED, JournalKind.LABEL_WRITTEN_OFF]
    assert story.request.returned is not None
    assert story.request.returned.status is ReturnStatus.NOT_SENT


def test_without_a_label_no_clock_runs_until_the_platform_has_made_one() -> None:
    story = awaiting_seller().seller(c.RefundOnReturn()).later(21 * DAY)
    assert story.status is RequestStatus.AWAITING_RETURN
    assert story.request.due_at is None
    assert story.request.hold is not None
    assert story.request.hold.total == usd(9900)
    story.step(Party.CARRIER, c.ReportLabel(LABEL))
    assert story.request.hold is not None
    assert story.request.hold.total == usd(10550)
    assert story.request.hold.number == 2
    assert story.request.returned is not None
    assert story.request.returned.drop_off_by == story.at + 7 * DAY


def test_a_label_costs_in_the_orders_currency() -> None:
    euros = replace(LABEL, cost=Money(500, Currency.EUR))
    with pytest.raises(CurrencyMismatch):
        awaiting_seller().seller(c.RefundOnReturn(own_label=euros))


def test_a_return_at_the_platforms_cost_holds_nothing_and_is_paid_on_confirmation() -> None:
    story = under_review().rules(RulingDecision.REFUND_ON_RETURN, Funder.PLATFORM)
    assert story.status is RequestStatus.AWAITING_RETURN
    assert story.request.hold is None
    assert RequestAction.REFUND_WITHOUT_WAITING not in story.may(Party.SELLER)
    story.return_scan(ScanKind.DELIVERED).seller(c.ConfirmReturn())
    assert story.request.funded_by is Funder.PLATFORM
    assert story.moved(LedgerAccount.SELLER) == 0
    assert story.moved(LedgerAccount.PLATFORM_SUPPORT) == -10700 - 650
    assert story.moved(LedgerAccount.BUYER_REFUNDS) == 11500


def test_a_ruling_reuses_the_label_and_moves_the_hold_to_who_pays() -> None:
    story = awaiting_return().buyer(c.Escalate("The label does not print."))
    story.rules(RulingDecision.REFUND_ON_RETURN, Funder.SELLER)
    assert story.request.hold is not None
    assert story.request.hold.number == 1
    story = story.buyer(c.Escalate("Still not.")).rules(RulingDecision.REFUND_ON_RETURN, Funder.PLATFORM)
    assert story.request.hold is None
    assert story.request.returned is not None
    assert story.request.returned.label == LABEL
    assert story.request.returned.funded_by is Funder.PLATFORM
    story = story.buyer(c.Escalate("Once more.")).rules(RulingDecision.REFUND_ON_RETURN, Funder.SELLER)
    assert story.request.hold is not None
    assert story.request.hold.number == 2


def test_a_withdrawn_return_is_cancelled_and_its_hold_let_go() -> None:
    story = awaiting_return().buyer(c.Withdraw())
    assert story.request.returned is not None
    assert story.request.returned.status is ReturnStatus.CANCELLED
    assert story.request.hold is None


def test_scans_under_review_are_known_but_move_nothing() -> None:
    story = awaiting_return().buyer(c.Escalate("Help.")).return_scan(ScanKind.DELIVERED)
    assert story.status is RequestStatus.UNDER_REVIEW
    assert story.request.returned is not None
    assert story.request.returned.status is ReturnStatus.DELIVERED
    story.rules(RulingDecision.REFUND, Funder.SELLER)
    assert story.moved(LedgerAccount.SELLER) == -9900
    assert story.moved(LedgerAccount.PLATFORM_SUPPORT) == -650


def test_a_dispute_after_the_time_to_review_comes_too_late() -> None:
    story = return_in_review().until_due()
    assert RequestAction.DISPUTE_RETURN not in story.may(Party.SELLER)


def test_where_the_seller_earned_nothing_the_hold_begins_with_the_label() -> None:
    order = replace(ORDER, commission=usd(10000), processing_fee=usd(0), shipping=usd(0))
    story = Story.opened(opening=replace(OPENING, order=order)).seller(c.RefundOnReturn())
    assert story.request.hold is None
    story = story.step(Party.CARRIER, c.ReportLabel(LABEL))
    assert story.request.hold is not None
    assert story.request.hold.total == LABEL.cost


def test_what_has_no_label_yet_cannot_be_scanned() -> None:
    story = awaiting_seller().seller(c.RefundOnReturn())
    before = story.request
    story.return_scan(ScanKind.DELIVERED)
    assert story.request is before


def test_an_earlier_scan_that_is_reported_later_says_when_the_parcel_was_dropped_off() -> None:
    story = awaiting_return().later(6 * HOUR).return_scan(ScanKind.DELIVERED)
    dropped_off_at = story.at - 4 * HOUR
    story.return_scan(ScanKind.ACCEPTED, happened_at=dropped_off_at)
    assert story.request.returned is not None
    assert story.request.returned.dropped_off_at == dropped_off_at
    assert story.moved(LedgerAccount.CLEARING) == 650
    assert story.status is RequestStatus.RETURN_IN_REVIEW
