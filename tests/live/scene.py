"""Two processes, people who go on changing things through both, and followers of every kind of stream.

Decides what is asked for, by a seed, and measures how late it is told of. Knows nothing of what fails.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from storage.engine import make_engine
from tests.live.followers import Follower, following, told_everything
from tests.live.people import People, people
from tests.server.stage import eventually

PROMPT_SECONDS = 0.75
"""Half of what the hub's slow look would take: what is heard sooner, again and again, was rung for."""
LATEST_SECONDS = 5
"""Within which a ring that is lost is made up for: a look every 1.5 s, on a machine that has other work."""
PACE_SECONDS = 0.1
SPARE_ORDERS = 4


@dataclass
class Scene:
    """What is there before anything fails."""

    world: People
    engine: AsyncEngine
    seed: int
    dice: random.Random
    request: dict[str, Any]
    escalated: dict[str, Any]
    direct_thread: str
    quiet_thread: str
    """Written in through the first process alone, followed on the last: there only a ring or a look helps."""
    orders: list[dict[str, Any]]
    followers: list[Follower] = field(default_factory=list)
    asked: list[Callable[[], Awaitable[Any]]] = field(default_factory=list)
    """Every change that was asked for, to be asked for again with its key."""
    said: dict[str, float] = field(default_factory=dict)
    """By a message's words, when its writer was told that it is sent, by `time.monotonic`."""
    numbers: "count[int]" = field(default_factory=lambda: count(1))
    hands: int = 2
    """How many people change something at a time."""
    pace_seconds: float = PACE_SECONDS
    """How long each rests after a change."""

    @asynccontextmanager
    async def going_on(self) -> AsyncIterator[None]:
        """Let people change something, again and again, while the block runs."""
        is_over = asyncio.Event()

        async def go_on() -> None:
            while not is_over.is_set():
                await self.change_something()
                await asyncio.sleep(self.pace_seconds)

        async with asyncio.TaskGroup() as group:
            for _ in range(self.hands):
                group.create_task(go_on())
            yield
            is_over.set()

    async def change_something(self) -> None:
        """Let somebody do one of the things that people do."""
        kinds = (self._say_in_request, self._say_directly, self._put_away, self._note, self._refund)
        await self.dice.choices(kinds, weights=(8, 4, 3, 2, 1))[0]()

    async def say(self, thread_id: str, *, by: str) -> str:
        """Let somebody write, and give the words: nobody has used them before."""
        words = f"Message {next(self.numbers)} of {self.seed}."
        await self._ask("sendMessage", by, "message { number }", threadId=thread_id, body=words)
        self.said[words] = time.monotonic()
        return words

    async def lateness(self) -> float:
        """Write in the quiet thread; give how many seconds after the answer the other process tells it."""
        words, listener = await self.say(self.quiet_thread, by="stranger"), self.followers[-1]
        await eventually(lambda: words in listener.heard_at, within=4 * LATEST_SECONDS)
        return listener.heard_at[words] - self.said[words]

    async def becomes_prompt(self) -> float:
        """Wait until what is written is told without waiting for the look; give the seconds that it took."""
        began_at = time.monotonic()
        async with asyncio.timeout(4 * LATEST_SECONDS):
            while await self.lateness() > PROMPT_SECONDS:
                pass
        took = time.monotonic() - began_at
        late = sorted([await self.lateness() for _ in range(10)])
        assert late[7] < PROMPT_SECONDS, late
        return took

    def latest(self, since: float, until: float) -> float:
        """Give how late a follower heard of what was said in this time, at worst."""
        late = (
            heard_at - self.said[words]
            for follower in self.followers
            for words, heard_at in follower.heard_at.items()
            if since <= self.said.get(words, 0) <= until
        )
        return max(late, default=0)

    async def ends_complete(self) -> int:
        """Wait until everybody was told everything, as the log has it; give how many events that were."""
        return await told_everything(self.engine, self.followers)

    async def repeat_everything(self) -> None:
        """Ask for every change again with its key, and see that nothing changes."""
        before = await self.world.snapshot()
        for first in range(0, len(self.asked), 8):
            await asyncio.gather(*(again() for again in self.asked[first : first + 8]))
        after = await self.world.snapshot()
        changed = [table for table in before if before[table] != after[table]]
        assert changed == []
        named = f"body LIKE 'Message % of {self.seed}.'"
        assert await self.world.count("(SELECT DISTINCT body FROM messages) said", named) == len(self.said)
        assert await self.world.count("messages", named) == len(self.said), "each was said once"

    async def _ask(self, mutation: str, by: str, returns: str, **fields: Any) -> Any:
        key = f"change {len(self.asked)}"
        viewer = getattr(self.world, by)
        call = partial(self.world.ok, mutation, viewer, returns, idempotencyKey=key, **fields)
        self.asked.append(call)
        return await call()

    async def _say_in_request(self) -> None:
        by = self.dice.choice(["buyer", "seller"])
        await self.say(self.request["thread"]["id"], by=by)

    async def _say_directly(self) -> None:
        await self.say(self.direct_thread, by=self.dice.choice(["buyer", "seller"]))

    async def _put_away(self) -> None:
        actions = ["archiveThread", "unarchiveThread", "markThreadUnread", "markThreadRead"]
        action, by = self.dice.choice(actions), self.dice.choice(["buyer", "seller"])
        await self._ask(action, by, "thread { id }", threadId=self.request["thread"]["id"])

    async def _note(self) -> None:
        body = f"Note {next(self.numbers)}."
        await self._ask(
            "addInternalNote", "support", "request { id }", requestId=self.escalated["id"], body=body
        )

    async def _refund(self) -> None:
        if not self.orders:
            return
        order, returns = self.orders.pop(), "request { id }"
        words = {"reason": "DEFECTIVE", "description": "Broken."}
        opened = await self._ask("openSupportRequest", "buyer", returns, orderId=order["id"], **words)
        await self._ask("refundInFull", "seller", returns, requestId=opened["id"])


