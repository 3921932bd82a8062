"""Deadlines that have come: which is next, and firing all that are due, each at its own instant.

Decides the order; what a deadline does is the table's. The worker and every command that comes later use the
same `apply_due`, so it does not matter who is first.
"""

from datetime import datetime

from domain.commands import DeadlineReached
from domain.decide import decide
from domain.effects import Decision
from domain.policy import Policy
from domain.values import Request
from domain.words import DeadlineKind, Party

ORDER = {kind: place for place, kind in enumerate(DeadlineKind)}
"""Two clocks of one instant fire in the order in which the kinds are listed."""


def next_deadline(request: Request) -> tuple[DeadlineKind, datetime] | None:
    """The clock that runs out first, if any runs."""
    running = sorted(request.deadlines.items(), key=lambda item: (item[1], ORDER[item[0]]))
    return running[0] if running else None


def apply_due(request: Request, *, at: datetime, policy: Policy) -> list[Decision]:
    """Fire every deadline that counts as past at `at`, in order; what one starts may be due as well."""
    decisions = []
    while (coming := next_deadline(request)) and coming[1] <= at:
        kind, due = coming
        decision = decide(request, DeadlineReached(kind), by=Party.CLOCK, at=due, policy=policy)
        decisions.append(decision)
        request = decision.request
    return decisions


def as_of(request: Request, *, at: datetime, policy: Policy) -> Request:
    """The request as it stands once every deadline due by `at` has fired, saved or not."""
    decisions = apply_due(request, at=at, policy=policy)
    return decisions[-1].request if decisions else request
