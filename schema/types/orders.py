"""What was bought."""

from datetime import datetime

import strawberry

from domain.opening import Eligibility
from domain.words import Handler, RequestReason
from resolvers.edges import orders, users
from schema.columns import argument, column, edge, global_id, over
from schema.scalars import URL
from schema.types.connections import Connection, connection
from schema.types.errors import UserError, refusals
from schema.types.late import SupportRequest, User
from schema.types.node import Node
from schema.types.parcels import Shipment
from schema.types.values import Money
from storage.reads.orders import LiveShowRow, OrderRow

SELLERS_SIDE = "For the seller, Support and the platform; null to the buyer."


@over(LiveShowRow, "The moment of a live show at which something was bought.")
class LiveShowMoment:
    """A moment of a show."""

    show_id: str = column("The show, in the platform's own words.")
    title: str = column("What the show was called.")
    video_receipt_url: URL | None = column("The recording of this moment.")
    at: datetime | None = column("When it was.")


@over(Eligibility, "Whether a request could be opened now, and what it would take.")
class RequestEligibility:
    """What the buyer would meet on opening."""

    eligible: bool = column("Whether nothing stands in the way.")
    reasons: list[UserError] = refusals("refusals", "What stands in the way, most important first.")
    handled_by: Handler = column("Who would handle it.")
    photos_required: bool = column("Whether photos must be attached.")
    description_required: bool = column("Whether a description must be written.")
    file_by: datetime | None = column("Until when it can be opened.")


@over(OrderRow, "A listing that one buyer bought from one seller: what a request is about.")
class Order(Node):
    """An order."""

    id: strawberry.ID = global_id("Order", "seller_id", "id")
    external_id: str = column("The platform's own name of it.")
    placed_at: datetime = column("When it was bought.")
    title: str = column("What was bought.")
    description: str | None = column("How the listing described it.")
    condition: str | None = column("In which condition it was sold.")
    category: str = column("What kind of thing it is.")
    consumable: bool = column("Whether it can be opened and used up.")
    quantity: int = column("How many were bought.")
    photos: list[URL] = column("The listing's photos.")
    buyer: User = edge(users.buyer, "Who bought it.")
    seller: User = edge(users.seller, "Who sold it.")
    price: Money = column("What the listing cost.")
    tax: Money = column("The tax on it.")
    shipping: Money = column("What the buyer paid for shipping.")
    total: Money = column("What the buyer paid: price, tax and shipping.")
    payout: Money | None = edge(
        orders.payout, f"What the seller earned: price less commission and processing fee. {SELLERS_SIDE}"
    )
    commission: Money | None = edge(orders.commission, f"What the marketplace took. {SELLERS_SIDE}")
    processing_fee: Money | None = edge(orders.processing_fee, f"What the payment cost. {SELLERS_SIDE}")
    refundable: Money = column("What is left of the total to give back.")
    live_show: LiveShowMoment | None = column("When and where it was sold live, if it was.")
    shipment: Shipment | None = edge(orders.shipment, "The parcel it travels in; null until there is one.")
    charged_back_at: datetime | None = column("When the buyer's bank took the payment back, if it did.")
    open_request: SupportRequest | None = edge(orders.open_request, "The request on it that is not closed.")
    support_requests: Connection[SupportRequest] = connection(
        orders.requests_on, "Every request about it, newest first."
    )
    eligibility: RequestEligibility = edge(
        orders.eligibility,
        "Whether help could be asked for now.",
        reason=argument(RequestReason, "What the help would be about."),
    )
    cancellation_eligibility: RequestEligibility = edge(
        orders.cancellation_eligibility, "Whether a cancellation could be asked for now."
    )
