"""What must be in the database before anything is measured.

Decides who is measured and what is laid ready: the actions that no peer could work out, a long conversation,
a long inbox, and requests enough to refund.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import asyncpg
import httpx
import orjson

SELLER: Final = "holo_harbor"
ACTIONS_OF: Final = """query ActionsOf($number: String!) {
  supportRequest(number: $number) { availableActions { action allowed until } }
}"""
READY: Final = """
CREATE SCHEMA IF NOT EXISTS bench;
CREATE TABLE IF NOT EXISTS bench.available_actions (
  seller_id bigint, request_number int, party text, actions jsonb,
  PRIMARY KEY (seller_id, request_number, party)
)
"""
OWN: Final = "SELECT seller_id, number FROM requests WHERE seller_id = $1 ORDER BY number"
KEEP: Final = """INSERT INTO bench.available_actions VALUES ($1, $2, 'SELLER', $3)
ON CONFLICT (seller_id, request_number, party) DO UPDATE SET actions = excluded.actions"""
LONGEST: Final = """SELECT r.seller_id, r.number, t.id, t.last_message_number
FROM requests r JOIN threads t ON t.owner_id = r.seller_id AND t.id = r.thread_id
WHERE r.seller_id = $1 AND r.status = 'AWAITING_SELLER' AND r.kind = 'SUPPORT'
ORDER BY t.last_message_number DESC, r.number DESC LIMIT 1"""


@dataclass(frozen=True, slots=True)
class Measured:
    """Whom the pages are of, and which request is looked at."""

    account_id: int
    username: str
    request_number: int
    thread_id: int
    messages: int

    @property
    def number(self) -> str:
        """The request's name, as people say it."""
        return f"R{self.account_id}-{self.request_number}"


async def measured(connection: Any) -> Measured:
    """Find the seller and the open request with the longest conversation."""
    account = await connection.fetchval("SELECT id FROM accounts WHERE username = $1", SELLER)
    found = account and await connection.fetchrow(LONGEST, account)
    if not found:
        raise SystemExit("There is no demo here: run ./amends demo --scale 50 first.")
    return Measured(account, SELLER, found[1], found[2], found[3])


async def lay_actions_ready(connection: Any, client: httpx.AsyncClient, seller_id: int) -> int:
    """Keep what Amends says may be done with every request of the seller; give how many there are."""
    await connection.execute(READY)
    keys = await connection.fetch(OWN, seller_id)
    for seller, number in keys:
        data = await ask(client, ACTIONS_OF, {"number": f"R{seller}-{number}"})
        actions = data["supportRequest"]["availableActions"]
        await connection.execute(KEEP, seller, number, orjson.dumps(actions).decode())
    return len(keys)


async def ask(client: httpx.AsyncClient, query: str, variables: dict[str, Any]) -> Any:
    """Ask a graph; any error ends the measurement."""
    answer = (await client.post("/graphql", json={"query": query, "variables": variables})).json()
    if answer.get("errors") or "data" not in answer:
        raise SystemExit(f"The graph answered with errors: {answer.get('errors') or answer}")
    return answer["data"]


def plain(url: str) -> str:
    """The database's URL as drivers that are no part of SQLAlchemy take it."""
    return url.replace("postgresql+asyncpg://", "postgresql://")


async def connect(url: str) -> Any:
    """Open a connection of the harness's own."""
    return await asyncpg.connect(plain(url), server_settings={"timezone": "UTC", "jit": "off"})


def sequence(values: Sequence[Any]) -> str:
    """Numbers as SQL's array."""
    return "{" + ",".join(map(str, values)) + "}"
