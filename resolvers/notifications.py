"""Marking one's own notifications read.

Decides that they are nobody else's business: a tool that acts for a seller has none.
"""

from collections.abc import Sequence

from domain.refusals import Invalid, NotAllowed, NotFound, Required
from resolvers.mutate import Receipt, Write
from storage import notifications


async def mark_read(write: Write, keys: Sequence[tuple[int, int]], *, everything: bool) -> Receipt:
    """Count the named notifications as read, or all that the caller has."""
    account_id = write.context.sight.member
    if not account_id:
        raise NotAllowed("Only whoever is notified reads it, with a token of their own.")
    if everything and keys:
        raise Invalid("Name notifications, or take all of them, not both.", "ids")
    if not everything and not keys:
        raise Required("ids")
    numbers = None if everything else [number for _, number in keys]
    if numbers is not None:
        are_own = all(owner_id == account_id for owner_id, _ in keys)
        if not are_own or not await notifications.are_there(write.connection, account_id, numbers):
            raise NotFound("notification", "ids")
    await notifications.mark_read(write.connection, account_id, numbers, at=await write.now())
    return {"account": [account_id]}
