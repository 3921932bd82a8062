"""A whole request out of its rows, as the domain decides on it.

Decides which column becomes which value; which rows are read is `storage.load`'s.
"""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from domain.money import Money
from domain.values import (
    Claim,
    Dispute,
    Escalation,
    Hold,
    Label,
    Offer,
    Refund,
    Replacement,
    Request,
    RequestKey,
    ResponseClock,
    Return,
    Ruling,
    Survey,
)
from domain.words import DeadlineKind, EnrollmentStatus
from storage.rows import Row, address_of, charges_of, is_part_of_named, money_of, order_of
from storage.tables import (
    deadlines,
    escalations,
    offers,
    parcels,
    replacements,
    requests,
    response_clocks,
)

latest_clock = (
    sa.select(response_clocks)
    .where(
        response_clocks.c.seller_id == requests.c.seller_id,
        response_clocks.c.request_number == requests.c.number,
    )
    .order_by(response_clocks.c.number.desc())
    .limit(1)
    .lateral("latest_clock")
)
running = (
    sa.select(
        sa.func.array_agg(deadlines.c.kind, type_=ARRAY(deadlines.c.kind.type)).label("kinds"),
        sa.func.array_agg(deadlines.c.due_at, type_=ARRAY(deadlines.c.due_at.type)).label("dues"),
    )
    .where(deadlines.c.seller_id == requests.c.seller_id, deadlines.c.request_number == requests.c.number)
    .lateral("running")
)
"""The deadlines of a request."""


def _its(table: sa.Table) -> sa.FromClause:
    """The rows of a numbered part that belong to one of `named_requests`, in order."""
    return (
        sa.select(table).where(is_part_of_named(table)).order_by(table.c.number).lateral(f"its_{table.name}")
    )


its_offers, its_replacements, its_escalations = map(_its, (offers, replacements, escalations))
return_parcel = parcels.alias("return_parcel")
replacement_parcel = parcels.alias("replacement_parcel")


def request_of(key: RequestKey, row: Row, parts: Mapping[str, list[Row]]) -> Request:
    """The request in a row of all its single parts, with the rows of its numbered ones by their names."""
    started: dict[DeadlineKind, Any] = dict(
        zip(row["running_kinds"] or (), row["running_dues"] or (), strict=True)
    )
    return Request(
        key=key,
        order=order_of(row, row["promised_to_others"]),
        kind=row["requests_kind"],
        reason=row["requests_reason"],
        description=row["requests_description"],
        policy_version=row["requests_policy_version"],
        version=row["requests_version"],
        status=row["requests_status"],
        handled_by=row["requests_handled_by"],
        routing_cause=row["requests_routing_cause"],
        opened_at=row["requests_opened_at"],
        updated_at=row["requests_updated_at"],
        seller_enrolled=row["sellers_enrollment_status"] is EnrollmentStatus.ENROLLED,
        return_address=address_of(row["sellers_return_address"]),
        outcome=row["requests_outcome"],
        funded_by=row["requests_funded_by"],
        closed_at=row["requests_closed_at"],
        locked_at=row["requests_locked_at"],
        due_at=row["requests_due_at"],
        deadlines=started,
        escalation_opened_as=row["requests_escalation_opened_as"],
        overdue=row["requests_overdue"],
        clock=_clock_of(row) if row["latest_clock_number"] is not None else None,
        offers=tuple(map(_offer, parts["offers"])),
        returned=_return(row) if row["returns_status"] is not None else None,
        replacements=tuple(map(_replacement, parts["replacements"])),
        hold=_hold(row) if row["holds_number"] is not None else None,
        holds_made=row["holds_made"] or 0,
        refund=_refund(row) if row["refunds_status"] is not None else None,
        claim=_claim(row) if row["claims_status"] is not None else None,
        escalations=tuple(map(_escalation, parts["escalations"])),
        survey=_survey(row) if row["requests_survey_at"] is not None else None,
    )


