"""Asking to cancel an order that has not left yet."""

from collections.abc import Callable

import pytest

from domain import commands as c
from domain.refusals import Invalid
from domain.words import (
    Funder,
    LedgerAccount,
    ParcelRole,
    RequestOutcome,
    RequestStatus,
    RulingDecision,
    ScanKind,
)
from tests.domain.story import DAY, MONDAY, Story, usd


def declined() -> Story:
    return Story.cancellation().seller(c.DeclineCancellation("It is packed already."))


def test_an_approved_cancellation_is_charged_as_a_full_refund() -> None:
    story = Story.cancellation().seller(c.ApproveCancellation())
    assert story.request.outcome is RequestOutcome.ORDER_CANCELLED
    assert story.moved(LedgerAccount.SELLER) == -9900
    assert story.moved(LedgerAccount.BUYER_REFUNDS) == 11500


def test_silence_declines_after_48_business_hours_and_leaves_no_mark_on_the_seller() -> None:
    story = Story.cancellation().later(2 * DAY)
    assert story.status is RequestStatus.DECLINED
    assert story.request.clock is None
    assert story.request.due_at == MONDAY + 9 * DAY
    assert story.until_due().request.outcome is RequestOutcome.NOT_REFUNDED


@pytest.mark.parametrize("make", [Story.cancellation, declined])
def test_a_mailed_parcel_ends_it(make: Callable[[], Story]) -> None:
    story = make().scan(ParcelRole.OUTBOUND, ScanKind.ACCEPTED)
    assert story.request.outcome is RequestOutcome.NOT_REFUNDED
    assert story.journals == []


def test_support_cancels_in_full_or_leaves_the_sale() -> None:
    story = declined().buyer(c.Escalate("Please."))
    with pytest.raises(Invalid):
        story.rules(RulingDecision.REFUND, Funder.PLATFORM, usd(100))
    story.rules(RulingDecision.REFUND, Funder.PLATFORM)
    assert story.request.outcome is RequestOutcome.ORDER_CANCELLED
    assert story.moved(LedgerAccount.SELLER) == 0
    upheld = declined().buyer(c.Escalate("Please.")).rules(RulingDecision.UPHOLD, Funder.NOBODY)
    assert upheld.request.outcome is RequestOutcome.NOT_REFUNDED
