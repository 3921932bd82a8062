"""Finding by id what has one: which type an id names, and which read answers for it.

Decides nothing about who may see it: the reads do.
"""

from asyncio import gather
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

from domain.values import RequestKey
from executor.wants import Wants
from resolvers.context import Context
from schema import ids
from schema.problems import BadInput
from storage.reads import accounts, ledger, notifications, orders, parts, requests, threads
from storage.reads.sets import Reading

MOST_AT_ONCE: Final = 100


def _request(parts_of_key: tuple[int, ...]) -> RequestKey:
    return RequestKey(*parts_of_key)


def _alone(parts_of_key: tuple[int, ...]) -> int:
    return parts_of_key[0]


def _same(parts_of_key: tuple[int, ...]) -> tuple[int, ...]:
    return parts_of_key


READS: Final[Mapping[str, tuple[Any, Callable[[tuple[int, ...]], Any]]]] = {
    "User": (accounts.by_id, _alone),
    "SavedReply": (accounts.reply_by_key, _same),
    "Order": (orders.by_key, _same),
    "Shipment": (orders.shipment_by_key, _same),
    "SupportRequest": (requests.by_key, _request),
    "PartialRefundOffer": (parts.offer_by_key, _same),
    "Refund": (parts.refund_of, _request),
    "CarrierClaim": (parts.claim_of, _request),
    "InternalNote": (parts.note_by_key, _same),
    "Thread": (threads.by_key, _same),
    "Message": (threads.message_by_key, _same),
    "Attachment": (threads.attachment_by_id, _alone),
    "LedgerHold": (ledger.hold_by_key, _same),
    "LedgerEntry": (ledger.entry_by_number, _same),
    "Notification": (notifications.by_key, _same),
}
"""By type: the read, and how an id's parts become its key. What is not here has an id, but is no node."""


SOURCES: Final[Mapping[str, Reading[Any]]] = {kind: read.__self__ for kind, (read, _) in READS.items()}
"""By type: where its rows come from."""


async def find(context: Context, text: str, kind: str | None = None, wants: Wants | None = None) -> Any:
    """Give what an id names, if it is of this kind and the viewer may see it. Raises BadId."""
    return await _found(context, ids.decode(text), kind, wants)


async def _found(context: Context, named: ids.GlobalId, kind: str | None, wants: Wants | None) -> Any:
    if named.kind not in READS or kind not in (None, named.kind):
        return None
    reading, key = READS[named.kind]
    return await read(context, reading, key(named.parts), wants)


def read(context: Context, read: Any, key: Any, wants: Wants | None) -> Awaitable[Any]:
    """Give the row with this key, or what is wanted of it as a record."""
    if wants is None:
        return context.read(read, key)
    return context.record(read.__self__, key, wants)


async def node(context: Context, _: object, *, id_: str, wants: Mapping[str, Wants] | None = None) -> Any:
    """Give what one id names; a pair of its type and a record, where it is told what is wanted of each."""
    if wants is None:
        return await find(context, id_)
    named = ids.decode(id_)
    found = await _found(context, named, None, wants.get(named.kind))
    return None if found is None else (named.kind, found)


node.source = SOURCES  # type: ignore[attr-defined]  # read by whoever plans


async def nodes(context: Context, _: object, *, ids: Sequence[str]) -> list[Any]:
    """Give what each id names, in their order."""
    if len(ids) > MOST_AT_ONCE:
        raise BadInput(f"At most {MOST_AT_ONCE} ids at once.", "ids")
    return await gather(*(find(context, each) for each in ids))
