"""Where a request's sequences stand: the messages of its thread, and its timeline.

Decides that both are asked for at once, and that a message's number is taken in the same breath. Expects the
request locked, so that its timeline stands still.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from domain.values import RequestKey
from storage.connection import Connection
from storage.conversation import ThreadKey
from storage.rows import named_requests, names
from storage.tables import threads, timeline


@dataclass(frozen=True, slots=True)
class Place:
    """A request's thread, and how many messages and entries there were."""

    thread: ThreadKey
    messages: int
    entries: int


async def take_places(
    connection: Connection,
    keys: Collection[RequestKey],
    spoken: Iterable[tuple[RequestKey, datetime]],
) -> Mapping[RequestKey, Place]:
    """Give where these requests stand, and take a number for each message that is about to be written."""
    counts: Counter[RequestKey] = Counter()
    latest: dict[RequestKey, datetime] = {}
    for key, at in spoken:
        counts[key] += 1
        latest[key] = max(at, latest.get(key, at))
    silent = [key for key in keys if key not in counts]
    rows: list[Any] = []
    if counts:
        named = names(list(counts))
        taken = named | {"counts": list(counts.values()), "ats": [latest[key] for key in counts]}
        rows += (await connection.execute(_take, taken)).all()
    if silent:
        rows += (await connection.execute(_find, names(silent))).all()
    places = {}
    for row in rows:
        key = RequestKey(row.owner_id, row.request_number)
        thread = ThreadKey(row.owner_id, row.id, row.member_id)
        places[key] = Place(thread, row.last_message_number - counts[key], row.entries)
    return places


_entries = (
    sa.select(sa.func.coalesce(sa.func.max(timeline.c.number), 0))
    .where(timeline.c.seller_id == threads.c.owner_id, timeline.c.request_number == threads.c.request_number)
    .correlate(threads)
    .scalar_subquery()
    .label("entries")
)
_PLACE = (
    threads.c.owner_id,
    threads.c.id,
    threads.c.member_id,
    threads.c.request_number,
    threads.c.last_message_number,
    _entries,
)
_find = sa.select(*_PLACE).join(
    named_requests,
    (threads.c.owner_id == named_requests.c.seller_id)
    & (threads.c.request_number == named_requests.c.number),
)
_spoken_in = (
    sa.func.unnest(
        sa.bindparam("seller_ids", type_=ARRAY(sa.BigInteger)),
        sa.bindparam("numbers", type_=ARRAY(sa.Integer)),
        sa.bindparam("counts", type_=ARRAY(sa.Integer)),
        sa.bindparam("ats", type_=ARRAY(sa.DateTime(timezone=True))),
    )
    .table_valued(
        sa.column("seller_id", sa.BigInteger),
        sa.column("number", sa.Integer),
        sa.column("count", sa.Integer),
        sa.column("at", sa.DateTime(timezone=True)),
    )
    .render_derived("spoken_in")
)
_take = (
    sa.update(threads)
    .where(threads.c.owner_id == _spoken_in.c.seller_id, threads.c.request_number == _spoken_in.c.number)
    .values(
        last_message_number=threads.c.last_message_number + _spoken_in.c["count"],
        last_activity_at=sa.func.greatest(threads.c.last_activity_at, _spoken_in.c.at),
    )
    .returning(*_PLACE)
)
