"""Customer satisfaction: how many of the buyers who answered the survey were happy (spec §8).

Decides which answers count; refuses to know who may read it (its seller alone) and what the rating makes of
it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from domain.policy import Policy
from domain.values import Survey


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """Answers and thumbs up among them: of the last 90 days, and of all time."""

    answers: int
    positive: int
    lifetime_answers: int
    lifetime_positive: int

    @property
    def score(self) -> Fraction | None:
        """The share of thumbs up in the last 90 days; None without an answer."""
        return Fraction(self.positive, self.answers) if self.answers else None

    @property
    def lifetime_score(self) -> Fraction | None:
        """The share of thumbs up of all time; None without an answer."""
        return Fraction(self.lifetime_positive, self.lifetime_answers) if self.lifetime_answers else None


def window_start(at: datetime, policy: Policy) -> datetime:
    """What was answered after this instant belongs to the same 90 days that the rating looks at."""
    return at - timedelta(days=policy.rating_window_days)


def satisfaction(surveys: Iterable[Survey], *, at: datetime, policy: Policy) -> Satisfaction:
    """How satisfied the buyers of one seller are, from every survey they answered."""
    every = list(surveys)
    recent = [survey for survey in every if survey.at > window_start(at, policy)]
    return Satisfaction(
        answers=len(recent),
        positive=sum(survey.satisfied for survey in recent),
        lifetime_answers=len(every),
        lifetime_positive=sum(survey.satisfied for survey in every),
    )
