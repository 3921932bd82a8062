"""Answers kept as the bytes they were sent as: an unchanged page is served from them, and is never stale.

Decides when they are good: as long as the viewer's version is the one that was read before they were made,
and time alone has changed nothing. For whom, by what reach: one account's answers, in one role and with one
set of scopes, are nobody else's. Knows no HTTP and no field of the schema.
"""

from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from hashlib import blake2b
from typing import Any, Final

import orjson
from graphql import GraphQLError, GraphQLSchema, parse
from graphql.language import OperationType
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.horizon import holds_until
from domain.viewer import Viewer
from domain.words import ViewerRole
from schema.versions import Lasts, Verdict, lasting
from server.documents import MOST_TEXTS_KEPT, MOST_TOKENS
from server.encoding import encode
from server.operations import Outcome
from server.payloads import reach_of
from server.requests import Operation
from storage.horizon import coming
from storage.versions import Seen, Stamp, Versions

KEPT_FOR: Final = frozenset({ViewerRole.MEMBER, ViewerRole.PARTNER})
"""Their versions are of all they see. What Support and the platform see moves no version of theirs."""

LINKED_FOR: Final = timedelta(minutes=5)
"""So long an answer with links is served: they last an hour, and most of it is left to who follows one."""

OVERHEAD_BYTES: Final = 1_000
"""What an answer takes beside its bytes and its document, about."""

LARGEST_SHARE: Final = 16
"""An answer of more than this part of all that may be kept is not kept."""

MOST_HORIZONS: Final = 10_000


class Written:
    """An answer as it is sent."""

    def __init__(self, outcome: Outcome) -> None:
        self.body: Final = encode(outcome.body)
        self.ran: Final = outcome.ran
        self.failed: Final = outcome.failed
        self.is_whole: Final = outcome.ran and "errors" not in outcome.body

    @cached_property
    def tag(self) -> str:
        """Its entity tag: weak, so that whoever compresses it on the way may leave it as it is."""
        return f'W/"{blake2b(self.body, digest_size=16).hexdigest()}"'


NOTHING: Final = Verdict(frozenset(), "nothing is kept")


@dataclass(frozen=True, slots=True)
class Asked:
    """An operation that may be run, what it is kept under, and for how long its answers last."""

    operation: Operation
    kind: OperationType
    key: Hashable = None
    verdict: Verdict = NOTHING


@dataclass(frozen=True, slots=True)
class _Kept:
    written: Written
    stamp: Stamp
    until: datetime | None
    weight_bytes: int

    def is_good(self, seen: Seen) -> bool:
        return self.stamp == seen.stamp and (self.until is None or seen.at < self.until)


