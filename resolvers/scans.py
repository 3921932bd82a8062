"""Scans of any parcel: outbound, return or replacement. Recorded once each, whatever they move.

Decides the order in which a batch is taken: by when things happened, not by when they were reported. Rows
stand alone: one that is rejected holds up no other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.commands import ReportScan
from domain.refusals import NotFound, Refusal
from domain.words import Carrier, ImportStatus, Party, ScanKind
from resolvers.mutate import Receipt, Refused, Write
from resolvers.parties import require_platform
from resolvers.reports import check_past
from resolvers.requests import decide_and_save, locked, settled
from storage import finding
from storage.scans import record_scan
from storage.transaction import savepoint


@dataclass(frozen=True, slots=True)
class Scan:
    """What a carrier saw of one parcel; `row` is its place in the call."""

    row: int
    carrier: Carrier
    tracking_number: str
    kind: ScanKind
    at: datetime
    place: str | None


async def report_scans(write: Write, scans: Sequence[Scan]) -> dict[int, Receipt]:
    """Record what carriers saw and move the requests it concerns; give a result for each row."""
    require_platform(write)
    sellers = await finding.lock_orders_of_parcels(
        write.connection, {(scan.carrier, scan.tracking_number) for scan in scans}
    )

    def by_seller_and_time(scan: Scan) -> tuple[int, datetime, int]:
        return sellers.get((scan.carrier, scan.tracking_number), 0), scan.at, scan.row

    return {scan.row: await _report(write, scan) for scan in sorted(scans, key=by_seller_and_time)}


async def _report(write: Write, scan: Scan) -> Receipt:
    """Record one scan, alone: a rejected one leaves nothing behind."""
    try:
        async with savepoint(write.connection):
            return await _record(write, scan)
    except Refusal as refusal:
        return rejected(Refused.of(refusal, "scans", str(scan.row)))


async def _record(write: Write, scan: Scan) -> Receipt:
    await check_past(write, scan.at)
    recorded = await record_scan(
        write.connection,
        scan.carrier,
        scan.tracking_number,
        scan.kind,
        at=scan.at,
        place=scan.place,
        reported_at=await write.now(),
    )
    if recorded is None:
        raise NotFound("parcel", "trackingNumber")
    if not recorded.is_new:
        return {"status": ImportStatus.UNCHANGED, "requests": [], "refused": []}
    for key in recorded.requests:
        report = ReportScan(recorded.role, scan.kind, scan.at, recorded.replacement_number)
        await decide_and_save(write, await settled(write, await locked(write, key)), report, by=Party.CARRIER)
    moved = [[key.seller_id, key.number] for key in recorded.requests]
    return {"status": ImportStatus.CREATED, "requests": moved, "refused": []}


def rejected(*refused: Refused) -> Receipt:
    """The result of a row that was not taken."""
    return {"status": ImportStatus.REJECTED, "requests": [], "refused": [each.dump() for each in refused]}
