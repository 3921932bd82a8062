"""A client whose connection is lost again and again is told everything once and in order, and never knows."""

import random
from pathlib import Path

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from realtime.doorbell import Doorbell, make_doorbell
from storage import clock, inbox
from storage.transaction import transaction
from tests.live.fleet import PATIENCE_SECONDS, Process, fleet
from tests.live.script import Script, script
from tests.live.town import Thread, head_of, introduce, placed, settle, told_after

MOST_AT_ONCE = 9
LEAD = 8
SEND = "mutation($input: SendMessageInput!) { sendMessage(input: $input) { userErrors { message } } }"


@pytest.mark.parametrize(
    ("transport", "seed", "drops", "events"), [("ws", 20260105, 200, 2000), ("sse", 20260106, 40, 400)]
)
async def test_what_comes_between_losses_is_the_stream(
    engine: AsyncEngine, database_url: str, tmp_path: Path, transport: str, seed: int, drops: int, events: int
) -> None:
    ann, bob = await settle(engine, database_url, "ann", "bob")
    thread = await introduce(engine, ann, bob)
    async with (
        fleet(database_url, tmp_path) as processes,
        make_doorbell("postgres://", database_url) as bell,
    ):
        process = await processes.start()
        following = script(
            "reconnecting.mjs",
            transport=transport,
            url=f"{process.url}/graphql",
            token=bob.token,
            seed=seed,
            drops=drops,
        )
        async with following as client:
            writing = Writing(engine, bell, process, thread, random.Random(seed))  # noqa: S311 repeatable
            await client.told("begun")
            await writing.go(client, events=events, drops=drops)
            client.tell(until=await head_of(engine, bob))
            heard = await client.told("received")
        assert processes.complaints() == []
    told = await told_after(engine, bob, heard["start"])
    assert placed(heard["received"]) == told, f"seed {seed}"
    assert len(told) >= events


class Writing:
    """Ann and Bob write to each other, as fast as the client's connection is lost."""

    def __init__(
        self, engine: AsyncEngine, bell: Doorbell, process: Process, thread: Thread, dice: random.Random
    ) -> None:
        self._engine = engine
        self._bell = bell
        self._url = f"{process.url}/graphql"
        self._thread = thread
        self._dice = dice

    async def go(self, client: Script, *, events: int, drops: int) -> None:
        """Let so many events come into Bob's stream, evenly over the losses of his connection."""
        written = lost = 0
        async with httpx.AsyncClient(timeout=PATIENCE_SECONDS) as http:
            while written < events:
                while lost < min(drops, written * drops // events - LEAD):
                    lost = (await client.told("lost"))["times"]
                if self._dice.random() < 1 / MOST_AT_ONCE:
                    written += await self._ask(http)
                else:
                    written += await self._write(self._dice.randint(1, MOST_AT_ONCE))

    async def _write(self, number: int) -> int:
        """Let Ann write, in one transaction of this process; give how many events Bob gets."""
        ann, _ = self._thread.members
        async with transaction(self._engine, self._bell.ring) as connection:
            at = await clock.now(connection)
            for _ in range(number):
                await inbox.post_direct_message(
                    connection, *self._thread.key, author_id=ann.id, body="Still there?", at=at
                )
        return 2 * number

    async def _ask(self, http: httpx.AsyncClient) -> int:
        """Let either write through the graph; give how many events Bob gets."""
        writer = self._dice.choice(self._thread.members)
        variables = {"input": {"threadId": self._thread.id, "body": "Still here."}}
        answer = await http.post(
            self._url,
            json={"query": SEND, "variables": variables},
            headers={"authorization": f"Bearer {writer.token}"},
        )
        assert answer.json() == {"data": {"sendMessage": {"userErrors": []}}}
        return 2 if writer == self._thread.members[0] else 1
