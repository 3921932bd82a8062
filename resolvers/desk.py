"""What a seller sets: where returns go, replies kept for reuse, and a place on the waiting list.

Decides that a seller's own token is needed: partner apps act on requests, they do not set the desk.
"""

from domain import enrollment
from domain.refusals import NotAllowed, NotFound, TooMany
from domain.values import Address
from resolvers.mutate import Receipt, Write
from resolvers.parties import require_member
from storage import desk

MOST_REPLIES = 200
NOT_SELLING = "Only sellers have a desk."


async def update_return_address(write: Write, address: Address) -> Receipt:
    """Set where returns go from now on."""
    seller_id = require_member(write)
    if not await desk.set_return_address(write.connection, seller_id, address):
        raise NotAllowed(NOT_SELLING)
    return {"seller": [seller_id]}


async def save_reply(write: Write, key: tuple[int, int] | None, title: str, body: str) -> Receipt:
    """Keep a reply, or another wording of the one with this key."""
    seller_id = await _selling(write)
    if key is None:
        if await desk.count_replies(write.connection, seller_id) >= MOST_REPLIES:
            raise TooMany(MOST_REPLIES)
        id_ = await desk.add_reply(write.connection, seller_id, title, body, at=await write.now())
        return {"reply": [seller_id, id_]}
    owner_id, id_ = key
    if owner_id != seller_id or not await desk.change_reply(write.connection, seller_id, id_, title, body):
        raise NotFound("saved reply", "id")
    return {"reply": [seller_id, id_]}


async def delete_reply(write: Write, seller_id: int, id_: int) -> Receipt:
    """Forget a kept reply."""
    if require_member(write) != seller_id or not await desk.delete_reply(write.connection, seller_id, id_):
        raise NotFound("saved reply", "savedReplyId")
    return {"deleted": [seller_id, id_]}


async def join_waitlist(write: Write) -> Receipt:
    """Ask to answer requests in person; joining again changes nothing."""
    seller_id = require_member(write)
    current = await desk.lock_enrollment(write.connection, seller_id)
    if current is None:
        raise NotAllowed(NOT_SELLING)
    at = await write.now()
    waiting = enrollment.join_waitlist(current, at=at)
    if waiting != current:
        await desk.set_enrollment(write.connection, seller_id, current, waiting, at=at)
    return {"seller": [seller_id]}


async def _selling(write: Write) -> int:
    """Give the seller whose desk is set, held still. Raises NotAllowed."""
    seller_id = require_member(write)
    if await desk.lock_enrollment(write.connection, seller_id) is None:
        raise NotAllowed(NOT_SELLING)
    return seller_id
