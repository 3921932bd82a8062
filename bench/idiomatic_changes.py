"""The two changes of the ordinary server: the statements of `raw_writes`, with a connection of its pool.

Decides how what was written becomes types.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

import strawberry
from strawberry import ID

from bench import raw_writes
from bench.idiomatic_types import Asked
from bench.raw import STATEMENTS


@strawberry.type
class UserError:
    """Why nothing was done; no answer that is timed has one."""

    code: str
    message: str


@strawberry.type
class Author:
    """Who wrote it."""

    display_name: str


@strawberry.type
class Written:
    """A message that was sent."""

    number: int
    body: str
    created_at: datetime
    author: Author


@strawberry.type
class MessagePayload:
    """What became of a message."""

    user_errors: list[UserError]
    message: Written | None


@strawberry.type
class Amount:
    """An amount."""

    amount: Decimal


@strawberry.type
class Refund:
    """A refund."""

    amount: Amount
    status: str


@strawberry.type
class Refunded:
    """A request that was refunded."""

    number: str
    status: str
    outcome: str
    version: int
    closed_at: datetime
    refunds: list[Refund]


@strawberry.type
class RequestPayload:
    """What became of a request."""

    user_errors: list[UserError]
    request: Refunded | None


@strawberry.input
class SendMessageInput:
    """A word, and where it goes."""

    thread_id: ID
    body: str


@strawberry.input
class RefundInput:
    """What is to be refunded."""

    request_id: ID


class Plain:
    """A connection on which statements are run by their names."""

    def __init__(self, raw: Any) -> None:
        self.raw = raw

    async def rows(self, name: str, *arguments: Any) -> Any:
        """Run one; the driver keeps it prepared."""
        return await self.raw.fetch(STATEMENTS[name], *arguments)


@strawberry.type
class Mutation:
    """Where writing starts."""

    @strawberry.mutation
    async def send_message(self, info: Asked, input: SendMessageInput) -> MessagePayload:  # noqa: A002
        """A word in a conversation."""
        asked = {"input": {"threadId": input.thread_id, "body": input.body}}
        async with info.context.pool.acquire() as raw:
            done = await raw_writes.send_message(Plain(raw), info.context.viewer_id, asked, 0)
        made = done["sendMessage"]["message"]
        author = Author(display_name=made["author"]["displayName"])
        written = Written(
            number=made["number"], body=made["body"], created_at=made["createdAt"], author=author
        )
        return MessagePayload(user_errors=[], message=written)

    @strawberry.mutation
    async def refund_in_full(self, info: Asked, input: RefundInput) -> RequestPayload:  # noqa: A002
        """The whole price back to the buyer."""
        asked = {"input": {"requestId": input.request_id}}
        async with info.context.pool.acquire() as raw:
            done = await raw_writes.refund_in_full(Plain(raw), info.context.viewer_id, asked, 0)
        made = done["refundInFull"]["request"]
        refunds = [
            Refund(amount=Amount(amount=Decimal(one["amount"]["amount"])), status=one["status"])
            for one in made["refunds"]
        ]
        request = Refunded(
            number=made["number"],
            status=made["status"],
            outcome=made["outcome"],
            version=made["version"],
            closed_at=made["closedAt"],
            refunds=refunds,
        )
        return RequestPayload(user_errors=[], request=request)
