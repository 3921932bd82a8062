"""What hangs on an account: its public rating, its desk, Support's flag."""

from typing import Any

from domain import rating
from domain.policy import CURRENT
from domain.rating import SupportRating
from resolvers.context import Context
from resolvers.edges.via import via
from storage.reads import accounts, ratings
from storage.reads.accounts import AccountRow, FlagRow


async def by_id(context: Context, account_id: int | None) -> AccountRow | None:
    """The account with this id, if one is named."""
    return None if account_id is None else await context.read(accounts.by_id, account_id)


@via(accounts.by_id)
def buyer(row: Any) -> int | None:
    """Who bought."""
    account_id: int | None = row.buyer_id
    return account_id


@via(accounts.by_id)
def seller(row: Any) -> int | None:
    """Who sold."""
    account_id: int | None = row.seller_id
    return account_id


@via(accounts.by_id)
def author(row: Any) -> int | None:
    """Who wrote."""
    account_id: int | None = row.author_id
    return account_id


@via(accounts.by_id)
def agent(flag: FlagRow) -> int | None:
    """Which Support agent flagged."""
    return flag.agent_id


@via(accounts.desks)
def desk(account: AccountRow) -> int:
    """The account's selling side, for those who may look at it."""
    return account.id


@via(accounts.flags)
def flag(account: AccountRow) -> int:
    """Support's suspicion, for Support."""
    return account.id


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
