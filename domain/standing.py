"""Standing: whether a seller answers buyers in time (spec §8), seen by the seller and Support.

Decides which of the seller's 48-hour clocks were kept and whether enough were; refuses to know what the
answers said and what follows from a bad standing. A clock that stopped without being answered or missed (the
buyer withdrew, say) is no one's fault and does not count.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from domain.policy import Policy
from domain.values import ResponseClock


@dataclass(frozen=True, slots=True)
class Standing:
    """How many clocks were answered in time and which ones, latest first, were missed."""

    met: bool
    responded: int
    missed: tuple[datetime, ...]  # when each had been due

    @property
    def late(self) -> int:
        """How many clocks were missed."""
        return len(self.missed)

    @property
    def response_rate(self) -> Fraction | None:
        """The share answered in time; None where no clock counts."""
        judged = self.responded + self.late
        return Fraction(self.responded, judged) if judged else None


def window_start(at: datetime, policy: Policy) -> datetime:
    """Clocks due after this instant count."""
    return at - timedelta(days=policy.standing_window_days)


def standing(clocks: Iterable[ResponseClock], *, at: datetime, policy: Policy) -> Standing:
    """How a seller stands, from the 48-hour clocks of all requests; older ones than the window's change
    nothing.
    """
    recent = [clock for clock in clocks if clock.due_at > window_start(at, policy)]
    missed = tuple(sorted((clock.due_at for clock in recent if clock.missed), reverse=True))
    responded = sum(clock.responded_at is not None and not clock.missed for clock in recent)
    few_late = len(missed) <= policy.standing_late_at_most
    met = few_late or Fraction(responded, responded + len(missed)) >= policy.standing_response_rate_at_least
    return Standing(met, responded, missed)
