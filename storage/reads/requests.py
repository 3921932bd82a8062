"""Requests, and the lists of them: a desk's, an order's, Support's queue, those without a label yet."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from domain.values import RequestKey
from domain.words import (
    Funder,
    Handler,
    RequestKind,
    RequestOutcome,
    RequestReason,
    RequestStatus,
    ReturnStatus,
    RoutingCause,
)
from executor.wants import Wants
from storage.reads.pages import Listing, Order
from storage.reads.sets import NUMBERED, ONE, OWNED, Reading, columns_of
from storage.tables import (
    claims,
    escalations,
    orders,
    refunds,
    requests,
    returns,
    sellers,
    shipments,
    streams,
)
from storage.visibility import EVERYTHING, SELLER, sees_sale, sees_support_work


@dataclass(frozen=True, slots=True)
class SurveyRow:
    """The buyer's answer to the survey."""

    satisfied: bool
    comment: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request, without what hangs on it."""

    seller_id: int
    number: int
    order_id: int
    buyer_id: int
    thread_id: int
    kind: RequestKind
    reason: RequestReason | None
    description: str
    policy_version: str
    version: int
    status: RequestStatus
    outcome: RequestOutcome | None
    funded_by: Funder | None
    handled_by: Handler
    routing_cause: RoutingCause | None
    opened_at: datetime
    updated_at: datetime
    closed_at: datetime | None
    due_at: datetime | None
    is_overdue: bool
    assignee_id: int | None
    survey_satisfied: bool | None
    survey_comment: str | None
    survey_at: datetime | None

    @property
    def key(self) -> RequestKey:
        """The request's name."""
        return RequestKey(self.seller_id, self.number)

    @property
    def owner_version(self) -> None:
        """What changes with everything that its seller sees: only records of it know."""

    @property
    def survey(self) -> SurveyRow | None:
        """The buyer's answer, if there is one."""
        if self.survey_satisfied is None or self.survey_at is None:
            return None
        return SurveyRow(self.survey_satisfied, self.survey_comment, self.survey_at)


def _among(column: sa.ColumnElement[str], name: str) -> sa.ColumnElement[bool]:
    """Whether the word is one of those asked for."""
    return sa.type_coerce(column, sa.Text) == sa.any_(sa.bindparam(name, type_=ARRAY(sa.Text)))


_request = columns_of(RequestRow, requests, is_overdue=requests.c.overdue)
_claims_on_its_shipment = (
    sa.select(sa.func.string_agg(sa.cast(sa.literal_column("claims.xmin"), sa.Text), sa.literal(",")))
    .where(claims.c.seller_id == orders.c.seller_id, claims.c.shipment_id == orders.c.shipment_id)
    .correlate(orders)
    .scalar_subquery()
)
# Whatever decides about a request is either saved with its own row, or one of these.
_facts_version = (
    sa.select(
        sa.func.concat_ws(
            " ",
            sa.literal_column("requests.xmin"),
            sa.literal_column("orders.xmin"),
            sa.literal_column("shipments.xmin"),
            _claims_on_its_shipment,
            sellers.c.enrollment_status,
            sellers.c.return_address,
        )
    )
    .select_from(
        orders.join(sellers, sellers.c.seller_id == orders.c.seller_id).outerjoin(
            shipments,
            sa.and_(shipments.c.seller_id == orders.c.seller_id, shipments.c.id == orders.c.shipment_id),
        )
    )
    .where(orders.c.seller_id == requests.c.seller_id, orders.c.id == requests.c.order_id)
    .correlate(requests)
    .scalar_subquery()
)


def _version(seller: sa.ColumnElement[int]) -> sa.ScalarSelect[int]:
    version = sa.select(streams.c.version).where(streams.c.name == sa.func.concat("a", seller))
    return version.correlate(requests).scalar_subquery()


# A seller's own is looked up once for all rows.
_of_seller = sa.case((requests.c.seller_id == SELLER, _version(SELLER)), else_=_version(requests.c.seller_id))
_owner_version = sa.func.coalesce(_of_seller, 0)
_EXTRA = {"owner_version": _owner_version, "facts_version": _facts_version}
_newest = Order("requests", (requests.c.updated_at, requests.c.number), descending=True)

