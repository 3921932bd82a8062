"""Whose turn it becomes: entering each waiting status, with the clocks that the article and the policy give
it.

Decides which clocks start and when they run out; refuses to know why the request comes here (its caller does,
and brings the sentence).
"""

from dataclasses import replace
from datetime import datetime, timedelta

from domain.businesstime import add_business_time, business_days, business_hours
from domain.change import Change
from domain.values import ResponseClock
from domain.words import DeadlineKind, EscalationCause, RequestKind, RequestStatus


def in_business_hours(change: Change, hours: int, start: datetime | None = None) -> datetime:
    """The instant when this many business hours have passed since `start`, or since now."""
    return add_business_time(start or change.at, business_hours(hours), change.policy.calendar)


def in_business_days(change: Change, days: int) -> datetime:
    """The instant when this many business days have passed since now."""
    return add_business_time(change.at, business_days(days), change.policy.calendar)


def await_seller(change: Change, sentence: str, *, escalation: EscalationCause | None = None) -> None:
    """The seller's turn, with a new 48 hours; `escalation` is what opens Support to the buyer at once."""
    due = in_business_hours(change, change.policy.respond_within_business_hours)
    deadlines = {DeadlineKind.RESPOND: due}
    if change.request.kind is RequestKind.SUPPORT:
        deadlines[DeadlineKind.LAPSE] = in_business_days(change, change.policy.lapse_after_business_days)
    change.move(RequestStatus.AWAITING_SELLER, sentence, due_at=due, deadlines=deadlines)
    change.request = replace(change.request, escalation_opened_as=escalation)
    if change.request.kind is RequestKind.SUPPORT:
        number = change.request.clock.number + 1 if change.request.clock else 1
        change.request = replace(change.request, clock=ResponseClock(number, change.at, due))


def responded(change: Change) -> None:
    """The seller answered, in time or late: the first word or action stops the response clock."""
    clock = change.request.clock
    if clock and clock.responded_at is None:
        change.request = replace(change.request, clock=replace(clock, responded_at=change.at))


def await_buyer(change: Change, sentence: str, *, escalation: EscalationCause | None = None) -> None:
    """The buyer's turn to tell more, or to go to Support."""
    due = in_business_days(change, change.policy.give_details_within_business_days)
    change.move(RequestStatus.AWAITING_BUYER, sentence, due_at=due, deadlines={DeadlineKind.DETAILS: due})
    change.request = replace(change.request, escalation_opened_as=escalation)


def await_offer_answer(change: Change, sentence: str) -> datetime:
    """The buyer's turn to take the offer or not; answers until when."""
    due = in_business_hours(change, change.policy.answer_offer_within_business_hours)
    change.move(RequestStatus.OFFER_PENDING, sentence, due_at=due, deadlines={DeadlineKind.OFFER: due})
    return due


def declined(change: Change, sentence: str) -> None:
    """The buyer's turn to go to Support, or to leave it."""
    due = in_business_days(change, change.policy.escalate_decline_within_business_days)
    change.move(RequestStatus.DECLINED, sentence, due_at=due, deadlines={DeadlineKind.ESCALATION: due})
    change.request = replace(change.request, escalation_opened_as=EscalationCause.DECLINED)


def await_return(change: Change, sentence: str) -> None:
    """The buyer's turn to send the item back; the clock starts with the label, which may come later."""
    change.move(RequestStatus.AWAITING_RETURN, sentence)
    start_drop_off(change)


def start_drop_off(change: Change) -> None:
    """Five business days to drop the parcel off, from the label; its scan may come a day later."""
    returned = change.request.returned
    if returned is None or returned.label is None:
        return
    due = in_business_days(change, change.policy.drop_off_within_business_days)
    fires = in_business_hours(change, change.policy.late_drop_off_scan_business_hours, due)
    change.start_deadlines({DeadlineKind.DROP_OFF: fires})
    change.request = replace(change.request, due_at=due, returned=replace(returned, drop_off_by=due))


def return_in_transit(change: Change, sentence: str, *, since: datetime) -> None:
    """The carrier's turn."""
    due = since + timedelta(days=change.policy.return_transit_days)
    deadlines = {DeadlineKind.RETURN_TRANSIT: due}
    change.move(RequestStatus.RETURN_IN_TRANSIT, sentence, due_at=due, deadlines=deadlines)


def review_return(change: Change, sentence: str, *, arrived_at: datetime) -> datetime:
    """The seller's turn to look at what came back: 48 hours from arrival, and a fair time from its report."""
    policy = change.policy
    due = max(
        in_business_hours(change, policy.review_return_within_business_hours, arrived_at),
        in_business_hours(change, policy.review_return_after_report_business_hours),
    )
    change.move(RequestStatus.RETURN_IN_REVIEW, sentence, due_at=due, deadlines={DeadlineKind.REVIEW: due})
    return due


def await_replacement(change: Change, sentence: str) -> datetime:
    """The seller's turn to send the second parcel; a corrected number does not postpone the giving up."""
    due = in_business_hours(change, change.policy.ship_replacement_within_business_hours)
    give_up = change.request.deadlines.get(DeadlineKind.REPLACEMENT_GIVE_UP) or in_business_days(
        change, change.policy.give_up_replacement_after_business_days
    )
    deadlines = {DeadlineKind.REPLACEMENT_SHIP: due, DeadlineKind.REPLACEMENT_GIVE_UP: give_up}
    change.move(RequestStatus.AWAITING_REPLACEMENT, sentence, due_at=due, deadlines=deadlines)
    return due


def replacement_in_transit(change: Change, sentence: str, *, since: datetime) -> None:
    """The carrier's turn."""
    due = since + timedelta(days=change.policy.replacement_transit_days)
    deadlines = {DeadlineKind.REPLACEMENT_TRANSIT: due}
    change.move(RequestStatus.REPLACEMENT_IN_TRANSIT, sentence, due_at=due, deadlines=deadlines)


def under_review(change: Change, sentence: str) -> None:
    """Support's turn, with no clock but its own."""
    change.move(RequestStatus.UNDER_REVIEW, sentence)
