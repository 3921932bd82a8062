"""What hangs on an account: its public rating, its desk, Support's flag."""

from typing import Any

from domain import rating
from domain.policy import CURRENT
from domain.rating import SupportRating
from resolvers.context import Context
from storage.reads import accounts, ratings
from storage.reads.accounts import AccountRow, FlagRow, SellerRow


async def by_id(context: Context, account_id: int | None) -> AccountRow | None:
    """The account with this id, if one is named."""
    return None if account_id is None else await context.read(accounts.by_id, account_id)


async def buyer(context: Context, row: Any) -> AccountRow | None:
    """Who bought."""
    return await by_id(context, row.buyer_id)


async def seller(context: Context, row: Any) -> AccountRow | None:
    """Who sold."""
    return await by_id(context, row.seller_id)


async def author(context: Context, row: Any) -> AccountRow | None:
    """Who wrote."""
    return await by_id(context, row.author_id)


async def agent(context: Context, flag: FlagRow) -> AccountRow | None:
    """Which Support agent flagged."""
    return await by_id(context, flag.agent_id)


async def desk(context: Context, account: AccountRow) -> SellerRow | None:
    """The account's selling side, for those who may look at it."""
    return await context.read(accounts.desks, account.id)


async def flag(context: Context, account: AccountRow) -> FlagRow | None:
    """Support's suspicion, for Support."""
    return await context.read(accounts.flags, account.id)


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
