"""Words in a request's thread: who may write when, and what a plain message does beside being read.

Decides the lock, the read-only cases and the turn that a buyer's answer passes on; refuses to know what is
written.
"""

from datetime import datetime, timedelta

from domain import turns
from domain.change import Change
from domain.commands import SendMessage
from domain.policy import Policy
from domain.refusals import Refusal, ThreadLocked, ThreadReadOnly
from domain.words import DeadlineKind, Handler, MessageKind, Party


def why_silent(
    by: Party,
    *,
    locked: bool,
    handled_by: Handler,
    closed_at: datetime | None,
    at: datetime,
    policy: Policy,
) -> Refusal | None:
    """Why a party has no word in a request's thread now; None for one that has."""
    if locked:
        return None if by is Party.SUPPORT else ThreadLocked()
    if by is Party.SELLER and handled_by is Handler.SUPPORT:
        return ThreadReadOnly("Support handles this request; you can read along.")
    if closed_at and at >= closed_at + timedelta(days=policy.write_after_close_within_days):
        return ThreadReadOnly()
    return None


def check_may_write(change: Change) -> None:
    """Raises ThreadLocked or ThreadReadOnly for a party that has no word here now."""
    request = change.request
    refusal = why_silent(
        change.by,
        locked=request.locked_at is not None,
        handled_by=request.handled_by,
        closed_at=request.closed_at,
        at=change.at,
        policy=change.policy,
    )
    if refusal:
        raise refusal


def speak(
    change: Change,
    body: str | None,
    kind: MessageKind = MessageKind.TEXT,
    attachments: tuple[int, ...] = (),
) -> None:
    """Words that come with an action: the lock holds for them, not for the action without words."""
    if body or attachments:
        check_may_write(change)
        change.speak(body, kind, attachments)


def write(change: Change, command: SendMessage) -> None:
    """Words alone: the request stays where it is."""
    change.speak(command.body, attachments=command.attachment_ids)
    change.words_only()


def write_to_seller(change: Change, command: SendMessage) -> None:
    """Words while the seller's clock runs: it runs on, but the request does not lapse while people talk."""
    write(change, command)
    if change.by is Party.SELLER:
        turns.responded(change)
    if DeadlineKind.LAPSE in change.request.deadlines:
        lapses_at = turns.in_business_days(change, change.policy.lapse_after_business_days)
        change.start_deadlines({DeadlineKind.LAPSE: lapses_at})


def answer_seller(change: Change, command: SendMessage) -> None:
    """The buyer answers: it is the seller's turn again."""
    change.speak(command.body, attachments=command.attachment_ids)
    turns.await_seller(change, "The buyer has answered.")
