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
    claims,
    deadlines,
    escalations,
    holds,
    offers,
    parcels,
    refunds,
    replacements,
    requests,
    response_clocks,
    returns,
    sellers,
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
        zip(row[running.c.kinds] or (), row[running.c.dues] or (), strict=True)
    )
    return Request(
        key=key,
        order=order_of(row, row["promised_to_others"]),
        kind=row[requests.c.kind],
        reason=row[requests.c.reason],
        description=row[requests.c.description],
        policy_version=row[requests.c.policy_version],
        version=row[requests.c.version],
        status=row[requests.c.status],
        handled_by=row[requests.c.handled_by],
        routing_cause=row[requests.c.routing_cause],
        opened_at=row[requests.c.opened_at],
        updated_at=row[requests.c.updated_at],
        seller_enrolled=row[sellers.c.enrollment_status] is EnrollmentStatus.ENROLLED,
        return_address=address_of(row[sellers.c.return_address]),
        outcome=row[requests.c.outcome],
        funded_by=row[requests.c.funded_by],
        closed_at=row[requests.c.closed_at],
        locked_at=row[requests.c.locked_at],
        due_at=row[requests.c.due_at],
        deadlines=started,
        escalation_opened_as=row[requests.c.escalation_opened_as],
        overdue=row[requests.c.overdue],
        clock=_clock_of(row) if row[latest_clock.c.number] is not None else None,
        offers=tuple(map(_offer, parts["offers"])),
        returned=_return(row) if row[returns.c.status] is not None else None,
        replacements=tuple(map(_replacement, parts["replacements"])),
        hold=_hold(row) if row[holds.c.number] is not None else None,
        holds_made=row["holds_made"] or 0,
        refund=_refund(row) if row[refunds.c.status] is not None else None,
        claim=_claim(row) if row[claims.c.status] is not None else None,
        escalations=tuple(map(_escalation, parts["escalations"])),
        survey=_survey(row) if row[requests.c.survey_at] is not None else None,
    )


def _clock_of(row: Row) -> ResponseClock:
    at = latest_clock.c
    return ResponseClock(
        row[at.number], row[at.started_at], row[at.due_at], row[at.responded_at], row[at.missed]
    )


def _offer(row: Row) -> Offer:
    at = its_offers.c
    amount = Money(row[at.amount_minor], row[at.currency])
    return Offer(
        row[at.number],
        amount,
        row[at.note],
        row[at.status],
        row[at.offered_at],
        row[at.expires_at],
        row[at.answered_at],
    )


def _return(row: Row) -> Return:
    at = returns.c
    label = dispute = None
    if row[at.parcel_id] is not None:
        carrier, number = row[return_parcel.c.carrier], row[return_parcel.c.tracking_number]
        label = Label(carrier, number, row[at.label_url], Money(row[at.label_cost_minor], row[at.currency]))
    if row[at.disputed_at] is not None:
        attachment_ids = tuple(row[at.dispute_attachment_ids])
        dispute = Dispute(
            row[at.dispute_condition], row[at.dispute_text], attachment_ids, row[at.disputed_at]
        )
    return Return(
        status=row[at.status],
        funded_by=row[at.funded_by],
        approved_at=row[at.approved_at],
        return_to=address_of(row[at.return_to]),
        label=label,
        drop_off_by=row[at.drop_off_by],
        dropped_off_at=row[at.dropped_off_at],
        delivered_at=row[at.delivered_at],
        review_by=row[at.review_by],
        confirmed_at=row[at.confirmed_at],
        confirmed_by=row[at.confirmed_by],
        dispute=dispute,
    )


def _replacement(row: Row) -> Replacement:
    at, parcel = its_replacements.c, replacement_parcel.c
    return Replacement(
        row[at.number],
        row[parcel.carrier],
        row[parcel.tracking_number],
        row[at.ship_by],
        row[at.submitted_at],
        row[at.shipped_at],
        row[at.delivered_at],
    )


def _hold(row: Row) -> Hold:
    at = holds.c
    return Hold(row[at.number], charges_of(row[at.charges], row[at.currency]), row[at.since])


def _refund(row: Row) -> Refund:
    at = refunds.c
    amount = Money(row[at.amount_minor], row[at.currency])
    return Refund(amount, row[at.funded_by], row[at.status], row[at.created_at], row[at.settled_at])


def _claim(row: Row) -> Claim:
    at = claims.c
    return Claim(
        status=row[at.status],
        carrier=row[at.carrier],
        coverage=Money(row[at.coverage_minor], row[at.currency]),
        files_at=row[at.files_at],
        file_by=row[at.file_by],
        opted_in_at=row[at.opted_in_at],
        filed_at=row[at.filed_at],
        decided_at=row[at.decided_at],
        paid=money_of(row[at.paid_minor], row[at.currency]),
    )


def _escalation(row: Row) -> Escalation:
    at = its_escalations.c
    ruling = None
    if row[at.ruled_at] is not None:
        amount = money_of(row[at.ruling_amount_minor], row[at.currency])
        ruling = Ruling(
            row[at.decision],
            row[at.ruling_funded_by],
            amount,
            row[at.ruling_text],
            row[at.ruled_at],
            row[at.overturned],
        )
    return Escalation(row[at.number], row[at.cause], row[at.by], row[at.text], row[at.at], ruling)


def _survey(row: Row) -> Survey:
    at = requests.c
    return Survey(row[at.survey_satisfied], row[at.survey_comment], row[at.survey_at])
