"""What a party may do to a request now, and if not, why and until when: `availableActions`, from the table.

Decides nothing of its own: it reads the rows that `domain.decide` would take. What depends on the words,
amounts and numbers of a command is refused by the command alone.
"""

from dataclasses import dataclass
from datetime import datetime

from domain.change import Change
from domain.closing import survey_until
from domain.deadlines import as_of, next_deadline
from domain.moves import action_rows, obstacle, open_actions
from domain.policy import Policy
from domain.refusals import InvalidState, Refusal
from domain.table import thread_closes
from domain.values import Request
from domain.words import DeadlineKind, EscalationCause, Party, RequestAction


@dataclass(frozen=True, slots=True)
class AvailableAction:
    """An action that the table holds in this status for this party; `refusal` stands in its way now."""

    action: RequestAction
    refusal: Refusal | None
    until: datetime | None

    @property
    def allowed(self) -> bool:
        """Nothing stands in its way."""
        return self.refusal is None


def available_actions(
    request: Request, *, by: Party, at: datetime, policy: Policy
) -> tuple[AvailableAction, ...]:
    """Each action once, in the table's order; of two rows for one action, the one that can be taken.

    Deadlines that are due count as fired, as they will have when a command comes.
    """
    request = as_of(request, at=at, policy=policy)
    change = Change(request, by=by, at=at, policy=policy)
    allowed = open_actions(request, by=by, at=at, policy=policy)
    found: dict[RequestAction, AvailableAction] = {}
    for action, row in action_rows(request, by):
        known = found.get(action)
        if known is None or not known.allowed:
            refusal = obstacle(row, change, allowed)
            until = row.until(request, policy) if row.until and refusal is None else None
            if known is None or refusal is None:
                found[action] = AvailableAction(action, refusal, until)
    return tuple(found.values())


def unchanged_until(request: Request, *, at: datetime, policy: Policy) -> datetime | None:
    """The earliest instant after `at` at which time alone may change what any party may do; None for never.

    Time moves a request by its clocks, and ends what may still be said of a closed one.
    """
    request = as_of(request, at=at, policy=policy)
    coming = next_deadline(request)
    ends = (survey_until(request, policy), thread_closes(request, policy))
    instants = [coming[1] if coming else None, *ends]
    return min((each for each in instants if each is not None and each > at), default=None)


@dataclass(frozen=True, slots=True)
class EscalationEligibility:
    """Whether the buyer may go to Support, from and until when, and for what it would count."""

    opens_at: datetime | None
    closes_at: datetime | None
    cause: EscalationCause | None
    refusal: Refusal | None

    @property
    def eligible(self) -> bool:
        """Now."""
        return self.refusal is None


def escalation_eligibility(request: Request, *, at: datetime, policy: Policy) -> EscalationEligibility:
    """The buyer's way to Support; where the seller's time still runs, it opens when that is over."""
    request = as_of(request, at=at, policy=policy)
    offered = available_actions(request, by=Party.BUYER, at=at, policy=policy)
    escalate = next((each for each in offered if each.action is RequestAction.ESCALATE), None)
    if escalate is None:
        actions = open_actions(request, by=Party.BUYER, at=at, policy=policy)
        return EscalationEligibility(None, None, None, InvalidState(request.status, actions))
    if escalate.allowed:
        cause = request.escalation_opened_as or EscalationCause.NEEDS_HELP
        return EscalationEligibility(None, escalate.until, cause, None)
    clocks = request.deadlines
    opens_at = clocks.get(DeadlineKind.RESPOND) or clocks.get(DeadlineKind.REPLACEMENT_SHIP)
    return EscalationEligibility(opens_at, None, None, escalate.refusal)
