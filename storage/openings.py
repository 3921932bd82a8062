"""What is known about orders when their buyers ask for help: the facts that opening a request is checked by.

Decides nothing: the checks are `domain.opening`'s, the line of abuse is `domain.abuse`'s.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on

from domain import abuse
from domain.policy import CURRENT
from domain.values import Opening, RequestKey
from domain.words import EnrollmentStatus, RequestKind, RequestStatus, RulingDecision
from storage.connection import Connection
from storage.load import PROMISED, lock_shipment, other_claims
from storage.rows import ORDER_COLUMNS, Row, address_of, order_of, with_shipment
from storage.tables import buyer_flags, escalations, orders, replacements, requests, sellers

OrderKey = tuple[int, int]
"""An order's seller and id."""


async def load_openings(
    connection: Connection, keys: Collection[OrderKey], at: datetime
) -> dict[OrderKey, Opening]:
    """Give what is known about those of these orders that exist; the number of statements stays the same."""
    if not keys:
        return {}
    named = {"seller_ids": [seller for seller, _ in keys], "ids": [id_ for _, id_ in keys]}
    rows = (await connection.execute(_openings, named)).mappings().all()
    suspected = await _suspected(connection, {row["orders_buyer_id"] for row in rows}, at)
    return {
        (row["orders_seller_id"], row["orders_id"]): _opening(row, suspected[row["orders_buyer_id"]])
        for row in rows
    }


async def lock_opening(connection: Connection, seller_id: int, order_id: int, at: datetime) -> Opening | None:
    """Give what is known about an order and keep it so; the seller's next request number is the caller's."""
    key = {"seller_id": seller_id, "id": order_id}
    locked = (await connection.execute(_lock_order, key)).one_or_none()
    if locked is None:
        return None
    await lock_shipment(connection, seller_id, locked.shipment_id)
    await connection.execute(_lock_seller, {"seller_id": seller_id})
    return (await load_openings(connection, [(seller_id, order_id)], at))[seller_id, order_id]


async def load_signals(
    connection: Connection, buyer_ids: Collection[int], at: datetime
) -> dict[int, tuple[abuse.AbuseSignals, abuse.Mark | None]]:
    """Give what each of these buyers did lately, and Support's latest word on them."""
    ids = list(buyer_ids)
    rows = await connection.execute(_marks, {"buyer_ids": ids})
    marks = {row.buyer_id: abuse.Mark(row.flagged, row.reason, row.at) for row in rows}
    since = [abuse.counted_from(marks.get(id_), at=at, policy=CURRENT) for id_ in ids]
    counted = await connection.execute(_signals, {"buyer_ids": ids, "since": since})
    return {id_: (abuse.AbuseSignals(*counts), marks.get(id_)) for id_, *counts in counted}


async def _suspected(connection: Connection, buyer_ids: Collection[int], at: datetime) -> Mapping[int, bool]:
    return {
        id_: abuse.suspected(signals, mark, CURRENT)
        for id_, (signals, mark) in (await load_signals(connection, buyer_ids, at)).items()
    }


def _opening(row: Row, suspected: bool) -> Opening:
    open_number = row["open_number"]
    return Opening(
        order=order_of(row, row["promised"]),
        seller_enrolled=row["sellers_enrollment_status"] is EnrollmentStatus.ENROLLED,
        buyer_suspected=suspected,
        open_request=None if open_number is None else RequestKey(row["orders_seller_id"], open_number),
        ruled_reasons=frozenset(row["ruled_reasons"]),
        replacement_delivered_at=row["replacement_delivered_at"],
        return_address=address_of(row["sellers_return_address"]),
        next_number=row["sellers_last_request_number"] + 1,
    )


_lock_order = (
    sa.select(orders.c.shipment_id)
    .where(orders.c.seller_id == sa.bindparam("seller_id"), orders.c.id == sa.bindparam("id"))
    .with_for_update(key_share=True)
)
_lock_seller = (
    sa.select(sellers.c.seller_id)
    .where(sellers.c.seller_id == sa.bindparam("seller_id"))
    .with_for_update(key_share=True)
)

