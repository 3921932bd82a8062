"""Which rows of the table a party could take now, before a command's words and amounts are known.

Decides what stands in a row's way. `domain.decide` names the open actions in its refusals, `domain.actions`
shows them.
"""

from collections.abc import Iterator
from datetime import datetime

from domain.change import Change
from domain.policy import Policy
from domain.refusals import InvalidState, Refusal
from domain.table import Row
from domain.transitions import rows_for
from domain.values import Request
from domain.words import Party, RequestAction


def open_actions(request: Request, *, by: Party, at: datetime, policy: Policy) -> frozenset[RequestAction]:
    """The actions that nothing stands in the way of."""
    change = Change(request, by=by, at=at, policy=policy)
    return frozenset(
        action for action, row in action_rows(request, by) if obstacle(row, change, frozenset()) is None
    )


def action_rows(request: Request, party: Party) -> Iterator[tuple[RequestAction, Row]]:
    """The rows of actions, as opposed to facts and clocks."""
    for row in rows_for(request.kind, request.status, party):
        if row.action:
            yield row.action, row


def obstacle(row: Row, change: Change, allowed: frozenset[RequestAction]) -> Refusal | None:
    """What stands in the way of one row, before the words and amounts of a command are known."""
    unmet = row.unmet(change)
    if unmet:
        return InvalidState(change.request.status, allowed, unmet.otherwise)
    for check in row.checks:
        try:
            check(change)
        except Refusal as refusal:
            return refusal
    return None
