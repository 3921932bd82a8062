"""Threads as they grow: messages appended and numbered, attachments bound.

Decides what a thread is found by. Refuses to know who may write: that is the domain's; and what is unread
for whom: that is `storage.news`'s.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.refusals import AttachmentRejected
from domain.values import RequestKey
from domain.words import MessageKind, Party, ThreadKind
from storage.rows import as_set, insert_set, named_requests, names
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


@dataclass(frozen=True, slots=True)
class Saying:
    """Messages said together in one thread, perhaps none."""

    thread: ThreadKey
    messages: tuple[NewMessage, ...]
    at: datetime


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


async def threads_of_requests(
    connection: AsyncConnection, keys: Collection[RequestKey]
) -> dict[RequestKey, ThreadKey]:
    """Give the threads of these requests."""
    rows = await connection.execute(_of_requests, names(list(keys)))
    return {
        RequestKey(row.owner_id, row.request_number): ThreadKey(row.owner_id, row.id, row.member_id)
        for row in rows
    }


async def append_all(connection: AsyncConnection, sayings: Sequence[Saying]) -> list[list[int]]:
    """Append to any threads, in this order; give each saying's numbers. Raises AttachmentRejected."""
    spoken = [saying for saying in sayings if saying.messages]
    next_numbers = await _count_up(connection, spoken) if spoken else {}
    numbers = [[next(next_numbers[saying.thread]) for _ in saying.messages] for saying in sayings]
    numbered = [
        (saying, number, message)
        for saying, taken in zip(sayings, numbers, strict=True)
        for number, message in zip(taken, saying.messages, strict=True)
    ]
    if numbered:
        await connection.execute(_append, as_set(messages, [_row(*each) for each in numbered]))
    for saying, number, message in numbered:
        if message.attachment_ids:
            await _bind(connection, saying.thread, number, message)
    return numbers


async def _count_up(connection: AsyncConnection, sayings: Sequence[Saying]) -> dict[ThreadKey, Iterator[int]]:
    """Take as many numbers as there are messages in each thread."""
    counts: Counter[ThreadKey] = Counter()
    latest: dict[ThreadKey, datetime] = {}
    for saying in sayings:
        counts[saying.thread] += len(saying.messages)
        latest[saying.thread] = max(saying.at, latest.get(saying.thread, saying.at))
    counted = await connection.execute(
        _count,
        {
            "owners": [thread.owner_id for thread in counts],
            "ids": [thread.id for thread in counts],
            "counts": list(counts.values()),
            "ats": [latest[thread] for thread in counts],
        },
    )
    last = {(row.owner_id, row.id): row.last_message_number for row in counted}
    return {
        thread: iter(range(last[thread.owner_id, thread.id] - many + 1, last[thread.owner_id, thread.id] + 1))
        for thread, many in counts.items()
    }


def _row(saying: Saying, number: int, message: NewMessage) -> dict[str, Any]:
    thread = saying.thread
    return {
        "owner_id": thread.owner_id,
        "thread_id": thread.id,
        "number": number,
        "author_id": message.author_id,
        "party": message.party,
        "kind": message.kind,
        "body": message.body,
        "created_at": saying.at,
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


def _search(words: sa.ColumnElement[Any], participants: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    found_by = sa.func.to_tsvector(sa.literal_column(f"'{SEARCH_WORDS}'"), words)
    return sa.func.array_to_tsvector(participants).concat(found_by)


def _search_of_message(new: sa.FromClause) -> sa.ColumnElement[Any]:
    own = (threads.c.owner_id == new.c.owner_id) & (threads.c.id == new.c.thread_id)
    member = sa.select(threads.c.member_id).where(own).correlate(new).scalar_subquery()
    return _search(new.c.body, array([_lexeme(new.c.owner_id), _lexeme(member)]))


def _lexeme(account: sa.ColumnElement[int]) -> sa.ColumnElement[str]:
    return sa.literal_column("'@'").concat(sa.cast(account, sa.Text))


_open = (
    sa.insert(threads)
    .values(
        search=_search(
            sa.bindparam("words", type_=sa.Text), sa.bindparam("participants", type_=ARRAY(sa.Text))
        )
    )
    .returning(threads.c.id)
)
_enter = sa.insert(inbox_entries)
_of_requests = sa.select(
    threads.c.owner_id, threads.c.id, threads.c.member_id, threads.c.request_number
).join(
    named_requests,
    (threads.c.owner_id == named_requests.c.seller_id)
    & (threads.c.request_number == named_requests.c.number),
)
_spoken_in = (
    sa.func.unnest(
        sa.bindparam("owners", type_=ARRAY(sa.BigInteger)),
        sa.bindparam("ids", type_=ARRAY(sa.BigInteger)),
        sa.bindparam("counts", type_=ARRAY(sa.Integer)),
        sa.bindparam("ats", type_=ARRAY(sa.DateTime(timezone=True))),
    )
    .table_valued(
        sa.column("owner_id", sa.BigInteger),
        sa.column("id", sa.BigInteger),
        sa.column("count", sa.Integer),
        sa.column("at", sa.DateTime(timezone=True)),
    )
    .render_derived("spoken_in")
)
_count = (
    sa.update(threads)
    .where(threads.c.owner_id == _spoken_in.c.owner_id, threads.c.id == _spoken_in.c.id)
    .values(
        last_message_number=threads.c.last_message_number + _spoken_in.c["count"],
        last_activity_at=sa.func.greatest(threads.c.last_activity_at, _spoken_in.c.at),
    )
    .returning(threads.c.owner_id, threads.c.id, threads.c.last_message_number)
)
_append = insert_set(messages, search=_search_of_message)
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
