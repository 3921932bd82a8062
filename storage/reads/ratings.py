"""What finished requests and answered clocks say about sellers, gathered for the domain to judge."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from domain.rating import RatedRequest
from domain.satisfaction import Satisfaction
from domain.values import RequestKey, ResponseClock
from domain.words import RatingSignal
from storage.connection import Connection
from storage.reads.pages import Listing, Order
from storage.reads.sets import ONE, columns_of
from storage.tables import requests, response_clocks
from storage.tables.base import Instant
from storage.visibility import Sight, sees_sellers_side


@dataclass(frozen=True, slots=True)
class RatedRow:
    """A finished request and what it says."""

    seller_id: int
    number: int
    counted: bool
    signal_names: list[str]
    because: str

    @property
    def request_key(self) -> RequestKey:
        """The request."""
        return RequestKey(self.seller_id, self.number)

    @property
    def signals(self) -> list[RatingSignal]:
        """What counts for or against the seller."""
        return [RatingSignal(name) for name in self.signal_names]


@dataclass(frozen=True, slots=True)
class MissedRow:
    """A clock of the seller that ran out without a word."""

    seller_id: int
    request_number: int
    due_at: datetime

    @property
    def request_key(self) -> RequestKey:
        """The request."""
        return RequestKey(self.seller_id, self.request_number)


@dataclass(frozen=True, slots=True)
class Finished:
    """A seller's counted requests: how many there ever were, and those that a rating may look at."""

    lifetime: int = 0
    recent: tuple[RatedRequest, ...] = ()


_since = sa.bindparam("since", type_=Instant)
_counted = sa.and_(
    requests.c.seller_id == ONE.c.a,
    sa.literal_column("requests.status = 'CLOSED'", sa.Boolean),
    requests.c.rating_counted,
)
_latest = (
    sa.select(requests.c.closed_at)
    .where(_counted)
    .order_by(requests.c.closed_at.desc(), requests.c.number.desc())
    .offset(sa.bindparam("latest", type_=sa.Integer) - 1)
    .limit(1)
    .correlate(ONE.table)
    .scalar_subquery()
)
_floor = sa.func.least(_since, sa.func.coalesce(_latest, sa.literal_column("'-infinity'::timestamptz")))
_lifetime = sa.select(sa.func.count()).where(_counted).correlate(ONE.table).scalar_subquery()
_recent = (
    sa.select(requests.c.closed_at, requests.c.rating_signals)
    .where(_counted, requests.c.closed_at >= _floor)
    .lateral("recent")
)
_finished = sa.select(
    ONE.c.position, _lifetime.label("lifetime"), _recent.c.closed_at, _recent.c.rating_signals
).select_from(ONE.table.join(_recent, sa.true()))


async def finished(
    connection: Connection, _: Sight, sellers: Sequence[int], *, since: datetime, latest: int
) -> list[Finished]:
    """What each seller's rating is made of: all since then, or the latest few if that goes further back.

    The band that comes of it is public, so everybody's may be read.
    """
    parameters = {**ONE.parameters(sellers), "since": since, "latest": latest}
    lifetimes = [0] * len(sellers)
    rated: list[list[RatedRequest]] = [[] for _ in sellers]
    for position, lifetime, closed_at, names in await connection.execute(_finished, parameters):
        lifetimes[position - 1] = lifetime
        signals = tuple(RatingSignal(name) for name in names or ())
        rated[position - 1].append(RatedRequest(closed_at, counted=True, signals=signals, because=""))
    return [Finished(lifetime, tuple(recent)) for lifetime, recent in zip(lifetimes, rated, strict=True)]


rated_requests = Listing(
    RatedRow,
    columns_of(
        RatedRow,
        requests,
        counted=requests.c.rating_counted,
        signal_names=sa.func.coalesce(requests.c.rating_signals, sa.literal_column("'{}'::text[]")),
        because=sa.func.coalesce(requests.c.rating_because, ""),
    ),
    requests,
    ONE.match(requests.c.seller_id),
    sa.literal_column("requests.status = 'CLOSED'", sa.Boolean),
    sees_sellers_side(requests),
    order=Order("rated", (requests.c.closed_at, requests.c.number), descending=True),
    keys=ONE,
    filters={"since": requests.c.closed_at >= _since},
)

_answered = sa.and_(
    requests.c.seller_id == ONE.c.a, sa.literal_column("requests.survey_at IS NOT NULL", sa.Boolean)
)
_in_window = requests.c.survey_at > _since
_happy = requests.c.survey_satisfied
_answers = (
    sa.select(
        ONE.c.position,
        sa.func.count().filter(_in_window),
        sa.func.count().filter(sa.and_(_in_window, _happy)),
        sa.func.count(),
        sa.func.count().filter(_happy),
    )
    .select_from(ONE.table.join(requests, _answered))
    .where(sees_sellers_side(requests))
    .group_by(ONE.c.position)
)


async def satisfaction(
    connection: Connection, sight: Sight, sellers: Sequence[int], *, since: datetime
) -> list[Satisfaction]:
    """How satisfied each seller's buyers are, since then and ever."""
    parameters = {**sight.parameters(), **ONE.parameters(sellers), "since": since}
    answers = [Satisfaction(0, 0, 0, 0)] * len(sellers)
    for position, *numbers in await connection.execute(_answers, parameters):
        answers[position - 1] = Satisfaction(*numbers)
    return answers


_clock = response_clocks.c
_clocks = sa.select(
    ONE.c.position, _clock.number, _clock.started_at, _clock.due_at, _clock.responded_at, _clock.missed
).select_from(ONE.table.join(response_clocks, ONE.match(_clock.seller_id)))
_clocks = _clocks.where(_clock.due_at > _since, sees_sellers_side(response_clocks))


async def clocks(
    connection: Connection, sight: Sight, sellers: Sequence[int], *, since: datetime
) -> list[list[ResponseClock]]:
    """Each seller's 48-hour clocks that ran out since then."""
    parameters = {**sight.parameters(), **ONE.parameters(sellers), "since": since}
    found: list[list[ResponseClock]] = [[] for _ in sellers]
    for position, *values in await connection.execute(_clocks, parameters):
        found[position - 1].append(ResponseClock(*values))
    return found


missed = Listing(
    MissedRow,
    columns_of(MissedRow, response_clocks),
    response_clocks,
    ONE.match(_clock.seller_id),
    _clock.missed,
    sees_sellers_side(response_clocks),
    order=Order("missed", (_clock.due_at, _clock.request_number, _clock.number), descending=True),
    keys=ONE,
    filters={"since": _clock.due_at > _since},
)
