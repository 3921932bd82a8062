"""A seller's desk: requests, money, rating, satisfaction, standing, saved replies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain import rating, satisfaction, standing, statement
from domain.policy import CURRENT
from domain.refusals import ScopeMissing
from domain.words import LedgerComponent, RatingWindow, RequestReason, RequestStatus, Scope
from executor.wants import Wants
from resolvers.context import Context
from resolvers.edges.keyed import itself
from resolvers.edges.paging import Connected, paged, pages_of
from resolvers.edges.via import via
from storage.reads import accounts, ledger, ratings, requests
from storage.reads.accounts import SellerRow
from storage.reads.ledger import EntryRow
from storage.reads.pages import Window, asked
from storage.reads.ratings import MissedRow, RatedRow
from storage.reads.requests import RequestRow


@pages_of(requests.of_desk)
async def requests_of(
    context: Context,
    desk: SellerRow,
    window: Window,
    *,
    statuses: Sequence[RequestStatus] | None = None,
    reasons: Sequence[RequestReason] | None = None,
    updated_after: datetime | None = None,
    order_id: int | None = None,
    wants: Wants | None = None,
) -> Connected[RequestRow]:
    """Requests about the seller's orders, what moved last first."""
    wanted = asked(statuses=statuses, reasons=reasons, updated_after=updated_after, order_id=order_id)
    return await paged(context, requests.of_desk, desk.seller_id, window, wanted, wants)


saved_replies = via(accounts.replies, "seller_id")
"""The texts the seller keeps."""


@itself("seller_id")
def ledger_of(context: Context, seller_id: int) -> None:
    """The seller's account with the marketplace. Raises ScopeMissing."""
    if not context.sight.as_ledger(seller_id):
        raise ScopeMissing(Scope.LEDGER_READ)


@pages_of(ledger.entries)
async def entries(
    context: Context,
    desk: SellerRow,
    window: Window,
    *,
    components: Sequence[LedgerComponent] | None = None,
    request_number: int | None = None,
    order_id: int | None = None,
    posted_from: datetime | None = None,
    posted_before: datetime | None = None,
    wants: Wants | None = None,
) -> Connected[EntryRow]:
    """The lines of the ledger, latest first."""
    wanted = asked(
        components=components,
        request_number=request_number,
        order_id=order_id,
        posted_from=posted_from,
        posted_before=posted_before,
    )
    return await paged(context, ledger.entries, desk.seller_id, window, wanted, wants)


holds = via(ledger.holds_of, "seller_id")
"""What is set aside now."""


@dataclass(frozen=True, slots=True)
class MonthlyStatement:
    """A month's statement and the link to it as a file."""

    statement: statement.Statement
    csv_url: str


async def month(context: Context, desk: SellerRow, *, year: int, month: int) -> MonthlyStatement | None:
    """The statement of one month. Raises Invalid for what is no month."""
    begins, ends = statement.month_span(year, month, CURRENT)
    found = await context.read(ledger.months, desk.seller_id, begins=begins, ends=ends)
    if found is None:
        return None
    return MonthlyStatement(found, context.links.statement(desk.seller_id, year, month))


@dataclass(frozen=True, slots=True)
class ExplainedRating:
    """A rating, and from when on finished requests were looked at for it; None for all of them."""

    seller_id: int
    rating: rating.SupportRating
    since: datetime | None


async def explained_rating(context: Context, desk: SellerRow) -> ExplainedRating:
    """The rating as its seller sees it."""
    at = await context.at()
    since, latest = rating.window_start(at, CURRENT), CURRENT.rating_requests_at_least
    finished = await context.read(ratings.finished, desk.seller_id, since=since, latest=latest)
    rated = rating.rate(finished.recent, lifetime_requests=finished.lifetime, at=at, policy=CURRENT)
    start: datetime | None = since
    if rated.window is RatingWindow.LATEST_10:
        oldest_first = sorted(one.finished_at for one in finished.recent)[-latest:]
        start = oldest_first[0] if len(oldest_first) == latest else None
    return ExplainedRating(desk.seller_id, rated, start)


@pages_of(ratings.rated_requests)
async def rated_requests(
    context: Context, explained: ExplainedRating, window: Window, *, wants: Wants | None = None
) -> Connected[RatedRow]:
    """Each request the rating looked at, and what it made of it."""
    wanted = asked(since=explained.since)
    return await paged(context, ratings.rated_requests, explained.seller_id, window, wanted, wants)


async def satisfaction_of(context: Context, desk: SellerRow) -> satisfaction.Satisfaction:
    """What buyers answered."""
    since = satisfaction.window_start(await context.at(), CURRENT)
    return await context.read(ratings.satisfaction, desk.seller_id, since=since)


@dataclass(frozen=True, slots=True)
class JudgedStanding:
    """A standing, and since when it looks."""

    seller_id: int
    standing: standing.Standing
    since: datetime


async def standing_of(context: Context, desk: SellerRow) -> JudgedStanding:
    """Whether the seller answers in time."""
    at = await context.at()
    since = standing.window_start(at, CURRENT)
    clocks = await context.read(ratings.clocks, desk.seller_id, since=since)
    return JudgedStanding(desk.seller_id, standing.standing(clocks, at=at, policy=CURRENT), since)


@pages_of(ratings.missed)
async def missed(
    context: Context, judged: JudgedStanding, window: Window, *, wants: Wants | None = None
) -> Connected[MissedRow]:
    """The clocks that ran out without a word."""
    return await paged(context, ratings.missed, judged.seller_id, window, asked(since=judged.since), wants)
