"""Pages and changes in Strawberry as its documentation teaches: async resolvers, data loaders, its ASGI view.

Decides where reading starts. It is the server that one would write without anything of Amends' executor:
nothing in it is slow on purpose, and asyncpg reads for it, which is quicker than sessions.
"""

import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from enum import Enum
from typing import Any

import asyncpg
import jwt
import strawberry
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route
from strawberry import ID
from strawberry.asgi import GraphQL
from strawberry.schema.config import StrawberryConfig

from bench.idiomatic_changes import Mutation
from bench.idiomatic_loaders import Loaders
from bench.idiomatic_types import (
    OTHERS,
    Asked,
    Context,
    DeadlineMissed,
    LedgerEntry,
    Node,
    PageInfo,
    StatusChange,
    SupportRequest,
    Thread,
    entry,
    request,
    thread,
)
from bench.raw_pages import LARGEST, micros, parts_of, place

CONNECTIONS = 10
REQUEST = """SELECT seller_id, number, status, reason, outcome, description, version, due_at, overdue,
  opened_at, order_id, buyer_id, thread_id FROM requests
WHERE seller_id = $1 AND number = $2 AND (seller_id = $3 OR buyer_id = $3)"""
INBOX = """SELECT t.owner_id, t.id, t.subject, t.request_number, t.last_message_number, t.last_activity_at,
  e.unread_count, e.marked_unread
FROM inbox_entries e JOIN threads t ON t.owner_id = e.owner_id AND t.id = e.thread_id
WHERE e.account_id = $1 AND e.party = 'SELLER' AND NOT e.archived
ORDER BY e.last_activity_at DESC, e.owner_id DESC, e.thread_id DESC LIMIT $2"""
LEDGER = """SELECT l.*, j.description
FROM journal_lines l JOIN journals j ON j.seller_id = l.seller_id AND j.number = l.journal_number
WHERE l.seller_id = $1 AND l.entry_number < $3 ORDER BY l.entry_number DESC LIMIT $2"""


@strawberry.enum
class InboxTab(Enum):
    """Which part of the inbox."""

    CUSTOMER_SUPPORT = "CUSTOMER_SUPPORT"


@strawberry.type
class ThreadConnection:
    """A page of an inbox."""

    nodes: list[Thread]
    page_info: PageInfo


@strawberry.type
class EntryConnection:
    """A page of a ledger."""

    nodes: list[LedgerEntry]
    page_info: PageInfo


@strawberry.type
class Ledger:
    """A ledger."""

    @strawberry.field
    async def entries(self, info: Asked, first: int = 25, after: str | None = None) -> EntryConnection:
        """Its lines, latest first."""
        before = LARGEST if after is None else int(parts_of(after)[1])
        rows = await info.context.pool.fetch(LEDGER, info.context.viewer_id, first + 1, before)
        shown = rows[:first]
        end = place("ledger", shown[-1]["entry_number"]) if shown else None
        info_ = PageInfo(has_next_page=len(rows) > first, end_cursor=end)
        return EntryConnection(nodes=[entry(row) for row in shown], page_info=info_)


@strawberry.type
class Desk:
    """The viewer's desk."""

    @strawberry.field
    def ledger(self) -> Ledger:
        """The ledger."""
        return Ledger()


@strawberry.type
class Viewer:
    """The caller."""

    @strawberry.field
    async def inbox(
        self, info: Asked, tab: InboxTab, first: int = 25, after: str | None = None
    ) -> ThreadConnection:
        """The viewer's conversations about sales; a page after the first is not measured."""
        del tab, after
        rows = await info.context.pool.fetch(INBOX, info.context.viewer_id, first + 1)
        shown = rows[:first]
        last = shown[-1] if shown else None
        end = last and place("latest", micros(last["last_activity_at"]), last["owner_id"], last["id"])
        info_ = PageInfo(has_next_page=len(rows) > first, end_cursor=end)
        return ThreadConnection(nodes=[thread(row) for row in shown], page_info=info_)

    @strawberry.field
    def seller(self) -> Desk:
        """The viewer's desk."""
        return Desk()


@strawberry.type
class Query:
    """Where reading starts."""

    @strawberry.field
    def viewer(self) -> Viewer:
        """The caller."""
        return Viewer()

    @strawberry.field
    async def support_request(self, info: Asked, number: str) -> SupportRequest | None:
        """A request by its name."""
        seller, short = map(int, number[1:].split("-"))
        row = await info.context.pool.fetchrow(REQUEST, seller, short, info.context.viewer_id)
        return request(row) if row else None

    @strawberry.field
    async def node(self, info: Asked, id: ID) -> Node | None:  # noqa: A002 the argument's name
        """A thing by its id."""
        _, seller, number = parts_of(id)
        row = await info.context.pool.fetchrow(REQUEST, int(seller), int(number), info.context.viewer_id)
        return request(row) if row else None


INSTANT = strawberry.scalar(
    name="DateTime",
    serialize=lambda at: at.isoformat().replace("+00:00", "Z"),
    parse_value=datetime.fromisoformat,
)
schema = strawberry.Schema(
    Query,
    Mutation,
    types=[SupportRequest, StatusChange, DeadlineMissed, *OTHERS.values()],
    config=StrawberryConfig(scalar_map={datetime: INSTANT}),
)


class Graph(GraphQL[Context, None]):
    """Strawberry's view, with the caller and fresh loaders for each operation."""

    def __init__(self) -> None:
        super().__init__(schema, graphql_ide=None)
        self.pool: Any = None
        self._known: dict[str, tuple[int, float]] = {}

    async def get_context(self, request: Any, response: Any) -> Context:  # noqa: ARG002 the view's own form
        """Tell who is asking."""
        return Context(self.pool, await self._viewer(request), Loaders(self.pool))

    async def _viewer(self, request: Request) -> int:
        header = request.headers["authorization"]
        known = self._known.get(header)
        if known is None or known[1] <= time.time():
            secret = os.environ["AMENDS_SECRET"]
            claims = jwt.decode(header.removeprefix("Bearer "), secret, algorithms=["HS256"])
            account = await self.pool.fetchval("SELECT id FROM accounts WHERE username = $1", claims["sub"])
            known = self._known[header] = (account, claims["exp"])
        return known[0]


def main() -> None:
    """Serve on PORT until stopped."""
    graph = Graph()

    @asynccontextmanager
    async def running(_: Starlette) -> AsyncIterator[None]:
        url, session = os.environ["DATABASE_URL"], {"jit": "off", "timezone": "UTC"}
        async with asyncpg.create_pool(
            url, min_size=CONNECTIONS, max_size=CONNECTIONS, server_settings=session
        ) as graph.pool:
            sys.stdout.write("ready\n")
            sys.stdout.flush()
            yield

    app = Starlette(routes=[Route("/graphql", graph)], lifespan=running)
    uvicorn.run(app, port=int(os.environ["PORT"]), log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
