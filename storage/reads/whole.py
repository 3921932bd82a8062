"""Whole requests and orders, for the domain to say what may be done with them."""

from collections.abc import Sequence
from datetime import datetime

from domain.values import Opening, Request, RequestKey
from storage.connection import Connection
from storage.load import load_requests
from storage.openings import load_openings
from storage.visibility import Sight


async def requests(connection: Connection, sight: Sight, keys: Sequence[RequestKey]) -> list[Request | None]:
    """Each request with everything that hangs on it; None where these eyes see none."""
    found = await load_requests(connection, keys)
    return [_seen(sight, found.get(key)) for key in keys]


def _seen(sight: Sight, request: Request | None) -> Request | None:
    if request is None:
        return None
    seen = sight.sees_sale(seller_id=request.order.seller_id, buyer_id=request.order.buyer_id)
    return request if seen else None


async def openings(
    connection: Connection, sight: Sight, keys: Sequence[tuple[int, int]], *, at: datetime
) -> list[Opening | None]:
    """What opening a request on each order is decided by; None where these eyes see no order."""
    found = await load_openings(connection, keys, at)
    return [
        opening
        if opening and sight.sees_sale(seller_id=opening.order.seller_id, buyer_id=opening.order.buyer_id)
        else None
        for opening in map(found.get, keys)
    ]
