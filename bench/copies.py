"""Copies of open requests, so that there are enough to refund and long lists to read.

Decides which rows a copy takes along: the request with its order, parcel, conversation, timeline and clocks,
under new numbers. PostgreSQL copies them itself; a copy is as good as its original to every rule but the
ledger's past: nothing is posted for its sale.
"""

from typing import Any, Final

import sqlalchemy as sa

from storage.tables import (
    deadlines,
    inbox_entries,
    messages,
    orders,
    parcels,
    requests,
    response_clocks,
    shipments,
    threads,
    timeline,
)

MARK: Final = "bench-"
"""How the external ids of copied orders begin."""

LATER: Final = "now() + interval '60 days'"
"""When the clocks of a copy run out: after the measurement."""

CHOSEN: Final = """CREATE TEMP TABLE copied ON COMMIT DROP AS
SELECT r.seller_id, r.number, r.order_id, r.thread_id,
  s.last_request_number + copy AS new_number,
  nextval(pg_get_serial_sequence('orders', 'id')) AS new_order_id,
  nextval(pg_get_serial_sequence('threads', 'id')) AS new_thread_id,
  parcel.shipment_id, parcel.parcel_id,
  CASE WHEN parcel.shipment_id IS NOT NULL
    THEN nextval(pg_get_serial_sequence('shipments', 'id')) END AS new_shipment_id,
  CASE WHEN parcel.parcel_id IS NOT NULL
    THEN nextval(pg_get_serial_sequence('parcels', 'id')) END AS new_parcel_id
FROM unnest($1::bigint[]) AS of (seller_id)
JOIN sellers s USING (seller_id)
CROSS JOIN generate_series(1, $2::int) AS copy
JOIN LATERAL (
  SELECT r.* FROM requests r
  JOIN orders o ON o.seller_id = r.seller_id AND o.id = r.order_id
  WHERE r.seller_id = of.seller_id AND r.status = 'AWAITING_SELLER' AND r.kind = 'SUPPORT'
    AND r.handled_by = 'SELLER' AND o.refunded_minor = 0
  ORDER BY r.number LIMIT 1
) AS r ON true
LEFT JOIN LATERAL (
  SELECT o.shipment_id, p.parcel_id FROM orders o
  JOIN shipments p ON p.seller_id = o.seller_id AND p.id = o.shipment_id
  WHERE o.seller_id = r.seller_id AND o.id = r.order_id
) AS parcel ON true"""

NUMBERED: Final = """UPDATE sellers SET last_request_number = made.last
FROM (SELECT seller_id, max(new_number) AS last FROM copied GROUP BY seller_id) AS made
WHERE sellers.seller_id = made.seller_id"""

REQUEST: Final = "copied.new_number"
THREAD: Final = "copied.new_thread_id"
OF_ORDER: Final = "source.seller_id = copied.seller_id AND source.id = copied.order_id"
OF_THREAD: Final = "source.owner_id = copied.seller_id AND source.thread_id = copied.thread_id"
OF_REQUEST: Final = "source.seller_id = copied.seller_id AND source.request_number = copied.number"
DUE: Final = f"CASE WHEN source.due_at IS NOT NULL THEN {LATER} END"


async def copy_requests(connection: Any, sellers: list[int], times: int, *, active: str | None = None) -> int:
    """Copy an open request of each seller so many times; give how many copies there are.

    `active`, in SQL, is when something last happened in them; else when it did in the original.
    """
    activity = {} if active is None else {"last_activity_at": active}
    async with connection.transaction():
        await connection.execute(CHOSEN, sellers, times)
        for statement in (
            _copy(
                parcels,
                "source.seller_id = copied.seller_id AND source.id = copied.parcel_id",
                id="copied.new_parcel_id",
                tracking_number=f"upper('{MARK}') || copied.new_parcel_id",
            ),
            _copy(
                shipments,
                "source.seller_id = copied.seller_id AND source.id = copied.shipment_id",
                id="copied.new_shipment_id",
                parcel_id="copied.new_parcel_id",
                external_id=f"'{MARK}' || copied.new_shipment_id",
            ),
            _copy(
                orders,
                OF_ORDER,
                id="copied.new_order_id",
                shipment_id="copied.new_shipment_id",
                external_id=f"'{MARK}' || copied.new_order_id",
            ),
            _copy(
                threads,
                "source.owner_id = copied.seller_id AND source.id = copied.thread_id",
                id=THREAD,
                request_number=REQUEST,
                **activity,
            ),
            _copy(
                requests,
                "source.seller_id = copied.seller_id AND source.number = copied.number",
                number=REQUEST,
                order_id="copied.new_order_id",
                thread_id=THREAD,
                due_at=LATER,
            ),
            _copy(messages, OF_THREAD, thread_id=THREAD),
            _copy(inbox_entries, OF_THREAD, thread_id=THREAD, request_number=REQUEST, due_at=DUE, **activity),
            _copy(timeline, OF_REQUEST, request_number=REQUEST),
            _copy(deadlines, OF_REQUEST, request_number=REQUEST, due_at=LATER, next_attempt_at=LATER),
            _copy(response_clocks, OF_REQUEST, request_number=REQUEST, due_at=LATER),
        ):
            await connection.execute(statement)
        copies: int = await connection.fetchval("SELECT count(*) FROM copied")
        await connection.execute(NUMBERED)
    return copies


def _copy(table: sa.Table, belongs: str, **replaced: str) -> str:
    names = [column.name for column in table.columns if column.computed is None]
    values = ", ".join(replaced.get(name, f'source."{name}"') for name in names)
    columns = ", ".join(f'"{name}"' for name in names)
    into = f"INSERT INTO {table.name} ({columns})"
    return f"{into} SELECT {values} FROM copied JOIN {table.name} source ON {belongs}"  # noqa: S608 our own names
