"""Both participants' inbox rows, kept in step with what is said in their thread.

Decides what is unread for whom: a message is news to everyone but the side that wrote it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.conversation import NewMessage, Saying, ThreadKey
from storage.tables import inbox_entries


async def bring_news(connection: AsyncConnection, saying: Saying, numbers: Sequence[int]) -> None:
    """Bring both participants' inbox rows up to date with new messages."""
    await connection.execute(_tell, _all_news(saying, numbers))


async def bring_news_of_requests(
    connection: AsyncConnection,
    told: Sequence[tuple[Saying, Sequence[int], Mapping[int, Mapping[str, Any]]]],
) -> None:
    """The same for requests' threads, in this order; each with what either participant's row now says."""
    rows = [
        news | dict(entries[news["account"]])
        for saying, numbers, entries in told
        for news in _all_news(saying, numbers)
    ]
    await connection.execute(_tell_request, rows)


def _all_news(saying: Saying, numbers: Sequence[int]) -> list[dict[str, Any]]:
    thread = saying.thread
    return [
        _news(account, thread, saying.messages, numbers, saying.at) for account in sorted(thread.participants)
    ]


def _news(
    account: int, thread: ThreadKey, new: Sequence[NewMessage], numbers: Sequence[int], at: datetime
) -> dict[str, Any]:
    own = [place for place, message in enumerate(new) if message.side == account]
    unread = len(new) - 1 - own[-1] if own else len(new)
    return {
        "account": account,
        "owner": thread.owner_id,
        "thread": thread.id,
        "at": at if new else None,
        "wrote": bool(own),
        "any_new": bool(new),
        "own_last": numbers[own[-1]] if own else 0,
        "unread": unread,
    }


_entry = inbox_entries.c
_wrote = sa.bindparam("wrote", type_=sa.Boolean)
_unread = sa.bindparam("unread", type_=sa.Integer)
_tell = (
    sa.update(inbox_entries)
    .where(
        _entry.account_id == sa.bindparam("account"),
        _entry.owner_id == sa.bindparam("owner"),
        _entry.thread_id == sa.bindparam("thread"),
    )
    .values(
        last_activity_at=sa.func.greatest(
            _entry.last_activity_at, sa.bindparam("at", type_=sa.DateTime(True))
        ),
        last_read_number=sa.case(
            (_wrote, sa.bindparam("own_last", type_=sa.Integer)), else_=_entry.last_read_number
        ),
        unread_count=sa.case((_wrote, _unread), else_=_entry.unread_count + _unread),
        marked_unread=_entry.marked_unread & ~_wrote,
        archived=_entry.archived & ~sa.bindparam("any_new", type_=sa.Boolean),
    )
)
_tell_request = _tell.values(
    status=sa.bindparam("new_status", type_=_entry.status.type),
    due_at=sa.bindparam("new_due_at", type_=_entry.due_at.type),
)
