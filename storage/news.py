"""Both participants' inbox rows, kept in step with what is said in their thread.

Decides what is unread for whom: a message is news to everyone but the side that wrote it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage.connection import Change, Connection, run_together
from storage.conversation import NewMessage, Saying, ThreadKey, bind, said, take_numbers
from storage.rows import as_set, columns_of, given_rows
from storage.tables import inbox_entries


async def say(connection: Connection, saying: Saying) -> Sequence[int]:
    """Say something in a direct thread; give the messages' numbers. Raises AttachmentRejected."""
    numbers = await take_numbers(connection, [saying])
    news = news_of_threads([(saying, numbers[0], {})])
    await run_together(connection, [*said([saying], numbers), news])
    await bind(connection, [saying], numbers)
    return numbers[0]


def news_of_threads(
    told: Sequence[tuple[Saying, Sequence[int], Mapping[int, Mapping[str, Any]]]],
) -> Change:
    """Give the change of both participants' inbox rows by what is said, in order, and what they now say."""
    of_threads: dict[ThreadKey, _News] = {}
    for saying, numbers, entries in told:
        news = of_threads.setdefault(saying.thread, _News())
        news.messages += zip(saying.messages, numbers, strict=True)
        news.at = max(saying.at, news.at or saying.at) if saying.messages else news.at
        news.entries = entries
    rows = [
        news.to(account, thread)
        for thread, news in of_threads.items()
        for account in sorted(thread.participants)
    ]
    return _tell, as_set(rows)


@dataclass(slots=True)
class _News:
    """What is new in one thread: its messages with their numbers, and what the inbox rows now say."""

    messages: list[tuple[NewMessage, int]] = field(default_factory=list)
    at: datetime | None = None
    entries: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)

    def to(self, account: int, thread: ThreadKey) -> dict[str, Any]:
        """What it is to one of the participants."""
        own = [place for place, (message, _) in enumerate(self.messages) if message.side == account]
        unread = len(self.messages) - 1 - own[-1] if own else len(self.messages)
        return {
            "account_id": account,
            "owner_id": thread.owner_id,
            "thread_id": thread.id,
            "at": self.at,
            "wrote": bool(own),
            "own_last": self.messages[own[-1]][1] if own else 0,
            "unread": unread,
        } | dict(self.entries.get(account, {}))


_entry = inbox_entries.c
_told = sa.table(
    "told",
    *columns_of(inbox_entries, "account_id", "owner_id", "thread_id", "status", "due_at"),
    sa.column("at", sa.DateTime(timezone=True)),  # none where nothing is said
    sa.column("wrote", sa.Boolean),
    sa.column("own_last", sa.Integer),
    sa.column("unread", sa.Integer),
)
_new = given_rows(_told).c
_tell = (
    sa.update(inbox_entries)
    .where(
        _entry.account_id == _new.account_id,
        _entry.owner_id == _new.owner_id,
        _entry.thread_id == _new.thread_id,
    )
    .values(
        status=_new.status,
        due_at=_new.due_at,
        last_activity_at=sa.func.greatest(_entry.last_activity_at, _new["at"]),
        last_read_number=sa.case((_new.wrote, _new.own_last), else_=_entry.last_read_number),
        unread_count=sa.case((_new.wrote, _new.unread), else_=_entry.unread_count + _new.unread),
        marked_unread=_entry.marked_unread & ~_new.wrote,
        archived=_entry.archived & _new["at"].is_(None),
    )
)
