"""Parcels and their scans: on the way out, on the way back, and the second one."""

from datetime import datetime

import strawberry

from domain.words import Carrier, Party, ReturnCondition, ReturnStatus, ScanKind
from resolvers.edges import orders, requests
from schema.columns import column, edge, global_id, over
from schema.scalars import URL
from schema.types.late import Order
from schema.types.node import Node
from schema.types.threads import Attachment
from schema.types.values import Address, Money
from storage.reads.orders import ScanRow, ShipmentRow
from storage.reads.parcels import DisputeRow, ReplacementRow, ReturnRow

SCANS = "What the carrier reported, oldest first."


@over(ScanRow, "What a carrier reported about a parcel.")
class CarrierScan:
    """A scan."""

    kind: ScanKind = column("What was reported.")
    at: datetime = column("When it happened.")
    place: str | None = column("Where it happened.")


@over(ShipmentRow, "A parcel with up to 20 orders of one seller.")
class Shipment(Node):
    """An outbound parcel."""

    id: strawberry.ID = global_id("Shipment", "seller_id", "id")
    carrier: Carrier = column("Who carries it.")
    tracking_number: str = column("The number on its label.")
    mailed_at: datetime | None = column("When the carrier first had it.")
    delivered_at: datetime | None = column("When it was delivered.")
    returned_to_sender_at: datetime | None = column("When it came back to the seller.")
    insured_for: Money | None = column("The extra insurance bought for it, if any was.")
    scans: list[CarrierScan] = edge(orders.scans, SCANS)
    orders: list[Order] = edge(orders.orders_in, "The orders in it that the viewer may see.")


@over(DisputeRow, "The seller's word that what came back is not right.")
class ReturnDispute:
    """A dispute."""

    condition: ReturnCondition = column("What is wrong.")
    text: str = column("What the seller found.")
    evidence: list[Attachment] = edge(requests.dispute_evidence, "What the seller shows.")
    at: datetime = column("When the seller said so.")


@over(ReturnRow, "The parcel on its way back to the seller.")
class ReturnShipment:
    """A return."""

    status: ReturnStatus = column("Where it stands.")
    drop_off_by: datetime | None = column("Until when to drop it off; null until there is a label.")
    label_url: URL | None = column("The label to print; null until there is one.")
    carrier: Carrier | None = column("Who carries it; null until there is a label.")
    tracking_number: str | None = column("The number on its label; null until there is one.")
    return_to: Address | None = column("Where it goes; null until there is a label.")
    shipping_cost: Money | None = column("What the label costs; null until there is one.")
    dropped_off_at: datetime | None = column("When the carrier first had it.")
    delivered_at: datetime | None = column("When it reached the seller.")
    review_by: datetime | None = column("Until when the seller may dispute it; silence confirms.")
    confirmed_at: datetime | None = column("When it was confirmed.")
    confirmed_by: Party | None = column("Who confirmed it: the seller, or the clock.")
    dispute: ReturnDispute | None = column("The seller's dispute, if there is one.")
    scans: list[CarrierScan] = edge(requests.scans, SCANS)


@over(ReplacementRow, "The second parcel that the seller sends.")
class ReplacementShipment:
    """A replacement."""

    carrier: Carrier = column("Who carries it.")
    tracking_number: str = column("The number on its label.")
    ship_by: datetime = column("Until when it must be mailed.")
    shipped_at: datetime | None = column("When the carrier first had it.")
    delivered_at: datetime | None = column("When it was delivered.")
    scans: list[CarrierScan] = edge(requests.scans, SCANS)
