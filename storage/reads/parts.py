"""What hangs on a request: offers, its refund, claim and escalations, Support's notes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from domain.money import Currency, Money
from domain.words import (
    Carrier,
    ClaimStatus,
    EscalationCause,
    Funder,
    OfferStatus,
    Party,
    RefundStatus,
    RulingDecision,
)
from storage.reads.amounts import amount_of, maybe_amount_of
from storage.reads.pages import Listing, Order
from storage.reads.sets import NUMBERED, PART, Reading, columns_of
from storage.tables import claims, escalations, internal_notes, offers, refunds, requests
from storage.visibility import EVERYTHING, sees_part, sees_sale, sees_sellers_side, sees_support_work


@dataclass(frozen=True, slots=True)
class OfferRow:
    """A partial refund the seller proposed."""

    seller_id: int
    request_number: int
    number: int
    currency: Currency
    amount_minor: int
    note: str | None
    status: OfferStatus
    offered_at: datetime
    expires_at: datetime
    answered_at: datetime | None

    amount = amount_of("amount_minor")
    """What was proposed."""


@dataclass(frozen=True, slots=True)
class RefundRow:
    """Money on its way to the buyer."""

    seller_id: int
    request_number: int
    currency: Currency
    amount_minor: int
    funded_by: Funder
    status: RefundStatus
    created_at: datetime
    settled_at: datetime | None
    policy_version: str

    amount = amount_of("amount_minor")
    """How much."""


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A carrier claim the seller opted into."""

    seller_id: int
    request_number: int
    status: ClaimStatus
    carrier: Carrier
    currency: Currency
    coverage_minor: int
    files_at: datetime | None
    file_by: datetime | None
    filed_at: datetime | None
    decided_at: datetime | None
    paid_minor: int | None

    coverage = amount_of("coverage_minor")
    """What the carrier may be asked for."""
    paid = maybe_amount_of("paid_minor")
    """What the carrier paid."""


@dataclass(frozen=True, slots=True)
class RulingRow:
    """Support's decision."""

    decision: RulingDecision
    funded_by: Funder
    amount: Money | None
    text: str
    at: datetime
    overturned: bool


@dataclass(frozen=True, slots=True)
class EscalationRow:
    """One way to Support, with its ruling once there is one."""

    seller_id: int
    request_number: int
    number: int
    cause: EscalationCause
    by: Party
    text: str | None
    at: datetime
    decision: RulingDecision | None
    ruling_funded_by: Funder | None
    currency: Currency | None
    ruling_amount_minor: int | None
    ruling_text: str | None
    ruled_at: datetime | None
    overturned: bool

    @property
    def ruling(self) -> RulingRow | None:
        """The decision, if there is one yet."""
        if self.decision is None or self.ruled_at is None:
            return None
        amount = None
        if self.ruling_amount_minor is not None and self.currency is not None:
            amount = Money(self.ruling_amount_minor, self.currency)
        funder = self.ruling_funded_by or Funder.NOBODY
        return RulingRow(
            self.decision, funder, amount, self.ruling_text or "", self.ruled_at, self.overturned
        )


@dataclass(frozen=True, slots=True)
class NoteRow:
    """What Support writes for itself."""

    seller_id: int
    request_number: int
    number: int
    author_id: int
    body: str
    at: datetime


def _of(part: sa.FromClause) -> Sequence[sa.ColumnElement[Any]]:
    return part.c.seller_id, part.c.request_number


_offer = columns_of(OfferRow, offers)
offers_of = Reading(
    OfferRow, NUMBERED, _of(offers), _offer, offers, sees_part(offers), order=[offers.c.number.desc()]
).many
offer_by_key = Reading(
    OfferRow,
    PART,
    (
        offers.c.seller_id,
        offers.c.request_number,
        offers.c.number,
    ),
    _offer,
    offers,
    sees_part(offers),
).one

_refund = columns_of(RefundRow, refunds, requests)
_its_request = sa.and_(
    requests.c.seller_id == refunds.c.seller_id, requests.c.number == refunds.c.request_number
)
_refunds = refunds.join(requests, _its_request)
_refunds_of = Reading(RefundRow, NUMBERED, _of(refunds), _refund, _refunds, sees_sale(requests))
refund_of, refunds_of = _refunds_of.one, _refunds_of.many
_policy_version = sa.select(requests.c.policy_version).where(_its_request).scalar_subquery()
refunds_by_status = Listing(
    RefundRow,
    columns_of(RefundRow, refunds, policy_version=_policy_version),
    refunds,
    EVERYTHING,
    order=Order("refunds", (refunds.c.created_at, refunds.c.seller_id, refunds.c.request_number)),
    filters={"status": refunds.c.status == sa.bindparam("status", type_=refunds.c.status.type)},
)

_claim = columns_of(ClaimRow, claims)
claim_of = Reading(ClaimRow, NUMBERED, _of(claims), _claim, claims, sees_sellers_side(claims)).one
claims_by_status = Listing(
    ClaimRow,
    _claim,
    claims,
    EVERYTHING,
    order=Order("claims", (claims.c.opted_in_at, claims.c.seller_id, claims.c.request_number)),
    filters={"status": claims.c.status == sa.bindparam("status", type_=claims.c.status.type)},
)

escalations_of = Reading(
    EscalationRow,
    NUMBERED,
    _of(escalations),
    columns_of(EscalationRow, escalations),
    escalations,
    sees_part(escalations),
    order=[escalations.c.number.desc()],
).many

_note = columns_of(NoteRow, internal_notes)
notes_of = Reading(
    NoteRow,
    NUMBERED,
    _of(internal_notes),
    _note,
    internal_notes,
    sees_support_work(),
    order=[internal_notes.c.number],
).many
note_by_key = Reading(
    NoteRow,
    PART,
    (
        internal_notes.c.seller_id,
        internal_notes.c.request_number,
        internal_notes.c.number,
    ),
    _note,
    internal_notes,
    sees_support_work(),
).one
