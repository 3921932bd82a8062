"""How a seller does: rating, satisfaction and standing, which are three different things."""

from datetime import datetime
from fractions import Fraction

from domain import satisfaction
from domain.words import RatingBand, RatingSignal, RatingWindow
from resolvers.edges import requests, sellers
from schema.columns import column, computed, edge, over
from schema.types.connections import Connection, connection
from schema.types.late import SupportRequest
from storage.reads.ratings import MissedRow, RatedRow


def _share(fraction: Fraction | None) -> float | None:
    return None if fraction is None else float(fraction)


@over(RatedRow, "A finished request, and what it says about its seller's support.")
class RatedRequest:
    """A rated request."""

    request: SupportRequest = edge(requests.named, "The request.")
    counted: bool = column("Whether it counts.")
    signals: list[RatingSignal] = column("What it says for or against the seller.")
    because: str = column("Why, in words for the seller.")


@over(sellers.ExplainedRating, "The support rating, explained to its seller.")
class SupportRating:
    """A rating and what it is made of."""

    visible: bool = computed(
        lambda it: it.rating.visible, "Whether it is shown: from 10 lifetime requests that counted."
    )
    band: RatingBand | None = computed(lambda it: it.rating.band, "How well; null until it is shown.")
    score: float | None = computed(
        lambda it: _share(it.rating.score),
        "Signals for the seller among all, from 0 to 1; null until it is shown, or without a signal.",
    )
    lifetime_requests: int = computed(
        lambda it: it.rating.lifetime_requests, "How many requests ever counted."
    )
    window: RatingWindow = computed(lambda it: it.rating.window, "Which requests are looked at.")
    counted: Connection[RatedRequest] = connection(
        sellers.rated_requests, "Each request looked at, counted or not, and why; latest first."
    )


@over(satisfaction.Satisfaction, "How satisfied the seller's buyers are; the seller's and Support's to know.")
class Satisfaction:
    """Thumbs."""

    score: float | None = computed(
        lambda it: _share(it.score), "Thumbs up among the answers of the last 90 days, from 0 to 1."
    )
    answers: int = column("How many answered in the last 90 days.")
    positive: int = column("How many of those gave a thumbs up.")
    lifetime_score: float | None = computed(
        lambda it: _share(it.lifetime_score), "Thumbs up among all answers, from 0 to 1."
    )
    lifetime_answers: int = column("How many ever answered.")


@over(MissedRow, "A response that was not given in time.")
class MissedResponse:
    """A missed clock."""

    request: SupportRequest = edge(requests.named, "The request that waited.")
    due_at: datetime = column("Until when a response was due.")


@over(sellers.JudgedStanding, "Whether a seller answers in time, over the last 90 days.")
class Standing:
    """A standing."""

    met: bool = computed(
        lambda it: it.standing.met, "Whether it is good: 95 % answered in time, or at most 3 late."
    )
    response_rate: float | None = computed(
        lambda it: _share(it.standing.response_rate),
        "The share answered in time, from 0 to 1; null if none was due.",
    )
    responded: int = computed(lambda it: it.standing.responded, "How many were answered in time.")
    late: int = computed(lambda it: it.standing.late, "How many were not.")
    missed: Connection[MissedResponse] = connection(sellers.missed, "Those that were not, latest first.")
