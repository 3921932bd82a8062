"""Two hundred clients of twenty members who write to each other in pairs, and what must come of it."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from tests.live.fleet import PATIENCE_SECONDS
from tests.live.script import Script, script
from tests.live.town import Member, Thread, head_of, introduce, placed, said, settle, told_after
from tests.server.stage import eventually

MEMBERS = 20
CLIENTS_OF_EACH = 10
WAYS = ("http", "socket")


@dataclass(frozen=True)
class Answer:
    """How a call went: how often it was sent until it was answered, when first, and over what."""

    key: str
    over: str
    number: int
    attempts: int
    begun_at: float


@dataclass
class Crowd:
    """All clients, in one process of Node."""

    engine: AsyncEngine
    members: Sequence[Member]
    threads: Sequence[Thread]
    script: Script
    dice: random.Random
    answers: list[Answer] = field(default_factory=list)

    async def say(self, thread: Thread, key: str, over: str) -> Answer:
        """Let one of the two write, over some client's socket or over HTTP, until it is answered."""
        member = self.members.index(self.dice.choice(thread.members))
        client = member * CLIENTS_OF_EACH + self.dice.randrange(CLIENTS_OF_EACH)
        words = {"threadId": thread.id, "body": key, "idempotencyKey": key}
        got = await self.script.ask(key, say=words, client=client, over=over)
        answer = Answer(key, over, got["number"], got["attempts"], got["begunAt"] / 1000)
        self.answers.append(answer)
        return answer

    async def talk(self, threads: Sequence[Thread], until: Callable[[], bool]) -> None:
        """Let all pairs write, one message after the other, until it is enough; every other one over HTTP."""

        async def converse(pair: int, thread: Thread) -> None:
            number = 0
            while not until():
                number += 1
                await self.say(thread, f"{pair}, {number}", WAYS[pair % 2])

        await asyncio.gather(*(converse(pair, thread) for pair, thread in enumerate(threads)))

    async def answered(self, number: int) -> None:
        """Wait until so many calls were answered."""
        await eventually(lambda: len(self.answers) >= number, within=PATIENCE_SECONDS)

    async def closed(self, number: int) -> None:
        """Wait until so many sockets more were closed."""
        for _ in range(number):
            await self.script.told("closed")

    async def receive_all(self) -> list[dict[str, Any]]:
        """Wait until everybody has come to the end of their stream; give what each client has seen."""
        heads = {place: await head_of(self.engine, member) for place, member in enumerate(self.members)}
        self.script.tell(until=heads)
        clients: list[dict[str, Any]] = (await self.script.told("received"))["clients"]
        return clients

    async def check(self, clients: list[dict[str, Any]]) -> None:
        """Each client received its stream, and each call has had its effect once."""
        assert len(clients) == MEMBERS * CLIENTS_OF_EACH
        for client in clients:
            told = await told_after(self.engine, self.members[client["member"]], client["start"])
            assert placed(client["received"]) == told
        hello = ["Hello."] * len(self.threads)
        assert await said(self.engine) == sorted([*hello, *(answer.key for answer in self.answers)])


@asynccontextmanager
async def crowd(
    engine: AsyncEngine, database_url: str, addresses: Sequence[str], *, seed: int
) -> AsyncIterator[Crowd]:
    """Let the clients come, spread over the addresses, and wait until all of them follow."""
    members = await settle(engine, database_url, *(f"member{place}" for place in range(MEMBERS)))
    pairs = zip(members[::2], members[1::2], strict=True)
    threads = [await introduce(engine, one, other) for one, other in pairs]
    tokens = [member.token for member in members]
    coming = script("crowd.mjs", addresses=addresses, tokens=tokens, clientsOfEach=CLIENTS_OF_EACH, seed=seed)
    async with coming as running:
        await running.told("following")
        yield Crowd(engine, members, threads, running, random.Random(seed))  # noqa: S311 repeatable
