"""The parcel on its way back: its approval, its label, its scans, and what happens when it never comes.

Decides what each scan means for the return and its label, whatever the request's status; where the request
goes is the table's to say. A label counts as used from its first scan on.
"""

from dataclasses import replace
from datetime import datetime

from domain import journals, settlement, turns
from domain.change import Change
from domain.commands import DeadlineReached, ReportLabel, ReportScan
from domain.effects import DeadlineMissed, ReturnChanged
from domain.escalation import to_support
from domain.refusals import CurrencyMismatch, ReturnAddressRequired
from domain.values import Address, Label, Return
from domain.words import EscalationCause, Funder, HoldStatus, Party, RequestOutcome, ReturnStatus, ScanKind

ARRIVED = {
    ScanKind.DELIVERED: ReturnStatus.DELIVERED,
    ScanKind.REFUSED: ReturnStatus.REFUSED,
    ScanKind.UNDELIVERABLE: ReturnStatus.REFUSED,
    ScanKind.RETURNED_TO_SENDER: ReturnStatus.REFUSED,
}
"""The scans that end the way back, and how: failing to take a return in does not keep it from counting."""

ON_ITS_WAY = frozenset({ReturnStatus.AWAITING_DROP_OFF, ReturnStatus.IN_TRANSIT, ReturnStatus.LOST})


def approve_return(change: Change, sentence: str, *, funded_by: Funder, own_label: Label | None) -> None:
    """The buyer may send the item back; a label and a hold that exist are kept where they still serve."""
    returned = change.request.returned
    if returned is None:
        returned = Return(ReturnStatus.AWAITING_LABEL, funded_by, change.at, return_to=None)
    change.request = replace(change.request, returned=replace(returned, funded_by=funded_by))
    if returned.label is None and own_label is not None:
        _attach_label(change, own_label)
    _hold_for(change, funded_by)
    turns.await_return(change, sentence)
    assert change.request.returned is not None, "it was approved above"
    change.add(ReturnChanged(change.by, change.request.returned.status))


def check_seller_address(change: Change) -> None:
    """A return that the seller asks for goes to the seller's own address."""
    if change.request.return_address is None:
        raise ReturnAddressRequired


def check_address_if_returnable(change: Change) -> None:
    """An offer that is declined may become a return: it needs the address too."""
    reason = change.request.reason
    if reason is not None and change.policy.reason(reason).returnable:
        check_seller_address(change)


def check_any_address(change: Change) -> None:
    """A return that Support orders may go to where the parcel was shipped from."""
    if _address(change) is None:
        raise ReturnAddressRequired


def label_made(change: Change, command: ReportLabel) -> None:
    """The label is there: the hold takes its cost in, and the buyer's time to drop off begins."""
    _attach_label(change, command.label)
    _hold_label_cost(change)
    turns.start_drop_off(change)
    change.add(ReturnChanged(change.by, ReturnStatus.AWAITING_DROP_OFF))
    change.say("The return label is ready.")


def label_made_under_review(change: Change, command: ReportLabel) -> None:
    """The label is there, but Support decides first: no clock runs."""
    _attach_label(change, command.label)
    _hold_label_cost(change)
    change.add(ReturnChanged(change.by, ReturnStatus.AWAITING_DROP_OFF))


def has_label(change: Change) -> bool:
    """Whether there is a parcel that could be scanned: until then the buyer has nothing to send it with."""
    returned = change.request.returned
    return returned is not None and returned.label is not None