class Answers:
    """The answers that one process keeps, the least asked for given up first."""

    def __init__(
        self, schema: GraphQLSchema, engine: AsyncEngine, versions: Versions, *, most_bytes: int
    ) -> None:
        self.hits = 0
        self.misses = 0
        self.not_kept: Counter[str] = Counter()
        self.bytes = 0
        self._schema = schema
        self._engine = engine
        self._versions = versions
        self._most_bytes = most_bytes
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._horizons: OrderedDict[tuple[int, Stamp], datetime | None] = OrderedDict()
        self._verdict = lru_cache(maxsize=MOST_TEXTS_KEPT)(self._judge)

    @property
    def count(self) -> int:
        """How many are kept."""
        return len(self._kept)

    @property
    def version_checks(self) -> int:
        """How many statements asked for versions so far."""
        return self._versions.asked

    def asked(self, operation: Operation, kind: OperationType) -> Asked:
        """Say of an operation what its answers are kept under."""
        if kind is not OperationType.QUERY:
            return Asked(operation, kind)
        try:
            variables = orjson.dumps(operation.variables or {}, option=orjson.OPT_SORT_KEYS)
        except TypeError:
            return Asked(operation, kind)
        key = (operation.query, operation.name, variables)
        return Asked(operation, kind, key, self._verdict(operation.query))

    def _judge(self, query: str) -> Verdict:
        try:
            return lasting(self._schema, parse(query, max_tokens=MOST_TOKENS))
        except (GraphQLError, RecursionError):
            return Verdict(frozenset(), "document")

    async def written(
        self, asked: Asked, viewer: Viewer | None, run: Callable[[], Awaitable[Outcome]]
    ) -> Written:
        """Give the answer that is kept and good, or run the operation; keep what that says, if it lasts."""
        account_id = self._account(asked, viewer)
        if account_id is None:
            return Written(await run())
        try:
            seen = await self._versions.of(account_id)
        except Exception:  # noqa: BLE001 whoever runs the operation meets it again, and says or masks it
            self.not_kept["database"] += 1
            return Written(await run())
        key = (asked.key, reach_of(viewer))
        kept = self._kept.get(key)
        if kept is not None:
            if kept.is_good(seen):
                self.hits += 1
                self._kept.move_to_end(key)
                return kept.written
            self._drop(key)
        self.misses += 1
        outcome = await run()
        written = Written(outcome)
        await self._keep(key, asked, account_id, seen, outcome, written)
        return written

    def _account(self, asked: Asked, viewer: Viewer | None) -> int | None:
        """Give whose version tells of the answer; None where none does."""
        if viewer is None or viewer.role not in KEPT_FOR or viewer.account_id is None:
            self.not_kept["viewer"] += 1
            return None
        if asked.verdict.never is not None:
            self.not_kept["field"] += 1
            return None
        return viewer.account_id

    async def _keep(
        self, key: Any, asked: Asked, account_id: int, seen: Seen, outcome: Outcome, written: Written
    ) -> None:
        weight_bytes = len(written.body) + len(asked.operation.query) + OVERHEAD_BYTES
        lasts = asked.verdict.lasts
        if not written.is_whole:
            self.not_kept["errors"] += 1
        elif weight_bytes * LARGEST_SHARE > self._most_bytes:
            self.not_kept["size"] += 1
        elif Lasts.WHILE_THERE in lasts and _lacks_something(outcome.body["data"]):
            self.not_kept["absent"] += 1
        else:
            until = await self._until(lasts, account_id, seen)
            if until is not None and until <= seen.at:
                self.not_kept["time"] += 1
                return
            self._drop(key)
            self._kept[key] = _Kept(written, seen.stamp, until, weight_bytes)
            self.bytes += weight_bytes
            while self.bytes > self._most_bytes:
                self._drop(next(iter(self._kept)))

    async def _until(self, lasts: frozenset[Lasts], account_id: int, seen: Seen) -> datetime | None:
        linked = seen.at + LINKED_FOR if Lasts.WHILE_LINKED in lasts else None
        due = await self._horizon(account_id, seen) if Lasts.UNTIL_DUE in lasts else None
        return min((each for each in (linked, due) if each is not None), default=None)

    async def _horizon(self, account_id: int, seen: Seen) -> datetime | None:
        """Until when time alone changes nothing for an account; the same for all that is asked meanwhile.

        Read after the version: should that have moved by now, then nothing kept under it is served again.
        """
        of = (account_id, seen.stamp)
        known = self._horizons.get(of, seen.at)
        if known is None or known > seen.at:
            return known
        try:
            async with self._engine.connect() as connection:
                until = holds_until(await coming(connection, account_id, at=seen.at))
        except Exception:  # noqa: BLE001 the answer is there, and not kept
            return seen.at
        self._horizons[of] = until
        if len(self._horizons) > MOST_HORIZONS:
            self._horizons.popitem(last=False)
        return until

    def _drop(self, key: Hashable) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            self.bytes -= kept.weight_bytes


def _lacks_something(data: dict[str, Any]) -> bool:
    """Whether a root field found nothing, or one of the many it was asked for."""
    return any(value is None or (isinstance(value, list) and None in value) for value in data.values())
