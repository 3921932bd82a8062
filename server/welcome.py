"""What `serve` says when it is up: where, what is there, who to be, and what to try first.

Decides the words. Tokens are shown for whoever of the demo's people is in the database.
"""

import json
import shlex

from sqlalchemy.ext.asyncio import AsyncEngine

from demo.people import AGENT, BUYER, SELLER
from domain.words import Scope, ViewerRole
from server.auth import PLATFORM, issue_token
from server.settings import Settings
from storage import callers

TTL_SECONDS = 7 * 86400
FIRST_QUERY = """{ viewer { user { displayName } inbox(tab: CUSTOMER_SUPPORT, first: 5) {
  totalCount nodes { subject unread request { number status reason dueAt } } } } }"""
ANYBODYS_QUERY = "{ viewer { role scopes } }"


async def greet(engine: AsyncEngine, settings: Settings, secret: str, public_url: str) -> str:
    """Compose the greeting; its last line says how to stop."""
    data = str(settings.data_dir) + (" (embedded PostgreSQL)" if settings.is_embedded else " (uploads)")
    lines = ["", f"Amends is at {public_url}", f"  data in     {data}"]
    if settings.is_sandbox:
        lines.append("  sandbox     on: test clock, introspection, own return labels")
    if settings.jwks is None:
        tokens = await _tokens(engine, secret)
        lines += ["", "Tokens, good for a week:"]
        lines += [f"  {label:<28}{token}" for label, token in tokens.items()]
        lines += ["", "A first query, to paste:", "", _first_query(tokens, public_url)]
    return "\n".join([*lines, "", "Stop with Ctrl-C.", ""])


async def _tokens(engine: AsyncEngine, secret: str) -> dict[str, str]:
    people = (
        ("buyer", BUYER, ViewerRole.MEMBER),
        ("seller", SELLER, ViewerRole.MEMBER),
        ("Support", AGENT, ViewerRole.SUPPORT),
    )
    async with engine.connect() as connection:
        tokens = {
            f"{label} ({name})": issue_token(secret, name, role, ttl_seconds=TTL_SECONDS)
            for label, name, role in people
            if await callers.by_username(connection, name)
        }
    scopes = frozenset({Scope.PLATFORM_WRITE})
    tokens[PLATFORM] = issue_token(
        secret, PLATFORM, ViewerRole.PLATFORM, ttl_seconds=TTL_SECONDS, scopes=scopes
    )
    return tokens


def _first_query(tokens: dict[str, str], public_url: str) -> str:
    sellers = [token for label, token in tokens.items() if label.startswith("seller")]
    query = " ".join(FIRST_QUERY.split()) if sellers else ANYBODYS_QUERY
    token = sellers[0] if sellers else tokens[PLATFORM]
    command = ["curl", "-s", f"{public_url}/graphql", "-H", "content-type: application/json"]
    command += ["-H", f"authorization: Bearer {token}", "-d", json.dumps({"query": query})]
    return shlex.join(command)
