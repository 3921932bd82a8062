"""Where a request's sequences stand: the messages of its thread, and its timeline.

Decides that numbers are taken from where they stood when the request was locked: whoever writes in the thread
of a request, or in its timeline, has locked the request before.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from domain.values import RequestKey
from storage.connection import Change, Connection
from storage.conversation import ThreadKey
from storage.rows import as_set, columns_of, given_rows, named_requests, names
from storage.tables import threads, timeline


@dataclass(frozen=True, slots=True)
class Place:
    """A request's thread, and how many messages and entries there were."""

    thread: ThreadKey
    messages: int
    entries: int


async def find_places(connection: Connection, keys: Iterable[RequestKey]) -> dict[RequestKey, Place]:
    """Give where these requests stand."""
    rows = await connection.execute(_find, names(list(keys)))
    return {RequestKey(row.owner_id, row.request_number): place_of(*row) for row in rows}


def place_of(owner_id: int, thread_id: int, member_id: int, messages: int, entries: int, *_: object) -> Place:
    """A place as it is read."""
    return Place(ThreadKey(owner_id, thread_id, member_id), messages, entries)


def moved_on(
    places: Mapping[RequestKey, Place], spoken: Iterable[tuple[RequestKey, datetime]]
) -> list[Change]:
    """Give the change that counts what is said in these requests' threads, each at its instant."""
    rows: dict[RequestKey, dict[str, Any]] = {}
    for key, at in spoken:
        thread = places[key].thread
        row = rows.setdefault(
            key, {"owner_id": thread.owner_id, "id": thread.id, "count": 0, "last_activity_at": at}
        )
        row["count"] += 1
        row["last_activity_at"] = max(row["last_activity_at"], at)
    return [(_count, as_set(rows.values()))] if rows else []


_entries = (
    sa.select(sa.func.coalesce(sa.func.max(timeline.c.number), 0))
    .where(timeline.c.seller_id == threads.c.owner_id, timeline.c.request_number == threads.c.request_number)
    .correlate(threads)
    .scalar_subquery()
    .label("entries")
)
_find = sa.select(
    threads.c.owner_id,
    threads.c.id,
    threads.c.member_id,
    threads.c.last_message_number,
    _entries,
    threads.c.request_number,
).join(
    named_requests,
    (threads.c.owner_id == named_requests.c.seller_id)
    & (threads.c.request_number == named_requests.c.number),
)
_spoken = sa.table(
    "spoken", *columns_of(threads, "owner_id", "id", "last_activity_at"), sa.column("count", sa.Integer)
)
_new = given_rows(_spoken).c
_count = (
    sa.update(threads)
    .where(threads.c.owner_id == _new.owner_id, threads.c.id == _new.id)
    .values(
        last_message_number=threads.c.last_message_number + _new["count"],
        last_activity_at=sa.func.greatest(threads.c.last_activity_at, _new.last_activity_at),
    )
)
