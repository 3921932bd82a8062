"""Who is asking, and what is theirs."""

from typing import Any

from domain import viewer
from domain.words import ViewerRole
from executor.wants import Wants
from resolvers import feeds
from resolvers.context import Context
from resolvers.edges import viewer as own
from resolvers.edges.paging import pages_of
from schema.columns import argument, column, computed, edge, over
from schema.filters import InboxFilter, checked
from schema.scalars import Cursor
from schema.types.connections import Connection, connection
from schema.types.notifications import Notification
from schema.types.orders import Order
from schema.types.sellers import SellerDesk
from schema.types.threads import Thread
from schema.types.users import User
from schema.words import InboxSort, InboxTab
from storage.reads import inbox
from storage.reads.inbox import CountsRow
from storage.reads.pages import Window

TAB = "Requests about the viewer's sales, or everything."


@over(CountsRow, "How much lies in a tab of the inbox, the archive aside.")
class InboxCounts:
    """Four counts."""

    total: int = column("All threads.")
    unread: int = column("Threads with something unread.")
    due_soon: int = column("Threads in which the viewer must act within 24 business hours.")
    overdue: int = column("Threads in which the viewer should have acted by now.")


@pages_of(inbox.latest)
async def _inbox(
    context: Context,
    asker: viewer.Viewer,
    window: Window,
    *,
    tab: InboxTab,
    sort: InboxSort,
    filter_: InboxFilter | None = None,
    search: str | None = None,
    wants: Wants | None = None,
) -> Any:
    view = own.InboxView(tab is InboxTab.CUSTOMER_SUPPORT, sort is InboxSort.DUE_FIRST)
    if filter_ is None:
        return await own.threads(
            context, asker, window, view=view, search=search, archived=False, wants=wants
        )
    checked(filter_, "filter")
    return await own.threads(
        context,
        asker,
        window,
        view=view,
        search=search,
        statuses=filter_.statuses,
        reasons=filter_.reasons,
        kinds=filter_.kinds,
        unread=filter_.unread,
        overdue=filter_.overdue,
        archived=filter_.archived,
        due_before=filter_.due_before,
        wants=wants,
    )


async def _counts(context: Context, asker: viewer.Viewer, *, tab: InboxTab) -> CountsRow:
    return await own.counts(context, asker, sales_only=tab is InboxTab.CUSTOMER_SUPPORT)


@over(viewer.Viewer, "Who is asking, and what is theirs.")
class Viewer:
    """The caller."""

    user: User | None = edge(own.user, "The account behind the token; null for the platform's services.")
    role: ViewerRole = column("How the token acts.")
    scopes: list[str] = computed(
        lambda asker: sorted(scope.value for scope in asker.scopes), "What a narrow token may do."
    )
    inbox: Connection[Thread] = connection(
        _inbox,
        "The viewer's conversations.",
        tab=argument(InboxTab, TAB, default=InboxTab.ALL_MESSAGES),
        filter_=argument(InboxFilter | None, "Narrows the list; without one, the archive is left out."),
        sort=argument(InboxSort, "What comes first.", default=InboxSort.LATEST_ACTIVITY),
        search=argument(
            str | None,
            "Words to look for, in messages, order titles, buyers' names and request numbers; "
            '"quoted phrases" and or work as in web searches.',
        ),
    )
    inbox_counts: InboxCounts = edge(
        _counts,
        "How much lies in a tab of the inbox.",
        tab=argument(InboxTab, TAB, default=InboxTab.ALL_MESSAGES),
    )
    feed_cursor: Cursor = edge(
        feeds.own_cursor,
        "The head of the viewer's feed before anything of this operation was read: "
        "follow `inboxEvents` after it.",
    )
    notifications: Connection[Notification] = connection(
        own.notifications, "What the viewer was notified of, latest first."
    )
    purchases: Connection[Order] = connection(own.purchases, "What the viewer bought, latest first.")
    sales: Connection[Order] = connection(own.sales, "What the viewer sold, latest first.")
    seller: SellerDesk | None = edge(own.seller, "The viewer's desk; null for who sells nothing.")
