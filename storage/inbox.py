"""Direct threads, and what a participant does to a thread in the inbox: read, unread, archived.

Decides that two members share one direct thread, whoever began it. Whether a caller is a participant is asked
before.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from domain.words import MessageKind, Party, ThreadKind
from storage.connection import Connection
from storage.conversation import NewMessage, NewThread, Saying, ThreadKey, open_threads
from storage.news import say
from storage.tables import accounts, inbox_entries, messages, threads
from storage.telling import direct_message_notified, message_posted, thread_state_changed
from storage.transaction import notify, tell

SUBJECT = "Direct message"


async def start_direct_thread(
    connection: Connection, author_id: int, other_id: int, *, body: str, at: datetime
) -> tuple[int, int]:
    """Write to another member, in the thread the two have or in a new one; give the thread's key."""
    pair = sorted((author_id, other_id))
    await connection.execute(_one_at_a_time, {"pair": f"{pair[0]}:{pair[1]}"})
    found = (await connection.execute(_between, {"one": pair[0], "other": pair[1]})).one_or_none()
    thread = ThreadKey(*found) if found else await _open(connection, author_id, other_id, at)
    await say_directly(connection, thread, author_id=author_id, body=body, at=at)
    return thread.owner_id, thread.id


async def post_direct_message(
    connection: Connection,
    owner_id: int,
    thread_id: int,
    *,
    author_id: int,
    body: str,
    attachment_ids: tuple[int, ...] = (),
    at: datetime,
) -> int:
    """Write in a direct thread; give the message's number. Raises AttachmentRejected."""
    member_id = (await connection.execute(_member, {"owner_id": owner_id, "id": thread_id})).scalar_one()
    thread = ThreadKey(owner_id, thread_id, member_id)
    return await say_directly(
        connection, thread, author_id=author_id, body=body, attachment_ids=attachment_ids, at=at
    )


async def say_directly(
    connection: Connection,
    thread: ThreadKey,
    *,
    author_id: int,
    body: str,
    attachment_ids: tuple[int, ...] = (),
    at: datetime,
) -> int:
    """Do the same in a thread whose participants are known."""
    # Nobody buys or sells in a direct thread: the owner, who was written to, stands where a seller would.
    party = Party.SELLER if author_id == thread.owner_id else Party.BUYER
    new = NewMessage(author_id, author_id, party, MessageKind.TEXT, body, attachment_ids)
    (number,) = await say(connection, Saying(thread, (new,), at))
    tell(connection, message_posted(thread, number, at))
    notify(connection, direct_message_notified(thread, author_id, at))
    return number


async def mark_read(
    connection: Connection,
    account_id: int,
    owner_id: int,
    thread_id: int,
    *,
    up_to_number: int,
    at: datetime,
) -> None:
    """Count what came up to this message as read; never takes back what was read before."""
    entry = _Entry(account_id, owner_id, thread_id)
    await entry.change(connection, _read, {"up_to": up_to_number}, at=at)


async def mark_unread(
    connection: Connection, account_id: int, owner_id: int, thread_id: int, *, at: datetime
) -> None:
    """Mark the thread to be read again."""
    await _Entry(account_id, owner_id, thread_id).change(connection, _unread, {}, at=at)


async def set_archived(
    connection: Connection,
    account_id: int,
    owner_id: int,
    thread_id: int,
    *,
    archived: bool,
    at: datetime,
) -> None:
    """Put the thread out of the inbox, or back."""
    entry = _Entry(account_id, owner_id, thread_id)
    await entry.change(connection, _archive, {"away": archived}, at=at)


@dataclass(frozen=True, slots=True)
class _Entry:
    """One participant's own view of a thread."""

    account_id: int
    owner_id: int
    thread_id: int

    async def change(
        self, connection: Connection, how: sa.Update, values: dict[str, object], *, at: datetime
    ) -> None:
        """Change it, and tell the participant's other tabs if that changed anything."""
        named = {"account": self.account_id, "owner": self.owner_id, "thread": self.thread_id}
        if (await connection.execute(how, named | values)).rowcount:
            changed = thread_state_changed(self.account_id, self.owner_id, self.thread_id, at)
            tell(connection, [changed])


async def _open(connection: Connection, author_id: int, other_id: int, at: datetime) -> ThreadKey:
    names = await connection.execute(_names, {"ids": [author_id, other_id]})
    new = NewThread(
        owner_id=other_id,
        member_id=author_id,
        kind=ThreadKind.DIRECT,
        subject=SUBJECT,
        words=" ".join(name for row in names for name in row),
        at=at,
        entries={author_id: {}, other_id: {}},
    )
    (key,) = await open_threads(connection, [new])
    return key


_one_at_a_time = sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(sa.bindparam("pair"), 0)))
_between = sa.select(threads.c.owner_id, threads.c.id, threads.c.member_id).where(
    threads.c.kind == ThreadKind.DIRECT,
    sa.func.least(threads.c.owner_id, threads.c.member_id) == sa.bindparam("one", type_=sa.BigInteger),
    sa.func.greatest(threads.c.owner_id, threads.c.member_id) == sa.bindparam("other", type_=sa.BigInteger),
)
_member = sa.select(threads.c.member_id).where(
    threads.c.owner_id == sa.bindparam("owner_id"), threads.c.id == sa.bindparam("id")
)
_names = sa.select(accounts.c.display_name, accounts.c.username).where(
    accounts.c.id == sa.any_(sa.bindparam("ids", type_=ARRAY(sa.BigInteger)))
)

_entry = inbox_entries.c
_named = (
    (_entry.account_id == sa.bindparam("account"))
    & (_entry.owner_id == sa.bindparam("owner"))
    & (_entry.thread_id == sa.bindparam("thread"))
)
_up_to = sa.func.greatest(_entry.last_read_number, sa.bindparam("up_to", type_=sa.Integer))
_news_after = (
    sa.select(sa.func.count())
    .where(
        messages.c.owner_id == _entry.owner_id,
        messages.c.thread_id == _entry.thread_id,
        messages.c.number > _up_to,
        sa.or_(_entry.party.is_(None), messages.c.party != _entry.party),
        messages.c.author_id.is_distinct_from(_entry.account_id),
    )
    .correlate(inbox_entries)
    .scalar_subquery()
)
_has_news = _entry.marked_unread | (_entry.unread_count > 0) | (_entry.last_read_number < _up_to)
_read = (
    sa.update(inbox_entries)
    .where(_named, _has_news)
    .values(last_read_number=_up_to, unread_count=_news_after, marked_unread=False)
)
_unread = sa.update(inbox_entries).where(_named, ~_entry.marked_unread).values(marked_unread=True)
_away = sa.bindparam("away", type_=sa.Boolean)
_archive = sa.update(inbox_entries).where(_named, _entry.archived != _away).values(archived=_away)