_by_key = Reading(
    RequestRow,
    NUMBERED,
    (
        requests.c.seller_id,
        requests.c.number,
    ),
    _request,
    requests,
    sees_sale(requests),
    extra=_EXTRA,
)
by_key = _by_key.one
FACTS_OF = _by_key
FACTS = Wants(_by_key)
"""What tells whether anything that decides about a request has changed, and nothing else."""
FACTS.at((), "facts_version")
open_on_order = Reading(
    RequestRow,
    OWNED,
    (
        requests.c.seller_id,
        requests.c.order_id,
    ),
    _request,
    requests,
    requests.c.status != RequestStatus.CLOSED.value,
    sees_sale(requests),
    extra=_EXTRA,
).one

of_desk = Listing(
    RequestRow,
    _request,
    requests,
    sa.or_(EVERYTHING, requests.c.seller_id == SELLER),
    on=(requests.c.seller_id,),
    order=_newest,
    keys=ONE,
    extra=_EXTRA,
    filters={
        "statuses": _among(requests.c.status, "statuses"),
        "reasons": _among(requests.c.reason, "reasons"),
        "updated_after": requests.c.updated_at
        > sa.bindparam("updated_after", type_=requests.c.updated_at.type),
        "order_id": requests.c.order_id == sa.bindparam("order_id", type_=sa.BigInteger),
    },
)
of_order = Listing(
    RequestRow,
    _request,
    requests,
    sees_sale(requests),
    on=(requests.c.seller_id, requests.c.order_id),
    order=Order("order", (requests.c.number,), descending=True),
    keys=OWNED,
    extra=_EXTRA,
)


def _asked(name: str, condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """The condition, or its contrary, as the client asks."""
    return condition == sa.bindparam(name, type_=sa.Boolean)


def _this_request(table: sa.FromClause) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.seller_id == requests.c.seller_id, table.c.request_number == requests.c.number)


_latest_cause = (
    sa.select(escalations.c.cause)
    .where(_this_request(escalations))
    .order_by(escalations.c.number.desc())
    .limit(1)
    .scalar_subquery()
)
OVERDUE_REPLACEMENT = sa.and_(
    requests.c.status == RequestStatus.AWAITING_REPLACEMENT.value, requests.c.overdue
)

# The literal words of the partial index, so that the planner sees that it serves.
_IN_QUEUE: sa.ColumnElement[bool] = sa.literal_column(
    "(requests.status = 'UNDER_REVIEW' OR (requests.status = 'AWAITING_REPLACEMENT' AND requests.overdue))",
    sa.Boolean,
)
_queue_filters = {
    "assigned_to_me": _asked(
        "assigned_to_me", sa.func.coalesce(requests.c.assignee_id, 0) == sa.bindparam("sight_member")
    ),
    "unassigned": _asked("unassigned", requests.c.assignee_id.is_(None)),
    "causes": _among(_latest_cause, "causes"),
    "overdue_replacements": _asked("overdue_replacements", OVERDUE_REPLACEMENT),
    "seller_id": requests.c.seller_id == sa.bindparam("seller_id", type_=sa.BigInteger),
    "buyer_id": requests.c.buyer_id == sa.bindparam("buyer_id", type_=sa.BigInteger),
}
_oldest = Order("queue", (requests.c.updated_at, requests.c.seller_id, requests.c.number))
queue = Listing(
    RequestRow,
    _request,
    requests,
    _IN_QUEUE,
    sees_support_work(),
    order=_oldest,
    filters=_queue_filters,
    extra=_EXTRA,
)
# A request whose refund failed waits for Support too, but is closed: it is looked for by the refund.
queue_of_failed_refunds = Listing(
    RequestRow,
    _request,
    requests.join(refunds, _this_request(refunds)),
    refunds.c.status == sa.literal_column("'FAILED'"),
    sees_support_work(),
    order=_oldest,
    filters=_queue_filters,
    extra=_EXTRA,
)

awaiting_label = Listing(
    RequestRow,
    _request,
    requests.join(returns, _this_request(returns)),
    returns.c.status == sa.literal_column(f"'{ReturnStatus.AWAITING_LABEL.value}'"),
    EVERYTHING,
    order=Order("labels", (returns.c.approved_at, returns.c.seller_id, returns.c.request_number)),
    extra=_EXTRA,
)
