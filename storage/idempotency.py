"""Calls that happen once: a key claimed in the call's own transaction, and the receipt of its first answer.

Decides what a second call with the same key meets: the first one's receipt, a refusal, or a wait for the
first to end. Knows nothing of what a receipt says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError

from domain.refusals import IdempotencyInProgress, IdempotencyKeyReused
from storage.connection import Connection
from storage.rows import as_set, columns_of, given_rows
from storage.tables import idempotency_keys

Receipt = Mapping[str, Any]

LOCK_NOT_AVAILABLE = "55P03"
"""PostgreSQL's word for a wait that took longer than `lock_timeout`."""


async def claim(
    connection: Connection, actor: str, key: str, mutation: str, input_hash: str
) -> Receipt | None:
    """Take the key for this transaction, or give the receipt of the call that had it; waits while one has it.

    Raises IdempotencyKeyReused for another mutation or input, IdempotencyInProgress if the wait is too long.
    """
    try:
        claimed = await claim_all(connection, [Claim(actor, key, mutation, input_hash)])
    except DBAPIError as error:
        if _waited_too_long(error):
            raise IdempotencyInProgress from error
        raise
    if claimed:
        return None
    first = (await connection.execute(_first, {"of_actor": actor, "of_key": key})).one()
    if (first.mutation, first.input_hash) != (mutation, input_hash):
        raise IdempotencyKeyReused
    receipt: Receipt = first.receipt
    return receipt


@dataclass(frozen=True, slots=True)
class Claim:
    """A key, whose it is, and what is asked for under it."""

    actor: str
    key: str
    mutation: str
    input_hash: str


async def claim_all(connection: Connection, claims: Sequence[Claim]) -> set[tuple[str, str]]:
    """Take keys for this transaction; give actor and key of those that nobody had."""
    claimed = await connection.execute(_claim_all, as_set(map(asdict, claims)))
    return {(row.actor, row.key) for row in claimed}


async def store_all(connection: Connection, receipts: Mapping[tuple[str, str], Receipt]) -> None:
    """Keep the receipts of the calls that claimed these keys."""
    rows = [
        {"actor": actor, "key": key, "receipt": dict(receipt)} for (actor, key), receipt in receipts.items()
    ]
    await connection.execute(_store_all, as_set(rows))


async def store(connection: Connection, actor: str, key: str, receipt: Receipt) -> None:
    """Keep the receipt of the call that claimed the key."""
    await store_all(connection, {(actor, key): receipt})


async def forget(connection: Connection, before: datetime) -> int:
    """Drop keys claimed before an instant of the wall clock; give how many."""
    return (await connection.execute(_forget, {"before": before})).rowcount


def _waited_too_long(error: DBAPIError) -> bool:
    sqlstate: str | None = getattr(error.orig, "sqlstate", None)
    return sqlstate == LOCK_NOT_AVAILABLE


_named = (idempotency_keys.c.actor == sa.bindparam("of_actor")) & (
    idempotency_keys.c.key == sa.bindparam("of_key")
)
_first = sa.select(
    idempotency_keys.c.mutation, idempotency_keys.c.input_hash, idempotency_keys.c.receipt
).where(_named)
_claims = sa.table("claims", *columns_of(idempotency_keys, "actor", "key", "mutation", "input_hash"))
_given = given_rows(_claims).c
_claim_all = (
    insert(idempotency_keys)
    .from_select(
        ["actor", "key", "mutation", "input_hash", "created_at"],
        sa.select(*_given, sa.func.clock_timestamp()).order_by(_given.actor, _given.key),
    )
    .on_conflict_do_nothing()
    .returning(idempotency_keys.c.actor, idempotency_keys.c.key)
)
_receipts = sa.table("receipts", *columns_of(idempotency_keys, "actor", "key", "receipt"))
_kept = given_rows(_receipts).c
_store_all = (
    sa.update(idempotency_keys)
    .where(idempotency_keys.c.actor == _kept.actor, idempotency_keys.c.key == _kept.key)
    .values(receipt=_kept.receipt)
)
_forget = sa.delete(idempotency_keys).where(idempotency_keys.c.created_at < sa.bindparam("before"))
