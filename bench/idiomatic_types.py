"""The types of the ordinary server: dataclasses with async resolvers, as Strawberry's documentation teaches.

Decides what the pages show, in the names of Amends' schema. Knows no connection and no token.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import orjson
import strawberry
from strawberry import ID, Info

from bench.idiomatic_loaders import Loaders
from bench.raw_pages import TYPES, place


@dataclass(slots=True)
class Context:
    """What an operation has at hand."""

    pool: Any
    viewer_id: int
    loaders: Loaders


Asked = Info[Context, None]


@strawberry.type
class Money:
    """An amount."""

    amount: Decimal
    currency_code: str


def money(minor: int, currency: str) -> Money:
    """An amount of hundredths."""
    return Money(amount=Decimal(minor).scaleb(-2), currency_code=currency)


@strawberry.interface
class Node:
    """What has an id."""

    id: ID


@strawberry.type
class User:
    """An account."""

    username: str
    display_name: str


async def user(info: Asked, account_id: int | None) -> User | None:
    """An account by its id."""
    if account_id is None:
        return None
    row = await info.context.loaders.account.load((account_id,))
    return User(username=row["username"], display_name=row["display_name"])


@strawberry.type
class Order:
    """An order."""

    external_id: str
    title: str
    price: Money


async def order(info: Asked, seller_id: int, order_id: int | None) -> Order | None:
    """An order by its key."""
    if order_id is None:
        return None
    row = await info.context.loaders.order.load((seller_id, order_id))
    price = money(row["price_minor"], row["currency"])
    return Order(external_id=row["external_id"], title=row["title"], price=price)


@strawberry.type
class PageInfo:
    """Where a page lies."""

    has_next_page: bool
    end_cursor: str | None


@strawberry.type
class Message:
    """A message."""

    number: int
    party: str
    kind: str
    body: str
    created_at: datetime
    author_id: strawberry.Private[int | None]

    @strawberry.field
    async def author(self, info: Asked) -> User | None:
        """Who wrote it."""
        return await user(info, self.author_id)


def message(row: Any) -> Message:
    """A message of a row."""
    names = ("number", "party", "kind", "body", "created_at", "author_id")
    return Message(**{name: row[name] for name in names})


@strawberry.type
class MessageConnection:
    """A page of messages."""

    nodes: list[Message]
    page_info: PageInfo


@strawberry.type
class AvailableAction:
    """An action."""

    action: str
    allowed: bool
    until: datetime | None


@strawberry.type
class LedgerEntry:
    """A line of the ledger."""

    number: int
    component: str
    amount: Money
    balance_after: Money
    posted_at: datetime
    description: str
    seller_id: strawberry.Private[int]
    order_id: strawberry.Private[int | None]
    request_number: strawberry.Private[int | None]

    @strawberry.field
    async def order(self, info: Asked) -> Order | None:
        """The order it belongs to."""
        return await order(info, self.seller_id, self.order_id)

    @strawberry.field
    async def request(self, info: Asked) -> "SupportRequest | None":
        """The request it belongs to."""
        if self.request_number is None:
            return None
        return request(await info.context.loaders.request.load((self.seller_id, self.request_number)))


def entry(row: Any) -> LedgerEntry:
    """A line of a row."""
    return LedgerEntry(
        number=row["entry_number"],
        component=row["component"],
        amount=money(row["amount_minor"], row["currency"]),
        balance_after=money(row["balance_after_minor"], row["currency"]),
        posted_at=row["posted_at"],
        description=row["description"],
        seller_id=row["seller_id"],
        order_id=row["order_id"],
        request_number=row["request_number"],
    )


@strawberry.interface
class TimelineItem:
    """Something that happened."""

    at: datetime
    by: str


@strawberry.type
class StatusChange(TimelineItem):
    """A move."""

    from_status: str | None
    to_status: str
    action: str | None
    outcome: str | None
    text: str | None


@strawberry.type
class DeadlineMissed(TimelineItem):
    """A missed deadline."""

    due_at: datetime
    party: str


OTHERS = {
    kind: strawberry.type(type(name, (TimelineItem,), {"__doc__": "Something else.", "__annotations__": {}}))
    for kind, name in TYPES.items()
    if kind not in {"STATUS_CHANGE", "DEADLINE_MISSED"}
}


def happened(row: Any) -> TimelineItem:
    """An entry of a row."""
    names: tuple[str, ...] = ("at", "by")
    if row["kind"] == "STATUS_CHANGE":
        names += ("from_status", "to_status", "action", "outcome", "text")
        return StatusChange(**{name: row[name] for name in names})
    if row["kind"] == "DEADLINE_MISSED":
        return DeadlineMissed(at=row["at"], by=row["by"], due_at=row["due_at"], party=row["missed_party"])
    made: TimelineItem = OTHERS[row["kind"]](at=row["at"], by=row["by"])
    return made


@strawberry.type
class TimelineConnection:
    """A page of a timeline."""

    nodes: list[TimelineItem]
    page_info: PageInfo


@strawberry.type
class SupportRequest(Node):
    """A request."""

    number: str
    status: str
    reason: str | None
    outcome: str | None
    description: str
    version: int
    due_at: datetime | None
    created_at: datetime
    row: strawberry.Private[Any]

    @strawberry.field
    def overdue(self) -> bool:
        """Whether its clock has run out."""
        return bool(self.row["overdue"]) or (self.due_at is not None and self.due_at <= datetime.now(UTC))

    @strawberry.field
    async def order(self, info: Asked) -> Order | None:
        """The order it is about."""
        return await order(info, self.row["seller_id"], self.row["order_id"])

    @strawberry.field
    async def buyer(self, info: Asked) -> User | None:
        """Who asks."""
        return await user(info, self.row["buyer_id"])

    @strawberry.field
    async def ledger_entries(self, info: Asked) -> list[LedgerEntry]:
        """What it moved."""
        key = (self.row["seller_id"], self.row["number"])
        return [entry(row) for row in await info.context.loaders.entries.load(key)]

    @strawberry.field
    async def available_actions(self, info: Asked) -> list[AvailableAction]:
        """What may be done with it."""
        row = await info.context.loaders.actions.load((self.row["seller_id"], self.row["number"]))
        return [
            AvailableAction(
                action=one["action"],
                allowed=one["allowed"],
                until=None if one["until"] is None else datetime.fromisoformat(one["until"]),
            )
            for one in orjson.loads(row["actions"])
        ]

    @strawberry.field
    async def thread(self, info: Asked) -> "Thread":
        """Its conversation."""
        row = await info.context.pool.fetchrow(
            THREAD, self.row["seller_id"], self.row["thread_id"], info.context.viewer_id
        )
        return thread(row)

    @strawberry.field
    async def timeline(self, info: Asked, first: int = 25) -> TimelineConnection:
        """Everything that happened."""
        rows = await info.context.pool.fetch(TIMELINE, self.row["seller_id"], self.row["number"], first + 1)
        shown = rows[:first]
        end = place("timeline", shown[-1]["number"]) if shown else None
        info_ = PageInfo(has_next_page=len(rows) > first, end_cursor=end)
        return TimelineConnection(nodes=[happened(row) for row in shown], page_info=info_)


def request(row: Any) -> SupportRequest:
    """A request of a row."""
    return SupportRequest(
        id=ID(place("SupportRequest", row["seller_id"], row["number"])),
        number=f"R{row['seller_id']}-{row['number']}",
        status=row["status"],
        reason=row["reason"],
        outcome=row["outcome"],
        description=row["description"],
        version=row["version"],
        due_at=row["due_at"],
        created_at=row["opened_at"],
        row=row,
    )


TIMELINE = "SELECT * FROM timeline WHERE seller_id = $1 AND request_number = $2 ORDER BY number LIMIT $3"
CONVERSATION = "SELECT * FROM messages WHERE owner_id = $1 AND thread_id = $2 ORDER BY number LIMIT $3"
THREAD = """SELECT t.owner_id, t.id, t.subject, t.request_number, t.last_message_number, t.last_activity_at,
  coalesce(e.unread_count, 0) AS unread_count, coalesce(e.marked_unread, false) AS marked_unread
