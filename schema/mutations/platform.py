"""What the marketplace's own services report."""

from typing import Any

import strawberry

from domain.commands import DecideClaim
from domain.values import Label, RequestKey
from resolvers import enrollment, ledger_reports, reports, scans
from resolvers.imports import import_orders
from resolvers.mutate import Receipt, Refused, Write
from schema.inputs import imports, platform
from schema.inputs.form import problems
from schema.mutations.perform import is_row_of, key_of, mutation, request_of
from schema.payloads import (
    ChargebackPayload,
    ImportOrdersPayload,
    LedgerPayload,
    RefundPayload,
    ReportPayload,
    ReportScansPayload,
    RequestPayload,
    SellerDeskPayload,
)


def _faults(form: Any, rows: str) -> dict[int, list[Refused]]:
    """Give what is wrong with the form of single rows, by row."""
    found: dict[int, list[Refused]] = {}
    for fault in problems(form):
        if fault.field and is_row_of(rows, fault):
            found.setdefault(int(fault.field[1]), []).append(Refused.of(fault))
    return found


def _shown(name: str) -> str:
    """Give a row's name back as far as it can be written at all: what cannot be was the row's fault."""
    return name.replace("\0", "?").encode("utf-8", "replace").decode()


async def _import_orders(write: Write, form: imports.ImportOrdersInput) -> Receipt:
    faults = _faults(form, "orders")
    taken = {row: order.order() for row, order in enumerate(form.orders) if row not in faults}
    results = await import_orders(write, taken, faults)
    names = [_shown(order.external_id) for order in form.orders]
    return {"results": [{"externalId": name, **results[row]} for row, name in enumerate(names)]}


async def _report_scans(write: Write, form: platform.ReportScansInput) -> Receipt:
    results = {row: scans.rejected(*refused) for row, refused in _faults(form, "scans").items()}
    results |= await scans.report_scans(
        write,
        [
            scans.Scan(row, scan.carrier, scan.tracking_number, scan.kind, scan.at, scan.place)
            for row, scan in enumerate(form.scans)
            if row not in results
        ],
    )
    numbers = [_shown(scan.tracking_number) for scan in form.scans]
    return {"results": [{"trackingNumber": number, **results[row]} for row, number in enumerate(numbers)]}


async def _report_refunds(write: Write, form: platform.ReportRefundsInput) -> Receipt:
    rows = [
        reports.RefundReport(RequestKey(*key_of(refund.refund_id)), refund.status, refund.at)
        for refund in form.refunds
    ]
    return await reports.report_refunds(write, rows)


async def _retry_refund(write: Write, form: platform.RetryRefundInput) -> Receipt:
    return await reports.retry_refund(write, RequestKey(*key_of(form.refund_id)))


async def _report_label(write: Write, form: platform.ReportReturnLabelInput) -> Receipt:
    label = Label(form.carrier, form.tracking_number, form.label_url, form.cost.money())
    return await reports.report_label(write, request_of(form), label)


async def _report_transfers(write: Write, form: platform.ReportTransfersInput) -> Receipt:
    rows = [
        ledger_reports.Transfer(transfer.external_id, transfer.username, transfer.amount.money(), transfer.at)
        for transfer in form.transfers
    ]
    return await ledger_reports.report_transfers(write, rows)


async def _correct_ledger(write: Write, form: platform.CorrectLedgerInput) -> Receipt:
    return await ledger_reports.correct_ledger(write, *key_of(form.journal_id), form.reason)


async def _report_chargeback(write: Write, form: platform.ReportChargebackInput) -> Receipt:
    return await reports.report_chargeback(write, form.order_external_id, form.at)


async def _report_claim_decision(write: Write, form: platform.ReportClaimDecisionInput) -> Receipt:
    decision = DecideClaim(form.approved, form.paid.money() if form.paid else None, form.at)
    return await reports.report_claim_decision(write, RequestKey(*key_of(form.claim_id)), decision)


async def _set_enrollment(write: Write, form: platform.SetEnrollmentInput) -> Receipt:
    return await enrollment.set_enrollment(write, form.username, form.status, form.since)


@strawberry.type(description="What the marketplace's own services report.")
class PlatformMutations:
    """Facts from outside: orders, parcels, money."""

    import_orders = mutation(
        imports.ImportOrdersInput,
        ImportOrdersPayload,
        _import_orders,
        "Import orders with their parcels, buyers and sellers; safe to repeat. Each row is taken or "
        "rejected alone.",
        rows="orders",
    )
    report_scans = mutation(
        platform.ReportScansInput,
        ReportScansPayload,
        _report_scans,
        "Report scans of outbound, return and replacement parcels; safe to repeat. They count by when they "
        "happened.",
        rows="scans",
    )
    report_refunds = mutation(
        platform.ReportRefundsInput,
        ReportPayload,
        _report_refunds,
        "Report refunds as settled or failed; all of them or none are taken.",
    )
    retry_refund = mutation(
        platform.RetryRefundInput,
        RefundPayload,
        _retry_refund,
        "Send a refund that failed again. Support does, too.",
    )
    report_return_label = mutation(
        platform.ReportReturnLabelInput,
        RequestPayload,
        _report_label,
        "Give a return its label; the buyer's 5 business days to drop the parcel off begin.",
    )
    report_transfers = mutation(
        platform.ReportTransfersInput,
        ReportPayload,
        _report_transfers,
        "Report payouts made to sellers; safe to repeat. All of them or none are taken.",
    )
    correct_ledger = mutation(
        platform.CorrectLedgerInput,
        LedgerPayload,
        _correct_ledger,
        "Reverse one journal that was a mistake, exactly and once. Support does, too.",
    )
    report_chargeback = mutation(
        platform.ReportChargebackInput,
        ChargebackPayload,
        _report_chargeback,
        "Report that the buyer's bank took a payment back; an open request ends, and the seller pays "
        "nothing for it.",
    )
    report_claim_decision = mutation(
        platform.ReportClaimDecisionInput,
        RequestPayload,
        _report_claim_decision,
        "Report what the carrier decided on a claim; an approved one is credited to the seller.",
    )
    set_enrollment = mutation(
        platform.SetEnrollmentInput,
        SellerDeskPayload,
        _set_enrollment,
        "Admit a seller to handling requests in person, or end it.",
    )
