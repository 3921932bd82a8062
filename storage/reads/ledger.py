"""The seller's money: ledger lines with their running balance, holds, and a month's statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from domain.money import Currency, Money
from domain.statement import Line, Statement, statement
from domain.values import Charge
from domain.words import HoldStatus, JournalKind, LedgerComponent
from storage.connection import Connection
from storage.reads.amounts import amount_of
from storage.reads.pages import Listing, Order
from storage.reads.sets import NUMBERED, ONE, PART, Reading, columns_of
from storage.tables import holds, journal_lines, journals, sellers
from storage.tables.base import Instant
from storage.visibility import Sight, sees_money, sees_sellers_side


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One line of a seller's ledger."""

    seller_id: int
    entry_number: int
    journal_number: int
    kind: JournalKind
    component: LedgerComponent
    currency: Currency
    amount_minor: int
    balance_after_minor: int
    posted_at: datetime
    order_id: int | None
    request_number: int | None
    description: str
    reversed_entry_number: int | None

    amount = amount_of("amount_minor")
    """What moved; a charge is negative."""
    balance_after = amount_of("balance_after_minor")
    """The posted balance once it had moved."""


@dataclass(frozen=True, slots=True)
class HoldRow:
    """A charge set aside while a return is on its way."""

    seller_id: int
    request_number: int
    number: int
    status: HoldStatus
    currency: Currency
    parts: list[dict[str, Any]]
    total_minor: int
    since: datetime

    @property
    def charges(self) -> list[Charge]:
        """What the seller will pay, component by component."""
        return [
            Charge(LedgerComponent(part["component"]), Money(part["minor"], self.currency))
            for part in self.parts
        ]

    total = amount_of("total_minor")
    """The sum of its charges."""


_line = journal_lines
_reversed = journal_lines.alias("reversed")
_its_journal = sa.and_(journals.c.seller_id == _line.c.seller_id, journals.c.number == _line.c.journal_number)
# Asked line by line, and only where it is wanted: to join a seller's journals is to read them all.
_reversed_number = (
    sa.select(_reversed.c.entry_number)
    .select_from(
        journals.join(
            _reversed,
            sa.and_(
                _reversed.c.seller_id == journals.c.seller_id,
                _reversed.c.journal_number == journals.c.reverses_number,
            ),
        )
    )
    .where(_its_journal, _reversed.c.position == _line.c.position)
    .correlate(_line)
    .scalar_subquery()
)


def _of_journal(column: sa.Column[Any]) -> sa.ScalarSelect[Any]:
    return sa.select(column).where(_its_journal).correlate(_line).scalar_subquery()


_entry = columns_of(
    EntryRow,
    _line,
    kind=_of_journal(journals.c.kind),
    description=_of_journal(journals.c.description),
    reversed_entry_number=_reversed_number,
)
_is_entry: sa.ColumnElement[bool] = sa.literal_column("journal_lines.entry_number IS NOT NULL", sa.Boolean)

entry_by_number = Reading(
    EntryRow,
    NUMBERED,
    (
        _line.c.seller_id,
        _line.c.entry_number,
    ),
    _entry,
    _line,
    sees_money(_line),
).one
entries_of_request = Reading(
    EntryRow,
    NUMBERED,
    (
        _line.c.seller_id,
        _line.c.request_number,
    ),
    _entry,
    _line,
    _is_entry,
    sees_money(_line),
    order=[_line.c.entry_number],
).many
entries_of_journal = Reading(
    EntryRow,
    NUMBERED,
    (
        _line.c.seller_id,
        _line.c.journal_number,
    ),
    _entry,
    _line,
    _is_entry,
    sees_money(_line),
    order=[_line.c.entry_number],
).many
entries = Listing(
    EntryRow,
    _entry,
    _line,
    _is_entry,
    sees_money(_line),
    on=(_line.c.seller_id,),
    order=Order("ledger", (_line.c.entry_number,), descending=True),
    keys=ONE,
    filters={
        "components": sa.type_coerce(_line.c.component, sa.Text)
        == sa.any_(sa.bindparam("components", type_=ARRAY(sa.Text))),
        "request_number": _line.c.request_number == sa.bindparam("request_number", type_=sa.Integer),
        "order_id": _line.c.order_id == sa.bindparam("order_id", type_=sa.BigInteger),
        "posted_from": _line.c.posted_at >= sa.bindparam("posted_from", type_=Instant),
        "posted_before": _line.c.posted_at < sa.bindparam("posted_before", type_=Instant),
    },
)

_hold = columns_of(HoldRow, holds, parts=holds.c.charges)
holds_of = Reading(
    HoldRow,
    ONE,
    (holds.c.seller_id,),
    _hold,
    holds,
    holds.c.status == sa.literal_column("'HELD'"),
    sees_money(holds),
    sees_sellers_side(holds),
    order=[holds.c.since, holds.c.request_number],
).many
hold_by_key = Reading(
    HoldRow,
    PART,
    (
        holds.c.seller_id,
        holds.c.request_number,
        holds.c.number,
    ),
    _hold,
    holds,
    sees_money(holds),
    sees_sellers_side(holds),
).one

_from, _before = sa.bindparam("posted_from", type_=Instant), sa.bindparam("posted_before", type_=Instant)
_opening = (
    sa.select(_line.c.balance_after_minor)
    .where(ONE.match(_line.c.seller_id), _is_entry, _line.c.posted_at < _from)
    .order_by(_line.c.posted_at.desc(), _line.c.entry_number.desc())
    .limit(1)
    .correlate(ONE.table)
    .scalar_subquery()
)
_in_month = sa.and_(_is_entry, _line.c.posted_at >= _from, _line.c.posted_at < _before)
_months = (
    sa.select(ONE.c.position, sellers.c.currency, sa.func.coalesce(_opening, 0), _line.c.component)
    .add_columns(sa.func.coalesce(sa.func.sum(_line.c.amount_minor), 0).cast(sa.BigInteger))
    .select_from(
        ONE.table.join(sellers, ONE.match(sellers.c.seller_id)).outerjoin(
            _line, sa.and_(_line.c.seller_id == sellers.c.seller_id, _in_month)
        )
    )
    .where(sees_money(sellers))
    .group_by(ONE.c.position, ONE.c.a, sellers.c.currency, _line.c.component)
)


async def months(
    connection: Connection, sight: Sight, of: Sequence[int], *, begins: datetime, ends: datetime
) -> list[Statement | None]:
    """Each seller's statement of the entries posted from `begins` until before `ends`."""
    parameters = {**sight.parameters(), **ONE.parameters(of), "posted_from": begins, "posted_before": ends}
    openings: dict[int, Money] = {}
    lines: dict[int, list[Line]] = {}
    for position, currency, opening, component, minor in await connection.execute(_months, parameters):
        openings[position] = Money(opening, currency)
        moved = [] if component is None else [Line(component, Money(minor, currency))]
        lines.setdefault(position, []).extend(moved)
    return [
        statement(openings[position], lines[position]) if position in openings else None
        for position in range(1, len(of) + 1)
    ]
