"""The statement: a seller's ledger over one month, summed by component (spec §5).

Decides where a month begins and ends and what is summed; refuses to know how entries are kept. Months are
those of the policy's zone.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from io import StringIO

from domain.money import Money
from domain.policy import Policy
from domain.refusals import Invalid
from domain.words import LedgerComponent

FIRST_YEAR, LAST_YEAR = 2000, 2999
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the seller's ledger: signed, with the running balance after it."""

    number: int
    posted_at: datetime
    component: LedgerComponent
    amount: Money
    balance_after: Money
    description: str


@dataclass(frozen=True, slots=True)
class Line:
    """What one component came to in the month, signed."""

    component: LedgerComponent
    amount: Money


@dataclass(frozen=True, slots=True)
class Statement:
    """The balance before, what moved it, and the balance after; what came to nothing is hidden."""

    opening: Money
    lines: tuple[Line, ...]
    closing: Money


def month_span(year: int, month: int, policy: Policy) -> tuple[datetime, datetime]:
    """The first instant of the month and the first after it. Raises Invalid for what is no month."""
    if not 1 <= month <= 12:
        raise Invalid("A month is a number from 1 to 12.", "month")
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Invalid(f"A year is a number from {FIRST_YEAR} to {LAST_YEAR}.", "year")
    after = (year + 1, 1) if month == 12 else (year, month + 1)
    begins, ends = (datetime(*day, 1, tzinfo=policy.calendar.zone) for day in ((year, month), after))
    return begins.astimezone(UTC), ends.astimezone(UTC)


def statement(opening: Money, moved: Iterable[Line]) -> Statement:
    """The month's statement from its lines, of which there may be any number for a component."""
    sums = dict.fromkeys(LedgerComponent, Money(0, opening.currency))
    for line in moved:
        sums[line.component] += line.amount
    lines = tuple(Line(component, amount) for component, amount in sums.items() if amount.minor)
    return Statement(opening, lines, sum((line.amount for line in lines), opening))


def statement_csv(opening: Money, entries: Iterable[Entry]) -> str:
    """The month entry by entry, as a spreadsheet reads it: amounts in major units, instants in ISO 8601."""
    text = StringIO()
    rows = csv.writer(text)
    rows.writerow(("number", "posted_at", "component", "amount", "balance", "currency", "description"))
    rows.writerow(("", "", "OPENING", "", opening.decimal(), opening.currency.value, ""))
    closing = opening
    for entry in entries:
        closing = entry.balance_after
        rows.writerow(
            (
                entry.number,
                entry.posted_at.isoformat(),
                entry.component.value,
                entry.amount.decimal(),
                closing.decimal(),
                closing.currency.value,
                _no_formula(entry.description),
            )
        )
    rows.writerow(("", "", "CLOSING", "", closing.decimal(), closing.currency.value, ""))
    return text.getvalue()


def _no_formula(text: str) -> str:
    """The text as text: a spreadsheet would run what starts like a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
