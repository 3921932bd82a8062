"""What holds for one request after every step, whatever the step was."""

from domain.change import CLAIM_DEADLINES
from domain.values import Request
from domain.words import (
    ClaimStatus,
    DeadlineKind,
    Funder,
    OfferStatus,
    RequestKind,
    RequestStatus,
    ReturnStatus,
)

CLOCKS = {
    RequestStatus.AWAITING_SELLER: {DeadlineKind.RESPOND, DeadlineKind.LAPSE},
    RequestStatus.AWAITING_BUYER: {DeadlineKind.DETAILS},
    RequestStatus.OFFER_PENDING: {DeadlineKind.OFFER},
    RequestStatus.AWAITING_RETURN: {DeadlineKind.DROP_OFF},
    RequestStatus.RETURN_IN_TRANSIT: {DeadlineKind.RETURN_TRANSIT},
    RequestStatus.RETURN_IN_REVIEW: {DeadlineKind.REVIEW},
    RequestStatus.AWAITING_REPLACEMENT: {DeadlineKind.REPLACEMENT_SHIP, DeadlineKind.REPLACEMENT_GIVE_UP},
    RequestStatus.REPLACEMENT_IN_TRANSIT: {DeadlineKind.REPLACEMENT_TRANSIT},
    RequestStatus.DECLINED: {DeadlineKind.ESCALATION},
    RequestStatus.UNDER_REVIEW: set[DeadlineKind](),
    RequestStatus.CLOSED: set[DeadlineKind](),
}
"""The clocks of the request itself, where none of them has fired yet."""
FIRED_WHEN_OVERDUE = {DeadlineKind.RESPOND, DeadlineKind.REPLACEMENT_SHIP}


def all_hold(request: Request) -> None:
    """Every promise about the value."""
    closed_says_how_and_open_says_nothing(request)
    its_clocks_are_those_of_its_status(request)
    its_parts_are_numbered_without_gaps(request)
    its_status_has_what_it_is_about(request)
    its_claim_ends_with_it_or_waits_for_the_carrier(request)


def closed_says_how_and_open_says_nothing(request: Request) -> None:
    is_closed = request.status is RequestStatus.CLOSED
    assert is_closed == (request.outcome is not None) == (request.closed_at is not None)
    assert is_closed == (request.funded_by is not None)
    assert (request.refund is not None) == (request.funded_by in {Funder.SELLER, Funder.PLATFORM})
    if is_closed:
        assert request.hold is None


def its_clocks_are_those_of_its_status(request: Request) -> None:
    clocks = set(CLOCKS[request.status])
    if request.kind is RequestKind.CANCELLATION:
        clocks.discard(DeadlineKind.LAPSE)
    if request.overdue:
        assert clocks & FIRED_WHEN_OVERDUE
        clocks -= FIRED_WHEN_OVERDUE
    if request.returned and request.returned.label is None:
        clocks.discard(DeadlineKind.DROP_OFF)
    assert set(request.deadlines) - CLAIM_DEADLINES == clocks
    if request.status in {RequestStatus.CLOSED, RequestStatus.UNDER_REVIEW}:
        assert request.due_at is None
    elif request.returned is None or request.returned.label:
        assert request.due_at is not None


def its_parts_are_numbered_without_gaps(request: Request) -> None:
    for parts in (request.offers, request.replacements, request.escalations):
        assert [part.number for part in parts] == list(range(1, len(parts) + 1))
    assert request.hold is None or request.hold.number == request.holds_made


def its_status_has_what_it_is_about(request: Request) -> None:
    open_offers = [offer for offer in request.offers if offer.status is OfferStatus.OPEN]
    assert len(open_offers) == (request.status is RequestStatus.OFFER_PENDING)
    if request.status is RequestStatus.UNDER_REVIEW:
        assert request.escalation is not None
    if request.status is RequestStatus.RETURN_IN_REVIEW:
        assert request.returned
        assert request.returned.status in {ReturnStatus.DELIVERED, ReturnStatus.REFUSED}
    if request.status in {RequestStatus.AWAITING_RETURN, RequestStatus.RETURN_IN_TRANSIT}:
        assert request.returned
        assert (request.hold is not None) == (request.returned.funded_by is Funder.SELLER)


def its_claim_ends_with_it_or_waits_for_the_carrier(request: Request) -> None:
    scheduled = request.claim is not None and request.claim.status is ClaimStatus.SCHEDULED
    filing = {DeadlineKind.CLAIM_FILING} if request.closed_at else set()
    assert set(request.deadlines) & CLAIM_DEADLINES == (
        filing | {DeadlineKind.CLAIM_EXPIRY} if scheduled else set()
    )
    if scheduled and request.closed_at:
        assert request.funded_by is Funder.SELLER


def closed_stays_closed(before: Request, after: Request) -> None:
    if before.closed_at:
        assert (after.status, after.outcome, after.funded_by, after.closed_at) == (
            before.status,
            before.outcome,
            before.funded_by,
            before.closed_at,
        )