def record_scan(change: Change, scan: ReportScan) -> None:
    """What a scan means for the return and its label, in any status of the request."""
    returned = change.request.returned
    assert returned is not None, "only a return is scanned"
    assert returned.label is not None, "only a parcel with a label is scanned"
    happened_at = min(scan.happened_at, change.at)
    if returned.dropped_off_at is None:
        change.add(journals.label_used(returned.label.cost))
        if change.request.closed_at:
            change.add(journals.label_written_off(returned.label.cost))
    if returned.dropped_off_at is None or happened_at < returned.dropped_off_at:
        returned = replace(returned, dropped_off_at=happened_at)
        change.request = replace(change.request, returned=returned)
    if returned.status not in ON_ITS_WAY:
        return
    status = _status_after(scan.kind)
    still_lost = returned.status is ReturnStatus.LOST and status is ReturnStatus.IN_TRANSIT
    if status is not returned.status and not still_lost:
        delivered_at = happened_at if status is ReturnStatus.DELIVERED else None
        change.request = replace(
            change.request, returned=replace(returned, status=status, delivered_at=delivered_at)
        )
        change.add(ReturnChanged(change.by, status))


def on_its_way(change: Change, scan: ReportScan) -> None:
    """The buyer dropped the parcel off."""
    since = min(scan.happened_at, change.at)
    turns.return_in_transit(change, "The return is on its way to the seller.", since=since)


def arrived(change: Change, scan: ReportScan) -> None:
    """The parcel came back, or the seller's side did not take it in: the review begins."""
    sentence = {
        ReturnStatus.DELIVERED: "The return was delivered; the seller confirms or disputes it.",
        ReturnStatus.REFUSED: "The return could not be delivered; the seller confirms or disputes it.",
    }[ARRIVED[scan.kind]]
    review_by = turns.review_return(change, sentence, arrived_at=min(scan.happened_at, change.at))
    assert change.request.returned is not None, "it arrived"
    change.request = replace(change.request, returned=replace(change.request.returned, review_by=review_by))


def lost(change: Change, command: ReportScan | DeadlineReached) -> None:
    """The parcel does not come, says the carrier or the calendar: Support decides, the hold is kept."""
    returned = change.request.returned
    if isinstance(command, DeadlineReached) and returned:
        change.request = replace(change.request, returned=replace(returned, status=ReturnStatus.LOST))
        change.add(ReturnChanged(change.by, ReturnStatus.LOST))
    to_support(change, EscalationCause.RETURN_LOST, None, "The return did not arrive; Support decides.")


def not_sent(change: Change, _: DeadlineReached) -> None:
    """The buyer did not drop the parcel off in time."""
    change.add(DeadlineMissed(_drop_off_by(change), Party.BUYER))
    settlement.close_unrefunded(
        change,
        RequestOutcome.RETURN_NOT_SENT,
        "The item was not dropped off in time; the refund is cancelled.",
        returned_as=ReturnStatus.NOT_SENT,
    )


def _hold_for(change: Change, funded_by: Funder) -> None:
    """The seller's charge is held; the platform's is not."""
    if funded_by is Funder.PLATFORM:
        settlement.end_hold(change, HoldStatus.VOIDED)
    elif change.request.hold is None:
        settlement.hold_return_charge(change)


def _hold_label_cost(change: Change) -> None:
    returned = change.request.returned
    if returned and returned.funded_by is Funder.SELLER:
        settlement.hold_return_charge(change)


def _attach_label(change: Change, label: Label) -> None:
    currency = change.request.order.currency
    if label.cost.currency is not currency:
        raise CurrencyMismatch(currency.value, "cost")
    returned = change.request.returned
    assert returned is not None, "a label is made for an approved return"
    labelled = replace(
        returned, status=ReturnStatus.AWAITING_DROP_OFF, label=label, return_to=_address(change)
    )
    change.request = replace(change.request, returned=labelled)


def _address(change: Change) -> Address | None:
    shipment = change.request.order.shipment
    return change.request.return_address or (shipment.ship_from if shipment else None)


def _status_after(kind: ScanKind) -> ReturnStatus:
    if kind in ARRIVED:
        return ARRIVED[kind]
    if kind is ScanKind.LOST:
        return ReturnStatus.LOST
    return ReturnStatus.IN_TRANSIT


def _drop_off_by(change: Change) -> datetime:
    returned = change.request.returned
    assert returned is not None, "the clock runs for a return"
    assert returned.drop_off_by is not None, "the clock runs from the label"
    return returned.drop_off_by
