"""Which event each effect is, and that what the documentation says of clocks is what they bring."""

from collections import defaultdict
from datetime import timedelta

import pytest

from domain import commands as c
from domain.decide import decide
from domain.effects import Effect, HoldChanged, PostJournal, StatusChanged
from domain.events import kind_of, waits_for_support
from domain.policy import CURRENT
from domain.values import Request
from domain.words import (
    DeadlineKind,
    EventKind,
    Funder,
    LedgerAccount,
    Party,
    RequestAction,
    RequestReason,
    RequestStatus,
    RulingDecision,
)
from schema.emissions import AUDIENCE, OF_DEADLINES, OF_MUTATIONS
from tests.domain import story as s
from tests.domain.story import Story
from tests.domain.test_every_cell import AT, POSITIONS

LATER = {EventKind.DEADLINE_NEAR}


def kinds(effects: tuple[Effect, ...], before: Request, after: Request) -> set[EventKind]:
    found = {kind_of(each) for each in effects if not isinstance(each, PostJournal | HoldChanged)}
    lines = [line for each in effects if isinstance(each, PostJournal) for line in each.lines]
    if any(line.account is LedgerAccount.SELLER for line in lines):
        found.add(EventKind.LEDGER_POSTED)
    if any(isinstance(each, HoldChanged) for each in effects):
        found.add(EventKind.LEDGER_HOLD_CHANGED)
    if after.closed_at and not before.closed_at:
        found.add(EventKind.RATING_CHANGED)
    return found


def test_clocks_bring_what_the_documentation_says() -> None:
    brought: dict[DeadlineKind, set[EventKind]] = defaultdict(set)
    claimed = s.awaiting_seller(RequestReason.DAMAGED_IN_TRANSIT).seller(c.RefundInFull(file_claim=True))
    requests = [claimed.request, *(make().request for _, _, make in POSITIONS)]
    for request in requests:
        for deadline in request.deadlines:
            late = AT + timedelta(days=90)
            decision = decide(request, c.DeadlineReached(deadline), by=Party.CLOCK, at=late, policy=CURRENT)
            brought[deadline] |= kinds(decision.effects, request, decision.request)
    assert {deadline: brought[deadline] - OF_DEADLINES[deadline] for deadline in DeadlineKind} == {
        deadline: set() for deadline in DeadlineKind
    }
    missing = {deadline: OF_DEADLINES[deadline] - brought[deadline] for deadline in DeadlineKind}
    assert {deadline: left for deadline, left in missing.items() if left - {EventKind.CLAIM_CHANGED}} == {}


def test_every_kind_has_its_audience_and_something_that_brings_it() -> None:
    assert set(AUDIENCE) == set(EventKind) - LATER
    brought = set().union(*OF_MUTATIONS.values(), *OF_DEADLINES.values())
    assert brought >= set(AUDIENCE)


@pytest.mark.parametrize(
    ("move", "kind"),
    [
        (
            StatusChanged(Party.BUYER, None, RequestStatus.AWAITING_SELLER, RequestAction.OPEN),
            "REQUEST_OPENED",
        ),
        (StatusChanged(Party.BUYER, None, RequestStatus.UNDER_REVIEW, RequestAction.OPEN), "REQUEST_OPENED"),
        (
            StatusChanged(
                Party.SUPPORT, RequestStatus.UNDER_REVIEW, RequestStatus.CLOSED, RequestAction.RULE
            ),
            "REQUEST_RULED",
        ),
        (
            StatusChanged(Party.SELLER, RequestStatus.AWAITING_SELLER, RequestStatus.CLOSED, None),
            "REQUEST_CLOSED",
        ),
        (
            StatusChanged(Party.CLOCK, RequestStatus.RETURN_IN_TRANSIT, RequestStatus.UNDER_REVIEW, None),
            "REQUEST_ESCALATED",
        ),
        (
            StatusChanged(Party.BUYER, RequestStatus.CLOSED, RequestStatus.CLOSED, None),
            "REQUEST_STATUS_CHANGED",
        ),
    ],
)
def test_a_move_is_told_as_the_weightiest_thing_it_is(move: StatusChanged, kind: str) -> None:
    assert kind_of(move) == kind


def _escalated() -> Story:
    return s.awaiting_seller().until_due().buyer(c.Escalate("Help."))


WAITING = {
    "with the seller": (s.awaiting_seller, False),
    "escalated": (_escalated, True),
    "ruled": (lambda: _escalated().rules(RulingDecision.UPHOLD, Funder.NOBODY), False),
    "a replacement in time": (s.awaiting_replacement, False),
    "a replacement that is late": (lambda: s.awaiting_replacement().until_due(), True),
    "refunded": (s.closed, False),
    "a refund that failed": (
        lambda: s.closed().step(Party.PAYMENTS, c.ReportRefund(settled=False, happened_at=AT)),
        True,
    ),
}


@pytest.mark.parametrize("what", WAITING)
def test_support_is_told_of_what_waits_for_it_and_of_nothing_else(what: str) -> None:
    make, waits = WAITING[what]
    assert waits_for_support(make().request) is waits


def test_what_is_not_there_yet_waits_for_nobody() -> None:
    assert not waits_for_support(None)