@asynccontextmanager
async def scene(database_url: str, hosts: Sequence[str], seed: int, name: str = "") -> AsyncIterator[Scene]:
    """Let there be people of all kinds, and followers that are up to date, while the block runs."""
    engine = make_engine(database_url, pool_size=4)
    try:
        async with people(engine, hosts, name) as world:
            prepared = await _prepare(world, engine, seed)
            prepared.followers = await _followers(prepared)
            async with following(*prepared.followers):
                yield prepared
    finally:
        await engine.dispose()


async def _prepare(world: People, engine: AsyncEngine, seed: int) -> Scene:
    request = await world.open_request(await world.sold())
    world.homes[world.stranger] = world.hosts[0]
    direct, quiet = [
        await world.ok("startDirectThread", who, "thread { id }", username=to, body="Hello.")
        for who, to in ((world.buyer, world.seller.username), (world.stranger, world.other_seller))
    ]
    escalated = await world.to_support()
    orders = [await world.sold() for _ in range(SPARE_ORDERS)]
    dice = random.Random(seed)  # noqa: S311 a repeatable one is wanted
    return Scene(world, engine, seed, dice, request, escalated, direct["id"], quiet["id"], orders)


async def _followers(prepared: Scene) -> list[Follower]:
    world, request = prepared.world, prepared.request
    buyer, seller, support = (world.bearer(who) for who in (world.buyer, world.seller, world.support))
    of_buyer, of_seller = await world.inbox_cursor(world.buyer), await world.inbox_cursor(world.seller)
    of_request, of_thread = await world.request_cursors(request["id"], world.buyer)
    of_queue = await world.queue_cursor()
    found = []
    for host, other in zip(world.hosts, (seller, buyer), strict=True):
        found += [
            Follower(host, buyer, "inboxEvents", of_buyer),
            Follower(host, seller, "inboxEvents", of_seller),
            Follower(host, support, "supportQueueEvents", of_queue),
            Follower(host, other, "requestEvents", of_request, request["id"]),
            Follower(host, other, "threadEvents", of_thread, request["thread"]["id"]),
        ]
    of_stranger = await world.inbox_cursor(world.stranger)
    return [*found, Follower(world.hosts[-1], world.bearer(world.stranger), "inboxEvents", of_stranger)]
