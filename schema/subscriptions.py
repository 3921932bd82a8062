"""What can be followed: each tells what was missed since `after`, then `Ready`, then what comes.

Decides nothing: who may follow what, and what is told, is `resolvers.feeds`'s to say.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import strawberry

from resolvers import feeds
from resolvers.context import Context
from schema.columns import argument, subscription
from schema.ids import parts, request_key
from schema.scalars import Cursor
from schema.types.feed import FeedItem

AFTER = (
    "The place to go on from: a feedCursor, or the cursor of the last event. Without one, only what happens "
    "from now on is told."
)


def _following(
    follow: Callable[[Context, str | None], Awaitable[AsyncIterator[feeds.FeedItem]]], description: str
) -> Any:
    """A stream that is the viewer's own."""

    async def begin(context: Context, _: object, *, after: str | None = None) -> Any:
        return await follow(context, after)

    return subscription(begin, description, after=argument(Cursor | None, AFTER))


async def _request(
    context: Context, _: object, *, request_id: str, after: str | None = None
) -> AsyncIterator[feeds.FeedItem]:
    return await feeds.follow_request(context, request_key(request_id), after)


async def _thread(
    context: Context, _: object, *, thread_id: str, after: str | None = None
) -> AsyncIterator[feeds.FeedItem]:
    return await feeds.follow_thread(context, parts(thread_id, "Thread"), after)


@strawberry.type(
    description="What can be followed. Each tells what was missed, then one Ready, then what comes."
)
class Subscription:
    """The streams."""

    inbox_events: FeedItem = _following(
        feeds.follow_inbox,
        "All that concerns the viewer: requests, messages, money, rating, notifications, read marks.",
    )
    request_events: FeedItem = subscription(
        _request,
        "One request: every entry of its timeline that both parties may see.",
        request_id=argument(strawberry.ID, "The request."),
        after=argument(Cursor | None, AFTER),
    )
    thread_events: FeedItem = subscription(
        _thread,
        "One conversation: its messages, and who is writing.",
        thread_id=argument(strawberry.ID, "The conversation."),
        after=argument(Cursor | None, AFTER),
    )
    ledger_events: FeedItem = _following(
        feeds.follow_ledger, "The seller's ledger: lines and holds, out of all that concerns the viewer."
    )
    rating_events: FeedItem = _following(
        feeds.follow_rating, "The seller's rating and satisfaction, out of all that concerns the viewer."
    )
    support_queue_events: FeedItem = _following(
        feeds.follow_queue, "What waits for Support, with its internal notes; for Support alone."
    )
