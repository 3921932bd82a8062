"""The parcels of a request: its return, with the dispute about it, and its replacements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from domain.money import Currency, Money
from domain.values import Address
from domain.words import Carrier, Party, ReturnCondition, ReturnStatus
from storage.reads.sets import NUMBERED, Reading, columns_of
from storage.tables import parcels, replacements, returns
from storage.visibility import sees_part


@dataclass(frozen=True, slots=True)
class DisputeRow:
    """The seller's word against a returned item."""

    condition: ReturnCondition
    text: str
    attachment_ids: tuple[int, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """The parcel on its way back."""

    seller_id: int
    request_number: int
    status: ReturnStatus
    address: dict[str, str | None] | None
    parcel_id: int | None
    carrier: Carrier | None
    tracking_number: str | None
    label_url: str | None
    currency: Currency | None
    label_cost_minor: int | None
    drop_off_by: datetime | None
    dropped_off_at: datetime | None
    delivered_at: datetime | None
    review_by: datetime | None
    confirmed_at: datetime | None
    confirmed_by: Party | None
    dispute_condition: ReturnCondition | None
    dispute_text: str | None
    dispute_attachment_ids: list[int] | None
    disputed_at: datetime | None

    @property
    def return_to(self) -> Address | None:
        """Where it goes, once there is a label."""
        return Address(**self.address) if self.address and self.parcel_id else None  # type: ignore[arg-type]

    @property
    def shipping_cost(self) -> Money | None:
        """What the label cost."""
        if self.label_cost_minor is None or self.currency is None:
            return None
        return Money(self.label_cost_minor, self.currency)

    @property
    def dispute(self) -> DisputeRow | None:
        """The seller's dispute, if there is one."""
        if self.dispute_condition is None or self.disputed_at is None:
            return None
        ids = tuple(self.dispute_attachment_ids or ())
        return DisputeRow(self.dispute_condition, self.dispute_text or "", ids, self.disputed_at)


@dataclass(frozen=True, slots=True)
class ReplacementRow:
    """A second parcel."""

    seller_id: int
    request_number: int
    number: int
    parcel_id: int
    carrier: Carrier
    tracking_number: str
    ship_by: datetime
    shipped_at: datetime | None
    delivered_at: datetime | None


def _of(part: sa.FromClause) -> Sequence[sa.ColumnElement[Any]]:
    return part.c.seller_id, part.c.request_number


def _with_parcel(part: sa.Table) -> sa.FromClause:
    same = sa.and_(parcels.c.seller_id == part.c.seller_id, parcels.c.id == part.c.parcel_id)
    return part.outerjoin(parcels, same)


return_of = Reading(
    ReturnRow,
    NUMBERED,
    _of(returns),
    columns_of(ReturnRow, returns, parcels, address=returns.c.return_to),
    _with_parcel(returns),
    sees_part(returns),
).one

replacements_of = Reading(
    ReplacementRow,
    NUMBERED,
    _of(replacements),
    columns_of(ReplacementRow, replacements, parcels),
    _with_parcel(replacements),
    sees_part(replacements),
    order=[replacements.c.number.desc()],
).many
