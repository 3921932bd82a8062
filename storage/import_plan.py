"""Which rows of an import are taken, and what they change: judged in turn, before anything is written.

Decides what became of each row by what is known and by the rows before it. A refused row leaves nothing
behind, not even its members. An order's parties and amounts stay as they first
came; its words and its parcel may follow.
"""

from dataclasses import dataclass, field
from typing import Any

from domain.imports import ImportedMember, ImportedOrder, ImportedShipment
from domain.money import Currency
from domain.refusals import CurrencyMismatch, Invalid, Refusal, TooMany, TrackingInUse
from domain.words import ImportStatus
from storage.known import Known, Row, ShipmentName
from storage.rows import address_row

ORDERS_PER_SHIPMENT = 20

AMOUNTS = {
    "price_minor": "price",
    "tax_minor": "tax",
    "shipping_minor": "shipping",
    "commission_minor": "commission",
    "processing_fee_minor": "processingFee",
}
"""The columns of an order's amounts, and what the input calls them."""


@dataclass(slots=True)
class Plan:
    """What there is to write. `known` grows with every row that is taken."""

    known: Known
    members: dict[str, ImportedMember] = field(default_factory=dict)
    sellers: dict[str, tuple[ImportedMember, Currency]] = field(default_factory=dict)
    new_shipments: dict[ShipmentName, ImportedShipment] = field(default_factory=dict)
    changed_shipments: dict[ShipmentName, ImportedShipment] = field(default_factory=dict)
    new_orders: list[ImportedOrder] = field(default_factory=list)
    changed_orders: list[ImportedOrder] = field(default_factory=list)

    def take(self, row: ImportedOrder) -> ImportStatus:
        """Take a row into the plan and say what it does. Raises the Refusal that keeps it out."""
        order = self.known.orders.get(row.external_id)
        _check_parties(row, self.known)
        if order:
            _check_unchanged(row, order, self.known)
        _check_shipment(row, order, self.known)
        changed = self._take_members(row)
        changed |= self._take_shipment(row, order)
        if order is None:
            self.new_orders.append(row)
            if row.seller.username not in self.known.currencies:
                self.sellers[row.seller.username] = row.seller, row.price.currency
                self.known.currencies[row.seller.username] = row.price.currency
            return ImportStatus.CREATED
        words = described(row)
        if changed or any(order[column] != word for column, word in words.items()):
            self.changed_orders.append(row)
            return ImportStatus.UPDATED
        return ImportStatus.UNCHANGED

    def _take_members(self, row: ImportedOrder) -> bool:
        changed = False
        for member in (row.buyer, row.seller):
            told = introduced(member)
            known = self.known.members.setdefault(member.username, {})
            if any(known.get(column) != word for column, word in told.items()):
                known |= told
                self.members[member.username] = member
                changed = True
        return changed

    def _take_shipment(self, row: ImportedOrder, order: Row | None) -> bool:
        if row.shipment is None:
            return False  # nothing is said of the parcel: what is known stays
        name = shipment_name(row, row.shipment)
        told = packed(row.shipment)
        known = self.known.shipments.get(name)
        if known is None:
            self.known.shipments[name] = told | {"id": None, "orders": 1, "mailed_at": None}
            self.known.parcels[row.shipment.carrier, row.shipment.tracking_number] = name
            self.new_shipments[name] = row.shipment
            return True
        joins = order is None or known["id"] is None or order["shipment_id"] != known["id"]
        known["orders"] += joins
        if any(known[column] != word for column, word in told.items()):
            self.known.parcels.pop((known["carrier"], known["tracking_number"]), None)
            self.known.parcels[row.shipment.carrier, row.shipment.tracking_number] = name
            known |= told
            (self.new_shipments if known["id"] is None else self.changed_shipments)[name] = row.shipment
            return True
        return joins


def shipment_name(row: ImportedOrder, shipment: ImportedShipment) -> ShipmentName:
    """What a row's shipment is known by."""
    return row.seller.username, shipment.external_id


def introduced(member: ImportedMember) -> Row:
    """A member's columns that follow the import."""
    return {
        "display_name": member.display_name,
        "email": member.email,
        "country_code": member.country_code,
    }


def packed(shipment: ImportedShipment) -> Row:
    """A shipment's and its parcel's columns that follow the import."""
    return {
        "carrier": shipment.carrier,
        "tracking_number": shipment.tracking_number,
        "platform_label": shipment.platform_label,
        "insured_minor": shipment.insured_for.minor if shipment.insured_for else None,
        "ship_from": address_row(shipment.ship_from),
    }


def described(row: ImportedOrder) -> Row:
    """An order's columns that follow the import."""
    show = row.show
    return {
        "placed_at": row.placed_at,
        "title": row.title,
        "description": row.description,
        "condition": row.condition,
        "category": row.category,
        "consumable": row.consumable,
        "quantity": row.quantity,
        "photos": list(row.photos),
        "show_id": show.show_id if show else None,
        "show_title": show.title if show else None,
        "video_receipt_url": show.video_receipt_url if show else None,
        "show_at": show.at if show else None,
    }


def amounts(row: ImportedOrder) -> Row:
    """An order's columns that stay as they first came."""
    return {
        "currency": row.price.currency,
        "price_minor": row.price.minor,
        "tax_minor": row.tax.minor,
        "shipping_minor": row.shipping.minor,
        "commission_minor": row.commission.minor,
        "processing_fee_minor": row.processing_fee.minor,
    }


def _check_parties(row: ImportedOrder, known: Known) -> None:
    for side, member in (("buyer", row.buyer), ("seller", row.seller)):
        if known.members.get(member.username, {}).get("is_agent"):
            raise Invalid("This is the account of a Support agent.", side, "username")
    currency = known.currencies.get(row.seller.username)
    if currency is not None and currency is not row.price.currency:
        raise CurrencyMismatch(currency.value, "price", "currencyCode")


def _check_unchanged(row: ImportedOrder, order: Row, known: Known) -> None:
    parties: dict[str, Any] = {"seller": order["seller_id"], "buyer": order["buyer_id"]}
    for side, member in (("seller", row.seller), ("buyer", row.buyer)):
        if known.members.get(member.username, {}).get("id") != parties[side]:
            raise Invalid("Another member is known for this order.", side, "username")
    for column, minor in amounts(row).items():
        if order[column] != minor:
            raise Invalid("The amounts of an order stay as first imported.", AMOUNTS.get(column, "price"))


def _check_shipment(row: ImportedOrder, order: Row | None, known: Known) -> None:
    if row.shipment is None:
        return
    name = shipment_name(row, row.shipment)
    shipment = known.shipments.get(name)
    number = (row.shipment.carrier, row.shipment.tracking_number)
    if number in known.parcels and known.parcels[number] != name:
        raise _at(TrackingInUse(), "shipment", "trackingNumber")
    if shipment is None:
        return
    if shipment["mailed_at"] and number != (shipment["carrier"], shipment["tracking_number"]):
        raise Invalid("A parcel that was mailed keeps its number.", "shipment", "trackingNumber")
    joins = order is None or order["shipment_id"] != shipment["id"]
    if joins and shipment["orders"] >= ORDERS_PER_SHIPMENT:
        raise TooMany(ORDERS_PER_SHIPMENT, "shipment", "externalId")


def _at(refusal: Refusal, *field: str) -> Refusal:
    refusal.field = field
    return refusal
