"""An order's surroundings: its parcel, its requests, and whether the buyer could ask for help now."""

from dataclasses import replace

from domain import opening
from domain.money import Money
from domain.opening import Eligibility
from domain.policy import CURRENT
from domain.words import RequestKind, RequestReason
from resolvers.context import Context
from resolvers.edges.paging import listed
from resolvers.edges.via import via
from storage.reads import orders, requests, whole
from storage.reads.orders import OrderRow


def payout(context: Context, order: OrderRow) -> Money | None:
    """What the seller earned, on the seller's side of the sale."""
    return order.payout if context.sight.as_seller(order.seller_id) else None


def commission(context: Context, order: OrderRow) -> Money | None:
    """What the marketplace took, on the seller's side of the sale."""
    return order.commission if context.sight.as_seller(order.seller_id) else None


def processing_fee(context: Context, order: OrderRow) -> Money | None:
    """What the payment cost, on the seller's side of the sale."""
    return order.processing_fee if context.sight.as_seller(order.seller_id) else None


shipment = via(orders.shipment_by_key, "seller_id", "shipment_id")
"""The parcel it travels in."""
scans = via(orders.scans_of_parcel, "seller_id", "parcel_id")
"""What the carrier reported about the parcel."""
orders_in = via(orders.of_shipment, "seller_id", "id")
"""The orders that travel in the parcel."""
open_request = via(requests.open_on_order, "seller_id", "id")
"""The request that is not closed, if there is one."""
requests_on = listed(requests.of_order, "seller_id", "id")
"""Every request about the order, newest first."""


async def eligibility(context: Context, order: OrderRow, *, reason: RequestReason) -> Eligibility:
    """Whether help could be asked for now, for this reason."""
    return await _eligibility(context, order, RequestKind.SUPPORT, reason)


async def cancellation_eligibility(context: Context, order: OrderRow) -> Eligibility:
    """Whether a cancellation could be asked for now."""
    return await _eligibility(context, order, RequestKind.CANCELLATION, None)


async def _eligibility(
    context: Context, order: OrderRow, kind: RequestKind, reason: RequestReason | None
) -> Eligibility:
    at = await context.at()
    facts = await context.read(whole.openings, order.key, at=at)
    assert facts is not None, "whoever sees the order sees what it is decided by"
    by_buyer = context.sight.member == order.buyer_id
    if not by_buyer and not context.sight.conversations:
        facts = replace(facts, buyer_suspected=False)  # sellers are never told, nor left to guess
    return opening.eligibility(facts, kind, reason, at=at, policy=CURRENT, by_buyer=by_buyer)
