"""A participant's inbox: its lists by tab and sort, with filters and search, and the counts beside a tab."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY

from storage.connection import Connection
from storage.reads.pages import Listing, Order
from storage.reads.sets import ONE, columns_of
from storage.reads.threads import ThreadRow
from storage.tables import inbox_entries, messages, requests, threads
from storage.tables.base import Instant
from storage.tables.threads import SEARCH_WORDS
from storage.visibility import MEMBER, SELLER, Sight


@dataclass(frozen=True, slots=True)
class CountsRow:
    """How much lies in one tab of an inbox, the archive aside."""

    total: int = 0
    unread: int = 0
    due_soon: int = 0
    overdue: int = 0


_of_request = sa.and_(
    requests.c.seller_id == threads.c.owner_id, requests.c.number == threads.c.request_number
)
_in_thread = sa.and_(
    threads.c.owner_id == inbox_entries.c.owner_id, threads.c.id == inbox_entries.c.thread_id
)
_source = inbox_entries.join(threads, _in_thread).outerjoin(requests, _of_request)
_thread = columns_of(ThreadRow, threads, inbox_entries, requests)

# A partner of the seller reads the seller's entries, but those about sales alone.
_own = sa.or_(
    inbox_entries.c.account_id == MEMBER,
    sa.and_(inbox_entries.c.account_id == SELLER, inbox_entries.c.party == "SELLER"),
)
# The literal words of the partial index, so that the planner sees that it serves.
_about_my_sales: sa.ColumnElement[bool] = sa.literal_column("inbox_entries.party = 'SELLER'", sa.Boolean)
_unread = sa.or_(inbox_entries.c.marked_unread, inbox_entries.c.unread_count > 0)
_at = sa.bindparam("at", type_=Instant)
_is_overdue = sa.func.coalesce(inbox_entries.c.due_at <= _at, sa.false())


def _among(column: sa.ColumnElement[str], name: str) -> sa.ColumnElement[bool]:
    return sa.type_coerce(column, sa.Text) == sa.any_(sa.bindparam(name, type_=ARRAY(sa.Text)))


# What is looked for: words in any message of the inbox's threads, the order's title, the buyer's name, the
# number.
# Both indexes hold a lexeme per participant, so they answer for this account alone.
_words: sa.ColumnElement[str] = sa.func.websearch_to_tsquery(
    sa.literal_column(f"'{SEARCH_WORDS}'::regconfig"), sa.bindparam("search", type_=sa.Text), type_=TSQUERY
)
_mine = sa.cast(sa.func.concat("'@", sa.cast(ONE.c.a, sa.Text), "'"), TSQUERY)
_wanted = _words.op("&&")(_mine)
_matches = sa.union(
    sa.select(threads.c.owner_id, threads.c.id)
    .where(threads.c.search.bool_op("@@")(_wanted))
    .correlate(ONE.table),
    sa.select(messages.c.owner_id, messages.c.thread_id)
    .where(messages.c.search.bool_op("@@")(_wanted))
    .correlate(ONE.table),
)
_found = sa.and_(
    sa.func.numnode(_words) > 0,
    sa.tuple_(inbox_entries.c.owner_id, inbox_entries.c.thread_id).in_(_matches),
)

_filters = {
    "statuses": _among(inbox_entries.c.status, "statuses"),
    "reasons": _among(inbox_entries.c.reason, "reasons"),
    "kinds": _among(inbox_entries.c.kind, "kinds"),
    "unread": _unread == sa.bindparam("unread", type_=sa.Boolean),
    "archived": inbox_entries.c.archived == sa.bindparam("archived", type_=sa.Boolean),
    "overdue": _is_overdue == sa.bindparam("overdue", type_=sa.Boolean),
    "due_before": inbox_entries.c.due_at < sa.bindparam("due_before", type_=Instant),
    "search": _found,
    "at": sa.true(),  # what `overdue` is measured at
}

_place = (inbox_entries.c.owner_id, inbox_entries.c.thread_id)
_latest = Order("latest", (inbox_entries.c.last_activity_at, *_place), descending=True)
# What has no deadline comes after everything that has one.
NEVER: sa.ColumnElement[datetime] = sa.literal_column(
    "coalesce(inbox_entries.due_at, '9999-12-31 00:00:00+00'::timestamptz)", Instant
)
_due_first = Order("due", (NEVER, *_place))


Inbox = Listing[ThreadRow]


def _inbox(order: Order, *where: sa.ColumnElement[bool]) -> Inbox:
    return Listing(
        ThreadRow,
        _thread,
        _source,
        ONE.match(inbox_entries.c.account_id),
        _own,
        *where,
        order=order,
        keys=ONE,
        filters=_filters,
    )


latest = _inbox(_latest)
due_first = _inbox(_due_first)
sales_latest = _inbox(_latest, _about_my_sales)
sales_due_first = _inbox(_due_first, _about_my_sales)


def _counted(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.count().filter(condition)


_soon = sa.bindparam("soon", type_=Instant)
_counts = (
    sa.select(
        ONE.c.position,
        sa.func.count(),
        _counted(_unread),
        _counted(sa.and_(inbox_entries.c.due_at > _at, inbox_entries.c.due_at <= _soon)),
        _counted(inbox_entries.c.due_at <= _at),
    )
    .select_from(ONE.table.join(inbox_entries, ONE.match(inbox_entries.c.account_id)))
    .where(_own, sa.not_(inbox_entries.c.archived))
    .group_by(ONE.c.position)
)
_counts_of_sales = _counts.where(_about_my_sales)


async def counts(
    connection: Connection,
    sight: Sight,
    accounts: Sequence[int],
    *,
    sales_only: bool,
    at: datetime,
    soon: datetime,
) -> list[CountsRow]:
    """How much lies in each account's tab; `soon` is the instant until which something is due soon."""
    answers = [CountsRow()] * len(accounts)
    statement = _counts_of_sales if sales_only else _counts
    parameters = {**sight.parameters(), **ONE.parameters(accounts), "at": at, "soon": soon}
    for position, *numbers in await connection.execute(statement, parameters):
        answers[position - 1] = CountsRow(*numbers)
    return answers
