"""What may be done with a request now, as the domain says, for many requests at once.

Decides for how long an answer is remembered: until time alone may change it, and while nothing that decides
about the request has changed. That is so while its seller's version stands; else the request's own facts are
compared. Which of a token's scopes an action needs is asked each time.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from domain import actions
from domain.actions import AvailableAction
from domain.policy import policy
from domain.refusals import ScopeMissing
from domain.values import RequestKey
from domain.words import Party, RequestAction, Scope
from executor.lists import Lasting
from resolvers.context import Context
from resolvers.edges.keyed import keyed
from storage.reads import requests, whole

MOST_REMEMBERED: Final = 20_000
SCOPES: Final = (Scope.MESSAGES_WRITE, Scope.REQUESTS_RESPOND)

Asked = tuple[int, int, int, str, int | None]
"""Seller, number, buyer, policy's version, and the seller's version; None where that is not known."""
Key = tuple[int, int]


@dataclass(slots=True)
class Remembered:
    """What was offered at an instant, and until when it is."""

    owner_version: int
    facts_version: str
    since: datetime
    until: datetime | None
    offered: Lasting[AvailableAction]

    def is_of(self, at: datetime) -> bool:
        """Whether time has not changed it."""
        return self.since <= at and (self.until is None or at < self.until)


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


def _remembered(context: Context, rows: Sequence[Asked]) -> Sequence[Sequence[AvailableAction]] | None:
    """Give what the viewer may do, if all of it is remembered."""
    at = context.known_at
    if at is None:
        return None
    answers, missing = _look_up(context, rows, at)
    return None if missing else _for_viewer(context, answers)


@keyed("seller_id", "number", "buyer_id", "policy_version", "owner_version", at_once=_remembered)
async def available_actions(context: Context, rows: Sequence[Asked]) -> Sequence[Sequence[AvailableAction]]:
    """What the viewer may do now; a token too narrow for an action is told so."""
    at = await context.at()
    answers, missing = _look_up(context, rows, at)
    if missing:
        found = await _decided(context, [(rows[place], party) for place, party in missing], at)
        for place, _ in missing:
            answers[place] = found.get(rows[place][:2], ())
    return _for_viewer(context, answers)


def _memory(context: Context) -> Memory:
    memory: Memory = context.reader.kept.setdefault(Memory, Memory())
    return memory


def _look_up(
    context: Context, rows: Sequence[Asked], at: datetime
) -> tuple[list[Sequence[AvailableAction]], list[tuple[int, Party]]]:
    """Give what is remembered of each row, and which are not, seen from which side."""
    as_party, known = context.sight.as_party, _memory(context).known
    answers: list[Sequence[AvailableAction]] = []
    missing = []
    for place, (seller_id, number, buyer_id, _, version) in enumerate(rows):
        party = as_party(seller_id=seller_id, buyer_id=buyer_id)
        one = None if party is None else known.get((seller_id, number, party))
        if one is not None and one.owner_version == version and one.is_of(at):
            answers.append(one.offered)
            continue
        if party is not None:
            missing.append((place, party))
        answers.append(())
    return answers, missing


def _for_viewer(
    context: Context, answers: Sequence[Sequence[AvailableAction]]
) -> Sequence[Sequence[AvailableAction]]:
    viewer = context.viewer
    scopes = {scope: viewer is not None and viewer.may(scope) for scope in SCOPES}
    if all(scopes.values()):
        return answers
    return [[_within(scopes, each) for each in offered] for offered in answers]


async def _decided(
    context: Context, missing: Sequence[tuple[Asked, Party]], at: datetime
) -> dict[Key, Sequence[AvailableAction]]:
    """Remember what still holds, and ask the domain about the others, as they are now."""
    found: dict[Key, Sequence[AvailableAction]] = {}
    memory = _memory(context)
    versions = await _facts_versions(context, [row for row, _ in missing])
    changed = []
    for row, party in missing:
        key, known = row[:2], memory.known.get((row[0], row[1], party))
        if known is not None and known.facts_version == versions.get(key) and known.is_of(at):
            assert row[4] is not None, "its facts were looked at"
            known.owner_version = row[4]
            found[key] = known.offered
        else:
            changed.append((row, party))
    # What is read now is no older than the versions that it is remembered under.
    keys = [RequestKey(*row[:2]) for row, _ in changed]
    for (row, party), request in zip(changed, await context.read_many(whole.requests, keys), strict=True):
        if request is None:
            continue
        rules = policy(row[3])
        offered = Lasting(actions.available_actions(request, by=party, at=at, policy=rules))
        found[row[:2]] = offered
        version = versions.get(row[:2])
        if version is not None and row[4] is not None:
            until = actions.unchanged_until(request, at=at, policy=rules)
            memory.keep((*row[:2], party), Remembered(row[4], version, at, until, offered))
    return found


async def _facts_versions(context: Context, rows: Sequence[Asked]) -> Mapping[Key, str]:
    """Give what changes with the facts of each request, where its seller's version is known."""
    keys = [row[:2] for row in rows if row[4] is not None]
    if not keys:
        return {}
    found = await context.records(requests.FACTS_OF, keys, requests.FACTS)
    return {key: records[0][0] for key, records in zip(keys, found, strict=True) if records}


def _within(scopes: Mapping[Scope, bool], action: AvailableAction) -> AvailableAction:
    writes = action.action is RequestAction.SEND_MESSAGE
    scope = Scope.MESSAGES_WRITE if writes else Scope.REQUESTS_RESPOND
    return action if scopes[scope] else AvailableAction(action.action, ScopeMissing(scope), None)
