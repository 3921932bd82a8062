"""Which live event each effect of a decision is, and what Support's queue holds.

Decides the kind alone. Who hears of it is `storage.telling`'s to say, what a client may read of it the
graph's.
"""

from domain.effects import (
    ClaimChanged,
    DeadlineMissed,
    Effect,
    OfferChanged,
    PostMessage,
    RefundChanged,
    ReplacementChanged,
    ReturnChanged,
    StatusChanged,
    SurveyAnswered,
)
from domain.transitions import turn
from domain.values import Request
from domain.words import EventKind, Party, RefundStatus, RequestAction, RequestStatus, ReturnStatus

KINDS: dict[type[Effect], EventKind] = {
    PostMessage: EventKind.MESSAGE_POSTED,
    OfferChanged: EventKind.OFFER_CHANGED,
    ReplacementChanged: EventKind.REPLACEMENT_CHANGED,
    RefundChanged: EventKind.REFUND_CHANGED,
    ClaimChanged: EventKind.CLAIM_CHANGED,
    DeadlineMissed: EventKind.DEADLINE_MISSED,
    SurveyAnswered: EventKind.SATISFACTION_ANSWERED,
}
"""The effects that are always told as the same kind."""

MOVED = EventKind.REQUEST_STATUS_CHANGED
ARRIVALS = {
    RequestStatus.UNDER_REVIEW: EventKind.REQUEST_ESCALATED,
    RequestStatus.CLOSED: EventKind.REQUEST_CLOSED,
}
"""The statuses whose reaching has a kind of its own."""

LATE_IN_QUEUE = frozenset({RequestStatus.AWAITING_REPLACEMENT})
"""The statuses that Support looks after once their clock has run out."""


def kind_of(effect: Effect) -> EventKind:
    """Give the kind of an effect that the timeline tells of; journals and holds are the ledger's."""
    if isinstance(effect, StatusChanged):
        return _kind_of_move(effect)
    if isinstance(effect, ReturnChanged):
        arrived = effect.status is ReturnStatus.DELIVERED
        return EventKind.RETURN_DELIVERED if arrived else EventKind.RETURN_CHANGED
    return KINDS[type(effect)]


def _kind_of_move(move: StatusChanged) -> EventKind:
    """The weightiest thing that a move is: a ruling that closes a request is told as the ruling."""
    if move.from_status is None:
        return EventKind.REQUEST_OPENED
    if move.action is RequestAction.RULE:
        return EventKind.REQUEST_RULED
    has_moved = move.to_status is not move.from_status
    return ARRIVALS.get(move.to_status, MOVED) if has_moved else MOVED


def waits_for_support(request: Request | None) -> bool:
    """Whether Support's queue holds it: to be decided, a replacement not mailed in time, a failed refund."""
    if request is None:
        return False
    failed = request.refund is not None and request.refund.status is RefundStatus.FAILED
    late = request.overdue and request.status in LATE_IN_QUEUE
    return failed or late or turn(request) is Party.SUPPORT
