"""What a finished request says about its seller's support, and what all of them come to."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.policy import CURRENT
from domain.rating import RatedRequest, SupportRating, rate, rated
from domain.values import Escalation, Request, Ruling, Survey
from domain.words import (
    EscalationCause,
    Funder,
    Party,
    RatingBand,
    RatingWindow,
    RequestKind,
    RequestOutcome,
    RequestStatus,
    RulingDecision,
)
from domain.words import RatingSignal as Signal
from tests.domain.specimens import MONDAY, a_request
from tests.policy import quotes

DAY = timedelta(days=1)


def ended(
    outcome: RequestOutcome,
    *escalations: Escalation,
    funded_by: Funder = Funder.SELLER,
    thumbs_up: bool | None = None,
    kind: RequestKind = RequestKind.SUPPORT,
) -> Request:
    return replace(
        a_request(kind=kind, status=RequestStatus.CLOSED),
        outcome=outcome,
        funded_by=funded_by,
        closed_at=MONDAY,
        escalations=escalations,
        survey=None if thumbs_up is None else Survey(thumbs_up, None, MONDAY),
    )


def escalated(
    cause: EscalationCause,
    decision: RulingDecision | None = None,
    *,
    funded_by: Funder = Funder.SELLER,
    overturned: bool = False,
) -> Escalation:
    ruling = Ruling(decision, funded_by, None, "So it is.", MONDAY, overturned) if decision else None
    return Escalation(1, cause, Party.BUYER, None, MONDAY, ruling)


def one(*signals: Signal, days_ago: int = 1, counted: bool = True) -> RatedRequest:
    return RatedRequest(MONDAY - days_ago * DAY, counted, signals, "")


def rating(*finished: RatedRequest) -> SupportRating:
    lifetime = sum(each.counted for each in finished)
    return rate(finished, lifetime_requests=lifetime, at=MONDAY, policy=CURRENT)


@quotes("You provide appropriate resolutions based on the situation (e.g., refunds, replacements)")
@pytest.mark.parametrize(
    "outcome",
    [
        RequestOutcome.REFUNDED,
        RequestOutcome.REFUNDED_AFTER_RETURN,
        RequestOutcome.PARTIALLY_REFUNDED,
        RequestOutcome.REPLACED,
    ],
)
def test_an_appropriate_resolution_raises_it(outcome: RequestOutcome) -> None:
    assert rated(ended(outcome)).signals == (Signal.RESOLVED,)
    assert rated(ended(outcome)).positive == 1


@quotes(
    "You receive positive feedback from buyers on how the issue was handled",
    "You receive negative feedback from your buyers on their support experience",
    "However, it is one of the factors used to calculate your overall public Support Rating",
)
def test_thumbs_count_even_where_the_outcome_says_nothing() -> None:
    explained = RequestOutcome.NOT_REFUNDED
    assert rated(ended(explained, thumbs_up=True)).signals == (Signal.THUMBS_UP,)
    assert rated(ended(explained, thumbs_up=False)).signals == (Signal.THUMBS_DOWN,)
    assert rated(ended(explained, thumbs_up=False)).negative == 1


@quotes(
    "You do not respond to your buyer within 48 business hours, and the buyer escalates to Whatnot Support"
)
def test_a_missed_response_lowers_it_only_if_the_buyer_escalates_for_it() -> None:
    escalation = escalated(EscalationCause.NO_RESPONSE, RulingDecision.UPHOLD)
    request = ended(RequestOutcome.NOT_REFUNDED, escalation)
    assert rated(request).signals == (Signal.MISSED_AND_ESCALATED,)
    assert rated(ended(RequestOutcome.LAPSED)).signals == ()


@quotes("Your buyer escalates, and Whatnot determines the original decision was incorrect and overturns")
def test_an_overturned_decision_lowers_it_and_is_no_resolution_of_the_sellers() -> None:
    escalation = escalated(EscalationCause.DECLINED, RulingDecision.REFUND, overturned=True)
    assert rated(ended(RequestOutcome.REFUNDED, escalation)).signals == (Signal.OVERTURNED,)


@quotes(
    "You determine that an issue does not qualify for a refund under Whatnot's policies and you explain this",
    "Your buyer escalates a request and Whatnot agrees with the original seller decision or Whatnot covers",
)
@pytest.mark.parametrize(
    "request_",
    [
        ended(RequestOutcome.NOT_REFUNDED),
        ended(RequestOutcome.NOT_REFUNDED, escalated(EscalationCause.DECLINED, RulingDecision.UPHOLD)),
        ended(
            RequestOutcome.REFUNDED,
            escalated(EscalationCause.DECLINED, RulingDecision.REFUND, funded_by=Funder.PLATFORM),
            funded_by=Funder.PLATFORM,
        ),
    ],
    ids=["explained", "upheld", "covered by the platform"],
)
def test_explained_upheld_and_covered_requests_count_but_say_nothing(request_: Request) -> None:
    assert rated(request_).counted
    assert rated(request_).signals == ()
    assert rated(request_).because.startswith("No effect: ")


@pytest.mark.parametrize(
    "request_",
    [
        ended(RequestOutcome.ORDER_CANCELLED, kind=RequestKind.CANCELLATION),
        ended(RequestOutcome.WITHDRAWN),
        ended(RequestOutcome.CHARGED_BACK),
        ended(RequestOutcome.REFUNDED, escalated(EscalationCause.ROUTED, RulingDecision.REFUND)),
        ended(RequestOutcome.REFUNDED, escalated(EscalationCause.TAKEN_OVER, RulingDecision.REFUND)),
    ],
    ids=["cancellation", "withdrawn", "charged back", "routed", "taken over"],
)
def test_what_was_not_the_sellers_to_handle_is_left_out_thumbs_and_all(request_: Request) -> None:
    left_out = rated(replace(request_, survey=Survey(False, None, MONDAY)))
    assert not left_out.counted
    assert left_out.signals == ()
    assert left_out.because.startswith("Not counted: ")


def test_the_seller_is_told_every_signal() -> None:
    request = ended(RequestOutcome.REFUNDED, thumbs_up=False)
    assert rated(request).because == (
        "You gave an appropriate resolution. The buyer was unhappy with your support."
    )


@quotes(
    "It appears on your profile once you've had enough support interactions",
    "Your rating will show on your profile once you've had 10 or more lifetime support requests.",
)
def test_it_shows_from_ten_lifetime_requests() -> None:
    nine = [one(Signal.RESOLVED)] * 9
    assert rating(*nine) == SupportRating(False, None, None, 9, RatingWindow.LATEST_10)
    assert not rating(*nine, one(counted=False)).visible
    assert rating(*nine, one(Signal.RESOLVED)).visible


@quotes("If you've handled 10 or more requests in the last 90 days, your rating is based on")
def test_ten_in_the_last_90_days_are_what_it_is_based_on() -> None:
    recent = [one(Signal.RESOLVED, days_ago=89)] * 10
    found = rating(*recent, *[one(Signal.OVERTURNED, days_ago=90)] * 30)
    assert (found.window, found.score) == (RatingWindow.LAST_90_DAYS, Fraction(1))
    assert found.lifetime_requests == 40


@quotes("If you've handled fewer than 10 requests in the last 90 days, your rating is based on")
def test_with_fewer_it_is_the_latest_ten() -> None:
    older = [one(Signal.RESOLVED, days_ago=200)] * 5 + [one(Signal.OVERTURNED, days_ago=300)] * 5
    found = rating(*[one(Signal.OVERTURNED)] * 5, *older)
    assert (found.window, found.score) == (RatingWindow.LATEST_10, Fraction(1, 2))
    assert found.band is RatingBand.AVERAGE


def test_ten_that_say_nothing_are_good() -> None:
    found = rating(*[one()] * 10)
    assert (found.visible, found.score, found.band) == (True, None, RatingBand.GOOD)


@pytest.mark.parametrize(
    ("positive", "negative", "band"),
    [
        (19, 1, RatingBand.EXCELLENT),
        (17, 3, RatingBand.GREAT),
        (14, 6, RatingBand.GOOD),
        (10, 10, RatingBand.AVERAGE),
        (9, 11, RatingBand.BELOW_AVERAGE),
    ],
)
def test_the_score_is_the_share_of_positive_signals(positive: int, negative: int, band: RatingBand) -> None:
    found = rating(*[one(Signal.THUMBS_UP)] * positive, *[one(Signal.THUMBS_DOWN)] * negative)
    assert (found.score, found.band) == (Fraction(positive, 20), band)


ANY_REQUEST = st.builds(
    lambda signals, days_ago, counted: one(*(signals if counted else ()), days_ago=days_ago, counted=counted),
    st.lists(st.sampled_from(Signal), max_size=3, unique=True),
    st.integers(0, 200),
    st.booleans(),
)


@given(st.lists(ANY_REQUEST, max_size=30, unique_by=lambda each: each.finished_at))
def test_neither_the_order_nor_what_is_left_out_matters(finished: list[RatedRequest]) -> None:
    counted = [each for each in finished if each.counted]
    assert rating(*finished) == rating(*reversed(counted))


@given(st.lists(ANY_REQUEST, min_size=10, max_size=30))
def test_another_thumbs_up_never_lowers_a_rating_of_the_last_90_days(finished: list[RatedRequest]) -> None:
    before = rating(*finished)
    after = rating(*finished, one(Signal.THUMBS_UP, days_ago=0))
    if before.window is RatingWindow.LAST_90_DAYS and before.score is not None:
        assert after.score is not None
        assert after.score >= before.score
