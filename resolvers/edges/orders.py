"""An order's surroundings: its parcel, its requests, and whether the buyer could ask for help now."""

from dataclasses import replace

from domain import opening
from domain.money import Money
from domain.opening import Eligibility
from domain.policy import CURRENT
from domain.words import RequestKind, RequestReason
from resolvers.context import Context
from resolvers.edges.paging import Connected, paged
from storage.reads import orders, requests, whole
from storage.reads.orders import OrderRow, ScanRow, ShipmentRow
from storage.reads.pages import Window
from storage.reads.requests import RequestRow


def payout(context: Context, order: OrderRow) -> Money | None:
    """What the seller earned, on the seller's side of the sale."""
    return order.payout if context.sight.as_seller(order.seller_id) else None


def commission(context: Context, order: OrderRow) -> Money | None:
    """What the marketplace took, on the seller's side of the sale."""
    return order.commission if context.sight.as_seller(order.seller_id) else None


def processing_fee(context: Context, order: OrderRow) -> Money | None:
    """What the payment cost, on the seller's side of the sale."""
    return order.processing_fee if context.sight.as_seller(order.seller_id) else None


async def shipment(context: Context, order: OrderRow) -> ShipmentRow | None:
    """The parcel it travels in."""
    if order.shipment_id is None:
        return None
    return await context.read(orders.shipment_by_key, (order.seller_id, order.shipment_id))


async def scans(context: Context, shipment: ShipmentRow) -> list[ScanRow]:
    """What the carrier reported about the parcel."""
    return await context.read(orders.scans_of_parcel, (shipment.seller_id, shipment.parcel_id))


async def orders_in(context: Context, shipment: ShipmentRow) -> list[OrderRow]:
    """The orders that travel in the parcel."""
    return await context.read(orders.of_shipment, (shipment.seller_id, shipment.id))


async def open_request(context: Context, order: OrderRow) -> RequestRow | None:
    """The request that is not closed, if there is one."""
    return await context.read(requests.open_on_order, order.key)


async def requests_on(context: Context, order: OrderRow, window: Window) -> Connected[RequestRow]:
    """Every request about the order, newest first."""
    return await paged(context, requests.of_order, order.key, window)


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
