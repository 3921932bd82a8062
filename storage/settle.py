"""What is due before a command: the clocks of a request that have run out, fired in its transaction.

Decides nothing: each deadline is the domain's, at its own instant.
"""

from datetime import datetime

from domain.deadlines import apply_due
from domain.policy import policy
from domain.values import Request
from storage.connection import Connection
from storage.load import load_requests
from storage.save import save


async def settle_due(connection: Connection, request: Request, at: datetime) -> Request:
    """Fire all of a locked request's deadlines that are due by `at`, in order; give it as it is then."""
    decisions = apply_due(request, at=at, policy=policy(request.policy_version))
    before = request
    for decision in decisions:
        await save(connection, before, decision, actor_id=None)
        before = decision.request
    # The order's own sums have moved with what was saved: read again rather than reckoned twice.
    return (await load_requests(connection, [request.key]))[request.key] if decisions else request
