"""What is the caller's own: inbox, purchases, sales, desk."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.businesstime import add_business_time, business_hours
from domain.policy import CURRENT
from domain.viewer import Viewer
from domain.words import RequestReason, RequestStatus, ThreadKind
from executor.wants import Wants
from resolvers.context import Context
from resolvers.edges.paging import Connected, paged, pages_of
from resolvers.edges.users import by_id
from resolvers.edges.via import via
from storage.reads import accounts, inbox, orders
from storage.reads import notifications as own_notifications
from storage.reads.accounts import AccountRow
from storage.reads.inbox import CountsRow
from storage.reads.notifications import NotificationRow
from storage.reads.orders import OrderRow
from storage.reads.pages import Window, asked
from storage.reads.threads import ThreadRow
from storage.visibility import NOBODY


@dataclass(frozen=True, slots=True)
class InboxView:
    """Which list of an inbox is looked at."""

    sales_only: bool
    due_first: bool

    @property
    def listing(self) -> inbox.Inbox:
        """The list."""
        if self.due_first:
            return inbox.sales_due_first if self.sales_only else inbox.due_first
        return inbox.sales_latest if self.sales_only else inbox.latest


def account_of(viewer: Viewer) -> int:
    """Whose inbox, purchases and sales these are: the platform has none."""
    return viewer.account_id or NOBODY


async def user(context: Context, viewer: Viewer) -> AccountRow | None:
    """The account behind the token."""
    return await by_id(context, viewer.account_id)


seller = via(accounts.desks, "account_id")
"""The caller's own desk."""


@pages_of(inbox.latest)
async def threads(
    context: Context,
    viewer: Viewer,
    window: Window,
    *,
    view: InboxView,
    search: str | None = None,
    statuses: Sequence[RequestStatus] | None = None,
    reasons: Sequence[RequestReason] | None = None,
    kinds: Sequence[ThreadKind] | None = None,
    unread: bool | None = None,
    overdue: bool | None = None,
    archived: bool | None = None,
    due_before: datetime | None = None,
    wants: Wants | None = None,
) -> Connected[ThreadRow]:
    """The caller's inbox."""
    wanted = asked(
        search=search if search and search.strip() else None,
        statuses=statuses,
        reasons=reasons,
        kinds=kinds,
        unread=unread,
        overdue=overdue,
        at=None if overdue is None else await context.at(),
        archived=archived,
        due_before=due_before,
    )
    return await paged(context, view.listing, account_of(viewer), window, wanted, wants)


async def counts(context: Context, viewer: Viewer, *, sales_only: bool) -> CountsRow:
    """How much lies in a tab."""
    at = await context.at()
    soon = add_business_time(at, business_hours(CURRENT.due_soon_business_hours), CURRENT.calendar)
    return await context.read(inbox.counts, account_of(viewer), sales_only=sales_only, at=at, soon=soon)


@pages_of(own_notifications.of_account)
async def notifications(
    context: Context, viewer: Viewer, window: Window, *, wants: Wants | None = None
) -> Connected[NotificationRow]:
    """What the caller was notified of, latest first."""
    return await paged(context, own_notifications.of_account, account_of(viewer), window, wants=wants)


@pages_of(orders.purchases)
async def purchases(
    context: Context, viewer: Viewer, window: Window, *, wants: Wants | None = None
) -> Connected[OrderRow]:
    """What the caller bought, latest first."""
    return await paged(context, orders.purchases, account_of(viewer), window, wants=wants)


@pages_of(orders.sales)
async def sales(
    context: Context, viewer: Viewer, window: Window, *, wants: Wants | None = None
) -> Connected[OrderRow]:
    """What the caller sold, latest first."""
    return await paged(context, orders.sales, account_of(viewer), window, wants=wants)
