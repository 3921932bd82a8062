"""`./amends serve --workers 2` as it comes, with the embedded database: two processes behind one address that
hear of each other."""

import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from domain.words import ViewerRole
from realtime.hub import LOOK_EVERY_SECONDS
from server.auth import issue_token
from tests.server.live import Live, Socket, add_members
from tests.server.stage import Stage, eventually
from tests.server.test_serve import serving

ROUNDS = 5
START = """mutation($input: StartDirectThreadInput!) {
  startDirectThread(input: $input) { userErrors { message } }
}"""
INBOX = "subscription { inboxEvents { __typename ... on MessageEvent { message { body } } } }"


@dataclass
class Side:
    """Somebody whose sockets are all at one process."""

    name: str
    following: Socket
    asking: Socket

    async def write(self, other: "Side", body: str) -> None:
        told = {"username": other.name, "body": body}
        answer = await self.asking.ask(body, START, input=told)
        assert answer == {"data": {"startDirectThread": {"userErrors": []}}}

    async def hear(self, body: str) -> None:
        while (await self.event()).get("message") != {"body": body}:
            pass

    async def event(self) -> dict[str, object]:
        frame = await self.following.receive()
        event: dict[str, object] = frame["payload"]["data"]["inboxEvents"]
        return event


async def test_who_follows_at_one_worker_hears_at_once_of_what_was_done_at_the_other() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="amends-workers-", dir="/tmp", ignore_cleanup_errors=True) as name,
        serving(Path(name), "--no-demo", "--workers", "2") as served,
    ):
        await add_members(f"postgresql+asyncpg://postgres@/amends?host={name}/postgres", "ann", "bob")
        secret = (Path(name) / "secret").read_text().strip()
        one, other = await workers(served.process.pid)
        live = Live(Stage(), served.url.removeprefix("http://"))
        async with side(live, secret, "ann", one, other) as ann, side(live, secret, "bob", other, one) as bob:
            took = []
            for number in range(ROUNDS):
                began_at = time.monotonic()
                await ann.write(bob, f"{number}?")
                await bob.hear(f"{number}?")
                await bob.write(ann, f"{number}!")
                await ann.hear(f"{number}!")
                took.append(time.monotonic() - began_at)
    # there and back would take the slow look as long as it waits
    assert statistics.median(took) < LOOK_EVERY_SECONDS * 2 / 3


async def workers(pid: int) -> tuple[psutil.Process, psutil.Process]:
    """Wait for the two processes that answer, and give them."""

    def found() -> list[psutil.Process]:
        children = psutil.Process(pid).children()
        return [child for child in children if any("spawn_main" in word for word in child.cmdline())]

    await eventually(lambda: len(found()) == 2)
    one, other = found()
    return one, other


@asynccontextmanager
async def side(
    live: Live, secret: str, name: str, at: psutil.Process, other: psutil.Process
) -> AsyncIterator[Side]:
    """Let somebody come, follow and be ready at one process, while the other one is held still."""
    token = issue_token(secret, name, ViewerRole.MEMBER, ttl_seconds=600)
    async with AsyncExitStack() as stack:
        other.suspend()
        try:
            await eventually(lambda: other.status() == psutil.STATUS_STOPPED)
            following, asking = [await stack.enter_async_context(live.socket(token)) for _ in range(2)]
        finally:
            other.resume()
        ports = {connection.raddr.port for connection in at.net_connections() if connection.raddr}
        assert {socket.connection.local_address[1] for socket in (following, asking)} <= ports
        here = Side(name, following, asking)
        await following.begin("1", INBOX)
        assert await here.event() == {"__typename": "Ready"}
        yield here
