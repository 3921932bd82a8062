"""What hangs on a request, saved by comparing it before and after a decision.

Decides which rows that takes. A tracking number that another parcel has is refused; the rest was decided.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import Insert, insert

from domain.refusals import TrackingInUse
from domain.values import Claim, Escalation, Offer, Refund, Request, RequestKey, ResponseClock
from storage.connection import Change, Connection
from storage.part_rows import (
    Row,
    claim_row,
    clock_row,
    escalation_row,
    label_row,
    offer_row,
    refund_row,
    replacement_parcel_row,
    replacement_row,
    return_parcel_row,
    return_row,
)
from storage.rows import as_set, columns_of, given_rows, insert_set
from storage.tables import (
    claims,
    deadlines,
    escalations,
    offers,
    parcels,
    refunds,
    replacements,
    response_clocks,
    returns,
)

Moved = tuple[Request | None, Request, int | None]
"""A request before and after, and the account that moved it."""


def changes_of_parts(moves: Sequence[Moved]) -> list[Change]:
    """Give the changes that write what differs between before and after, as the last move leaves it."""
    changed: dict[sa.Table, dict[tuple[Any, ...], Row]] = defaultdict(dict)
    for before, after, actor_id in moves:
        for table, rows in _changed_parts(before, after, actor_id):
            for row in (_key(after) | row for row in rows):
                changed[table][tuple(row[column.name] for column in table.primary_key)] = row
    puts: list[Change] = [(_PUT[table], as_set(list(latest.values()))) for table, latest in changed.items()]
    return [*puts, *_changes_of_deadlines(moves)]


def _key(request: Request) -> dict[str, int]:
    return {"seller_id": request.key.seller_id, "request_number": request.key.number}


def _changed_parts(
    before: Request | None, after: Request, actor_id: int | None
) -> Iterator[tuple[sa.Table, list[Row]]]:
    known = _Parts.of(before) if before else _Parts()
    new = _Parts.of(after)
    order_id = after.order.id
    yield offers, [offer_row(each) for each in new.offers if each not in known.offers]
    yield (
        escalations,
        [escalation_row(each, actor_id) for each in new.escalations if each not in known.escalations],
    )
    yield response_clocks, [clock_row(each) for each in new.clocks if each not in known.clocks]
    yield refunds, [refund_row(each, order_id) for each in new.refunds if each not in known.refunds]
    yield claims, [claim_row(each, after) for each in new.claims if each not in known.claims]


class _Parts:
    """The parts that are written by value, each as a sequence."""

    def __init__(self) -> None:
        self.offers: Sequence[Offer] = ()
        self.escalations: Sequence[Escalation] = ()
        self.clocks: Sequence[ResponseClock] = ()
        self.refunds: Sequence[Refund] = ()
        self.claims: Sequence[Claim] = ()

    @classmethod
    def of(cls, request: Request) -> "_Parts":
        parts = cls()
        parts.offers = request.offers
        parts.escalations = request.escalations
        parts.clocks = (request.clock,) if request.clock else ()
        parts.refunds = (request.refund,) if request.refund else ()
        parts.claims = (request.claim,) if request.claim else ()
        return parts


async def save_journeys(connection: Connection, moves: Sequence[Moved]) -> None:
    """Write returns and replacements, after the parcels that are new with them. Raises TrackingInUse."""
    returned: dict[RequestKey, Row] = defaultdict(dict)
    replaced: dict[tuple[RequestKey, int], Row] = defaultdict(dict)
    began: list[tuple[Row, Row]] = []  # a parcel, and the row that is about it
    for before, after, _ in moves:
        if after.returned and (before is None or after.returned != before.returned):
            row = returned[after.key]
            row.update(_key(after) | return_row(after.returned))
            if after.returned.label and not (before and before.returned and before.returned.label):
                row.update(label_row(after.returned.label))
                began.append((_key(after) | return_parcel_row(after.returned.label), row))
        known = before.replacements if before else ()
        for each in after.replacements:
            if each in known:
                continue
            row = replaced[after.key, each.number]
            row.update(_key(after) | replacement_row(each))
            if each.number not in {one.number for one in known}:
                began.append((_key(after) | replacement_parcel_row(each), row))
    await _make_parcels(connection, began)
    for statement, rows in (
        (_LABEL_RETURN, [row for row in returned.values() if "parcel_id" in row]),
        (_MOVE_RETURN, [row for row in returned.values() if "parcel_id" not in row]),
        (_announce, [row for row in replaced.values() if "parcel_id" in row]),
        (_move_on, [_moved_on(row) for row in replaced.values() if "parcel_id" not in row]),
    ):
        if rows:
            await connection.execute(statement, rows)


async def _make_parcels(connection: Connection, began: Sequence[tuple[Row, Row]]) -> None:
    """Write new parcels, and their ids into the rows that are about them. Raises TrackingInUse."""
    if not began:
        return
    made = await connection.execute(_make, as_set([parcel for parcel, _ in began]))
    ids = {(row.carrier, row.tracking_number): row.id for row in made}
    if len(ids) != len(began):
        raise TrackingInUse
    for parcel, row in began:
        row["parcel_id"] = ids[parcel["carrier"], parcel["tracking_number"]]


def _moved_on(row: Row) -> Row:
    """A replacement that was announced before, as the statement that changes it names it."""
    named = {"of_" + name: row[name] for name in ("seller_id", "request_number", "number")}
    return named | {name: row[name] for name in ("ship_by", "shipped_at", "delivered_at")}


def _changes_of_deadlines(moves: Sequence[Moved]) -> Iterator[Change]:
    """Stop and start each request's clocks as they differ between its first state and its last."""
    first: dict[RequestKey, Request | None] = {}
    last: dict[RequestKey, Request] = {}
    for before, after, _ in moves:
        first.setdefault(after.key, before)
        last[after.key] = after
    stopped: list[Row] = []
    started: list[Row] = []
    for request_key, after in last.items():
        before = first[request_key]
        known = before.deadlines if before else {}
        key = _key(after)
        stopped += [key | {"kind": kind} for kind in known if kind not in after.deadlines]
        started += [
            key | {"kind": kind, "due_at": due, "next_attempt_at": due, "attempts": 0, "last_error": None}
            for kind, due in after.deadlines.items()
            if known.get(kind) != due
        ]
    if stopped:
        yield _stop, as_set(stopped)
    if started:
        yield _PUT[deadlines], as_set(started)


