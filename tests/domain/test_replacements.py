"""The second parcel: its clocks, its scans, and what happens when it does not come."""

import pytest

from domain import commands as c
from domain.effects import DeadlineMissed
from domain.words import (
    Carrier,
    EscalationCause,
    Funder,
    LedgerAccount,
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
    LABEL,
    MONDAY,
    REPLACEMENT,
    awaiting_replacement,
    awaiting_seller,
    replacement_in_transit,
)
from tests.policy import quotes


@quotes(
    "If the replacement is not sent within 48 hours, Whatnot may authorize the buyer to send the original"
)
def test_a_late_replacement_may_be_answered_by_a_return_that_support_authorizes() -> None:
    story = awaiting_replacement()
    assert RequestAction.AUTHORIZE_RETURN not in story.may(Party.SUPPORT)
    assert RequestAction.ESCALATE not in story.may(Party.BUYER)
    story.until_due()
    assert story.status is RequestStatus.AWAITING_REPLACEMENT
    assert story.request.overdue
    assert DeadlineMissed(MONDAY + 2 * DAY, Party.SELLER) in story.effects
    story = story.support(c.AuthorizeReturn(own_label=LABEL))
    assert story.status is RequestStatus.AWAITING_RETURN
    assert story.request.due_at == MONDAY + 9 * DAY
    assert story.request.hold is not None
    story.return_scan(ScanKind.DELIVERED).seller(c.ConfirmReturn())
    assert story.moved(LedgerAccount.SELLER) == -10550


def test_the_buyer_may_escalate_a_late_replacement() -> None:
    story = awaiting_replacement().until_due().buyer(c.Escalate("Nothing was sent."))
    assert story.request.escalations[-1].cause is EscalationCause.REPLACEMENT_NOT_SENT


def test_a_replacement_never_sent_goes_to_support_after_10_business_days() -> None:
    story = awaiting_replacement().later(14 * DAY)
    assert story.status is RequestStatus.UNDER_REVIEW
    assert story.request.escalations[-1].cause is EscalationCause.REPLACEMENT_NOT_SENT
    assert story.request.escalations[-1].by is Party.CLOCK


def test_a_corrected_number_has_a_new_clock_but_does_not_postpone_the_giving_up() -> None:
    story = awaiting_replacement().later(7 * DAY)
    story.seller(c.SendReplacement(Carrier.UPS, "1Z0009", buyer_agreed=True))
    assert [parcel.number for parcel in story.request.replacements] == [1, 2]
    assert story.request.due_at == MONDAY + 9 * DAY
    assert not story.request.overdue
    before = story.request
    story.replacement_scan(ScanKind.DELIVERED, parcel=1)
    assert story.request is before
    story.later(7 * DAY)
    assert story.status is RequestStatus.UNDER_REVIEW


def test_a_late_replacement_may_still_be_sent() -> None:
    story = awaiting_replacement().later(3 * DAY).replacement_scan(ScanKind.ACCEPTED)
    assert story.status is RequestStatus.REPLACEMENT_IN_TRANSIT
    assert not story.request.overdue


@pytest.mark.parametrize("kind", [ScanKind.LOST, ScanKind.REFUSED, ScanKind.UNDELIVERABLE, None])
def test_a_lost_replacement_is_the_sellers_turn_and_the_buyer_may_escalate_at_once(
    kind: ScanKind | None,
) -> None:
    story = replacement_in_transit()
    if kind:
        story.replacement_scan(kind)
    else:
        story.later(30 * DAY)
    assert story.status is RequestStatus.AWAITING_SELLER
    assert story.request.due_at is not None
    assert story.request.clock is not None
    assert story.request.clock.number == 2
    story.buyer(c.Escalate("It did not come."))
    assert story.request.escalations[-1].cause is EscalationCause.REPLACEMENT_LOST


def test_a_delivered_replacement_closes_the_request_at_no_cost() -> None:
    story = awaiting_replacement().later(HOUR).replacement_scan(ScanKind.DELIVERED)
    assert story.request.outcome is RequestOutcome.REPLACED
    assert story.request.funded_by is Funder.NOBODY
    assert story.request.replacement is not None
    assert story.request.replacement.shipped_at == story.request.replacement.delivered_at == story.at


def test_support_does_not_authorize_a_return_of_what_never_came() -> None:
    story = awaiting_seller(RequestReason.ITEM_MISSING).seller(REPLACEMENT).until_due()
    assert RequestAction.AUTHORIZE_RETURN not in story.may(Party.SUPPORT)


def test_a_replacement_that_arrives_after_support_took_over_is_known_and_moves_nothing() -> None:
    story = awaiting_replacement().support(c.TakeOver("We step in."))
    story.replacement_scan(ScanKind.DELIVERED)
    assert story.status is RequestStatus.UNDER_REVIEW
    assert story.request.replacement is not None
    assert story.request.replacement.delivered_at == story.at
    assert story.rules(RulingDecision.UPHOLD, Funder.NOBODY).request.outcome is RequestOutcome.NOT_REFUNDED
