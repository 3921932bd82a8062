"""The accounts behind tokens: who a name stands for, and Support's agents, who come by no import.

Decides nothing about what they may do. Asked before there is a viewer, so it gives no more than a viewer
needs.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from storage.connection import Connection
from storage.tables import accounts


@dataclass(frozen=True, slots=True)
class Account:
    """What never changes about an account."""

    id: int
    is_agent: bool


async def by_username(connection: Connection, username: str) -> Account | None:
    """Give the account of a name, if there is one."""
    found = sa.select(accounts.c.id, accounts.c.is_agent).where(accounts.c.username == username)
    row = (await connection.execute(found)).one_or_none()
    return Account(*row) if row else None


async def is_anyone_here(connection: Connection) -> bool:
    """Whether there is any account at all."""
    anyone = sa.select(sa.exists(sa.select(accounts.c.id)))
    return bool((await connection.execute(anyone)).scalar_one())


async def ensure_agent(connection: Connection, username: str, *, at: datetime) -> Account:
    """Give the agent's account, made if nobody has the name; the account may turn out to be a member's."""
    await connection.execute(
        insert(accounts)
        .values(username=username, display_name=username, is_agent=True, created_at=at)
        .on_conflict_do_nothing()
    )
    account = await by_username(connection, username)
    assert account is not None
    return account