def _put(new: Insert, table: sa.Table, columns: Iterable[str]) -> Insert:
    """Insert rows, or bring those with their keys up to date in these columns."""
    return new.on_conflict_do_update(
        index_elements=list(table.primary_key),
        set_={name: new.excluded[name] for name in columns if not table.c[name].primary_key},
    )


_PUT = {
    table: _put(insert_set(table), table, table.c.keys())
    for table in (offers, escalations, response_clocks, refunds, claims, deadlines)
}
_LABEL = ("parcel_id", "label_url", "currency", "label_cost_minor")
_LABEL_RETURN = _put(insert(returns), returns, returns.c.keys())
_MOVE_RETURN = _put(
    insert(returns), returns, [column.name for column in returns.c if column.name not in _LABEL]
)
_made = sa.table(
    "parcels",
    *columns_of(parcels, "seller_id", "carrier", "tracking_number", "role"),
    *columns_of(parcels, "request_number", "replacement_number"),
)
_make = (
    insert_set(_made)
    .on_conflict_do_nothing(index_elements=["tracking_number", "carrier"])
    .returning(parcels.c.id, parcels.c.carrier, parcels.c.tracking_number)
)
_announce = sa.insert(replacements)
_move_on = sa.update(replacements).where(
    replacements.c.seller_id == sa.bindparam("of_seller_id"),
    replacements.c.request_number == sa.bindparam("of_request_number"),
    replacements.c.number == sa.bindparam("of_number"),
)
_stopped = sa.table("stopped", *columns_of(deadlines, "seller_id", "request_number", "kind"))
_over = given_rows(_stopped).c
_stop = sa.delete(deadlines).where(
    deadlines.c.seller_id == _over.seller_id,
    deadlines.c.request_number == _over.request_number,
    deadlines.c.kind == _over.kind,
)
