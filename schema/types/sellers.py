"""A seller's desk."""

from datetime import datetime
from typing import Any

import strawberry

from domain.words import EnrollmentStatus
from executor.wants import Wants
from resolvers.context import Context
from resolvers.edges import sellers
from resolvers.edges.paging import pages_of
from schema.columns import argument, column, computed, edge, global_id, over
from schema.filters import SellerRequestFilter, checked, last_part
from schema.types.connections import Connection, connection
from schema.types.late import SupportRequest
from schema.types.ledger import Ledger
from schema.types.node import Node
from schema.types.ratings import Satisfaction, Standing, SupportRating
from schema.types.values import Address
from storage.reads import requests as listed
from storage.reads.accounts import SavedReplyRow, SellerRow
from storage.reads.pages import Window


@over(SellerRow, "Whether requests about a seller's orders come to the seller.")
class Enrollment:
    """An enrollment."""

    status: EnrollmentStatus = column("How it stands.", of="enrollment_status")
    since: datetime | None = column("Since when.")


@over(SavedReplyRow, "A text that a seller keeps for later.")
class SavedReply(Node):
    """A saved reply."""

    id: strawberry.ID = global_id("SavedReply", "seller_id", "id")
    title: str = column("What it is for.")
    body: str = column("The text; it may have placeholders.")


@pages_of(listed.of_desk, "seller_id")
async def _requests(
    context: Context,
    desk: SellerRow,
    window: Window,
    *,
    filter_: SellerRequestFilter | None = None,
    wants: Wants | None = None,
) -> Any:
    if filter_ is None:
        return await sellers.requests_of(context, desk, window, wants=wants)
    checked(filter_, "filter")
    return await sellers.requests_of(
        context,
        desk,
        window,
        statuses=filter_.statuses,
        reasons=filter_.reasons,
        updated_after=filter_.updated_after,
        order_id=last_part(filter_.order_id, "Order", desk.seller_id),
        wants=wants,
    )


@over(SellerRow, "The selling side of a member: requests, money, rating.")
class SellerDesk:
    """A desk."""

    requests: Connection[SupportRequest] = connection(
        _requests,
        "Requests about the seller's orders, what moved last first.",
        filter_=argument(SellerRequestFilter | None, "Narrows the list."),
    )
    enrollment: Enrollment = computed(lambda desk: desk, "Whether requests come to the seller.")
    support_rating: SupportRating = edge(sellers.explained_rating, "The support rating, explained.")
    satisfaction: Satisfaction = edge(sellers.satisfaction_of, "How satisfied buyers are.")
    standing: Standing = edge(sellers.standing_of, "Whether the seller answers in time.")
    ledger: Ledger = edge(sellers.ledger_of, "The seller's account with the marketplace.")
    return_address: Address | None = column("Where returns go.")
    saved_replies: list[SavedReply] = edge(sellers.saved_replies, "The texts the seller keeps, by title.")
