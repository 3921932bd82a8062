"""One command on one request, of whoever calls; those that come at the same moment are made together.

Decides that they share a transaction, and all that a transaction costs, where nobody has to wait for anybody
and nothing is due on their requests; that whoever cannot go along is left to go alone; and that where their
transaction fails, all go alone. Each is checked and decided as if it were alone.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from domain.commands import Command, SendMessage
from domain.deadlines import next_deadline
from domain.effects import Decision
from domain.refusals import Refusal
from domain.values import RequestKey
from domain.viewer import Viewer
from domain.words import Scope
from resolvers import conversation, requests
from resolvers.context import Context
from resolvers.mutate import Answer, Call, Receipt, Refused, Write, actor_of, mutate
from resolvers.parties import acting_party
from storage import idempotency
from storage.connection import Connection
from storage.engine import is_away
from storage.idempotency import Claim
from storage.load import Locked, Named, lock_free
from storage.moves import Move
from storage.save import save_all
from storage.transaction import transaction

AT_ONCE: Final = 2
"""How many transactions of callers together are under way: one is decided while others are written."""

MOST_TOGETHER: Final = 32


@dataclass(frozen=True, slots=True)
class Act:
    """A command on a request, for those who see the version `if_version`, if any is named."""

    key: RequestKey
    command: Command
    if_version: int | None = None

    scope = Scope.REQUESTS_RESPOND
    what, called = "request", "requestId"

    @property
    def named(self) -> Named:
        """What is to be locked."""
        return Named(self.key.seller_id, number=self.key.number)

    async def alone(self, write: Write) -> Receipt:
        """Do it in a transaction of its own."""
        return await requests.act(write, self.key, self.command, if_version=self.if_version)

    def receipt(self, _: Locked, __: Sequence[int]) -> Receipt:
        """What is kept of it, by the numbers of the messages that came of it."""
        return requests.receipt_of(self.key)


@dataclass(frozen=True, slots=True)
class Say:
    """Words in a thread; in that of a request they are a command on it."""

    owner_id: int
    thread_id: int
    command: SendMessage

    scope = Scope.MESSAGES_WRITE
    what, called = "conversation", "threadId"
    if_version = None

    @property
    def named(self) -> Named:
        """What is to be locked."""
        return Named(self.owner_id, thread_id=self.thread_id)

    async def alone(self, write: Write) -> Receipt:
        """Do it in a transaction of its own."""
        return await conversation.send_message(write, self.owner_id, self.thread_id, self.command)

    def receipt(self, found: Locked, numbers: Sequence[int]) -> Receipt:
        """What is kept of it, by the numbers of the messages that came of it."""
        return conversation.receipt_of(self.owner_id, self.thread_id, numbers[0], found.request.key)


Doing = Act | Say


async def act(context: Context, call: Call, doing: Doing) -> Answer:
    """Run a command once per key, together with others if it comes beside them; a Refusal is the answer."""
    answer = None
    if context.viewer is not None:
        together: Together = context.reader.kept.setdefault(Together, Together())
        answer = await together.ask(_Asked(context, context.viewer, call, doing))
    if answer is None:
        return await mutate(context, call, doing.alone)
    context.forget()
    return answer


@dataclass(slots=True, eq=False)
class _Asked:
    context: Context
    viewer: Viewer
    call: Call
    doing: Doing
    answered: "asyncio.Future[Answer | None]" = field(init=False)
    """The answer; None for whoever is to go alone."""
    claim: Claim | None = field(init=False, default=None)
    """The key that makes the call happen once, if it has one."""

    def __post_init__(self) -> None:
        call = self.call
        if call.key is not None:
            self.claim = Claim(actor_of(self.viewer), call.key, call.mutation, call.input_hash)


@dataclass(frozen=True, slots=True)
class _Decided:
    """What the domain says to one of them."""

    asked: _Asked
    found: Locked
    said: Decision | Refused

    @property
    def name(self) -> tuple[str, str] | None:
        """Whose key it is, and which."""
        claim = self.asked.claim
        return None if claim is None else (claim.actor, claim.key)


class Together:
    """Those of one process who act on requests at the same moment."""

    def __init__(self) -> None:
        self._waiting: list[_Asked] = []
        self._running: set[asyncio.Task[None]] = set()

    async def ask(self, asked: _Asked) -> Answer | None:
        """Go along with whoever is there; None for whoever has to go alone."""
        asked.answered = asyncio.get_running_loop().create_future()
        self._waiting.append(asked)
        if len(self._waiting) == 1 and len(self._running) < AT_ONCE:
            asyncio.get_running_loop().call_soon(self._start)  # with those of this turn
        # One asker that goes away must not take the answer from the others.
        return await asyncio.shield(asked.answered)

    def _start(self) -> None:
        while self._waiting and len(self._running) < AT_ONCE:
            going = self._waiting[:MOST_TOGETHER]
            del self._waiting[:MOST_TOGETHER]
            task = asyncio.ensure_future(_go(going))
            self._running.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._running.discard(task)
        self._start()


async def _go(going: Sequence[_Asked]) -> None:
    """Answer all, whatever becomes of them together."""
    answers: dict[_Asked, Answer] = {}
    try:
        answers = await _made_together(going)
    except BaseException as error:
        if not isinstance(error, Exception) or is_away(error):  # nobody knows what was done
            for asked in going:
                asked.answered.set_exception(error)
                asked.answered.exception()  # an asker that went away leaves nobody to look at it
            if not isinstance(error, Exception):
                raise
            return
    for asked in going:
        asked.answered.set_result(answers.get(asked))


async def _made_together(going: Sequence[_Asked]) -> dict[_Asked, Answer]:
    """Lock, decide, save and keep receipts in one transaction; give the answers of those who went along."""
    context = going[0].context
    async with transaction(context.engine, context.ring, is_in_haste=True) as connection:
        locked = await lock_free(connection, [asked.doing.named for asked in going])
        decided = [
            _decided(asked, found)
            for asked, found in zip(going, locked, strict=True)
            if found is not None and not _is_due(found)
        ]
        decided = await _claimed(connection, decided)
        answers = await _saved(connection, decided)
        kept = {each.name: answers[each.asked].dump() for each in decided if each.name is not None}
        if kept:
            await idempotency.store_all(connection, kept)
        return answers


def _is_due(found: Locked) -> bool:
    coming = next_deadline(found.request)
    return coming is not None and coming[1] <= found.at


def _decided(asked: _Asked, found: Locked) -> _Decided:
    doing, order = asked.doing, found.request.order
    try:
        by = acting_party(
            asked.context,
            seller_id=order.seller_id,
            buyer_id=order.buyer_id,
            scope=doing.scope,
            what=doing.what,
            field=doing.called,
        )
        requests.check_version(found.request, doing.if_version)
        decision = requests.decided(asked.context, found.request, doing.command, by=by, at=found.at)
    except Refusal as why:
        return _Decided(asked, found, Refused.of(why))
    return _Decided(asked, found, decision)


async def _claimed(connection: Connection, decided: Sequence[_Decided]) -> list[_Decided]:
    """Take the keys; leave out those whose key somebody had."""
    claims = [claim for each in decided if (claim := each.asked.claim) is not None]
    taken = await idempotency.claim_all(connection, claims) if claims else set()
    mine = []
    for each in decided:
        if each.name is None or each.name in taken:
            taken.discard(each.name)  # the first of those who bring the same one
            mine.append(each)
    return mine


async def _saved(connection: Connection, decided: Sequence[_Decided]) -> dict[_Asked, Answer]:
    answers: dict[_Asked, Answer] = {}
    moves: list[tuple[_Decided, Move]] = []
    for each in decided:
        if isinstance(each.said, Refused):
            answers[each.asked] = Answer(None, (each.said,))
        else:
            moves.append((each, Move(each.found.request, each.said, each.asked.viewer.account_id)))
    known = {each.found.request.key: each.found.place for each, _ in moves if each.found.place is not None}
    saved = iter(await save_all(connection, [move for _, move in moves], known))
    for each, move in moves:
        numbers = next(saved) if move.changes_anything else ()
        answers[each.asked] = Answer(each.asked.doing.receipt(each.found, numbers))
    return answers
