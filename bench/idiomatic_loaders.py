"""The data loaders of the ordinary server: one for each thing that hangs on another.

Decides how keys are read in batches, with asyncpg. Whatever is read is the viewer's own, or hangs on it.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from strawberry.dataloader import DataLoader

Key = tuple[int, ...]
Row = Any

ORDERS = """SELECT seller_id, id, external_id, title, price_minor, currency FROM orders
WHERE (seller_id, id) IN (SELECT * FROM unnest($1::bigint[], $2::bigint[]))"""
REQUESTS = """SELECT seller_id, number, status, reason, outcome, description, version, due_at, overdue,
  opened_at, order_id, buyer_id, thread_id FROM requests
WHERE (seller_id, number) IN (SELECT * FROM unnest($1::bigint[], $2::int[]))"""
ACCOUNTS = "SELECT id, username, display_name FROM accounts WHERE id = ANY ($1::bigint[])"
MESSAGES = """SELECT owner_id, thread_id, number, party, kind, body, created_at, author_id FROM messages
WHERE (owner_id, thread_id, number) IN (SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::int[]))"""
ENTRIES = """SELECT l.seller_id, l.request_number, l.entry_number, l.component, l.amount_minor, l.currency,
  l.balance_after_minor, l.posted_at, j.description, l.order_id
FROM journal_lines l JOIN journals j ON j.seller_id = l.seller_id AND j.number = l.journal_number
WHERE (l.seller_id, l.request_number) IN (SELECT * FROM unnest($1::bigint[], $2::int[]))
  AND l.entry_number IS NOT NULL
ORDER BY l.entry_number"""
ACTIONS = """SELECT seller_id, request_number, actions FROM bench.available_actions
WHERE (seller_id, request_number) IN (SELECT * FROM unnest($1::bigint[], $2::int[]))"""


class Loaders:
    """A set for each operation."""

    def __init__(self, pool: Any) -> None:
        self.order: DataLoader[Key, Row] = DataLoader(_one(pool, ORDERS, 2))
        self.request: DataLoader[Key, Row] = DataLoader(_one(pool, REQUESTS, 2))
        self.account: DataLoader[Key, Row] = DataLoader(_one(pool, ACCOUNTS, 1))
        self.message: DataLoader[Key, Row] = DataLoader(_one(pool, MESSAGES, 3))
        self.entries: DataLoader[Key, list[Row]] = DataLoader(_many(pool, ENTRIES, 2))
        self.actions: DataLoader[Key, Row] = DataLoader(_one(pool, ACTIONS, 2))


def _one(pool: Any, statement: str, width: int) -> Callable[[Sequence[Key]], Awaitable[list[Row]]]:
    async def load(keys: Sequence[Key]) -> list[Row]:
        rows = await pool.fetch(statement, *map(list, zip(*keys, strict=True)))
        found = {tuple(row[:width]): row for row in rows}
        return [found.get(key) for key in keys]

    return load


def _many(pool: Any, statement: str, width: int) -> Callable[[Sequence[Key]], Awaitable[list[list[Row]]]]:
    async def load(keys: Sequence[Key]) -> list[list[Row]]:
        found: dict[Key, list[Row]] = {key: [] for key in keys}
        for row in await pool.fetch(statement, *map(list, zip(*keys, strict=True))):
            found[tuple(row[:width])].append(row)
        return [found[key] for key in keys]

    return load
