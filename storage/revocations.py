"""Tokens that are believed no more: noted by their id for as long as they could have been used.

Decides when one may be forgotten. Goes by the database's wall clock, as a token's expiry knows no test clock.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from storage.connection import Connection
from storage.tables import revoked_tokens

LONGEST_TOKEN_ID = 200
REMEMBERED = timedelta(days=1)
"""How much longer than its token a revocation is kept: clocks differ."""


async def revoke(connection: Connection, token_id: str, *, expires_at: datetime) -> None:
    """Note a token; whatever is past its time is forgotten with it."""
    await connection.execute(_forget, {"margin": REMEMBERED})
    await connection.execute(_note, {"token_id": token_id, "expires_at": expires_at})


async def revoked(connection: Connection) -> frozenset[str]:
    """Give the ids of all tokens that are noted."""
    return frozenset((await connection.execute(_revoked)).scalars())


_wall = sa.func.clock_timestamp(type_=sa.DateTime(timezone=True))
_forget = sa.delete(revoked_tokens).where(
    revoked_tokens.c.expires_at < _wall - sa.bindparam("margin", type_=sa.Interval)
)
_first = insert(revoked_tokens).values(
    token_id=sa.bindparam("token_id"), expires_at=sa.bindparam("expires_at"), revoked_at=_wall
)
_note = _first.on_conflict_do_update(
    index_elements=[revoked_tokens.c.token_id],
    set_={"expires_at": sa.func.greatest(revoked_tokens.c.expires_at, _first.excluded.expires_at)},
)
_revoked = sa.select(revoked_tokens.c.token_id)
