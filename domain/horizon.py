"""Until when what an account is shown stays as it is, if nothing happens but time.

Decides by the instants that are known of the account's requests: clocks that run out, and ends of what may
still be said of a closed one. Says rather too early than too late; refuses to know what was shown.
"""

from dataclasses import dataclass
from datetime import datetime

from domain.businesstime import add_business_time, business_hours, business_time_between
from domain.policy import CURRENT, POLICIES, Policy

END_DAYS = sorted(
    {each.survey_within_days for each in POLICIES.values()}
    | {each.write_after_close_within_days for each in POLICIES.values()}
)
"""So many days after a request was closed, something that could be said of it no longer can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """What is coming for one account, as of `at`: the earliest of each kind, None where there is none."""

    at: datetime
    clock: datetime | None
    """The first deadline that has not fired: it may have run out before `at`."""
    due: datetime | None
    """The next instant at which something is overdue."""
    due_later: datetime | None
    """The next such instant beyond what counts as due soon."""
    end: datetime | None
    """The next end of what may be said of a closed request."""


def due_soon_until(at: datetime, policy: Policy = CURRENT) -> datetime:
    """The instant until which something counts as due soon."""
    return add_business_time(at, business_hours(policy.due_soon_business_hours), policy.calendar)


def holds_until(coming: Coming, policy: Policy = CURRENT) -> datetime | None:
    """The instant from which on time alone may have changed something; None for never.

    Where a clock has run out and not fired yet, that is at once: firing it may start others.
    """
    if coming.clock is not None and coming.clock <= coming.at:
        return coming.at
    instants = [coming.clock, coming.due, coming.end]
    if coming.due_later is not None:
        left = business_time_between(coming.at, coming.due_later, policy.calendar)
        left -= business_hours(policy.due_soon_business_hours)
        instants.append(add_business_time(coming.at, left, policy.calendar))
    return min((each for each in instants if each is not None), default=None)
