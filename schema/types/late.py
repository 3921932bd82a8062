"""Types that name each other in a circle, by name: each is looked up when the schema is put together."""

from typing import TYPE_CHECKING, Annotated

import strawberry

if TYPE_CHECKING:
    from schema.types.ledger import LedgerEntry
    from schema.types.orders import Order
    from schema.types.requests import SupportRequest
    from schema.types.sellers import SellerDesk
    from schema.types.threads import Thread
    from schema.types.timeline import TimelineConnection
    from schema.types.users import User
else:
    LedgerEntry = Annotated["LedgerEntry", strawberry.lazy("schema.types.ledger")]
    Order = Annotated["Order", strawberry.lazy("schema.types.orders")]
    SupportRequest = Annotated["SupportRequest", strawberry.lazy("schema.types.requests")]
    SellerDesk = Annotated["SellerDesk", strawberry.lazy("schema.types.sellers")]
    Thread = Annotated["Thread", strawberry.lazy("schema.types.threads")]
    TimelineConnection = Annotated["TimelineConnection", strawberry.lazy("schema.types.timeline")]
    User = Annotated["User", strawberry.lazy("schema.types.users")]

__all__ = ["LedgerEntry", "Order", "SellerDesk", "SupportRequest", "Thread", "TimelineConnection", "User"]
