"""What hangs on an account: its public rating, its desk, Support's flag."""

from domain import rating
from domain.policy import CURRENT
from domain.rating import SupportRating
from resolvers.context import Context
from resolvers.edges.via import via
from storage.reads import accounts, ratings
from storage.reads.accounts import AccountRow


async def by_id(context: Context, account_id: int | None) -> AccountRow | None:
    """The account with this id, if one is named."""
    return None if account_id is None else await context.read(accounts.by_id, account_id)


buyer = via(accounts.by_id, "buyer_id")
seller = via(accounts.by_id, "seller_id")
author = via(accounts.by_id, "author_id")
agent = via(accounts.by_id, "agent_id")
desk = via(accounts.desks, "id")
"""The account's selling side, for those who may look at it."""
flag = via(accounts.flags, "id")
"""Support's suspicion, for Support."""


async def rate(context: Context, seller_id: int) -> SupportRating:
    """What a seller's finished requests come to now."""
    at = await context.at()
    finished = await context.read(
        ratings.finished,
        seller_id,
        since=rating.window_start(at, CURRENT),
        latest=CURRENT.rating_requests_at_least,
    )
    return rating.rate(finished.recent, lifetime_requests=finished.lifetime, at=at, policy=CURRENT)


async def public_rating(context: Context, account: AccountRow) -> SupportRating | None:
    """The band everybody may see, once there is one."""
    rated = await rate(context, account.id)
    return rated if rated.visible else None
