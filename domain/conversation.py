"""Words in a request's thread: who may write when, and what a plain message does beside being read.

Decides the lock, the read-only cases and the turn that a buyer's answer passes on; refuses to know what is
written.
"""

from datetime import timedelta

from domain import turns
from domain.change import Change
from domain.commands import SendMessage
from domain.refusals import ThreadLocked, ThreadReadOnly
from domain.words import DeadlineKind, Handler, MessageKind, Party


def check_may_write(change: Change) -> None:
    """Raises ThreadLocked or ThreadReadOnly for a party that has no word here now."""
    request = change.request
    if request.locked_at is not None:
        if change.by is not Party.SUPPORT:
            raise ThreadLocked
        return
    if change.by is Party.SELLER and request.handled_by is Handler.SUPPORT:
        raise ThreadReadOnly("Support handles this request; you can read along.")
    if request.closed_at and change.at >= request.closed_at + writable_after_close(change):
        raise ThreadReadOnly


def writable_after_close(change: Change) -> timedelta:
    """How long an unlocked thread outlives its request."""
    return timedelta(days=change.policy.write_after_close_within_days)


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
