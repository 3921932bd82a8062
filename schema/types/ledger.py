"""The seller's account with the marketplace."""

from datetime import datetime
from typing import Any

import strawberry

from domain.words import HoldStatus, LedgerComponent
from executor.wants import Wants
from resolvers.context import Context
from resolvers.edges import ledger, requests, sellers
from resolvers.edges.paging import pages_of
from schema.columns import argument, column, computed, edge, global_id, over
from schema.filters import LedgerFilter, checked, last_part
from schema.scalars import URL
from schema.types.connections import Connection, connection
from schema.types.late import Order, SupportRequest
from schema.types.node import Node
from schema.types.previews import ChargeComponent
from schema.types.values import Money
from storage.reads import ledger as lines
from storage.reads.accounts import SellerRow
from storage.reads.ledger import EntryRow, HoldRow
from storage.reads.pages import Window


@over(EntryRow, "A line of a seller's ledger; it never changes.")
class LedgerEntry(Node):
    """A line."""

    id: strawberry.ID = global_id("LedgerEntry", "seller_id", "entry_number")
    number: int = column("Its place in the ledger: 1, 2, 3 and so on.", of="entry_number")
    journal_id: strawberry.ID = global_id(
        "Journal", "seller_id", "journal_number", description="The movement it is part of."
    )
    component: LedgerComponent = column("What it is for.")
    amount: Money = column("How much; charges are negative.")
    balance_after: Money = column("The posted balance after it.")
    posted_at: datetime = column("When it was posted.")
    order: Order | None = edge(ledger.order, "The order it belongs to, if to one.")
    request: SupportRequest | None = edge(requests.of_line, "The request it belongs to, if to one.")
    reverses: "LedgerEntry | None" = edge(ledger.reverses, "The line it takes back, if it is a correction.")
    description: str = column("What happened, in words.")


@over(HoldRow, "A charge that is set aside while a return is on its way.")
class LedgerHold(Node):
    """A hold."""

    id: strawberry.ID = global_id("LedgerHold", "seller_id", "request_number", "number")
    status: HoldStatus = column("What became of it.")
    request: SupportRequest = edge(requests.of_line, "The request whose return it waits for.")
    charges: list[ChargeComponent] = column("What the seller will pay, component by component.")
    total: Money = column("What the seller will pay in all.")
    since: datetime = column("Since when it is set aside.")


@over(SellerRow, "What a seller has with the marketplace.")
class LedgerBalance:
    """Three amounts."""

    posted: Money = column("The sum of all lines; may be below zero.")
    held: Money = column("What is set aside for returns under way.")
    available: Money = column("Posted less held.")


@over(sellers.MonthlyStatement, "A ledger over one month of the policy's time zone.")
class LedgerStatement:
    """A month."""

    opening: Money = computed(lambda month: month.statement.opening, "The posted balance before it.")
    lines: list[ChargeComponent] = computed(
        lambda month: month.statement.lines,
        "What each component came to; charges are negative, zero is left out.",
    )
    closing: Money = computed(lambda month: month.statement.closing, "The posted balance after it.")
    csv_url: URL = column("Its lines one by one, as a file; the link is signed and expires within the hour.")


@pages_of(lines.entries, "seller_id")
async def _entries(
    context: Context,
    desk: SellerRow,
    window: Window,
    *,
    filter_: LedgerFilter | None = None,
    wants: Wants | None = None,
) -> Any:
    if filter_ is None:
        return await sellers.entries(context, desk, window, wants=wants)
    checked(filter_, "filter")
    return await sellers.entries(
        context,
        desk,
        window,
        components=filter_.components,
        request_number=last_part(filter_.request_id, "SupportRequest", desk.seller_id),
        order_id=last_part(filter_.order_id, "Order", desk.seller_id),
        posted_from=filter_.posted_from,
        posted_before=filter_.posted_before,
        wants=wants,
    )


@over(SellerRow, "A seller's account with the marketplace.")
class Ledger:
    """A ledger."""

    balance: LedgerBalance = computed(lambda desk: desk, "What it holds now.")
    holds: list[LedgerHold] = edge(sellers.holds, "What is set aside now, oldest first.")
    entries: Connection[LedgerEntry] = connection(
        _entries, "Its lines, latest first.", filter_=argument(LedgerFilter | None, "Narrows the list.")
    )
    statement: LedgerStatement = edge(
        sellers.month,
        "What a month came to.",
        year=argument(int, "The year, for example 2026."),
        month=argument(int, "The month, from 1 to 12."),
    )
