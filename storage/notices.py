"""Notifications as they are written: numbered for each account, each with the event that tells of it.

Decides the numbers: an account's count is locked from here to the commit, in the order of the accounts, so
that no two transactions wait for each other's. Who is notified of what is `domain.notices`' to say.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from itertools import repeat
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from domain.words import EventKind, FeedType
from storage import feed
from storage.connection import Connection
from storage.feed import Happened, account_stream, moving
from storage.rows import as_set, columns_of, given, given_rows
from storage.tables import events, notification_counts, notifications


class Notification(NamedTuple):
    """A notification about to be written: to whom, of what, and the request or thread it is about, if any."""

    account_id: int
    kind: EventKind
    text: str
    created_at: datetime
    owner_id: int | None = None
    request_number: int | None = None
    thread_id: int | None = None


GIVEN = Notification._fields


async def append(
    connection: Connection,
    new: Sequence[Notification],
    happened: Sequence[Happened],
    touched: Collection[str] = (),
) -> frozenset[str]:
    """Write notifications, each account's in the order given; append what happened, then their own events.

    It is `feed.append` in all else.
    """
    if not new:
        return await feed.append(connection, happened, touched)
    backs = list(_places_back(new))
    told = [notification_event(each.account_id, None, each.kind, each.created_at) for each in new]
    everything = [*happened, *told]
    of_notifications = [*repeat(None, len(happened)), *backs]
    rows = [
        feed.row_of(each, back) | {"notification_back": of_notification}
        for each, back, of_notification in zip(
            everything, feed.places_back(everything), of_notifications, strict=True
        )
    ]
    notes = [given(each) | {"back": back} for each, back in zip(new, backs, strict=True)]
    counts = Counter(each.account_id for each in new)
    counted = [{"account_id": account, "count": counts[account]} for account in sorted(counts)]
    sets = as_set(counted, "notified") | as_set(notes, "note") | as_set(rows)
    await connection.execute(_append, feed.growth(everything, touched) | sets)
    return frozenset(each.stream for each in everything)


def _places_back(new: Sequence[Notification]) -> Iterator[int]:
    """How far each is from its account's last: 0 or less."""
    left = Counter(each.account_id for each in new)
    for each in new:
        left[each.account_id] -= 1
        yield -left[each.account_id]


def notification_event(account_id: int, number: int | None, kind: EventKind, at: datetime) -> Happened:
    """Give the event that a notification is there, or has been read: to whoever it was written to."""
    return Happened(
        stream=account_stream(account_id),
        type=FeedType.NOTIFICATION,
        kind=kind,
        at=at,
        account_id=account_id,
        notification_number=number,
    )


_notified = given_rows(
    sa.table("notified", sa.column("account_id", sa.BigInteger), sa.column("count", sa.Integer)), "notified"
)
_first = insert(notification_counts).from_select(
    ["account_id", "last_number"],
    sa.select(_notified.c.account_id, _notified.c["count"]).order_by(_notified.c.account_id),
)
_counted = (
    _first.on_conflict_do_update(
        index_elements=[notification_counts.c.account_id],
        set_={"last_number": notification_counts.c.last_number + _first.excluded.last_number},
    )
    .returning(notification_counts.c.account_id, notification_counts.c.last_number)
    .cte("counted")
)
_noted = sa.table("noted", *columns_of(notifications, *GIVEN), sa.column("back", sa.Integer))
_note = given_rows(_noted, "note")
_written = (
    sa.insert(notifications)
    .from_select(
        [*GIVEN, "number"],
        sa.select(*(_note.c[name] for name in GIVEN), _counted.c.last_number + _note.c.back).join_from(
            _note, _counted, _counted.c.account_id == _note.c.account_id
        ),
    )
    .cte("written")
)
# Streams come after all counts, as the order of locks has it.
_all_counted = sa.select(sa.func.count()).select_from(_counted).scalar_subquery() > 0
_moved = moving(_all_counted).cte("moved")
_happened = sa.table(
    "happened",
    *columns_of(events, *feed.GIVEN),
    sa.column("back", sa.BigInteger),
    sa.column("notification_back", sa.Integer),
)
_new = given_rows(_happened)
_number = sa.func.coalesce(_new.c.notification_number, _counted.c.last_number + _new.c.notification_back)
_append = sa.insert(events).from_select(
    [*feed.GIVEN, "sequence"],
    sa.select(
        *(_number if name == "notification_number" else _new.c[name] for name in feed.GIVEN),
        _moved.c.head + _new.c.back,
    )
    .select_from(
        _new.join(_moved, _moved.c.name == _new.c.stream).outerjoin(
            _counted, _counted.c.account_id == _new.c.account_id
        )
    )
    .add_cte(_written),
)
