"""What Support's agents keep for themselves: who works on a request, internal notes, and flags on buyers.

Decides nothing about who may: callers have checked that an agent is asking. Numbers are dense because the
rows they hang on are locked first.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from domain.values import RequestKey
from domain.words import EventKind
from storage.connection import Connection
from storage.tables import accounts, buyer_flags, internal_notes, requests
from storage.telling import queue_changed
from storage.transaction import tell, touch


async def is_agent(connection: Connection, account_id: int) -> bool:
    """Whether an account is one of Support's."""
    return bool((await connection.execute(_is_agent, {"account_id": account_id})).scalar_one_or_none())


async def assign(connection: Connection, key: RequestKey, assignee_id: int | None, *, at: datetime) -> None:
    """Write who works on a request; it has moved, so its version goes up."""
    moved = await connection.execute(_assign, _named(key) | {"assignee_id": assignee_id})
    touch(connection, *moved.one())  # they see the version
    tell(connection, [queue_changed(key, EventKind.REQUEST_ASSIGNED, at, assignee_id=assignee_id)])


async def assignee(connection: Connection, key: RequestKey) -> int | None:
    """Who works on a request."""
    id_: int | None = (await connection.execute(_assignee, _named(key))).scalar_one()
    return id_


async def add_note(
    connection: Connection, key: RequestKey, author_id: int, body: str, *, at: datetime
) -> int:
    """Append a note to a locked request; give its number."""
    number: int = (await connection.execute(_last_note, _named(key))).scalar_one() + 1
    note = {"number": number, "author_id": author_id, "body": body, "at": at}
    named = {"seller_id": key.seller_id, "request_number": key.number}
    await connection.execute(_add_note, named | note)
    tell(connection, [queue_changed(key, EventKind.INTERNAL_NOTE_ADDED, at, note_number=number)])
    return number


async def flag(
    connection: Connection, buyer_id: int, agent_id: int, *, flagged: bool, reason: str, at: datetime
) -> bool:
    """Append what Support says of a buyer; False if there is no such member."""
    if (await connection.execute(_lock_member, {"account_id": buyer_id})).one_or_none() is None:
        return False
    number = (await connection.execute(_last_flag, {"of_buyer": buyer_id})).scalar_one() + 1
    said = {"number": number, "flagged": flagged, "reason": reason, "agent_id": agent_id, "at": at}
    await connection.execute(_add_flag, said | {"buyer_id": buyer_id})
    touch(connection, buyer_id)
    return True


def _named(key: RequestKey) -> dict[str, Any]:
    return {"of_seller": key.seller_id, "of_number": key.number}


_is_agent = sa.select(accounts.c.is_agent).where(accounts.c.id == sa.bindparam("account_id"))
_lock_member = (
    sa.select(accounts.c.id)
    .where(accounts.c.id == sa.bindparam("account_id"), accounts.c.is_agent.is_(False))
    .with_for_update(key_share=True)
)
_this = (requests.c.seller_id == sa.bindparam("of_seller")) & (requests.c.number == sa.bindparam("of_number"))
_assignee = sa.select(requests.c.assignee_id).where(_this)
_assign = (
    sa.update(requests)
    .where(_this)
    .values(assignee_id=sa.bindparam("assignee_id"), version=requests.c.version + 1)
    .returning(requests.c.seller_id, requests.c.buyer_id)
)
_last_note = sa.select(sa.func.coalesce(sa.func.max(internal_notes.c.number), 0)).where(
    internal_notes.c.seller_id == sa.bindparam("of_seller"),
    internal_notes.c.request_number == sa.bindparam("of_number"),
)
_add_note = sa.insert(internal_notes)
_last_flag = sa.select(sa.func.coalesce(sa.func.max(buyer_flags.c.number), 0)).where(
    buyer_flags.c.buyer_id == sa.bindparam("of_buyer")
)
_add_flag = sa.insert(buyer_flags)
