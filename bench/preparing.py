"""What must be in the database before anything is measured.

Decides who is measured and what is laid ready: the actions that no peer could work out, a long conversation,
a long inbox, and requests enough to write in and to refund. Amends itself says what may be done, as the
seller.
"""

from dataclasses import dataclass
from typing import Any, Final

import asyncpg
import httpx
import orjson

from bench.copies import MARK, copy_requests
from domain.words import ViewerRole
from schema.ids import encode
from server.auth import issue_token

SELLER: Final = "holo_harbor"
TTL_SECONDS: Final = 86_400
LONG_CONVERSATION: Final = 55
LONG_INBOX: Final = 105
SELLERS_AT_MOST: Final = 40
QUIET: Final = "timestamptz '2024-01-01' + copied.new_number * interval '1 minute'"
"""When the copies that make the inbox long were last active: they come after everything else."""

ACTIONS_OF: Final = """query ActionsOf($number: String!) {
  supportRequest(number: $number) { availableActions { action allowed until } }
}"""
SAY: Final = "mutation Say($input: SendMessageInput!) { sendMessage(input: $input) { userErrors { code } } }"
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
LONGEST: Final = """SELECT r.number, t.id, t.last_message_number
FROM requests r JOIN threads t ON t.owner_id = r.seller_id AND t.id = r.thread_id
JOIN orders o ON o.seller_id = r.seller_id AND o.id = r.order_id
WHERE r.seller_id = $1 AND r.status = 'AWAITING_SELLER' AND r.kind = 'SUPPORT'
  AND o.external_id NOT LIKE $2
ORDER BY t.last_message_number DESC, r.number DESC LIMIT 1"""
IN_INBOX: Final = """SELECT count(*) FROM inbox_entries
WHERE account_id = $1 AND party = 'SELLER' AND NOT archived"""
OTHERS: Final = """SELECT a.id FROM accounts a
WHERE a.id <> $1 AND EXISTS (
  SELECT FROM requests r JOIN orders o ON o.seller_id = r.seller_id AND o.id = r.order_id
  WHERE r.seller_id = a.id AND r.status = 'AWAITING_SELLER' AND r.kind = 'SUPPORT'
    AND r.handled_by = 'SELLER' AND o.refunded_minor = 0)
ORDER BY a.id LIMIT $2"""
OPEN: Final = """SELECT a.username, r.seller_id, r.number, r.thread_id
FROM requests r JOIN accounts a ON a.id = r.seller_id
JOIN orders o ON o.seller_id = r.seller_id AND o.id = r.order_id
WHERE r.seller_id = ANY ($1::bigint[]) AND r.status = 'AWAITING_SELLER'
  AND r.due_at > now() + interval '1 day' AND o.external_id LIKE $2 AND o.refunded_minor = 0
ORDER BY r.number, r.seller_id"""


@dataclass(frozen=True, slots=True)
class Measured:
    """Whom the pages are of, and which request is looked at."""

    account_id: int
    request_number: int
    thread_id: int
    messages: int

    @property
    def number(self) -> str:
        """The request's name, as people say it."""
        return f"R{self.account_id}-{self.request_number}"

    @property
    def id(self) -> str:
        """The request's global id."""
        return encode("SupportRequest", self.account_id, self.request_number)

    def as_variables(self) -> dict[str, Any]:
        """All that a document in other words may ask by; what it does not declare is left aside."""
        return {
            "number": self.number,
            "id": self.id,
            "sellerId": str(self.account_id),
            "requestNumber": self.request_number,
            "threadId": str(self.thread_id),
        }


@dataclass(frozen=True, slots=True)
class Open:
    """A request of another seller's that can be written in, and refunded once."""

    username: str
    seller_id: int
    number: int
    thread_id: int


def plain(url: str) -> str:
    """The database's URL as drivers that are no part of SQLAlchemy take it."""
    return url.replace("postgresql+asyncpg://", "postgresql://")


async def connect(url: str) -> Any:
    """Open a connection of the harness's own."""
    return await asyncpg.connect(plain(url), server_settings={"timezone": "UTC", "jit": "off"})


def token_of(secret: str, username: str) -> str:
    """A token of a member, good for the measurement."""
    return issue_token(secret, username, ViewerRole.MEMBER, ttl_seconds=TTL_SECONDS)


async def measured(connection: Any) -> Measured:
    """Find the seller and the open request with the longest conversation."""
    account = await connection.fetchval("SELECT id FROM accounts WHERE username = $1", SELLER)
    found = account and await connection.fetchrow(LONGEST, account, f"{MARK}%")
    if not found:
        raise SystemExit("There is no demo here: run ./amends demo --scale 50 first.")
    return Measured(account, *found)


async def lay_pages_ready(connection: Any, client: httpx.AsyncClient) -> Measured:
    """Make the inbox and one conversation long, and keep what may be done with the seller's requests."""
    await connection.execute(READY)
    seller = await measured(connection)
    thread = encode("Thread", seller.account_id, seller.thread_id)
    for number in range(seller.messages, LONG_CONVERSATION):
        said = {"threadId": thread, "body": f"We are still looking into it: this is note {number}."}
        await ask(client, SAY, {"input": said})
    missing = LONG_INBOX - await connection.fetchval(IN_INBOX, seller.account_id)
    if missing > 0:
        await copy_requests(connection, [seller.account_id], missing, active=QUIET)
    for of, number in await connection.fetch(OWN, seller.account_id):
        data = await ask(client, ACTIONS_OF, {"number": f"R{of}-{number}"})
        actions = data["supportRequest"]["availableActions"]
        await connection.execute(KEEP, of, number, orjson.dumps(actions).decode())
    return await measured(connection)


async def lay_changes_ready(connection: Any, seller: Measured, count: int) -> list[Open]:
    """Give so many open requests of other sellers, copied where there are fewer."""
    sellers = [row[0] for row in await connection.fetch(OTHERS, seller.account_id, SELLERS_AT_MOST)]
    if not sellers:
        raise SystemExit("No other seller has an open request: run ./amends demo --scale 50 first.")
    missing = count - len(await connection.fetch(OPEN, sellers, f"{MARK}%"))
    if missing > 0:
        await copy_requests(connection, sellers, -(-missing // len(sellers)))
    await connection.execute("VACUUM (ANALYZE)")
    return [Open(*row) for row in await connection.fetch(OPEN, sellers, f"{MARK}%")]


async def ask(client: httpx.AsyncClient, query: str, variables: dict[str, Any]) -> Any:
    """Ask a graph; any error ends the measurement."""
    answer = (await client.post("/graphql", json={"query": query, "variables": variables})).json()
    data = answer.get("data")
    if data is None or answer.get("errors"):
        raise SystemExit(f"The graph answered with errors: {answer.get('errors') or answer}")
    return data
