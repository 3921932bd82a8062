"""The support rating: what finished requests say about their seller's support, shown to everyone (spec §8).

Decides what one request says and what all of them together come to; refuses to know satisfaction and
standing, which are other things. A seller can have every request explained: counted or not, its signals, and
why.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from domain.policy import Policy
from domain.values import Request
from domain.words import (
    EscalationCause,
    Funder,
    RatingBand,
    RatingSignal,
    RatingWindow,
    RequestKind,
    RequestOutcome,
    RulingDecision,
)

RESOLUTIONS = frozenset(
    {
        RequestOutcome.REFUNDED,
        RequestOutcome.REFUNDED_AFTER_RETURN,
        RequestOutcome.PARTIALLY_REFUNDED,
        RequestOutcome.REPLACED,
    }
)
POSITIVE = frozenset({RatingSignal.RESOLVED, RatingSignal.THUMBS_UP})

SENTENCES = {
    RatingSignal.RESOLVED: "You gave an appropriate resolution.",
    RatingSignal.MISSED_AND_ESCALATED: "You did not respond in time, and the buyer escalated for it.",
    RatingSignal.OVERTURNED: "Support overturned your decision.",
    RatingSignal.THUMBS_UP: "The buyer was happy with your support.",
    RatingSignal.THUMBS_DOWN: "The buyer was unhappy with your support.",
}


@dataclass(frozen=True, slots=True)
class RatedRequest:
    """What one finished request says; `because` tells the seller. Not counted: nothing, not even thumbs."""

    finished_at: datetime
    counted: bool
    signals: tuple[RatingSignal, ...]
    because: str

    @property
    def positive(self) -> int:
        """How many of its signals raise the rating."""
        return sum(signal in POSITIVE for signal in self.signals)

    @property
    def negative(self) -> int:
        """How many of its signals lower the rating."""
        return len(self.signals) - self.positive


@dataclass(frozen=True, slots=True)
class SupportRating:
    """A seller's rating; score and band are None until it is visible, the score also where nobody gave a
    signal.
    """

    visible: bool
    band: RatingBand | None
    score: Fraction | None
    lifetime_requests: int
    window: RatingWindow


def rated(request: Request) -> RatedRequest:
    """What a closed request says as of now; its survey may still change it."""
    assert request.closed_at is not None, "only finished requests are rated"
    left_out = _left_out_because(request)
    if left_out:
        return RatedRequest(request.closed_at, counted=False, signals=(), because=left_out)
    signals = tuple(_signals(request))
    because = " ".join(SENTENCES[signal] for signal in signals) or _silent_because(request)
    return RatedRequest(request.closed_at, counted=True, signals=signals, because=because)


def window_start(at: datetime, policy: Policy) -> datetime:
    """What finished after this instant belongs to the last 90 days."""
    return at - timedelta(days=policy.rating_window_days)


def rate(
    finished: Iterable[RatedRequest], *, lifetime_requests: int, at: datetime, policy: Policy
) -> SupportRating:
    """The rating from a seller's finished requests: all of the last 90 days, or the latest 10 if that is
    more.

    Older ones in `finished` change nothing. Requests that are left out do not count anywhere, so
    `lifetime_requests` is the number of the counted ones, from the first sale on.
    """
    counted = sorted((one for one in finished if one.counted), key=lambda one: one.finished_at, reverse=True)
    recent = [one for one in counted if one.finished_at > window_start(at, policy)]
    if len(recent) >= policy.rating_requests_at_least:
        window, basis = RatingWindow.LAST_90_DAYS, recent
    else:
        window, basis = RatingWindow.LATEST_10, counted[: policy.rating_requests_at_least]
    if lifetime_requests < policy.rating_lifetime_requests_at_least:
        return SupportRating(False, None, None, lifetime_requests, window)
    score = _score(sum(one.positive for one in basis), sum(one.negative for one in basis))
    return SupportRating(True, policy.band(score), score, lifetime_requests, window)


def _score(positive: int, negative: int) -> Fraction | None:
    """The share of positive signals; None without any signal."""
    return Fraction(positive, positive + negative) if positive + negative else None


def _left_out_because(request: Request) -> str | None:
    causes = {escalation.cause for escalation in request.escalations}
    if request.kind is RequestKind.CANCELLATION:
        return "Not counted: cancellations do not affect your rating."
    if request.outcome is RequestOutcome.WITHDRAWN:
        return "Not counted: the buyer withdrew the request."
    if request.outcome is RequestOutcome.CHARGED_BACK:
        return "Not counted: the payment was charged back."
    if EscalationCause.ROUTED in causes:
        return "Not counted: Support handled the request from the start."
    if EscalationCause.TAKEN_OVER in causes:
        return "Not counted: Support took the request over."
    return None


def _signals(request: Request) -> Iterator[RatingSignal]:
    rulings = [escalation.ruling for escalation in request.escalations if escalation.ruling]
    refund_ruled = any(ruling.decision is not RulingDecision.UPHOLD for ruling in rulings)
    if request.outcome in RESOLUTIONS and not refund_ruled:
        yield RatingSignal.RESOLVED
    if any(escalation.cause is EscalationCause.NO_RESPONSE for escalation in request.escalations):
        yield RatingSignal.MISSED_AND_ESCALATED
    if any(ruling.overturned for ruling in rulings):
        yield RatingSignal.OVERTURNED
    if request.survey:
        yield RatingSignal.THUMBS_UP if request.survey.satisfied else RatingSignal.THUMBS_DOWN


def _silent_because(request: Request) -> str:
    """Why a counted request neither raises nor lowers the rating."""
    if request.funded_by is Funder.PLATFORM:
        return "No effect: the platform paid for the refund."
    if any(one.ruling and one.ruling.decision is RulingDecision.UPHOLD for one in request.escalations):
        return "No effect: Support agreed with your decision."
    if request.outcome is RequestOutcome.NOT_REFUNDED:
        return "No effect: you explained why there is no refund."
    return "No effect: it ended without a resolution of yours and without feedback."
