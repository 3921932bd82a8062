"""Notifications that have been read.

Decides which of an account's notifications that changes, and that its other tabs are told of the latest of
them. Whose account it is, is asked before.
"""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from storage.connection import Connection
from storage.notices import notification_event
from storage.tables import notifications
from storage.transaction import tell

MOST_TOLD = 100
"""Of how many, the latest, an account's other tabs are told one by one."""


async def are_there(connection: Connection, account_id: int, numbers: Collection[int]) -> bool:
    """Whether an account has all of these."""
    wanted = set(numbers)
    found = await connection.execute(_found, {"account": account_id, "numbers": list(wanted)})
    return int(found.scalar_one()) == len(wanted)


async def mark_read(
    connection: Connection, account_id: int, numbers: Collection[int] | None, *, at: datetime
) -> None:
    """Count these as read, or all (None); what was read before stays as it was."""
    named: dict[str, object] = {"account": account_id, "at": at, "most": MOST_TOLD}
    if numbers is None:
        changed = await connection.execute(_read_all, named)
    else:
        changed = await connection.execute(_read_some, named | {"numbers": list(numbers)})
    oldest_first = reversed(changed.all())
    tell(connection, [notification_event(account_id, row.number, row.kind, at) for row in oldest_first])


_own = notifications.c.account_id == sa.bindparam("account", type_=sa.BigInteger)
_named = notifications.c.number == sa.any_(sa.bindparam("numbers", type_=ARRAY(sa.Integer)))
_found = sa.select(sa.func.count()).select_from(notifications).where(_own, _named)


def _read(*which: sa.ColumnElement[bool]) -> sa.Select[tuple[int, str]]:
    """Two tabs that do it at once take the rows in the same order."""
    unread = (
        sa.select(notifications.c.account_id, notifications.c.number)
        .where(_own, notifications.c.read_at.is_(None), *which)
        .order_by(notifications.c.number)
        .with_for_update()
        .cte("unread")
    )
    read = (
        sa.update(notifications)
        .where(notifications.c.account_id == unread.c.account_id, notifications.c.number == unread.c.number)
        .values(read_at=sa.bindparam("at", type_=notifications.c.read_at.type))
        .returning(notifications.c.number, notifications.c.kind)
        .cte("read")
    )
    latest = sa.select(read.c.number, read.c.kind).order_by(read.c.number.desc())
    return latest.limit(sa.bindparam("most", type_=sa.Integer))


_read_all = _read()
_read_some = _read(_named)
