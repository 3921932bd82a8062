"""After the end: the survey, the thread, the refund's way, and the chargeback that ends anything."""

from collections.abc import Callable

import pytest

from domain import commands as c
from domain.decide import decide
from domain.policy import CURRENT
from domain.refusals import InvalidState, SurveyClosed, ThreadReadOnly
from domain.words import (
    Funder,
    JournalKind,
    LedgerAccount,
    Party,
    RefundStatus,
    RequestOutcome,
    RequestReason,
    RequestStatus,
    RulingDecision,
)
from tests.domain.story import (
    DAY,
    HOUR,
    Story,
    awaiting_return,
    awaiting_seller,
    closed,
    offer_pending,
    return_in_review,
    under_review,
)
from tests.policy import quotes

CHARGEBACK = c.ReportChargeback


@quotes("After a request is completed, buyers may see a quick thumbs up / thumbs down survey")
def test_the_survey_is_open_for_14_days_and_the_last_answer_counts() -> None:
    story = closed().buyer(c.AnswerSurvey(satisfied=False, comment="Slow.")).later(14 * DAY - HOUR)
    story.buyer(c.AnswerSurvey(satisfied=True))
    assert story.request.survey is not None
    assert story.request.survey.satisfied
    story.later(HOUR)
    with pytest.raises(SurveyClosed):
        story.buyer(c.AnswerSurvey(satisfied=False))


@pytest.mark.parametrize(
    "make",
    [
        lambda: awaiting_seller().buyer(c.Withdraw()),
        lambda: awaiting_seller().step(Party.PAYMENTS, CHARGEBACK(awaiting_seller().at)),
        lambda: Story.opened(RequestReason.OTHER).rules(RulingDecision.UPHOLD, Funder.NOBODY),
        lambda: Story.cancellation().seller(c.ApproveCancellation()),
    ],
    ids=["withdrawn", "charged back", "routed", "cancellation"],
)
def test_some_ends_have_no_survey(make: Callable[[], Story]) -> None:
    story = make()
    assert story.status is RequestStatus.CLOSED
    with pytest.raises(SurveyClosed):
        story.buyer(c.AnswerSurvey(satisfied=True))


def test_a_closed_thread_is_written_in_for_14_days() -> None:
    story = closed().later(14 * DAY - HOUR).buyer(c.SendMessage("Thanks.")).seller(c.SendMessage("Sure."))
    story.later(HOUR)
    for party in (Party.BUYER, Party.SELLER, Party.SUPPORT):
        with pytest.raises(ThreadReadOnly):
            story.step(party, c.SendMessage("One more thing."))


@quotes("Chargebacks: You will not be responsible for any chargebacks initiated by buyers")
@pytest.mark.parametrize(
    "make", [awaiting_seller, offer_pending, awaiting_return, return_in_review, under_review]
)
def test_a_chargeback_closes_anything_open_at_no_cost_to_the_seller(make: Callable[[], Story]) -> None:
    story = make()
    story.step(Party.PAYMENTS, CHARGEBACK(story.at))
    assert story.request.outcome is RequestOutcome.CHARGED_BACK
    assert story.request.funded_by is Funder.NOBODY
    assert story.request.hold is None
    assert story.moved(LedgerAccount.SELLER) == 0
    assert story.moved(LedgerAccount.CLEARING) + story.moved(LedgerAccount.PLATFORM_SUPPORT) == 0
    assert story.request.order.charged_back_at == story.at
    assert story.journals[-1] is JournalKind.CHARGEBACK


def test_a_refund_settles_once_and_a_failed_one_is_sent_again() -> None:
    story = closed()
    story.step(Party.PAYMENTS, c.ReportRefund(settled=False, happened_at=story.at))
    assert story.request.refund is not None
    assert story.request.refund.status is RefundStatus.FAILED
    story.support(c.RetryRefund())
    story = story.step(Party.PAYMENTS, c.ReportRefund(settled=True, happened_at=story.at))
    assert story.request.refund is not None
    assert story.request.refund.status is RefundStatus.SETTLED
    before = story.request
    story.step(Party.PAYMENTS, c.ReportRefund(settled=True, happened_at=story.at))
    assert story.request is before
    assert story.journals == [JournalKind.FULL_REFUND, JournalKind.REFUND_SETTLED]
    with pytest.raises(InvalidState):
        story.support(c.RetryRefund())


def test_versions_count_moves_and_the_open_actions_are_named() -> None:
    story = awaiting_seller()
    assert story.request.version == 1
    assert story.seller(c.AskForDetails("Which?")).request.version == 2
    with pytest.raises(InvalidState, match=r"AWAITING_BUYER; open to you: .*REFUND_IN_FULL"):
        decide(story.request, c.ConfirmReturn(), by=Party.SELLER, at=story.at, policy=CURRENT)
