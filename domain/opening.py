"""Opening a request: whether the buyer may ask, until when, with what, and who will handle it (spec §3).

Decides from the facts of one order; refuses to know what happens once the request is there. `eligibility`
answers the same checks before the buyer fills anything in, as `checked` makes them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.businesstime import add_business_time, business_days
from domain.change import Change
from domain.commands import Open
from domain.policy import Policy
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
from domain.values import Opening, Request, RequestKey
from domain.words import Handler, Party, RequestKind, RequestReason, RequestStatus, RoutingCause


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Whether a request could be opened now: `refusals` says why not, in order of precedence."""

    refusals: tuple[Refusal, ...]
    handled_by: Handler
    routing_cause: RoutingCause | None
    photos_required: bool
    description_required: bool
    file_by: datetime

    @property
    def eligible(self) -> bool:
        """Nothing stands in the way but what the buyer is about to fill in."""
        return not self.refusals


def eligibility(
    opening: Opening,
    kind: RequestKind,
    reason: RequestReason | None,
    *,
    at: datetime,
    policy: Policy,
    by_buyer: bool = True,
) -> Eligibility:
    """What the buyer (or, with `by_buyer` false, someone who merely sees the order) would meet on opening."""
    not_theirs: tuple[Refusal, ...] = () if by_buyer else (NotYourOrder(),)
    cause = routing(opening, kind, reason, policy=policy)
    rules = policy.reason(reason) if reason else None
    return Eligibility(
        refusals=not_theirs + tuple(_obstacles(opening, kind, reason, at=at, policy=policy)),
        handled_by=Handler.SUPPORT if cause else Handler.SELLER,
        routing_cause=cause,
        photos_required=bool(rules and rules.photos_required),
        description_required=bool(rules and rules.description_required),
        file_by=file_by(opening, kind, policy=policy),
    )


def begin(opening: Opening, command: Open, *, by: Party, at: datetime, policy: Policy) -> Change:
    """A request as it comes into being, before the table says whose turn it is. Raises the first refusal."""
    _check_filled_in(command, policy)
    for refusal in _obstacles(opening, command.kind, command.reason, at=at, policy=policy):
        raise refusal
    rules = policy.reason(command.reason) if command.reason else None
    if rules and rules.photos_required and not command.attachment_ids:
        raise EvidenceRequired
    cause = routing(opening, command.kind, command.reason, policy=policy)
    request = Request(
        key=RequestKey(opening.order.seller_id, opening.next_number),
        order=opening.order,
        kind=command.kind,
        reason=command.reason,
        description=command.description,
        policy_version=policy.version,
        version=1,
        status=RequestStatus.UNDER_REVIEW if cause else RequestStatus.AWAITING_SELLER,
        handled_by=Handler.SUPPORT if cause else Handler.SELLER,
        routing_cause=cause,
        opened_at=at,
        updated_at=at,
        seller_enrolled=opening.seller_enrolled,
        return_address=opening.return_address,
    )
    change = Change(request, by=by, at=at, policy=policy, opening=True)
    change.speak(command.description, attachments=command.attachment_ids)
    return change


def routing(
    opening: Opening, kind: RequestKind, reason: RequestReason | None, *, policy: Policy
) -> RoutingCause | None:
    """Why Support handles it from the start; the first match wins, None being the seller."""
    if not opening.seller_enrolled:
        return RoutingCause.SELLER_NOT_ENROLLED
    if kind is RequestKind.CANCELLATION or reason is None:
        return None
    rules = policy.reason(reason)
    if not rules.covered:
        return RoutingCause.REASON_NOT_COVERED
    if opening.order.consumable and not rules.consumable_covered:
        return RoutingCause.CONSUMABLE
    if opening.buyer_suspected:
        return RoutingCause.SUSPECTED_ABUSE
    return None


def file_by(opening: Opening, kind: RequestKind, *, policy: Policy) -> datetime:
    """The instant at which it is too late to ask."""
    order = opening.order
    if kind is RequestKind.CANCELLATION:
        return order.placed_at + timedelta(hours=policy.cancel_within_hours)
    delivered_at = _delivered_at(opening)
    if delivered_at is None:
        return order.placed_at + timedelta(days=policy.undelivered_filing_window_days)
    return delivered_at + timedelta(days=policy.filing_window(order.category))


def _check_filled_in(command: Open, policy: Policy) -> None:
    rules = policy.reason(command.reason) if command.reason else None
    if rules and rules.description_required and not command.description.strip():
        raise Required("description")


def _obstacles(
    opening: Opening, kind: RequestKind, reason: RequestReason | None, *, at: datetime, policy: Policy
) -> Iterator[Refusal]:
    """What stands in the way whatever the buyer fills in, in order of precedence."""
    order = opening.order
    if order.charged_back_at:
        yield OrderChargedBack()
    if opening.open_request:
        yield RequestAlreadyOpen(str(opening.open_request))
    if reason in opening.ruled_reasons and reason is not None:
        yield AlreadyRuled(reason)
    if kind is RequestKind.CANCELLATION and _mailed(opening):
        yield AlreadyMailed()
    if reason is not None:
        yield from _misfits(opening, reason)
    if reason is RequestReason.SHIPPING_DELAYED:
        patience = business_days(policy.shipping_delayed_after_business_days)
        opens_at = add_business_time(order.placed_at, patience, policy.calendar)
        if at < opens_at:
            yield WindowNotOpen(opens_at)
    closed_at = file_by(opening, kind, policy=policy)
    if at >= closed_at:
        yield WindowClosed(closed_at)
    if order.refundable.minor <= 0:
        yield NothingLeftToRefund()


def _misfits(opening: Opening, reason: RequestReason) -> Iterator[Refusal]:
    """Whether the parcel's facts contradict the reason."""
    shipment = opening.order.shipment
    delivered = _delivered_at(opening) is not None
    match reason:
        case RequestReason.SHIPPING_DELAYED:
            if delivered:
                yield ReasonDoesNotFit("The order has been delivered, so it is not delayed.")
        case RequestReason.RETURNED_TO_SENDER:
            if shipment is None or shipment.returned_to_sender_at is None:
                yield ReasonDoesNotFit("The carrier has not reported the parcel as returned to its sender.")
        case RequestReason.ITEM_MISSING:
            pass  # a parcel that never came lacks its scan too
        case _:
            if not delivered:
                yield ReasonDoesNotFit("The carrier has not reported the parcel as delivered yet.")


def _delivered_at(opening: Opening) -> datetime | None:
    """When the buyer last had the item brought: a replacement counts anew."""
    shipment = opening.order.shipment
    return opening.replacement_delivered_at or (shipment.delivered_at if shipment else None)


def _mailed(opening: Opening) -> bool:
    shipment = opening.order.shipment
    return shipment is not None and shipment.mailed_at is not None
