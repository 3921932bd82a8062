"""Threads as they grow: messages appended and numbered, attachments bound.

Decides what a thread is found by. Refuses to know who may write: that is the domain's; and what is unread
for whom: that is `storage.news`'s.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, array

from domain.refusals import AttachmentRejected
from domain.words import MessageKind, Party, ThreadKind
from storage.connection import Change, Connection
from storage.rows import as_set, columns_of, given_rows, insert_set
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


@dataclass(frozen=True, slots=True)
class NewThread:
    """A thread about to begin, found by `words`; `entries` is what each participant's inbox row says."""

    owner_id: int
    member_id: int
    kind: ThreadKind
    subject: str
    words: str
    at: datetime
    entries: Mapping[int, Mapping[str, Any]]
    request_number: int | None = None


async def open_threads(connection: Connection, new: Sequence[NewThread]) -> list[ThreadKey]:
    """Begin threads, each of another pair or about another request; give their keys in the same order."""
    rows = [_thread_row(each) for each in new]
    opened = await connection.execute(_open, as_set(rows))
    ids = {(row.owner_id, row.member_id, row.request_number): row.id for row in opened}
    keys = [
        ThreadKey(each.owner_id, ids[each.owner_id, each.member_id, each.request_number], each.member_id)
        for each in new
    ]
    entries = [
        row | {"thread_id": key.id, "account_id": account} | dict(each.entries[account])
        for each, row, key in zip(new, rows, keys, strict=True)
        for account in key.participants
    ]
    await connection.execute(_enter, as_set(entries))
    return keys


async def take_numbers(connection: Connection, sayings: Sequence[Saying]) -> list[list[int]]:
    """Take numbers for what is about to be said in any threads; give each saying's."""
    spoken = [saying for saying in sayings if saying.messages]
    next_numbers = await _count_up(connection, spoken) if spoken else {}
    return [[next(next_numbers[saying.thread]) for _ in saying.messages] for saying in sayings]


def said(sayings: Sequence[Saying], numbers: Sequence[Sequence[int]]) -> list[Change]:
    """Give the changes that write messages down, with the numbers that are theirs."""
    rows = [_row(*each) for each in _numbered(sayings, numbers)]
    return [(_append, as_set(rows))] if rows else []


def _numbered(
    sayings: Sequence[Saying], numbers: Sequence[Sequence[int]]
) -> Iterator[tuple[Saying, int, NewMessage]]:
    for saying, taken in zip(sayings, numbers, strict=True):
        for number, message in zip(taken, saying.messages, strict=True):
            yield saying, number, message


async def _count_up(connection: Connection, sayings: Sequence[Saying]) -> dict[ThreadKey, Iterator[int]]:
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


def _thread_row(new: NewThread) -> dict[str, Any]:
    return {
        "owner_id": new.owner_id,
        "member_id": new.member_id,
        "kind": new.kind,
        "subject": new.subject,
        "request_number": new.request_number,
        "last_activity_at": new.at,
        "words": new.words,
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


async def bind(connection: Connection, sayings: Sequence[Saying], numbers: Sequence[Sequence[int]]) -> None:
    """Bind attachments to the messages that were written with them. Raises AttachmentRejected."""
    used = [
        {
            "id": id_,
            "author_id": message.author_id,
            "owner_id": saying.thread.owner_id,
            "thread_id": saying.thread.id,
            "message_number": number,
            "is_evidence": message.is_evidence,
        }
        for saying, number, message in _numbered(sayings, numbers)
        for id_ in set(message.attachment_ids)
    ]
    if used and (await connection.execute(_use, as_set(used))).rowcount != len(used):
        raise AttachmentRejected(
            "An attachment must be your own, uploaded in full, and not used in another message."
        )


def _search(words: sa.ColumnElement[Any], *participants: sa.ColumnElement[int]) -> sa.ColumnElement[Any]:
    found_by = sa.func.to_tsvector(sa.literal_column(f"'{SEARCH_WORDS}'"), words)
    return sa.func.array_to_tsvector(array([_lexeme(each) for each in participants])).concat(found_by)


def _search_of_message(new: sa.FromClause) -> sa.ColumnElement[Any]:
    own = (threads.c.owner_id == new.c.owner_id) & (threads.c.id == new.c.thread_id)
    member = sa.select(threads.c.member_id).where(own).correlate(new).scalar_subquery()
    return _search(new.c.body, new.c.owner_id, member)


def _lexeme(account: sa.ColumnElement[int]) -> sa.ColumnElement[str]:
    return sa.literal_column("'@'").concat(sa.cast(account, sa.Text))


_begun = sa.table(
    "begun",
    *columns_of(threads, "owner_id", "member_id", "kind", "subject", "request_number", "last_activity_at"),
    sa.column("words", sa.Text),
)
_new = given_rows(_begun)
_written = {column.name: column for column in _new.c if column.name != "words"} | {
    "search": _search(_new.c.words, _new.c.owner_id, _new.c.member_id)
}
_open = (
    sa.insert(threads)
    .from_select(list(_written), sa.select(*_written.values()))
    .returning(threads.c.owner_id, threads.c.id, threads.c.member_id, threads.c.request_number)
)
_entered = sa.table(
    "inbox_entries",
    *columns_of(inbox_entries, "account_id", "owner_id", "thread_id", "party", "kind", "request_number"),
    *columns_of(inbox_entries, "status", "reason", "last_activity_at"),
)
_enter = insert_set(_entered)
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
_used = sa.table(
    "used",
    sa.column("author_id", sa.BigInteger),
    *columns_of(attachments, "id", "owner_id", "thread_id", "message_number", "is_evidence"),
)
_use_of = given_rows(_used)
_use = (
    sa.update(attachments)
    .where(
        attachments.c.uploader_id == _use_of.c.author_id,
        attachments.c.id == _use_of.c.id,
        attachments.c.stored_at.is_not(None),
        attachments.c.message_number.is_(None),
    )
    .values({name: _use_of.c[name] for name in ("owner_id", "thread_id", "message_number", "is_evidence")})
)
