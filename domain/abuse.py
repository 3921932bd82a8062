"""Suspected abuse: when a buyer's requests go to Support instead of the seller (spec §11).

Decides from counts and from what Support said about the buyer; refuses to know the requests themselves.
Sellers are never told any of it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from domain.policy import Policy


@dataclass(frozen=True, slots=True)
class AbuseSignals:
    """What one buyer did since `counted_from`: support requests opened, orders placed, and how they ended."""

    requests: int
    orders: int
    orders_with_requests: int
    orders_refunded: int
    sellers: int  # distinct, among the requests
    decided_against: int  # rulings of Support that left it without a refund

    @property
    def share_of_orders(self) -> Fraction:
        """How many of the orders a request was opened on; older orders' requests can lift it above 1."""
        return Fraction(self.orders_with_requests, max(1, self.orders))

    @property
    def share_refunded(self) -> Fraction:
        """How many of the orders were refunded, wholly or in part."""
        return Fraction(self.orders_refunded, max(1, self.orders))


@dataclass(frozen=True, slots=True)
class Mark:
    """Support's latest word on a buyer: flagged, or cleared."""

    flagged: bool
    reason: str
    at: datetime


def counted_from(mark: Mark | None, *, at: datetime, policy: Policy) -> datetime:
    """Since when signals count: 90 days, but what Support has cleared is forgotten."""
    window_start = at - timedelta(days=policy.abuse_window_days)
    return max(window_start, mark.at) if mark and not mark.flagged else window_start


def over_the_line(signals: AbuseSignals, policy: Policy) -> bool:
    """Too many requests, on too many of the orders, with too many sellers; or Support said no too often."""
    line = policy.abuse_line
    often = (
        signals.requests >= line.requests_at_least
        and signals.share_of_orders > line.share_of_orders_above
        and signals.sellers >= line.sellers_at_least
    )
    return often or signals.decided_against >= line.decided_against_at_least


def suspected(signals: AbuseSignals, mark: Mark | None, policy: Policy) -> bool:
    """Whether the buyer's next request goes to Support: flagged, or over the line."""
    return (mark is not None and mark.flagged) or over_the_line(signals, policy)
