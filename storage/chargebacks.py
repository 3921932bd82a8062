"""Marking an order whose payment was charged back. What follows from it is decided and posted by others."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import orders


async def record_chargeback(
    connection: AsyncConnection, seller_id: int, order_id: int, *, at: datetime
) -> None:
    """Keep when the buyer's bank took the payment of a locked order back."""
    await connection.execute(_record, {"of_seller_id": seller_id, "of_id": order_id, "charged_back_at": at})


_record = sa.update(orders).where(
    orders.c.seller_id == sa.bindparam("of_seller_id"), orders.c.id == sa.bindparam("of_id")
)
