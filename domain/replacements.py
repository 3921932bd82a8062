"""The second parcel: its scans, its lateness, its arrival or loss.

Decides what each scan means for the replacement under way; an old number's scans mean nothing any more.
"""

from dataclasses import replace

from domain import settlement, turns
from domain.change import Change
from domain.commands import DeadlineReached, ReportScan
from domain.effects import DeadlineMissed, ReplacementChanged
from domain.escalation import to_support
from domain.words import EscalationCause, Party, RequestOutcome, ScanKind

FAILED = frozenset({ScanKind.LOST, ScanKind.REFUSED, ScanKind.UNDELIVERABLE, ScanKind.RETURNED_TO_SENDER})
"""The scans after which the replacement will not reach the buyer."""


def is_current(change: Change, scan: ReportScan) -> bool:
    """Whether the scan is of the replacement under way."""
    replacement = change.request.replacement
    return replacement is not None and scan.parcel_number in {None, replacement.number}


def record_scan(change: Change, scan: ReportScan) -> None:
    """What a scan means for the replacement, in any status of the request."""
    replacement = change.request.replacement
    assert replacement is not None, "only a replacement is scanned"
    happened_at = min(scan.happened_at, change.at)
    scanned = replacement
    if scanned.shipped_at is None or happened_at < scanned.shipped_at:
        scanned = replace(scanned, shipped_at=happened_at)
    if scan.kind is ScanKind.DELIVERED and (
        scanned.delivered_at is None or happened_at < scanned.delivered_at
    ):
        scanned = replace(scanned, delivered_at=happened_at)
    if scanned != replacement:
        change.request = replace(change.request, replacements=(*change.request.replacements[:-1], scanned))
        change.add(ReplacementChanged(change.by, replacement.number, scan.kind))


def on_its_way(change: Change, scan: ReportScan) -> None:
    """The seller sent it."""
    since = min(scan.happened_at, change.at)
    turns.replacement_in_transit(change, "The replacement is on its way to the buyer.", since=since)


def delivered(change: Change, _: ReportScan) -> None:
    """The buyer has it; nothing is charged."""
    sentence = "The replacement was delivered; the request is closed."
    settlement.close_unrefunded(change, RequestOutcome.REPLACED, sentence)


def lost(change: Change, _: ReportScan | DeadlineReached) -> None:
    """It does not come: the seller answers anew, or Support does."""
    sentence = "The replacement did not arrive; it is the seller's turn again."
    turns.await_seller(change, sentence, escalation=EscalationCause.REPLACEMENT_LOST)


def overdue(change: Change, _: DeadlineReached) -> None:
    """The seller has not sent it in time: Support sees it, and the buyer may ask Support to decide."""
    replacement = change.request.replacement
    assert replacement is not None, "the clock is the replacement's"
    change.add(DeadlineMissed(replacement.ship_by, Party.SELLER))
    change.request = replace(
        change.request, overdue=True, escalation_opened_as=EscalationCause.REPLACEMENT_NOT_SENT
    )
    change.say("The replacement was not sent in time; the buyer may escalate to Support.")


def given_up(change: Change, _: DeadlineReached) -> None:
    """The seller has not sent it at all."""
    sentence = "The replacement was not sent; Support decides."
    to_support(change, EscalationCause.REPLACEMENT_NOT_SENT, None, sentence)
