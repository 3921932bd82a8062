"""Whole requests, as the domain decides on them: read in sets, or locked one at a time.

Decides the order of locks that everything else keeps to: orders (by seller and id), their shipment, the
request, then threads, then seller ledgers (by seller). Asks nobody whether they may see a request: that is
`visibility`'s.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

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
from domain.words import ClaimStatus, DeadlineKind, EnrollmentStatus, HoldStatus
from storage.rows import (
    ORDER_COLUMNS,
    Row,
    address_of,
    charges_of,
    is_part_of_named,
    money_of,
    named_requests,
    names,
    order_of,
    with_shipment,
)
from storage.tables import (
    claims,
    deadlines,
    escalations,
    holds,
    offers,
    orders,
    parcels,
    refunds,
    replacements,
    requests,
    response_clocks,
    returns,
    sellers,
    shipments,
)


async def load_requests(
    connection: AsyncConnection, keys: Collection[RequestKey]
) -> dict[RequestKey, Request]:
    """Give those of these requests that exist, whole, in as many statements however many they are."""
    if not keys:
        return {}
    named = names(list(keys))
    rows = (await connection.execute(_requests, named)).mappings().all()
    parts: dict[str, dict[RequestKey, list[Row]]] = {}
    for name, statement in _PARTS.items():
        parts[name] = defaultdict(list)
        for row in (await connection.execute(statement, named)).mappings():
            parts[name][RequestKey(row[_SELLER_ID[name]], row[_REQUEST_NUMBER[name]])].append(row)
    found = (RequestKey(row[requests.c.seller_id], row[requests.c.number]) for row in rows)
    return {
        key: _request(key, row, {name: parts[name][key] for name in _PARTS})
        for key, row in zip(found, rows, strict=True)
    }


async def lock_request(connection: AsyncConnection, key: RequestKey) -> Request | None:
    """Give a request and keep it, its order and its parcel as they are until the transaction ends."""
    locked = (
        await connection.execute(_lock, {"seller_id": key.seller_id, "number": key.number})
    ).one_or_none()
    if locked is None:
        return None
    await lock_shipment(connection, key.seller_id, locked.shipment_id)
    return (await load_requests(connection, [key]))[key]


async def lock_shipment(connection: AsyncConnection, seller_id: int, shipment_id: int | None) -> None:
    """Keep a shipment as it is: what its claims cover is shared by its orders."""
    if shipment_id is not None:
        await connection.execute(_lock_shipment, {"seller_id": seller_id, "id": shipment_id})


_lock = (
    sa.select(orders.c.shipment_id)
    .join_from(
        requests, orders, (orders.c.seller_id == requests.c.seller_id) & (orders.c.id == requests.c.order_id)
    )
    .where(requests.c.seller_id == sa.bindparam("seller_id"), requests.c.number == sa.bindparam("number"))
    .with_for_update(key_share=True, of=[orders, requests])
)
_lock_shipment = (
    sa.select(shipments.c.id)
    .where(shipments.c.seller_id == sa.bindparam("seller_id"), shipments.c.id == sa.bindparam("id"))
    .with_for_update(key_share=True)
)

_clock = (
    sa.select(response_clocks)
    .where(
        response_clocks.c.seller_id == requests.c.seller_id,
        response_clocks.c.request_number == requests.c.number,
    )
    .order_by(response_clocks.c.number.desc())
    .limit(1)
    .lateral("latest_clock")
)
_return_parcel = parcels.alias("return_parcel")
_replacement_parcel = parcels.alias("replacement_parcel")
_all_holds = holds.alias("all_holds")
_holds_made = (
    sa.select(sa.func.coalesce(sa.func.max(_all_holds.c.number), 0))
    .where(_all_holds.c.seller_id == requests.c.seller_id, _all_holds.c.request_number == requests.c.number)
    .scalar_subquery()
    .label("holds_made")
)

other_claims = claims.alias("other_claims")
"""Claims on a shipment, seen from another request on it."""
PROMISED = sa.case(
    (other_claims.c.status == ClaimStatus.APPROVED, other_claims.c.paid_minor),
    (other_claims.c.status.in_([ClaimStatus.DENIED, ClaimStatus.EXPIRED, ClaimStatus.CANCELLED]), 0),
    else_=other_claims.c.coverage_minor,
)
promised_to_others = (
    sa.select(sa.func.sum(PROMISED).cast(sa.BigInteger))
    .where(
        other_claims.c.seller_id == orders.c.seller_id,
        other_claims.c.shipment_id == orders.c.shipment_id,
        other_claims.c.request_number != requests.c.number,
    )
    .scalar_subquery()
    .label("promised_to_others")
)


def _of_request(table: sa.FromClause) -> sa.ColumnElement[bool]:
    return (table.c.seller_id == requests.c.seller_id) & (table.c.request_number == requests.c.number)


_requests = (
    sa.select(
        *requests.c,
        *ORDER_COLUMNS,
        *(column for table in (returns, refunds, claims, holds, _clock) for column in table.c),
        sellers.c.enrollment_status,
        sellers.c.return_address,
        _return_parcel.c.carrier,
        _return_parcel.c.tracking_number,
        _holds_made,
        promised_to_others,
    )
    .select_from(
        with_shipment(
            named_requests.join(
                requests,
                (requests.c.seller_id == named_requests.c.seller_id)
                & (requests.c.number == named_requests.c.number),
            )
            .join(orders, (orders.c.seller_id == requests.c.seller_id) & (orders.c.id == requests.c.order_id))
            .join(sellers, sellers.c.seller_id == requests.c.seller_id)
        )
        .outerjoin(returns, _of_request(returns))
        .outerjoin(
            _return_parcel,
            (_return_parcel.c.seller_id == returns.c.seller_id)
            & (_return_parcel.c.id == returns.c.parcel_id),
        )
        .outerjoin(refunds, _of_request(refunds))
        .outerjoin(claims, _of_request(claims))
        .outerjoin(holds, _of_request(holds) & (holds.c.status == HoldStatus.HELD))
        .outerjoin(_clock, sa.true())
    )
    .set_label_style(sa.LABEL_STYLE_TABLENAME_PLUS_COL)
)

_PARTS: Mapping[str, sa.Select[Any]] = {
    "offers": sa.select(offers).join(named_requests, is_part_of_named(offers)).order_by(offers.c.number),
    "replacements": (
        sa.select(replacements, _replacement_parcel.c.carrier, _replacement_parcel.c.tracking_number)
        .join(named_requests, is_part_of_named(replacements))
        .join(
            _replacement_parcel,
            (_replacement_parcel.c.seller_id == replacements.c.seller_id)
            & (_replacement_parcel.c.id == replacements.c.parcel_id),
        )
        .order_by(replacements.c.number)
        .set_label_style(sa.LABEL_STYLE_TABLENAME_PLUS_COL)
    ),
    "escalations": (
        sa.select(escalations)
        .join(named_requests, is_part_of_named(escalations))
        .order_by(escalations.c.number)
    ),
    "deadlines": sa.select(deadlines).join(named_requests, is_part_of_named(deadlines)),
}
_TABLES = {"offers": offers, "replacements": replacements, "escalations": escalations, "deadlines": deadlines}
_SELLER_ID = {name: table.c.seller_id for name, table in _TABLES.items()}
_REQUEST_NUMBER = {name: table.c.request_number for name, table in _TABLES.items()}


def _request(key: RequestKey, row: Row, parts: Mapping[str, list[Row]]) -> Request:
    started: dict[DeadlineKind, Any] = {
        each[deadlines.c.kind]: each[deadlines.c.due_at] for each in parts["deadlines"]
    }
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
        clock=_clock_of(row) if row[_clock.c.number] is not None else None,
        offers=tuple(map(_offer, parts["offers"])),
        returned=_return(row) if row[returns.c.status] is not None else None,
        replacements=tuple(map(_replacement, parts["replacements"])),
        hold=_hold(row) if row[holds.c.number] is not None else None,
        holds_made=row["holds_made"],
        refund=_refund(row) if row[refunds.c.status] is not None else None,
        claim=_claim(row) if row[claims.c.status] is not None else None,
        escalations=tuple(map(_escalation, parts["escalations"])),
        survey=_survey(row) if row[requests.c.survey_at] is not None else None,
    )


def _clock_of(row: Row) -> ResponseClock:
    at = _clock.c
    return ResponseClock(
        row[at.number], row[at.started_at], row[at.due_at], row[at.responded_at], row[at.missed]
    )


def _offer(row: Row) -> Offer:
    at = offers.c
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
        carrier, number = row[_return_parcel.c.carrier], row[_return_parcel.c.tracking_number]
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
    at, parcel = replacements.c, _replacement_parcel.c
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
    at = escalations.c
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
