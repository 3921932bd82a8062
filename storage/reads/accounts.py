"""Who: accounts, the flags on buyers, and a seller's desk with what is kept there."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from domain.money import Currency, Money
from domain.values import Address
from domain.words import EnrollmentStatus
from storage.reads.amounts import amount_of
from storage.reads.sets import ONE, OWNED, TEXT, Reading, columns_of
from storage.tables import accounts, buyer_flags, saved_replies, sellers
from storage.visibility import sees_money, sees_saved_replies, sees_sellers_side, sees_support_work


@dataclass(frozen=True, slots=True)
class AccountRow:
    """A member or a Support agent, as anybody may see them."""

    id: int
    username: str
    display_name: str


@dataclass(frozen=True, slots=True)
class FlagRow:
    """Support's suspicion of a buyer."""

    reason: str
    agent_id: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class SellerRow:
    """A seller's desk: enrollment, address and balances."""

    seller_id: int
    currency: Currency
    enrollment_status: EnrollmentStatus
    enrolled_since: datetime | None
    waitlisted_at: datetime | None
    address: dict[str, str | None] | None
    posted_minor: int
    held_minor: int

    @property
    def return_address(self) -> Address | None:
        """Where returns go."""
        return Address(**self.address) if self.address else None  # type: ignore[arg-type]  # kept whole

    posted = amount_of("posted_minor")
    """What has been posted."""
    held = amount_of("held_minor")
    """What is set aside for returns under way."""

    @property
    def available(self) -> Money:
        """What is left of the posted balance."""
        return self.posted - self.held

    @property
    def since(self) -> datetime | None:
        """Since when the enrollment stands as it does."""
        return self.enrolled_since or self.waitlisted_at


@dataclass(frozen=True, slots=True)
class SavedReplyRow:
    """A text a seller keeps for later."""

    seller_id: int
    id: int
    title: str
    body: str


_account = columns_of(AccountRow, accounts)
by_id = Reading(
    AccountRow,
    ONE,
    (accounts.c.id,),
    _account,
    accounts,
).one
by_username = Reading(
    AccountRow,
    TEXT,
    (accounts.c.username,),
    _account,
    accounts,
).one

_any_flag = buyer_flags.alias("any_flag")
_latest = (
    sa.select(sa.func.max(_any_flag.c.number))
    .where(_any_flag.c.buyer_id == buyer_flags.c.buyer_id)
    .correlate(buyer_flags)
    .scalar_subquery()
)
flags = Reading(
    FlagRow,
    ONE,
    (buyer_flags.c.buyer_id,),
    columns_of(FlagRow, buyer_flags),
    buyer_flags,
    buyer_flags.c.number == _latest,
    buyer_flags.c.flagged,
    sees_support_work(),
).one

desks = Reading(
    SellerRow,
    ONE,
    (sellers.c.seller_id,),
    columns_of(SellerRow, sellers, address=sellers.c.return_address),
    sellers,
    sa.or_(sees_sellers_side(sellers), sees_money(sellers)),
).one

_reply = columns_of(SavedReplyRow, saved_replies)
replies = Reading(
    SavedReplyRow,
    ONE,
    (saved_replies.c.seller_id,),
    _reply,
    saved_replies,
    sees_saved_replies(saved_replies),
    order=[saved_replies.c.title, saved_replies.c.id],
).many
reply_by_key = Reading(
    SavedReplyRow,
    OWNED,
    (
        saved_replies.c.seller_id,
        saved_replies.c.id,
    ),
    _reply,
    saved_replies,
    sees_saved_replies(saved_replies),
).one