_named_orders = (
    sa.func.unnest(
        sa.bindparam("seller_ids", type_=ARRAY(sa.BigInteger)),
        sa.bindparam("ids", type_=ARRAY(sa.BigInteger)),
    )
    .table_valued(sa.column("seller_id", sa.BigInteger), sa.column("id", sa.BigInteger))
    .render_derived("named")
)
_on_order = (requests.c.seller_id == orders.c.seller_id) & (requests.c.order_id == orders.c.id)
_ruled_reasons = sa.func.array(
    sa.select(requests.c.reason)
    .distinct()
    .join(
        escalations,
        (escalations.c.seller_id == requests.c.seller_id)
        & (escalations.c.request_number == requests.c.number),
    )
    .where(_on_order, escalations.c.ruled_at.is_not(None), requests.c.reason.is_not(None))
    .correlate(orders)
    .scalar_subquery(),
    type_=ARRAY(requests.c.reason.type),
)
_openings = (
    sa.select(
        *ORDER_COLUMNS,
        sellers.c.enrollment_status,
        sellers.c.return_address,
        sellers.c.last_request_number,
        sa.select(requests.c.number)
        .where(_on_order, requests.c.status != RequestStatus.CLOSED)
        .correlate(orders)
        .scalar_subquery()
        .label("open_number"),
        _ruled_reasons.label("ruled_reasons"),
        sa.select(sa.func.max(replacements.c.delivered_at))
        .join(
            requests,
            (replacements.c.seller_id == requests.c.seller_id)
            & (replacements.c.request_number == requests.c.number),
        )
        .where(_on_order)
        .correlate(orders)
        .scalar_subquery()
        .label("replacement_delivered_at"),
        sa.select(sa.func.sum(PROMISED).cast(sa.BigInteger))
        .where(
            other_claims.c.seller_id == orders.c.seller_id,
            other_claims.c.shipment_id == orders.c.shipment_id,
        )
        .correlate(orders)
        .scalar_subquery()
        .label("promised"),
    )
    .select_from(
        with_shipment(
            _named_orders.join(
                orders,
                (orders.c.seller_id == _named_orders.c.seller_id) & (orders.c.id == _named_orders.c.id),
            ).join(sellers, sellers.c.seller_id == orders.c.seller_id)
        )
    )
    .set_label_style(sa.LABEL_STYLE_TABLENAME_PLUS_COL)
)

_marks = (
    sa.select(buyer_flags.c.buyer_id, buyer_flags.c.flagged, buyer_flags.c.reason, buyer_flags.c.at)
    .ext(distinct_on(buyer_flags.c.buyer_id))
    .where(buyer_flags.c.buyer_id == sa.any_(sa.bindparam("buyer_ids", type_=ARRAY(sa.BigInteger))))
    .order_by(buyer_flags.c.buyer_id, buyer_flags.c.number.desc())
)

_buyers = (
    sa.func.unnest(
        sa.bindparam("buyer_ids", type_=ARRAY(sa.BigInteger)),
        sa.bindparam("since", type_=ARRAY(sa.DateTime(timezone=True))),
    )
    .table_valued(sa.column("id", sa.BigInteger), sa.column("since", sa.DateTime(timezone=True)))
    .render_derived("buyers")
)
_asked = (
    sa.select(
        sa.func.count().label("requests"),
        sa.func.count(sa.tuple_(requests.c.seller_id, requests.c.order_id).distinct()).label(
            "orders_with_requests"
        ),
        sa.func.count(requests.c.seller_id.distinct()).label("sellers"),
    )
    .where(
        requests.c.buyer_id == _buyers.c.id,
        requests.c.opened_at >= _buyers.c.since,
        requests.c.kind == RequestKind.SUPPORT,
    )
    .lateral("asked")
)
_bought = (
    sa.select(
        sa.func.count().label("orders"),
        sa.func.count().filter(orders.c.refunded_minor > 0).label("orders_refunded"),
    )
    .where(orders.c.buyer_id == _buyers.c.id, orders.c.placed_at >= _buyers.c.since)
    .lateral("bought")
)
_against = (
    sa.select(sa.func.count().label("decided_against"))
    .select_from(requests)
    .join(
        escalations,
        (escalations.c.seller_id == requests.c.seller_id)
        & (escalations.c.request_number == requests.c.number),
    )
    .where(
        requests.c.buyer_id == _buyers.c.id,
        requests.c.kind == RequestKind.SUPPORT,
        escalations.c.ruled_at >= _buyers.c.since,
        escalations.c.decision == RulingDecision.UPHOLD,
    )
    .lateral("against")
)
_signals = (
    sa.select(
        _buyers.c.id,
        _asked.c.requests,
        _bought.c.orders,
        _asked.c.orders_with_requests,
        _bought.c.orders_refunded,
        _asked.c.sellers,
        _against.c.decided_against,
    )
    .select_from(_buyers)
    .join(_asked, sa.true())
    .join(_bought, sa.true())
    .join(_against, sa.true())
)
