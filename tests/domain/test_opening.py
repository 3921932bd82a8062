"""Who may ask for help, until when, with what, and who handles it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain import commands as c
from domain.deadlines import next_deadline
from domain.decide import decide
from domain.opening import eligibility
from domain.policy import CURRENT
from domain.refusals import (
    AlreadyMailed,
    AlreadyRuled,
    EvidenceRequired,
    NothingLeftToRefund,
    NotYourOrder,
    OrderChargedBack,
    ReasonDoesNotFit,
    Refusal,
    RequestAlreadyOpen,
    Required,
    WindowClosed,
    WindowNotOpen,
)
from domain.values import Opening, RequestKey
from domain.words import (
    DeadlineKind,
    EscalationCause,
    Handler,
    MessageKind,
    Party,
    RequestKind,
    RequestReason,
    RequestStatus,
    RoutingCause,
)
from tests.domain.story import (
    DAY,
    HOUR,
    JUST_BOUGHT,
    MONDAY,
    OPENING,
    ORDER,
    PARCEL,
    UNDELIVERED,
    Story,
)
from tests.policy import quotes

RETURNED_TO_SENDER = replace(PARCEL, delivered_at=None, returned_to_sender_at=MONDAY)
CONSUMABLE = replace(OPENING, order=replace(ORDER, consumable=True))
FITTING = {
    RequestReason.SHIPPING_DELAYED: UNDELIVERED,
    RequestReason.RETURNED_TO_SENDER: replace(
        OPENING,
        order=replace(ORDER, shipment=replace(PARCEL, delivered_at=None, returned_to_sender_at=MONDAY)),
    ),
}


def fitting(reason: RequestReason) -> Opening:
    return FITTING.get(reason, OPENING)


@quotes(
    "When a buyer requests help with an order in-app, the request will be sent directly to the seller",
    "When buyers request help with an order for any of the reasons listed below, the request is sent",
    "this feature allows sellers to manage eligible buyer issues",
    "Sellers will be able to directly respond to support requests from buyers for certain buyer issues",
)
@pytest.mark.parametrize("reason", [each for each in RequestReason if each is not RequestReason.OTHER])
def test_a_covered_request_goes_to_the_seller_with_48_business_hours(reason: RequestReason) -> None:
    story = Story.opened(reason, fitting(reason))
    assert story.status is RequestStatus.AWAITING_SELLER
    assert story.request.handled_by is Handler.SELLER
    assert story.request.due_at == MONDAY + 2 * DAY
    assert next_deadline(story.request) == (DeadlineKind.RESPOND, MONDAY + 2 * DAY)
    assert story.said(MessageKind.TEXT) == ["It is not what I bought."]


@quotes(
    "Missing and wrong item requests from purchases of consumable products will be sent to Whatnot Support",
    "Where refund fraud is suspected, Whatnot will step in, and you will not have to handle",
)
@pytest.mark.parametrize(
    ("opening", "reason", "cause"),
    [
        (replace(OPENING, seller_enrolled=False), RequestReason.DEFECTIVE, RoutingCause.SELLER_NOT_ENROLLED),
        (OPENING, RequestReason.OTHER, RoutingCause.REASON_NOT_COVERED),
        (
            replace(OPENING, order=replace(ORDER, consumable=True)),
            RequestReason.ITEM_MISSING,
            RoutingCause.CONSUMABLE,
        ),
        (
            replace(OPENING, order=replace(ORDER, consumable=True)),
            RequestReason.WRONG_ITEM,
            RoutingCause.CONSUMABLE,
        ),
        (replace(OPENING, buyer_suspected=True), RequestReason.DEFECTIVE, RoutingCause.SUSPECTED_ABUSE),
        (
            replace(OPENING, seller_enrolled=False, buyer_suspected=True),
            RequestReason.OTHER,
            RoutingCause.SELLER_NOT_ENROLLED,
        ),
    ],
)
def test_support_handles_it_and_the_first_cause_is_kept(
    opening: Opening, reason: RequestReason, cause: RoutingCause
) -> None:
    story = Story.opened(reason, opening)
    assert story.status is RequestStatus.UNDER_REVIEW
    assert story.request.routing_cause is cause
    assert story.request.handled_by is Handler.SUPPORT
    assert story.request.escalation is not None
    assert story.request.escalation.cause is EscalationCause.ROUTED
    assert story.request.locked_at is None
    assert story.said(MessageKind.SYSTEM) == ["Support handles this request."]


def test_other_reasons_about_consumables_stay_with_the_seller() -> None:
    assert Story.opened(RequestReason.DEFECTIVE, CONSUMABLE).status is RequestStatus.AWAITING_SELLER


def test_a_cancellation_goes_to_support_only_if_the_seller_is_not_enrolled() -> None:
    assert Story.cancellation().status is RequestStatus.AWAITING_SELLER
    assert (
        Story.cancellation(replace(JUST_BOUGHT, buyer_suspected=True)).status is RequestStatus.AWAITING_SELLER
    )
    routed = Story.cancellation(replace(JUST_BOUGHT, seller_enrolled=False))
    assert routed.status is RequestStatus.UNDER_REVIEW


DELIVERED = PARCEL.delivered_at or MONDAY
PLANTS = replace(OPENING, order=replace(ORDER, category="Plants"))
REFUNDED = replace(OPENING, order=replace(ORDER, refunded=ORDER.total))
CHARGED_BACK = replace(OPENING, order=replace(ORDER, charged_back_at=MONDAY))
RULED = replace(OPENING, ruled_reasons=frozenset({RequestReason.DEFECTIVE}))
BUSY = replace(OPENING, open_request=RequestKey(1, 3))


@pytest.mark.parametrize(
    ("opening", "reason", "after", "refusal"),
    [
        (CHARGED_BACK, RequestReason.DEFECTIVE, 0 * DAY, OrderChargedBack),
        (BUSY, RequestReason.DEFECTIVE, 0 * DAY, RequestAlreadyOpen),
        (RULED, RequestReason.DEFECTIVE, 0 * DAY, AlreadyRuled),
        (OPENING, RequestReason.SHIPPING_DELAYED, 0 * DAY, ReasonDoesNotFit),
        (OPENING, RequestReason.RETURNED_TO_SENDER, 0 * DAY, ReasonDoesNotFit),
        (UNDELIVERED, RequestReason.DEFECTIVE, 0 * DAY, ReasonDoesNotFit),
        (UNDELIVERED, RequestReason.OTHER, 0 * DAY, ReasonDoesNotFit),
        (UNDELIVERED, RequestReason.SHIPPING_DELAYED, -3 * DAY, WindowNotOpen),
        (UNDELIVERED, RequestReason.SHIPPING_DELAYED, 22 * DAY, WindowClosed),
        (UNDELIVERED, RequestReason.ITEM_MISSING, 22 * DAY, WindowClosed),
        (OPENING, RequestReason.DEFECTIVE, 12 * DAY, WindowClosed),
        (PLANTS, RequestReason.DEFECTIVE, 0 * DAY, WindowClosed),
        (REFUNDED, RequestReason.DEFECTIVE, 0 * DAY, NothingLeftToRefund),
    ],
)
def test_each_check_has_its_refusal_and_eligibility_says_the_same(
    opening: Opening, reason: RequestReason, after: timedelta, refusal: type[Refusal]
) -> None:
    at = MONDAY + after
    with pytest.raises(refusal):
        Story.opened(reason, opening, at)
    answer = eligibility(opening, RequestKind.SUPPORT, reason, at=at, policy=CURRENT)
    assert not answer.eligible
    assert type(answer.refusals[0]) is refusal


@pytest.mark.parametrize(
    ("opening", "reason", "after"),
    [
        (UNDELIVERED, RequestReason.SHIPPING_DELAYED, 22 * DAY - HOUR),
        (UNDELIVERED, RequestReason.ITEM_MISSING, 0 * DAY),
        (OPENING, RequestReason.DEFECTIVE, 12 * DAY - HOUR),
        (PLANTS, RequestReason.DEFECTIVE, -HOUR),
        (RULED, RequestReason.WRONG_ITEM, 0 * DAY),
        (replace(OPENING, replacement_delivered_at=MONDAY + 20 * DAY), RequestReason.DEFECTIVE, 33 * DAY),
    ],
)
def test_in_the_window_the_request_opens(opening: Opening, reason: RequestReason, after: timedelta) -> None:
    answer = eligibility(opening, RequestKind.SUPPORT, reason, at=MONDAY + after, policy=CURRENT)
    assert answer.eligible
    assert Story.opened(reason, opening, MONDAY + after).status is RequestStatus.AWAITING_SELLER


def _open_bare(reason: RequestReason, description: str = "Look.") -> None:
    command = c.Open(RequestKind.SUPPORT, reason, description)
    decide(None, command, by=Party.BUYER, at=MONDAY, policy=CURRENT, opening=OPENING)


@pytest.mark.parametrize("reason", [RequestReason.NOT_AS_DESCRIBED, RequestReason.WRONG_ITEM])
def test_photos_are_required_where_the_reason_says_so(reason: RequestReason) -> None:
    with pytest.raises(EvidenceRequired):
        _open_bare(reason)
    _open_bare(RequestReason.DEFECTIVE)


def test_another_reason_needs_a_description() -> None:
    with pytest.raises(Required):
        _open_bare(RequestReason.OTHER, "  ")


def test_who_did_not_buy_the_order_is_told_so() -> None:
    answer = eligibility(
        OPENING, RequestKind.SUPPORT, RequestReason.DEFECTIVE, at=MONDAY, policy=CURRENT, by_buyer=False
    )
    assert [type(refusal) for refusal in answer.refusals] == [NotYourOrder]


def test_a_mailed_order_cannot_be_cancelled_nor_one_bought_a_day_ago() -> None:
    mailed = replace(JUST_BOUGHT.order, shipment=replace(PARCEL, delivered_at=None))
    with pytest.raises(AlreadyMailed):
        Story.cancellation(replace(JUST_BOUGHT, order=mailed))
    with pytest.raises(WindowClosed):
        Story.cancellation(at=JUST_BOUGHT.order.placed_at + DAY)
    last_moment = JUST_BOUGHT.order.placed_at + DAY - timedelta(microseconds=1)
    assert Story.cancellation(at=last_moment).status is RequestStatus.AWAITING_SELLER
