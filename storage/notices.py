"""Notifications as they are written: numbered for each account, each with the event that tells of it.

Decides the numbers: an account's count is locked from here to the commit, in the order of the accounts, so
that no two transactions wait for each other's. Who is notified of what is `domain.notices`' to say.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import count

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, insert

from domain.words import EventKind, FeedType
from storage.connection import Connection
from storage.feed import Happened, account_stream
from storage.rows import as_set, insert_set
from storage.tables import notification_counts, notifications


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """A notification about to be written: to whom, of what, and the request or thread it is about, if any."""

    account_id: int
    kind: EventKind
    text: str
    created_at: datetime
    owner_id: int | None = None
    request_number: int | None = None
    thread_id: int | None = None


async def write(connection: Connection, new: Sequence[Notification]) -> list[Happened]:
    """Write any notifications, each account's in the order given; give their events, to be appended next."""
    if not new:
        return []
    added = Counter(each.account_id for each in new)
    accounts = sorted(added)
    counted = await connection.execute(
        _count, {"accounts": accounts, "added": [added[account] for account in accounts]}
    )
    numbers = {row.account_id: count(row.last_number - added[row.account_id] + 1) for row in counted}
    numbered = [(each, next(numbers[each.account_id])) for each in new]
    rows = [asdict(each) | {"number": number} for each, number in numbered]
    await connection.execute(_write, as_set(notifications, rows))
    return [
        notification_event(each.account_id, number, each.kind, each.created_at) for each, number in numbered
    ]


def notification_event(account_id: int, number: int, kind: EventKind, at: datetime) -> Happened:
    """Give the event that a notification is there, or has been read: to whoever it was written to."""
    return Happened(
        stream=account_stream(account_id),
        type=FeedType.NOTIFICATION,
        kind=kind,
        at=at,
        account_id=account_id,
        notification_number=number,
    )


_added = (
    sa.func.unnest(
        sa.bindparam("accounts", type_=ARRAY(sa.BigInteger)), sa.bindparam("added", type_=ARRAY(sa.Integer))
    )
    .table_valued(sa.column("account_id", sa.BigInteger), sa.column("added", sa.Integer))
    .render_derived("added")
)
_first = insert(notification_counts).from_select(
    ["account_id", "last_number"],
    sa.select(_added.c.account_id, _added.c.added).order_by(_added.c.account_id),
)
_count = _first.on_conflict_do_update(
    index_elements=[notification_counts.c.account_id],
    set_={"last_number": notification_counts.c.last_number + _first.excluded.last_number},
).returning(notification_counts.c.account_id, notification_counts.c.last_number)
_write = insert_set(notifications)
