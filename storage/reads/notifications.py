"""An account's notifications, latest first, and how many are unread."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from domain.values import RequestKey
from domain.words import EventKind
from storage.connection import Connection
from storage.reads.pages import Listing, Order
from storage.reads.sets import NUMBERED, ONE, Reading, columns_of
from storage.tables import notifications
from storage.visibility import Sight, sees_notification


@dataclass(frozen=True, slots=True)
class NotificationRow:
    """A notification."""

    account_id: int
    number: int
    kind: EventKind
    text: str
    owner_id: int | None
    request_number: int | None
    thread_id: int | None
    created_at: datetime
    read_at: datetime | None

    @property
    def request_key(self) -> RequestKey | None:
        """The request it is about, if about one."""
        if self.owner_id is None or self.request_number is None:
            return None
        return RequestKey(self.owner_id, self.request_number)


_columns = columns_of(NotificationRow, notifications)

by_key = Reading(
    NotificationRow,
    NUMBERED,
    (
        notifications.c.account_id,
        notifications.c.number,
    ),
    _columns,
    notifications,
    sees_notification(notifications),
).one
of_account = Listing(
    NotificationRow,
    _columns,
    notifications,
    ONE.match(notifications.c.account_id),
    sees_notification(notifications),
    order=Order("notifications", (notifications.c.number,), descending=True),
    keys=ONE,
)


async def unread(connection: Connection, sight: Sight, accounts: Sequence[int]) -> list[int]:
    """How many of each account's notifications have not been read."""
    counts = [0] * len(accounts)
    for position, count in await connection.execute(
        _unread, {**sight.parameters(), **ONE.parameters(accounts)}
    ):
        counts[position - 1] = count
    return counts


_unread = (
    sa.select(ONE.c.position, sa.func.count())
    .select_from(ONE.table.join(notifications, ONE.match(notifications.c.account_id)))
    .where(sees_notification(notifications), notifications.c.read_at.is_(None))
    .group_by(ONE.c.position)
)
