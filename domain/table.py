"""The vocabulary of the transition table: what a row says, what sets it off, and the sets of statuses it
speaks in.

Decides the form; the rows themselves are `domain.transitions`' subject.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from domain.change import Change
from domain.conditions import Condition
from domain.policy import Policy
from domain.values import Request
from domain.words import DeadlineKind as Deadline
from domain.words import Party, RequestKind, RulingDecision
from domain.words import RequestAction as Action
from domain.words import RequestOutcome as Outcome
from domain.words import RequestStatus as Status


class Fact(StrEnum):
    """What CARRIER and PAYMENTS report, as the table sees it: one scan may imply several."""

    MAILED = "MAILED"
    RETURN_SCANNED = "RETURN_SCANNED"
    RETURN_ARRIVED = "RETURN_ARRIVED"
    RETURN_LOST = "RETURN_LOST"
    LABEL_MADE = "LABEL_MADE"
    REPLACEMENT_SCANNED = "REPLACEMENT_SCANNED"
    REPLACEMENT_DELIVERED = "REPLACEMENT_DELIVERED"
    REPLACEMENT_FAILED = "REPLACEMENT_FAILED"
    CHARGEBACK = "CHARGEBACK"
    REFUND_SETTLED = "REFUND_SETTLED"
    REFUND_FAILED = "REFUND_FAILED"
    REFUND_RETRIED = "REFUND_RETRIED"
    CLAIM_DECIDED = "CLAIM_DECIDED"


Trigger = Action | RulingDecision | Deadline | Fact
Until = Callable[[Request, Policy], datetime | None]

S = frozenset({RequestKind.SUPPORT})
C = frozenset({RequestKind.CANCELLATION})
S_AND_C = S | C

NEW = frozenset[Status | None]({None})
ANY = frozenset(Status)
OPEN = ANY - {Status.CLOSED}

UNANSWERED = frozenset({Status.AWAITING_SELLER, Status.AWAITING_BUYER})
ANSWERABLE = UNANSWERED | {Status.DECLINED}
ON_THE_WAY = frozenset(
    {
        Status.AWAITING_RETURN,
        Status.RETURN_IN_TRANSIT,
        Status.RETURN_IN_REVIEW,
        Status.AWAITING_REPLACEMENT,
        Status.REPLACEMENT_IN_TRANSIT,
    }
)

TURNS: dict[Status, Party | None] = {
    Status.AWAITING_SELLER: Party.SELLER,
    Status.AWAITING_BUYER: Party.BUYER,
    Status.OFFER_PENDING: Party.BUYER,
    Status.AWAITING_RETURN: Party.BUYER,
    Status.RETURN_IN_TRANSIT: Party.CARRIER,
    Status.RETURN_IN_REVIEW: Party.SELLER,
    Status.AWAITING_REPLACEMENT: Party.SELLER,
    Status.REPLACEMENT_IN_TRANSIT: Party.CARRIER,
    Status.DECLINED: Party.BUYER,
    Status.UNDER_REVIEW: Party.SUPPORT,
    Status.CLOSED: None,
}
"""Whose move it is."""


@dataclass(frozen=True, slots=True)
class Row:
    """One move. An empty `to` means that the request stays where it is, whatever the status."""

    kinds: frozenset[RequestKind]
    origins: Collection[Status | None]
    by: frozenset[Party]
    trigger: Trigger
    to: tuple[Status, ...]
    effect: Callable[[Change, Any], None]
    outcomes: tuple[Outcome, ...] = ()
    when: tuple[Condition, ...] = ()
    checks: tuple[Callable[[Change], None], ...] = ()
    until: Until | None = None
    note: str = ""

    @property
    def action(self) -> Action | None:
        """What a person calls it: the three rulings are one action; facts and clocks are none."""
        if isinstance(self.trigger, RulingDecision):
            return Action.RULE
        return self.trigger if isinstance(self.trigger, Action) else None

    def unmet(self, change: Change) -> Condition | None:
        """The first condition that does not hold."""
        return next((condition for condition in self.when if not condition.holds(change)), None)


def by(*parties: Party) -> frozenset[Party]:
    """Who makes a move."""
    return frozenset(parties)


BUYER, SELLER, SUPPORT = by(Party.BUYER), by(Party.SELLER), by(Party.SUPPORT)
CARRIER, PAYMENTS, CLOCK = by(Party.CARRIER), by(Party.PAYMENTS), by(Party.CLOCK)


def while_runs(kind: Deadline) -> Until:
    """Possible until this clock moves the request on."""
    return lambda request, _: request.deadlines.get(kind)


def offer_expires(request: Request, _: Policy) -> datetime | None:
    """When the open offer does."""
    return request.open_offer.expires_at if request.open_offer else None


def thread_closes(request: Request, policy: Policy) -> datetime | None:
    """When the thread of a closed request becomes read-only, if it does."""
    if request.closed_at is None or request.locked_at is not None:
        return None
    return request.closed_at + timedelta(days=policy.write_after_close_within_days)
