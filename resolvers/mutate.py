"""The one way to change anything: claim the key, lock, settle what is due, decide, save, keep the receipt,
commit.

Decides that a call with an idempotency key happens once, and that a refused one changes nothing. Knows no
rule and no field: a use case is a function from a `Write` to its receipt, and a receipt holds ids, never what
they stand for.
"""

import hashlib
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import DBAPIError

from domain.refusals import NotAllowed, Refusal
from domain.viewer import Viewer
from domain.words import UserErrorCode
from resolvers.context import Context
from storage import clock, idempotency
from storage.connection import Connection
from storage.engine import is_deadlock
from storage.transaction import savepoint, transaction

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Receipt = dict[str, Any]
MOST_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Refused:
    """One reason why nothing was done, as it is kept and shown."""

    code: UserErrorCode
    message: str
    field: tuple[str, ...] | None

    @classmethod
    def of(cls, refusal: Refusal, *at: str) -> "Refused":
        """Give the reason a refusal carries; `at` is the path of the row it is about."""
        path = (*at, *(refusal.field or ()))
        return cls(refusal.code, refusal.message, path or None)

    @classmethod
    def load(cls, kept: Sequence[Any]) -> "Refused":
        """Give the reason as it was kept in a receipt."""
        code, message, path = kept
        return cls(UserErrorCode(code), message, None if path is None else tuple(path))

    def dump(self) -> list[Any]:
        """Give it as a receipt keeps it."""
        return [self.code.value, self.message, self.field and list(self.field)]


class Refusals(Exception):  # noqa: N818 several refusals at once
    """Several rows of one call are refused, each at its own path; nothing of the call is done."""

    def __init__(self, refused: Sequence[Refused]) -> None:
        super().__init__(f"{len(refused)} refused")
        self.refused = tuple(refused)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a mutation came to: a receipt, or the reasons why there is none."""

    receipt: Receipt | None
    refused: tuple[Refused, ...] = ()

    def dump(self) -> Receipt:
        """Give it as it is kept for a call that comes again."""
        return {"receipt": self.receipt, "refused": [refused.dump() for refused in self.refused]}

    def kept(self, name: str) -> Any:
        """Give what the receipt keeps under a name, None where nothing was done."""
        return self.receipt.get(name) if self.receipt else None


@dataclass(frozen=True, slots=True)
class Write:
    """One mutation's transaction, and for whom it runs."""

    connection: Connection
    viewer: Viewer
    context: Context

    async def now(self) -> datetime:
        """The instant of what happens next: read once the locks are taken, to come after what they kept."""
        return await clock.now(self.connection)

    def as_of(self, read: datetime) -> datetime:
        """The same, where it was read together with what is locked."""
        return read


@dataclass(frozen=True, slots=True)
class Call:
    """What was asked for: the mutation, its input, and the key in it that makes it happen once."""

    mutation: str
    input: "DataclassInstance"
    key: str | None

    @property
    def input_hash(self) -> str:
        """The same for the same input, whatever its key."""
        plain = asdict(self.input)
        plain.pop("idempotency_key", None)
        canonical = json.dumps(plain, sort_keys=True, separators=(",", ":"), default=str)
        return hashlib.sha256(canonical.encode()).hexdigest()


UseCase = Callable[[Write], Awaitable[Receipt]]


async def mutate(context: Context, call: Call, use_case: UseCase) -> Answer:
    """Run a use case in one transaction, once per key; a Refusal undoes it and is the answer."""
    viewer = context.viewer
    if viewer is None:
        return Answer(None, (Refused.of(NotAllowed("Send a token first: nothing is changed for nobody.")),))
    try:
        answer = await _in_one_transaction(context, viewer, call, use_case)
    except (Refusal, Refusals) as why:  # of the key itself, or of a call without one
        answer = _refused(why)
    context.forget()
    return answer


async def _in_one_transaction(context: Context, viewer: Viewer, call: Call, use_case: UseCase) -> Answer:
    """Run a call; one that a deadlock has undone is run again."""
    for attempt in count(1):
        try:
            async with transaction(context.engine, context.ring) as connection:
                return await _once(Write(connection, viewer, context), call, use_case)
        except DBAPIError as error:
            if attempt == MOST_ATTEMPTS or not is_deadlock(error):
                raise
    raise AssertionError("the last attempt returns or raises")


async def _once(write: Write, call: Call, use_case: UseCase) -> Answer:
    if call.key is None:
        return Answer(await use_case(write))
    actor = actor_of(write.viewer)
    first = await idempotency.claim(write.connection, actor, call.key, call.mutation, call.input_hash)
    if first is not None:
        return Answer(first["receipt"], tuple(Refused.load(kept) for kept in first["refused"]))
    answer = await _attempt(write, use_case)
    await idempotency.store(write.connection, actor, call.key, answer.dump())
    return answer


async def _attempt(write: Write, use_case: UseCase) -> Answer:
    """Run a use case so that its refusal undoes what it did, and nothing before: the key stays claimed."""
    try:
        async with savepoint(write.connection):
            return Answer(await use_case(write))
    except (Refusal, Refusals) as why:
        return _refused(why)


def _refused(why: Refusal | Refusals) -> Answer:
    return Answer(None, why.refused if isinstance(why, Refusals) else (Refused.of(why),))


def actor_of(viewer: Viewer) -> str:
    """Name whose keys these are: an account in one role, or the platform."""
    return f"{viewer.role.value}:{viewer.account_id or viewer.username}"
