"""Every cell of kind, status, party and trigger: a move to where the specification says, or a refusal.

`EXPECTED` is written down from the specification, not read from the table: what is not in it must not move.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import commands as c
from domain.actions import AvailableAction, available_actions, unchanged_until
from domain.decide import ACTIONS, decide
from domain.policy import CURRENT
from domain.refusals import InvalidState, OfferNotOpen, Refusal, ReturnNotPossible, SurveyClosed, ThreadLocked
from domain.values import Request
from domain.words import (
    Carrier,
    DeadlineKind,
    Funder,
    ParcelRole,
    Party,
    RequestAction,
    RequestKind,
    RequestReason,
    RequestStatus,
    RulingDecision,
    ScanKind,
)
from tests.domain import story as s
from tests.domain.story import DAY, LABEL, MONDAY, Story, usd

AT = MONDAY + 2 * timedelta(minutes=1)

SUPPORT_REQUESTS: dict[str, Callable[[], Story]] = {
    "AWAITING_SELLER": s.awaiting_seller,
    "AWAITING_BUYER": s.awaiting_buyer,
    "OFFER_PENDING": s.offer_pending,
    "AWAITING_RETURN": s.awaiting_return,
    "RETURN_IN_TRANSIT": s.return_in_transit,
    "RETURN_IN_REVIEW": s.return_in_review,
    "AWAITING_REPLACEMENT": s.awaiting_replacement,
    "REPLACEMENT_IN_TRANSIT": s.replacement_in_transit,
    "DECLINED": s.declined,
    "UNDER_REVIEW": s.under_review,
    "CLOSED": s.closed,
}


def _cancellation_declined() -> Story:
    return Story.cancellation().seller(c.DeclineCancellation("It is packed."))


CANCELLATIONS: dict[str, Callable[[], Story]] = {
    "AWAITING_SELLER": Story.cancellation,
    "DECLINED": _cancellation_declined,
    "UNDER_REVIEW": lambda: _cancellation_declined().buyer(c.Escalate("Please.")),
    "CLOSED": lambda: Story.cancellation().seller(c.ApproveCancellation()),
}

COMMANDS: dict[str, c.Command] = {
    "REFUND_IN_FULL": c.RefundInFull(),
    "REFUND_ON_RETURN": c.RefundOnReturn(own_label=LABEL),
    "OFFER_PARTIAL_REFUND": c.OfferPartialRefund(usd(2000)),
    "SEND_REPLACEMENT": c.SendReplacement(Carrier.UPS, "1Z0002", buyer_agreed=True),
    "EXPLAIN_NO_REFUND": c.ExplainNoRefund("No."),
    "ASK_FOR_DETAILS": c.AskForDetails("What?"),
    "REFUND_WITHOUT_WAITING": c.RefundWithoutWaiting(),
    "CONFIRM_RETURN": c.ConfirmReturn(),
    "DISPUTE_RETURN": s.DISPUTE,
    "APPROVE_CANCELLATION": c.ApproveCancellation(),
    "DECLINE_CANCELLATION": c.DeclineCancellation("No."),
    "ACCEPT_OFFER": c.AcceptOffer(1),
    "DECLINE_OFFER": c.DeclineOffer(1, own_label=LABEL),
    "WITHDRAW": c.Withdraw(),
    "ESCALATE": c.Escalate("Help."),
    "ANSWER_SURVEY": c.AnswerSurvey(satisfied=True),
    "SEND_MESSAGE": c.SendMessage("Hello."),
    "RULE refund": c.Rule(RulingDecision.REFUND, Funder.SELLER, "So be it."),
    "RULE on return": c.Rule(RulingDecision.REFUND_ON_RETURN, Funder.SELLER, "So be it.", own_label=LABEL),
    "RULE uphold": c.Rule(RulingDecision.UPHOLD, Funder.NOBODY, "So be it."),
    "AUTHORIZE_RETURN": c.AuthorizeReturn(own_label=LABEL),
    "HAND_TO_SELLER": c.HandToSeller("Yours."),
    "TAKE_OVER": c.TakeOver("Ours."),
}

FACTS: dict[str, c.Command] = {
    **{
        f"{role.value} {kind.value}": c.ReportScan(role, kind, AT) for role in ParcelRole for kind in ScanKind
    },
    "label": c.ReportLabel(LABEL),
    "chargeback": c.ReportChargeback(AT),
    "refund settled": c.ReportRefund(settled=True, happened_at=AT),
    "refund failed": c.ReportRefund(settled=False, happened_at=AT),
    "claim approved": c.DecideClaim(approved=True, paid=usd(100), happened_at=AT),
}

PEOPLE = (Party.BUYER, Party.SELLER, Party.SUPPORT)

Cells = dict[tuple[str, str, str], str]
"""(status, party, command) → the status it leads to."""


def cells(party: str, command: str, to: str | None, *statuses: str) -> Cells:
    return {(status, party, command): to or status for status in statuses}


THREE = ("AWAITING_SELLER", "AWAITING_BUYER", "DECLINED")
ON_THE_WAY = (
    "AWAITING_RETURN",
    "RETURN_IN_TRANSIT",
    "RETURN_IN_REVIEW",
    "AWAITING_REPLACEMENT",
    "REPLACEMENT_IN_TRANSIT",
)
ALL = tuple(status.value for status in RequestStatus)
NOT_REVIEWED = tuple(status for status in ALL if status not in {"UNDER_REVIEW", "CLOSED"})
WRITABLE = tuple(status for status in ALL if status != "UNDER_REVIEW")
ARRIVALS = ("DELIVERED", "REFUSED", "UNDELIVERABLE", "RETURNED_TO_SENDER")
ON_THE_ROAD = ("ACCEPTED", "IN_TRANSIT", "OUT_FOR_DELIVERY")

EXPECTED: Cells = {
    **cells("SELLER", "REFUND_IN_FULL", "CLOSED", *THREE, "OFFER_PENDING"),
    **cells("SELLER", "REFUND_ON_RETURN", "AWAITING_RETURN", *THREE),
    **cells("SELLER", "OFFER_PARTIAL_REFUND", "OFFER_PENDING", *THREE),
    **cells("SELLER", "SEND_REPLACEMENT", "AWAITING_REPLACEMENT", *THREE, "AWAITING_REPLACEMENT"),
    **cells("SELLER", "EXPLAIN_NO_REFUND", "DECLINED", "AWAITING_SELLER", "AWAITING_BUYER"),
    **cells("SELLER", "ASK_FOR_DETAILS", "AWAITING_BUYER", "AWAITING_SELLER"),
    **cells("SELLER", "REFUND_WITHOUT_WAITING", "CLOSED", *ON_THE_WAY),
    **cells("SELLER", "CONFIRM_RETURN", "CLOSED", "RETURN_IN_REVIEW"),
    **cells("SELLER", "DISPUTE_RETURN", "UNDER_REVIEW", "RETURN_IN_REVIEW"),
    **cells("BUYER", "ACCEPT_OFFER", "CLOSED", "OFFER_PENDING"),
    **cells("BUYER", "DECLINE_OFFER", "AWAITING_RETURN", "OFFER_PENDING"),
    **cells(
        "BUYER", "WITHDRAW", "CLOSED", *THREE, "OFFER_PENDING", "AWAITING_RETURN", "AWAITING_REPLACEMENT"
    ),
    **cells("BUYER", "ESCALATE", "UNDER_REVIEW", "AWAITING_BUYER", "AWAITING_RETURN", "DECLINED"),
    **cells("BUYER", "ANSWER_SURVEY", None, "CLOSED"),
    **cells("SUPPORT", "TAKE_OVER", "UNDER_REVIEW", *NOT_REVIEWED),
    **cells("SUPPORT", "RULE refund", "CLOSED", "UNDER_REVIEW"),
    **cells("SUPPORT", "RULE on return", "AWAITING_RETURN", "UNDER_REVIEW"),
    **cells("SUPPORT", "RULE uphold", "CLOSED", "UNDER_REVIEW"),
    **cells("BUYER", "SEND_MESSAGE", None, *WRITABLE),
    **cells("BUYER", "SEND_MESSAGE", "AWAITING_SELLER", "AWAITING_BUYER"),
    **cells("SELLER", "SEND_MESSAGE", None, *WRITABLE),
    **cells("SUPPORT", "SEND_MESSAGE", None, *ALL),
}
EXPECTED_FACTS: Cells = {
    **{
        cell: to
        for kind in ON_THE_ROAD
        for cell, to in (
            cells("CARRIER", f"RETURN {kind}", "RETURN_IN_TRANSIT", "AWAITING_RETURN")
            | cells("CARRIER", f"REPLACEMENT {kind}", "REPLACEMENT_IN_TRANSIT", "AWAITING_REPLACEMENT")
        ).items()
    },
    **{
        cell: to
        for kind in ARRIVALS
        for cell, to in cells(
            "CARRIER", f"RETURN {kind}", "RETURN_IN_REVIEW", "AWAITING_RETURN", "RETURN_IN_TRANSIT"
        ).items()
    },
    **cells("CARRIER", "RETURN LOST", "UNDER_REVIEW", "AWAITING_RETURN", "RETURN_IN_TRANSIT"),
    **cells("CARRIER", "REPLACEMENT DELIVERED", "CLOSED", "AWAITING_REPLACEMENT", "REPLACEMENT_IN_TRANSIT"),
    **{
        cell: to
        for kind in ("LOST", "REFUSED", "UNDELIVERABLE", "RETURNED_TO_SENDER")
        for cell, to in cells(
            "CARRIER",
            f"REPLACEMENT {kind}",
            "AWAITING_SELLER",
            "AWAITING_REPLACEMENT",
            "REPLACEMENT_IN_TRANSIT",
        ).items()
    },
    **cells("PAYMENTS", "chargeback", "CLOSED", *NOT_REVIEWED, "UNDER_REVIEW"),
}
EXPECTED_DEADLINES: dict[tuple[str, str], str] = {
    ("AWAITING_SELLER", "RESPOND"): "AWAITING_SELLER",
    ("AWAITING_SELLER", "LAPSE"): "CLOSED",
    ("AWAITING_BUYER", "DETAILS"): "CLOSED",
    ("OFFER_PENDING", "OFFER"): "AWAITING_BUYER",
    ("AWAITING_RETURN", "DROP_OFF"): "CLOSED",
    ("RETURN_IN_TRANSIT", "RETURN_TRANSIT"): "UNDER_REVIEW",
    ("RETURN_IN_REVIEW", "REVIEW"): "CLOSED",
    ("AWAITING_REPLACEMENT", "REPLACEMENT_SHIP"): "AWAITING_REPLACEMENT",
    ("AWAITING_REPLACEMENT", "REPLACEMENT_GIVE_UP"): "UNDER_REVIEW",
    ("REPLACEMENT_IN_TRANSIT", "REPLACEMENT_TRANSIT"): "AWAITING_SELLER",
    ("DECLINED", "ESCALATION"): "CLOSED",
}
CANCELLATION_STATUSES = tuple(CANCELLATIONS)
EXPECTED_CANCELLATION: Cells = {
    **cells("SELLER", "APPROVE_CANCELLATION", "CLOSED", "AWAITING_SELLER"),
    **cells("SELLER", "DECLINE_CANCELLATION", "DECLINED", "AWAITING_SELLER"),
    **cells("BUYER", "WITHDRAW", "CLOSED", "AWAITING_SELLER", "DECLINED"),
    **cells("BUYER", "ESCALATE", "UNDER_REVIEW", "DECLINED"),
    **cells("SUPPORT", "TAKE_OVER", "UNDER_REVIEW", "AWAITING_SELLER", "DECLINED"),
    **cells("SUPPORT", "RULE refund", "CLOSED", "UNDER_REVIEW"),
    **cells("SUPPORT", "RULE uphold", "CLOSED", "UNDER_REVIEW"),
    **cells("BUYER", "SEND_MESSAGE", None, "AWAITING_SELLER", "DECLINED", "CLOSED"),
    **cells("SELLER", "SEND_MESSAGE", None, "AWAITING_SELLER", "DECLINED", "CLOSED"),
    **cells("SUPPORT", "SEND_MESSAGE", None, *CANCELLATION_STATUSES),
}
EXPECTED_CANCELLATION_FACTS: Cells = {
    **cells("PAYMENTS", "chargeback", "CLOSED", "AWAITING_SELLER", "DECLINED", "UNDER_REVIEW"),
    **{
        cell: to
        for kind in ScanKind
        for cell, to in cells(
            "CARRIER", f"OUTBOUND {kind.value}", "CLOSED", "AWAITING_SELLER", "DECLINED"
        ).items()
    },
}
EXPECTED_CANCELLATION_DEADLINES = {
    ("AWAITING_SELLER", "RESPOND"): "DECLINED",
    ("DECLINED", "ESCALATION"): "CLOSED",
}

NAMED: dict[tuple[str, str, str, str], type[Refusal]] = {
    ("SUPPORT", "UNDER_REVIEW", "BUYER", "SEND_MESSAGE"): ThreadLocked,
    ("SUPPORT", "UNDER_REVIEW", "SELLER", "SEND_MESSAGE"): ThreadLocked,
    ("CANCELLATION", "UNDER_REVIEW", "BUYER", "SEND_MESSAGE"): ThreadLocked,
    ("CANCELLATION", "UNDER_REVIEW", "SELLER", "SEND_MESSAGE"): ThreadLocked,
    ("CANCELLATION", "UNDER_REVIEW", "SUPPORT", "RULE on return"): ReturnNotPossible,
    ("CANCELLATION", "CLOSED", "BUYER", "ANSWER_SURVEY"): SurveyClosed,
}
"""The refusals that have a name of their own; every other one is INVALID_STATE."""

POSITIONS = [
    *(("SUPPORT", status, make) for status, make in SUPPORT_REQUESTS.items()),
    *(("CANCELLATION", status, make) for status, make in CANCELLATIONS.items()),
]


def _decide(request: Request, command: c.Command, by: Party) -> Request:
    return decide(request, command, by=by, at=AT, policy=CURRENT).request


each_position = pytest.mark.parametrize(
    ("kind", "status", "make"), POSITIONS, ids=lambda value: value if isinstance(value, str) else ""
)


@each_position
@pytest.mark.parametrize("party", Party)
def test_an_action_moves_the_request_or_is_refused(
    kind: str, status: str, make: Callable[[], Story], party: Party
) -> None:
    request = make().request
    assert request.status == status
    expected = EXPECTED if kind == "SUPPORT" else EXPECTED_CANCELLATION
    for name, command in COMMANDS.items():
        to = expected.get((status, party, name))
        if to is not None:
            assert _decide(request, command, party).status == to, name
            continue
        with pytest.raises(NAMED.get((kind, status, party, name), InvalidState)) as refused:
            _decide(request, command, party)
        assert request == make().request, name
        if isinstance(refused.value, InvalidState):
            assert status in refused.value.message


@each_position
@pytest.mark.parametrize("party", Party)
def test_a_fact_moves_the_request_or_nothing(
    kind: str, status: str, make: Callable[[], Story], party: Party
) -> None:
    request = make().request
    expected = EXPECTED_FACTS if kind == "SUPPORT" else EXPECTED_CANCELLATION_FACTS
    led_to = {name: _decide(request, fact, party).status.value for name, fact in FACTS.items()}
    assert led_to == {name: expected.get((status, party, name), status) for name in FACTS}


@each_position
@pytest.mark.parametrize("deadline", DeadlineKind)
def test_a_clock_moves_the_request_or_nothing(
    kind: str, status: str, make: Callable[[], Story], deadline: DeadlineKind
) -> None:
    request = make().request
    expected = EXPECTED_DEADLINES if kind == "SUPPORT" else EXPECTED_CANCELLATION_DEADLINES
    to = expected.get((status, deadline))
    assert (deadline in request.deadlines) is (to is not None)
    late = AT + 60 * DAY
    decision = decide(request, c.DeadlineReached(deadline), by=Party.CLOCK, at=late, policy=CURRENT)
    assert decision.request.status == (to or status)
    early = decide(request, c.DeadlineReached(deadline), by=Party.CLOCK, at=AT, policy=CURRENT)
    assert early.request is request
    assert early.effects == ()


@each_position
@pytest.mark.parametrize("party", PEOPLE)
def test_the_offered_actions_are_those_that_are_taken(
    kind: str, status: str, make: Callable[[], Story], party: Party
) -> None:
    request = make().request
    offered = {
        each.action for each in available_actions(request, by=party, at=AT, policy=CURRENT) if each.allowed
    }
    expected = EXPECTED if kind == "SUPPORT" else EXPECTED_CANCELLATION
    taken = {RequestAction(name.split()[0]) for of, by, name in expected if of == status and by == party}
    assert offered == taken


@each_position
@given(fraction=st.floats(0, 1), rounds=st.integers(0, 4))
def test_time_changes_what_may_be_done_at_no_other_instant(
    kind: str, status: str, make: Callable[[], Story], fraction: float, rounds: int
) -> None:
    request, at = make().request, AT
    for _ in range(rounds):
        at = unchanged_until(request, at=at, policy=CURRENT) or at
    until = unchanged_until(request, at=at, policy=CURRENT) or at + 1000 * DAY
    assert until > at
    later = min(at + (until - at) * fraction, until - timedelta(microseconds=1))
    for party in PEOPLE:
        offered = [available_actions(request, by=party, at=each, policy=CURRENT) for each in (at, later)]
        assert shown(offered[0]) == shown(offered[1]), (party, later)


def shown(offered: Sequence[AvailableAction]) -> list[tuple[Any, ...]]:
    """What a client sees of it."""
    return [
        (each.action, each.until, each.refusal and (each.refusal.code, each.refusal.message))
        for each in offered
    ]


def test_every_action_has_its_command() -> None:
    by_type = {ACTIONS.get(type(command), RequestAction.RULE) for command in COMMANDS.values()}
    assert by_type == set(RequestAction) - {RequestAction.OPEN}


def test_an_answer_to_another_offer_is_refused_by_name() -> None:
    pending = s.offer_pending()
    with pytest.raises(OfferNotOpen):
        pending.buyer(c.AcceptOffer(2))


@pytest.mark.parametrize("reason", [RequestReason.ITEM_MISSING, RequestReason.RETURNED_TO_SENDER])
def test_what_the_buyer_does_not_hold_cannot_be_returned(reason: RequestReason) -> None:
    opening = s.OPENING
    if reason is RequestReason.RETURNED_TO_SENDER:
        parcel = replace(s.PARCEL, delivered_at=None, returned_to_sender_at=MONDAY - DAY)
        opening = replace(opening, order=replace(s.ORDER, shipment=parcel))
    opened = Story.opened(reason, opening)
    with pytest.raises(ReturnNotPossible):
        opened.seller(c.RefundOnReturn(own_label=LABEL))
    escalated = opened.until_due().buyer(c.Escalate("Help."))
    with pytest.raises(ReturnNotPossible):
        escalated.rules(RulingDecision.REFUND_ON_RETURN, Funder.SELLER)
    assert escalated.request.kind is RequestKind.SUPPORT
