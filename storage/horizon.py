"""What is coming for an account: the instants at which time alone changes something about its requests.

Decides which rows tell of it. Until when something then holds is `domain.horizon`'s to say.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from domain.horizon import END_DAYS, Coming, due_soon_until
from storage.connection import Connection
from storage.tables.base import Instant


async def coming(connection: Connection, account_id: int, *, at: datetime) -> Coming:
    """Give what is coming for an account, on either side of a sale."""
    named = {"account": account_id, "at": at, "soon": due_soon_until(at), "days": END_DAYS}
    row = (await connection.execute(_coming, named)).one()
    return Coming(at=at, clock=row.clock, due=row.due, due_later=row.due_later, end=row.end)


_coming = sa.text("""
    WITH lately AS (
        SELECT CAST(:at AS timestamptz) - max(days) * interval '1 day' AS begins
        FROM unnest(CAST(:days AS integer[])) AS days
    ), mine AS (
        SELECT due_at, closed_at FROM requests WHERE seller_id = :account AND status <> 'CLOSED'
        UNION ALL
        SELECT due_at, closed_at FROM requests, lately
        WHERE seller_id = :account AND status = 'CLOSED' AND closed_at > lately.begins
        UNION ALL
        SELECT due_at, closed_at FROM requests, lately
        WHERE buyer_id = :account AND (status <> 'CLOSED' OR closed_at > lately.begins)
    ), clocks AS (
        SELECT due_at FROM deadlines WHERE seller_id = :account
        UNION ALL
        SELECT deadlines.due_at FROM requests JOIN deadlines
            ON (deadlines.seller_id, deadlines.request_number) = (requests.seller_id, requests.number)
        WHERE requests.buyer_id = :account
    )
    SELECT
        (SELECT min(due_at) FROM clocks) AS clock,
        (SELECT min(due_at) FROM mine WHERE due_at > :at) AS due,
        (SELECT min(due_at) FROM mine WHERE due_at > :soon) AS due_later,
        (
            SELECT min(closed_at + days * interval '1 day')
            FROM mine, unnest(CAST(:days AS integer[])) AS days
            WHERE closed_at + days * interval '1 day' > :at
        ) AS "end"
    """).bindparams(
    sa.bindparam("account", type_=sa.BigInteger),
    sa.bindparam("at", type_=Instant),
    sa.bindparam("soon", type_=Instant),
    sa.bindparam("days", type_=ARRAY(sa.Integer)),
)
