"""Marking an order whose payment was charged back. What follows from it is decided and posted by others."""

from datetime import datetime

import sqlalchemy as sa

from storage.connection import Connection
from storage.tables import orders
from storage.transaction import touch


async def record_chargeback(connection: Connection, seller_id: int, order_id: int, *, at: datetime) -> None:
    """Keep when the buyer's bank took the payment of a locked order back."""
    named = {"of_seller_id": seller_id, "of_id": order_id, "charged_back_at": at}
    touch(connection, *(await connection.execute(_record, named)).one())


_record = (
    sa.update(orders)
    .where(orders.c.seller_id == sa.bindparam("of_seller_id"), orders.c.id == sa.bindparam("of_id"))
    .returning(orders.c.seller_id, orders.c.buyer_id)
)
