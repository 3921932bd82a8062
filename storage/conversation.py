"""Threads as they grow: messages appended and numbered, attachments bound, both inbox rows kept in step.

Decides what is unread for whom: a message is news to everyone but the side that wrote it. Refuses to know
who may write: that is the domain's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.refusals import AttachmentRejected
from domain.words import MessageKind, Party, ThreadKind
from storage.tables import attachments, inbox_entries, messages, threads
from storage.tables.threads import SEARCH_WORDS


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message about to be appended. `side` is the participant who wrote it; None for Support and facts."""

    side: int | None
    author_id: int | None
    party: Party
    kind: MessageKind
    body: str
    attachment_ids: tuple[int, ...] = ()
    is_evidence: bool = False


@dataclass(frozen=True, slots=True)
class ThreadKey:
    """A thread and its two participants."""

    owner_id: int
    id: int
    member_id: int

    @property
    def participants(self) -> tuple[int, int]:
        """Who has it in an inbox."""
        return self.owner_id, self.member_id


async def open_thread(
    connection: AsyncConnection,
    *,
    owner_id: int,
    member_id: int,
    kind: ThreadKind,
    subject: str,
    words: str,
    at: datetime,
    request_number: int | None = None,
    entries: Mapping[int, Mapping[str, Any]],
) -> ThreadKey:
    """Begin a thread that is found by `words`; `entries` is what each participant's inbox row says of it."""
    row = {
        "owner_id": owner_id,
        "member_id": member_id,
        "kind": kind,
        "subject": subject,
        "request_number": request_number,
        "last_activity_at": at,
        "words": words,
        "participants": _lexemes(owner_id, member_id),
    }
    key = ThreadKey(owner_id, (await connection.execute(_open, row)).scalar_one(), member_id)
    shared = {"owner_id": owner_id, "thread_id": key.id, "kind": kind, "last_activity_at": at}
    shared |= {"request_number": request_number}
    rows = [shared | {"account_id": account} | dict(entries[account]) for account in key.participants]
    await connection.execute(_enter, rows)
    return key


async def thread_of_request(connection: AsyncConnection, seller_id: int, number: int) -> ThreadKey:
    """Give a request's thread."""
    row = (await connection.execute(_of_request, {"seller_id": seller_id, "number": number})).one()
    return ThreadKey(seller_id, row.id, row.member_id)


async def append(
    connection: AsyncConnection, thread: ThreadKey, new: Sequence[NewMessage], *, at: datetime
) -> list[int]:
    """Append messages in this order; give their numbers. Raises AttachmentRejected. The inbox is `tell`'s."""
    if not new:
        return []
    counted = {"owner": thread.owner_id, "thread": thread.id, "count": len(new), "at": at}
    last: int = (await connection.execute(_count, counted)).scalar_one()
    numbers = list(range(last - len(new) + 1, last + 1))
    rows = [_row(thread, number, message, at) for number, message in zip(numbers, new, strict=True)]
    await connection.execute(_append, rows)
    for number, message in zip(numbers, new, strict=True):
        if message.attachment_ids:
            await _bind(connection, thread, number, message)
    return numbers


async def tell(
    connection: AsyncConnection,
    thread: ThreadKey,
    new: Sequence[NewMessage],
    numbers: Sequence[int],
    *,
    at: datetime,
    entries: Mapping[int, Mapping[str, Any]] | None = None,
) -> None:
    """Bring both participants' inbox rows up to date with new messages, and with what `entries` says."""
    rows = [
        _news(account, thread, new, numbers, at) | dict((entries or {}).get(account, {}))
        for account in sorted(thread.participants)
    ]
    await connection.execute(_tell_request if entries else _tell, rows)


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


def _row(thread: ThreadKey, number: int, message: NewMessage, at: datetime) -> dict[str, Any]:
    return {
        "owner_id": thread.owner_id,
        "thread_id": thread.id,
        "number": number,
        "author_id": message.author_id,
        "party": message.party,
        "kind": message.kind,
        "body": message.body,
        "created_at": at,
        "words": message.body,
        "participants": _lexemes(*thread.participants),
    }


async def _bind(connection: AsyncConnection, thread: ThreadKey, number: int, message: NewMessage) -> None:
    ids = set(message.attachment_ids)
    bound = await connection.execute(
        _use,
        {
            "ids": list(ids),
            "author_id": message.author_id,
            "owner": thread.owner_id,
            "thread": thread.id,
            "number": number,
            "evidence": message.is_evidence,
        },
    )
    if bound.rowcount != len(ids):
        raise AttachmentRejected(
            "An attachment must be your own, uploaded in full, and not used in another message."
        )


def _lexemes(*accounts: int) -> list[str]:
    return [f"@{account}" for account in accounts]


_search = sa.func.array_to_tsvector(sa.bindparam("participants", type_=ARRAY(sa.Text))).concat(
    sa.func.to_tsvector(sa.literal_column(f"'{SEARCH_WORDS}'"), sa.bindparam("words", type_=sa.Text))
)
_open = sa.insert(threads).values(search=_search).returning(threads.c.id)
_enter = sa.insert(inbox_entries)
_of_request = sa.select(threads.c.id, threads.c.member_id).where(
    threads.c.owner_id == sa.bindparam("seller_id"), threads.c.request_number == sa.bindparam("number")
)
_count = (
    sa.update(threads)
    .where(threads.c.owner_id == sa.bindparam("owner"), threads.c.id == sa.bindparam("thread"))
    .values(
        last_message_number=threads.c.last_message_number + sa.bindparam("count", type_=sa.Integer),
        last_activity_at=sa.func.greatest(
            threads.c.last_activity_at, sa.bindparam("at", type_=sa.DateTime(True))
        ),
    )
    .returning(threads.c.last_message_number)
)
_append = sa.insert(messages).values(search=_search)
_use = (
    sa.update(attachments)
    .where(
        attachments.c.uploader_id == sa.bindparam("author_id", type_=sa.BigInteger),
        attachments.c.id == sa.any_(sa.bindparam("ids", type_=ARRAY(sa.BigInteger))),
        attachments.c.stored_at.is_not(None),
        attachments.c.message_number.is_(None),
    )
    .values(
        owner_id=sa.bindparam("owner"),
        thread_id=sa.bindparam("thread"),
        message_number=sa.bindparam("number"),
        is_evidence=sa.bindparam("evidence"),
    )
)

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
