"""What Support's agents keep for themselves: who works on a request, internal notes, and flags on buyers.

Decides nothing about who may: callers have checked that an agent is asking. Numbers are dense because the
rows they hang on are locked first.
"""

from datetime import datetime

import sqlalchemy as sa

from domain.values import RequestKey
from domain.words import EventKind
from storage.connection import Connection
from storage.tables import accounts, buyer_flags, internal_notes, requests
from storage.telling import queue_changed
from storage.transaction import tell, touch


async def is_agent(connection: Connection, account_id: int) -> bool:
    """Whether an account is one of Support's."""
    found = sa.select(accounts.c.is_agent).where(accounts.c.id == account_id)
    return bool((await connection.execute(found)).scalar_one_or_none())


async def assign(connection: Connection, key: RequestKey, assignee_id: int | None, *, at: datetime) -> None:
    """Write who works on a request; it has moved, so its version goes up."""
    moved = await connection.execute(
        sa.update(requests)
        .where(requests.c.seller_id == key.seller_id, requests.c.number == key.number)
        .values(assignee_id=assignee_id, version=requests.c.version + 1)
        .returning(requests.c.seller_id, requests.c.buyer_id)
    )
    touch(connection, *moved.one())  # they see the version
    tell(connection, [queue_changed(key, EventKind.REQUEST_ASSIGNED, at, assignee_id=assignee_id)])


async def assignee(connection: Connection, key: RequestKey) -> int | None:
    """Who works on a request."""
    found = sa.select(requests.c.assignee_id).where(
        requests.c.seller_id == key.seller_id, requests.c.number == key.number
    )
    id_: int | None = (await connection.execute(found)).scalar_one()
    return id_


async def add_note(
    connection: Connection, key: RequestKey, author_id: int, body: str, *, at: datetime
) -> int:
    """Append a note to a locked request; give its number."""
    here = (internal_notes.c.seller_id == key.seller_id) & (internal_notes.c.request_number == key.number)
    last = sa.select(sa.func.coalesce(sa.func.max(internal_notes.c.number), 0)).where(here)
    number: int = (await connection.execute(last)).scalar_one() + 1
    await connection.execute(
        sa.insert(internal_notes).values(
            seller_id=key.seller_id,
            request_number=key.number,
            number=number,
            author_id=author_id,
            body=body,
            at=at,
        )
    )
    tell(connection, [queue_changed(key, EventKind.INTERNAL_NOTE_ADDED, at, note_number=number)])
    return number


async def flag(
    connection: Connection, buyer_id: int, agent_id: int, *, flagged: bool, reason: str, at: datetime
) -> bool:
    """Append what Support says of a buyer; False if there is no such member."""
    member = sa.select(accounts.c.id).where(accounts.c.id == buyer_id, accounts.c.is_agent.is_(False))
    if (await connection.execute(member.with_for_update(key_share=True))).one_or_none() is None:
        return False
    last = sa.select(sa.func.coalesce(sa.func.max(buyer_flags.c.number), 0)).where(
        buyer_flags.c.buyer_id == buyer_id
    )
    number = (await connection.execute(last)).scalar_one() + 1
    await connection.execute(
        sa.insert(buyer_flags).values(
            buyer_id=buyer_id, number=number, flagged=flagged, reason=reason, agent_id=agent_id, at=at
        )
    )
    touch(connection, buyer_id)
    return True
