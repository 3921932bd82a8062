"""Who may see which rows: the one place that decides it.

A `Sight` is what a viewer's eyes reach; the predicates below are written over its parameters, so that a
statement is built once and serves every viewer. What lies outside a sight does not exist for it. Knows no
fields and no actions.
"""

from typing import NamedTuple

import sqlalchemy as sa

from domain.viewer import Viewer
from domain.words import Party, Scope, ViewerRole
from storage.tables import requests, threads

NOBODY = 0  # no account has this id


class Sight(NamedTuple):
    """What a viewer sees: everything traded, conversations, and the accounts the viewer stands for."""

    everything: bool = False  # every order, request, refund, claim and ledger
    conversations: bool = False  # the words and pictures of every request, and Support's own notes
    member: int = NOBODY  # whose purchases, threads and inbox these are
    seller: int = NOBODY  # whose sales and requests these are
    ledger: int = NOBODY  # whose money this is

    def parameters(self) -> dict[str, object]:
        """What the predicates are run with."""
        return {
            "sight_everything": self.everything,
            "sight_conversations": self.conversations,
            "sight_member": self.member,
            "sight_seller": self.seller,
            "sight_ledger": self.ledger,
        }

    def sees_sale(self, *, seller_id: int, buyer_id: int) -> bool:
        """Whether an order, or a request about it, is shown: `sees_sale` below, for rows at hand."""
        return self.everything or self.seller == seller_id or self.member == buyer_id

    def as_seller(self, seller_id: int) -> bool:
        """Whether the seller's side of this seller's rows is shown: payout, claims, charges, the desk."""
        return self.everything or self.seller == seller_id

    def as_ledger(self, seller_id: int) -> bool:
        """Whether this seller's money is shown."""
        return self.everything or self.ledger == seller_id

    def as_party(self, *, seller_id: int, buyer_id: int) -> Party | None:
        """On which side of a request these eyes stand, if on any."""
        if self.conversations:
            return Party.SUPPORT
        if self.seller == seller_id:
            return Party.SELLER
        return Party.BUYER if self.member == buyer_id else None


def sight_of(viewer: Viewer | None) -> Sight:
    """What this caller sees."""
    if viewer is None:
        return Sight()
    if viewer.role is ViewerRole.PLATFORM:
        return Sight(everything=True)
    account_id = viewer.account_id or NOBODY
    if viewer.role is ViewerRole.SUPPORT:
        return Sight(everything=True, conversations=True, member=account_id)
    if viewer.role is ViewerRole.PARTNER:
        return Sight(
            seller=account_id if viewer.may(Scope.REQUESTS_READ) else NOBODY,
            ledger=account_id if viewer.may(Scope.LEDGER_READ) else NOBODY,
        )
    return Sight(member=account_id, seller=account_id, ledger=account_id)


EVERYTHING = sa.bindparam("sight_everything", type_=sa.Boolean)
CONVERSATIONS = sa.bindparam("sight_conversations", type_=sa.Boolean)
MEMBER = sa.bindparam("sight_member", type_=sa.BigInteger)
SELLER = sa.bindparam("sight_seller", type_=sa.BigInteger)
LEDGER = sa.bindparam("sight_ledger", type_=sa.BigInteger)


def sees_sale(table: sa.FromClause) -> sa.ColumnElement[bool]:
    """Orders and requests: both sides of the sale, Support, the platform."""
    return sa.or_(EVERYTHING, table.c.seller_id == SELLER, table.c.buyer_id == MEMBER)


def sees_part(part: sa.FromClause) -> sa.ColumnElement[bool]:
    """What hangs on a request: whoever sees the request."""
    return sa.or_(EVERYTHING, is_of_sale(part))


def is_of_sale(part: sa.FromClause) -> sa.ColumnElement[bool]:
    """What hangs on a request: both sides of the sale. A seller's own is seen without a look at it."""
    bought = sa.exists().where(
        requests.c.seller_id == part.c.seller_id,
        requests.c.number == part.c.request_number,
        requests.c.buyer_id == MEMBER,
    )
    return sa.or_(part.c.seller_id == SELLER, bought.correlate(part))


def sees_sellers_side(table: sa.FromClause) -> sa.ColumnElement[bool]:
    """Claims and the seller's desk: the seller, Support, the platform."""
    return sa.or_(EVERYTHING, table.c.seller_id == SELLER)


def sees_money(table: sa.FromClause) -> sa.ColumnElement[bool]:
    """The ledger: the seller and who may read it for the seller, Support, the platform."""
    return sa.or_(EVERYTHING, table.c.seller_id == LEDGER)


def sees_saved_replies(table: sa.FromClause) -> sa.ColumnElement[bool]:
    """Saved replies: the seller whose they are, and Support."""
    return sa.or_(CONVERSATIONS, table.c.seller_id == SELLER)


def sees_support_work() -> sa.ColumnElement[bool]:
    """Internal notes, flags on buyers, the queue: Support alone."""
    return CONVERSATIONS


def sees_notification(table: sa.FromClause) -> sa.ColumnElement[bool]:
    """Notifications: the one they were written to, and nobody for them."""
    return table.c.account_id == MEMBER


def sees_thread(table: sa.FromClause) -> sa.ColumnElement[bool]:
    """Threads: their participants; a request's also for who acts for the seller, Support and the platform."""
    about_request = table.c.kind != "DIRECT"
    return sa.or_(
        table.c.owner_id == MEMBER,
        table.c.member_id == MEMBER,
        sa.and_(about_request, sa.or_(EVERYTHING, table.c.owner_id == SELLER)),
    )


def sees_words(part: sa.FromClause) -> sa.ColumnElement[bool]:
    """Messages and attachments: the thread's participants and Support, not the platform's services."""
    by_thread = sa.exists().where(
        threads.c.owner_id == part.c.owner_id,
        threads.c.id == part.c.thread_id,
        sa.or_(
            threads.c.member_id == MEMBER,
            sa.and_(threads.c.kind != "DIRECT", sa.or_(CONVERSATIONS, threads.c.owner_id == SELLER)),
        ),
    )
    return sa.or_(part.c.owner_id == MEMBER, by_thread)
