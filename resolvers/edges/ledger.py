"""What a line of a ledger is about."""

from resolvers.context import Context
from storage.reads import ledger, orders
from storage.reads.ledger import EntryRow
from storage.reads.orders import OrderRow


async def order(context: Context, entry: EntryRow) -> OrderRow | None:
    """The order it belongs to, if to one."""
    if entry.order_id is None:
        return None
    return await context.read(orders.by_key, (entry.seller_id, entry.order_id))


async def reverses(context: Context, entry: EntryRow) -> EntryRow | None:
    """The line it takes back, if it is a correction."""
    if entry.reversed_entry_number is None:
        return None
    return await context.read(ledger.entry_by_number, (entry.seller_id, entry.reversed_entry_number))
