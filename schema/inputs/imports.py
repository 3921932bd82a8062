"""Orders as the marketplace imports them."""

from datetime import datetime

import strawberry

from domain.imports import ImportedMember, ImportedOrder, ImportedShipment, ImportedShow
from domain.words import Carrier
from schema.inputs.form import LONGEST_TRACKING_NUMBER, MOST_ROWS, Form, Rule, field, idempotency_key
from schema.inputs.money import AddressInput, MoneyInput
from schema.scalars import URL

MOST_PHOTOS = 20


@strawberry.input(description="A member, as the marketplace knows them.")
class ImportUserInput(Form):
    """A buyer or a seller."""

    username: str = field("The member's name, unique.", longest=80)
    display_name: str = field("The name shown.", longest=200)
    email: str | None = field("Where mail reaches them.", optional=True, longest=320)
    country_code: str = field("Country, as two capital letters (ISO 3166-1).", country=True)
    access_granted_at: datetime | None = field(
        "Since when a seller may sell; decides enrollment.", optional=True
    )

    def member(self) -> ImportedMember:
        """The member as a value."""
        return ImportedMember(
            self.username, self.display_name, self.email, self.country_code, self.access_granted_at
        )


@strawberry.input(description="Where in a live show the order was made.")
class ImportLiveShowInput(Form):
    """A show and a moment."""

    show_id: str = field("The show.", longest=200)
    title: str = field("Its title.", longest=500)
    video_receipt_url: URL | None = field("The recording of the sale.", optional=True)
    at: datetime | None = field("The moment.", optional=True)

    def show(self) -> ImportedShow:
        """The show as a value."""
        return ImportedShow(self.show_id, self.title, self.video_receipt_url, self.at)


@strawberry.input(description="The parcel the order goes in; up to 20 orders share one.")
class ImportShipmentInput(Form):
    """A parcel with its label."""

    external_id: str = field("The platform's own name of it.", longest=200)
    carrier: Carrier = field("Who carries it.")
    tracking_number: str = field(
        "Its number; serves one parcel. Spaces and small letters make no difference.",
        longest=LONGEST_TRACKING_NUMBER,
        compact=True,
    )
    platform_label: bool = field("Whether the label was bought on the platform.")
    insured_for: MoneyInput | None = field(
        "Extra insurance; left out: the carrier's included cover.", optional=True, least=0
    )
    ship_from: AddressInput | None = field("Where it was shipped from.", optional=True)

    def shipment(self) -> ImportedShipment:
        """The parcel as a value."""
        return ImportedShipment(
            external_id=self.external_id,
            carrier=self.carrier,
            tracking_number=self.tracking_number,
            platform_label=self.platform_label,
            insured_for=self.insured_for.money() if self.insured_for else None,
            ship_from=self.ship_from.address() if self.ship_from else None,
        )


@strawberry.input(description="One order: one listing bought by one buyer from one seller.")
class ImportOrderInput(Form):
    """An order; its amounts never change once imported."""

    external_id: str = field("The platform's own name of it, unique.", longest=200)
    placed_at: datetime = field("When it was bought.")
    title: str = field("The listing.", longest=500)
    description: str | None = field("What the listing said.", optional=True)
    condition: str | None = field("The condition it promised.", optional=True, longest=200)
    category: str = field("Its category; decides filing windows and claims.", longest=200)
    consumable: bool = field("Breaks, surprise products, anything that can be opened.")
    quantity: int = field("How many.", least=1)
    photos: list[URL] | None = strawberry.field(
        description="Pictures of the listing, at most 20.",
        metadata={"rule": Rule(most=MOST_PHOTOS)},
        default_factory=list,
    )
    buyer: ImportUserInput = field("Who bought.")
    seller: ImportUserInput = field("Who sold.")
    price: MoneyInput = field("The price of the item.", least=0)
    tax: MoneyInput = field("Tax the buyer paid.", least=0)
    shipping: MoneyInput = field("Shipping the buyer paid.", least=0)
    commission: MoneyInput = field("What the marketplace keeps of the price.", least=0)
    processing_fee: MoneyInput = field("What payment processing keeps of the price.", least=0)
    live_show: ImportLiveShowInput | None = field("Where it was sold live.", optional=True)
    shipment: ImportShipmentInput | None = field("The parcel it goes in, once there is one.", optional=True)

    def order(self) -> ImportedOrder:
        """The order as a value; its form has been checked."""
        return ImportedOrder(
            external_id=self.external_id,
            placed_at=self.placed_at,
            title=self.title,
            description=self.description,
            condition=self.condition,
            category=self.category,
            consumable=self.consumable,
            quantity=self.quantity,
            photos=tuple(self.photos or ()),
            buyer=self.buyer.member(),
            seller=self.seller.member(),
            price=self.price.money(),
            tax=self.tax.money(),
            shipping=self.shipping.money(),
            commission=self.commission.money(),
            processing_fee=self.processing_fee.money(),
            show=self.live_show.show() if self.live_show else None,
            shipment=self.shipment.shipment() if self.shipment else None,
        )


@strawberry.input(description="Orders of the marketplace, new or known.")
class ImportOrdersInput(Form):
    """Rows; each is taken or rejected alone."""

    orders: list[ImportOrderInput] = field("At most 250.", most=MOST_ROWS)
    idempotency_key: str | None = idempotency_key()