def _clock_of(row: Row) -> ResponseClock:
    return ResponseClock(
        row["latest_clock_number"],
        row["latest_clock_started_at"],
        row["latest_clock_due_at"],
        row["latest_clock_responded_at"],
        row["latest_clock_missed"],
    )


def _offer(row: Row) -> Offer:
    amount = Money(row["its_offers_amount_minor"], row["its_offers_currency"])
    return Offer(
        row["its_offers_number"],
        amount,
        row["its_offers_note"],
        row["its_offers_status"],
        row["its_offers_offered_at"],
        row["its_offers_expires_at"],
        row["its_offers_answered_at"],
    )


def _return(row: Row) -> Return:
    label = dispute = None
    if row["returns_parcel_id"] is not None:
        carrier, number = row["return_parcel_carrier"], row["return_parcel_tracking_number"]
        label = Label(
            carrier,
            number,
            row["returns_label_url"],
            Money(row["returns_label_cost_minor"], row["returns_currency"]),
        )
    if row["returns_disputed_at"] is not None:
        attachment_ids = tuple(row["returns_dispute_attachment_ids"])
        dispute = Dispute(
            row["returns_dispute_condition"],
            row["returns_dispute_text"],
            attachment_ids,
            row["returns_disputed_at"],
        )
    return Return(
        status=row["returns_status"],
        funded_by=row["returns_funded_by"],
        approved_at=row["returns_approved_at"],
        return_to=address_of(row["returns_return_to"]),
        label=label,
        drop_off_by=row["returns_drop_off_by"],
        dropped_off_at=row["returns_dropped_off_at"],
        delivered_at=row["returns_delivered_at"],
        review_by=row["returns_review_by"],
        confirmed_at=row["returns_confirmed_at"],
        confirmed_by=row["returns_confirmed_by"],
        dispute=dispute,
    )


def _replacement(row: Row) -> Replacement:
    return Replacement(
        row["its_replacements_number"],
        row["replacement_parcel_carrier"],
        row["replacement_parcel_tracking_number"],
        row["its_replacements_ship_by"],
        row["its_replacements_submitted_at"],
        row["its_replacements_shipped_at"],
        row["its_replacements_delivered_at"],
    )


def _hold(row: Row) -> Hold:
    return Hold(
        row["holds_number"], charges_of(row["holds_charges"], row["holds_currency"]), row["holds_since"]
    )


def _refund(row: Row) -> Refund:
    amount = Money(row["refunds_amount_minor"], row["refunds_currency"])
    return Refund(
        amount,
        row["refunds_funded_by"],
        row["refunds_status"],
        row["refunds_created_at"],
        row["refunds_settled_at"],
    )


def _claim(row: Row) -> Claim:
    return Claim(
        status=row["claims_status"],
        carrier=row["claims_carrier"],
        coverage=Money(row["claims_coverage_minor"], row["claims_currency"]),
        files_at=row["claims_files_at"],
        file_by=row["claims_file_by"],
        opted_in_at=row["claims_opted_in_at"],
        filed_at=row["claims_filed_at"],
        decided_at=row["claims_decided_at"],
        paid=money_of(row["claims_paid_minor"], row["claims_currency"]),
    )


def _escalation(row: Row) -> Escalation:
    ruling = None
    if row["its_escalations_ruled_at"] is not None:
        amount = money_of(row["its_escalations_ruling_amount_minor"], row["its_escalations_currency"])
        ruling = Ruling(
            row["its_escalations_decision"],
            row["its_escalations_ruling_funded_by"],
            amount,
            row["its_escalations_ruling_text"],
            row["its_escalations_ruled_at"],
            row["its_escalations_overturned"],
        )
    return Escalation(
        row["its_escalations_number"],
        row["its_escalations_cause"],
        row["its_escalations_by"],
        row["its_escalations_text"],
        row["its_escalations_at"],
        ruling,
    )


def _survey(row: Row) -> Survey:
    return Survey(row["requests_survey_satisfied"], row["requests_survey_comment"], row["requests_survey_at"])