FROM threads t
LEFT JOIN inbox_entries e ON e.owner_id = t.owner_id AND e.thread_id = t.id AND e.account_id = $3
WHERE t.owner_id = $1 AND t.id = $2 AND (t.owner_id = $3 OR t.member_id = $3)"""


@strawberry.type
class Thread:
    """A conversation."""

    subject: str
    unread: bool
    unread_count: int
    last_activity_at: datetime
    row: strawberry.Private[Any]

    @strawberry.field
    async def last_message(self, info: Asked) -> Message | None:
        """The latest message."""
        row = self.row
        key = (row["owner_id"], row["id"], row["last_message_number"])
        return message(await info.context.loaders.message.load(key))

    @strawberry.field
    async def request(self, info: Asked) -> SupportRequest | None:
        """The request it is about."""
        key = (self.row["owner_id"], self.row["request_number"])
        return request(await info.context.loaders.request.load(key))

    @strawberry.field
    async def messages(self, info: Asked, first: int = 25) -> MessageConnection:
        """What was written."""
        rows = await info.context.pool.fetch(CONVERSATION, self.row["owner_id"], self.row["id"], first + 1)
        shown = rows[:first]
        end = place("messages", shown[-1]["number"]) if shown else None
        info_ = PageInfo(has_next_page=len(rows) > first, end_cursor=end)
        return MessageConnection(nodes=[message(row) for row in shown], page_info=info_)


def thread(row: Any) -> Thread:
    """A conversation of a row."""
    return Thread(
        subject=row["subject"],
        unread=row["marked_unread"] or row["unread_count"] > 0,
        unread_count=row["unread_count"],
        last_activity_at=row["last_activity_at"],
        row=row,
    )
