"""What Support does beside the table: who works on a request, internal notes, flags on buyers.

Decides that only an agent may. None of it moves a request; an assignment is a new version of it all the same.
"""

from domain.refusals import Invalid, NotFound
from domain.values import RequestKey
from domain.words import Scope
from resolvers.mutate import Receipt, Write
from resolvers.parties import require_support
from resolvers.requests import lock_for, receipt_of, settled
from storage import agents


async def assign(
    write: Write, key: RequestKey, assignee_id: int | None, *, if_version: int | None
) -> Receipt:
    """Say which agent works on a request, or that nobody does."""
    found, _ = await lock_for(write, key, scope=Scope.REQUESTS_READ)
    require_support(write)
    await settled(write, found, if_version=if_version)
    if assignee_id is not None and not await agents.is_agent(write.connection, assignee_id):
        raise Invalid("Only Support's agents work on requests.", "assigneeId")
    if await agents.assignee(write.connection, key) != assignee_id:
        await agents.assign(write.connection, key, assignee_id, at=write.as_of(found.at))
    return receipt_of(key)


async def add_note(write: Write, key: RequestKey, body: str) -> Receipt:
    """Write down what buyer and seller never see."""
    found, _ = await lock_for(write, key, scope=Scope.REQUESTS_READ)
    agent_id = require_support(write)
    await agents.add_note(write.connection, key, agent_id, body, at=write.as_of(found.at))
    return receipt_of(key)


async def flag_buyer(write: Write, buyer_id: int, reason: str, *, flagged: bool) -> Receipt:
    """Put a buyer under suspicion, or take the suspicion away; the reason is kept."""
    agent_id = require_support(write)
    at = await write.now()
    if not await agents.flag(write.connection, buyer_id, agent_id, flagged=flagged, reason=reason, at=at):
        raise NotFound("member", "userId")
    return {"user": [buyer_id]}
