"""The ways to Support: the buyer escalates, Support steps in, a clock opens the way, a request starts there.

Decides the escalation's cause and the thread's lock; what Support then decides is `domain.rulings`' subject.
"""

from dataclasses import replace

from domain import settlement, turns
from domain.change import Change
from domain.commands import DeadlineReached, Escalate, Open, TakeOver
from domain.effects import DeadlineMissed
from domain.values import Escalation
from domain.words import EscalationCause, Party, RequestOutcome


def to_support(
    change: Change, cause: EscalationCause, text: str | None, sentence: str, *, lock: bool = True
) -> None:
    """Support has it now. The conversation closes, unless it was Support's from the start; a hold is kept."""
    number = len(change.request.escalations) + 1
    escalation = Escalation(number, cause, change.by, text, change.at)
    locked_at = change.request.locked_at or (change.at if lock else None)
    change.request = replace(
        change.request, escalations=(*change.request.escalations, escalation), locked_at=locked_at
    )
    turns.under_review(change, sentence)


def start_with_seller(change: Change, _: Open) -> None:
    """The seller handles it."""
    turns.await_seller(change, "The request was sent to the seller.")


def start_with_support(change: Change, _: Open) -> None:
    """Support handles it from the start; why is not for the parties to read."""
    to_support(change, EscalationCause.ROUTED, None, "Support handles this request.", lock=False)


def escalate(change: Change, command: Escalate) -> None:
    """The buyer asks for a second look, for what opened the way or simply for help."""
    cause = change.request.escalation_opened_as or EscalationCause.NEEDS_HELP
    to_support(change, cause, command.text, "The buyer asks Support to decide; the conversation is closed.")


def take_over(change: Change, command: TakeOver) -> None:
    """Support steps in."""
    change.speak(command.message, attachments=command.attachment_ids)
    sentence = "Support has taken the request over; the conversation is closed."
    to_support(change, EscalationCause.TAKEN_OVER, command.message, sentence)


def response_overdue(change: Change, _: DeadlineReached) -> None:
    """The seller's 48 hours are over: the buyer may go to Support, the seller may still respond.

    Missed only if the seller has not written a word since the clock began.
    """
    clock = change.request.clock
    assert clock is not None, "the deadline is the clock's"
    cause = change.request.escalation_opened_as or EscalationCause.NEEDS_HELP
    if clock.responded_at is None:
        clock = replace(clock, missed=True)
        cause = EscalationCause.NO_RESPONSE
        change.add(DeadlineMissed(clock.due_at, Party.SELLER))
    change.request = replace(change.request, clock=clock, overdue=True, escalation_opened_as=cause)
    change.say("The seller's time to respond has passed; the buyer may escalate to Support.")


def lapse(change: Change, _: DeadlineReached) -> None:
    """Nobody has had a word for it for long."""
    settlement.close_unrefunded(
        change, RequestOutcome.LAPSED, "The request has lapsed: nobody wrote for a long time."
    )


def buyer_unresponsive(change: Change, _: DeadlineReached) -> None:
    """The buyer did not answer the seller's question."""
    assert change.request.due_at is not None, "the buyer had a clock"
    change.add(DeadlineMissed(change.request.due_at, Party.BUYER))
    sentence = "The buyer did not answer in time; the request is closed."
    settlement.close_unrefunded(change, RequestOutcome.BUYER_UNRESPONSIVE, sentence)


def not_escalated(change: Change, _: DeadlineReached) -> None:
    """The buyer left it at the seller's word."""
    sentence = "The buyer did not escalate in time; the request is closed without a refund."
    settlement.close_unrefunded(change, RequestOutcome.NOT_REFUNDED, sentence)
