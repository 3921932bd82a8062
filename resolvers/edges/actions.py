"""What may be done with a request now, as the domain says, for many requests at once.

Decides for how long an answer is remembered: while nothing that decides about the request has changed, and
until time alone may change it. Which of a token's scopes an action needs is asked each time.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from domain import actions
from domain.actions import AvailableAction
from domain.policy import policy
from domain.refusals import ScopeMissing
from domain.values import RequestKey
from domain.words import Party, RequestAction, Scope
from resolvers.context import Context
from resolvers.edges.keyed import keyed
from storage.reads import whole
from storage.visibility import Sight

MOST_REMEMBERED: Final = 20_000
Asked = tuple[int, int, int, str, str | None]
"""Seller, number, buyer, policy's version, and the facts' version; None where that is not known."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """What was offered at an instant, and until when it is."""

    version: str
    since: datetime
    until: datetime | None
    offered: Sequence[AvailableAction]

    def holds(self, version: str, at: datetime) -> bool:
        """Whether it is still so."""
        return self.version == version and self.since <= at and (self.until is None or at < self.until)


@dataclass(slots=True)
class Memory:
    """What one database's requests last offered, to each party."""

    known: OrderedDict[tuple[int, int, Party], Remembered] = field(default_factory=OrderedDict)

    def keep(self, key: tuple[int, int, Party], remembered: Remembered) -> None:
        """Remember, and forget what was asked for longest ago."""
        self.known[key] = remembered
        self.known.move_to_end(key)
        if len(self.known) > MOST_REMEMBERED:
            self.known.popitem(last=False)


@keyed("seller_id", "number", "buyer_id", "policy_version", "facts_version")
async def available_actions(context: Context, rows: Sequence[Asked]) -> Sequence[Sequence[AvailableAction]]:
    """What the viewer may do now; a token too narrow for an action is told so."""
    memory: Memory = context.reader.kept.setdefault(Memory, Memory())
    at, found = await context.at(), {}
    missing = []
    for row in rows:
        party = _party(context.sight, row)
        if party is None:
            continue
        known = memory.known.get((row[0], row[1], party))
        if known is not None and row[4] is not None and known.holds(row[4], at):
            found[row[0], row[1]] = known.offered
        else:
            missing.append((row, party))
    if missing:
        found |= await _decided(context, memory, missing, at)
    viewer = context.viewer
    scopes = {scope: viewer is not None and viewer.may(scope) for scope in SCOPES}
    if all(scopes.values()):
        return [found.get((row[0], row[1]), ()) for row in rows]
    return [[_within(scopes, each) for each in found.get((row[0], row[1]), ())] for row in rows]


async def _decided(
    context: Context, memory: Memory, missing: Sequence[tuple[Asked, Party]], at: datetime
) -> dict[tuple[int, int], Sequence[AvailableAction]]:
    """Ask the domain, about the requests as they are now: no older than the versions that are remembered."""
    keys = [RequestKey(row[0], row[1]) for row, _ in missing]
    facts = await context.read_many(whole.requests, keys)
    found: dict[tuple[int, int], Sequence[AvailableAction]] = {}
    for (row, party), request in zip(missing, facts, strict=True):
        if request is None:
            continue
        seller_id, number, _, policy_version, version = row
        rules = policy(policy_version)
        offered = actions.available_actions(request, by=party, at=at, policy=rules)
        found[seller_id, number] = offered
        if version is not None:
            until = actions.unchanged_until(request, at=at, policy=rules)
            memory.keep((seller_id, number, party), Remembered(version, at, until, offered))
    return found


def _party(sight: Sight, row: Asked) -> Party | None:
    return sight.as_party(seller_id=row[0], buyer_id=row[2])


SCOPES: Final = (Scope.MESSAGES_WRITE, Scope.REQUESTS_RESPOND)


def _within(scopes: dict[Scope, bool], action: AvailableAction) -> AvailableAction:
    writes = action.action is RequestAction.SEND_MESSAGE
    scope = Scope.MESSAGES_WRITE if writes else Scope.REQUESTS_RESPOND
    return action if scopes[scope] else AvailableAction(action.action, ScopeMissing(scope), None)
