"""What may fail while everybody goes on: the broker, the doorbell's connections, the database itself.

Each fault is a coroutine that brings it about, sees that nothing is lost or doubled, and says how it went.
The broker's can be run for longer than the suite has time for: `python -m tests.live.faults --outage 60`.
"""

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from demo.invariants import violations
from server.database import PGDATA, _start, embedded
from storage import migrate
from tests.live.processes import environment_of, serving
from tests.live.scene import LATEST_SECONDS, PROMPT_SECONDS, Scene, scene
from tests.realtime.bells import RedisServer
from tests.server.stage import eventually

PATIENCE_SECONDS = 30
SAID_BETWEEN = 10
"""How many messages are sent between two restarts, at least."""
DOORBELLS = (
    "FROM pg_stat_activity WHERE application_name = 'amends-doorbell' AND datname = current_database()"
)


@dataclass(slots=True)
class Fault:
    """One fault and how it went: when it began and ended, by `time.monotonic`, and what came of it."""

    seed: int
    began_at: float = 0
    ended_at: float = 0
    recovered_seconds: float = 0
    """How long after its end it took until events came at once again."""
    latest_seconds: float = 0
    """How late the last follower heard of something meanwhile, at worst."""
    changes: int = 0
    changes_meanwhile: int = 0
    events: int = 0
    """How many followers were told, all together."""
    unavailable: int = 0
    sockets_closed: int = 0

    @asynccontextmanager
    async def lasting(self, here: Scene) -> AsyncIterator[None]:
        """Have the fault in the block, amid changes; then see that news come at once again, and all."""
        async with here.going_on():
            await here.becomes_prompt()
            before, self.began_at = len(here.asked), time.monotonic()
            yield
            self.changes_meanwhile, self.ended_at = len(here.asked) - before, time.monotonic()
            self.recovered_seconds = await here.becomes_prompt()
        self.events = await here.ends_complete()
        self.latest_seconds = here.latest(self.began_at, self.ended_at)
        self.changes = len(here.asked)
        self.unavailable = here.world.unavailable
        self.sockets_closed = sum(len(follower.closed) for follower in here.followers)


async def redis_is_away(
    database_url: str, redis: RedisServer, folder: Path, *, seconds: float, seed: int
) -> Fault:
    """Stop Redis for a while: whatever is asked for is done, and told by the slow look."""
    await redis.start()
    fault = Fault(seed)
    try:
        environment = environment_of(database_url, folder, broadcast_url=redis.url)
        with serving(2, environment) as processes:
            hosts = [process.host for process in processes]
            async with scene(database_url, hosts, seed) as here, fault.lasting(here):
                await redis.stop()
                late = await _late_for(here, seconds)
                await redis.start()
    finally:
        await redis.stop()
    assert max(late) > PROMPT_SECONDS, "without Redis only the look helps"
    assert fault.changes_meanwhile > seconds, "everybody went on"
    assert (fault.unavailable, fault.sockets_closed) == (0, 0)
    assert fault.latest_seconds < LATEST_SECONDS
    return fault


@dataclass(frozen=True, slots=True)
class House:
    """Two processes whose doorbell is the database, and a database that can be stopped under them."""

    hosts: Sequence[str]
    database_url: str
    database: "Database"


@contextmanager
def house(folder: Path) -> Iterator[House]:
    """Serve from a database of one's own while the block runs."""
    with embedded(folder) as url:
        migrate.upgrade(url)
        database = Database(folder / PGDATA, url)
        environment = environment_of(url, folder, broadcast_url="postgres://")
        try:
            # whatever a worker does while the database is away fails; it says so, and tries again
            with serving(2, environment, tolerated=("worker_failed",)) as processes:
                yield House([process.host for process in processes], url, database)
        finally:
            database.stop("fast")


async def doorbells_are_cut(house: House, *, times: int, seed: int) -> Fault:
    """End the connections that ring and hear, again and again, as soon as there are new ones."""
    fault = Fault(seed)
    async with scene(house.database_url, house.hosts, seed, "1") as here, fault.lasting(here):
        for _ in range(times):
            await _cut_doorbells(here.engine)
            await here.lateness()
    assert (fault.unavailable, fault.sockets_closed) == (0, 0)
    assert fault.latest_seconds < LATEST_SECONDS
    return fault


async def database_restarts(house: House, *, seed: int) -> Fault:
    """Stop the database and start it again, in good order and as a crash would, amid as much as it can do."""
    fault = Fault(seed)
    async with scene(house.database_url, house.hosts, seed, "2") as here:
        here.hands, here.pace_seconds = 5, 0
        async with fault.lasting(here):
            for mode in ("fast", "immediate", "fast", "immediate"):
                await _restart(house.database, here, mode)
        await here.repeat_everything()
        async with here.engine.connect() as connection:
            assert await violations(connection) == []
    assert fault.unavailable > 0, "nobody noticed"
    return fault


async def _late_for(here: Scene, seconds: float) -> list[float]:
    """Write for a while, and give how late the other process told of each message."""
    until, late = time.monotonic() + seconds, []
    while time.monotonic() < until:
        late.append(await here.lateness())
    return late


async def _cut_doorbells(engine: AsyncEngine) -> None:
    """End them, and wait until both processes have others."""
    alone = engine.execution_options(
        isolation_level="AUTOCOMMIT"
    )  # a transaction sees the same backends for ever
    async with alone.connect() as connection:
        cut = await connection.execute(sa.text(f"SELECT pid, pg_terminate_backend(pid, 5000) {DOORBELLS}"))
        ended = {row.pid for row in cut}
        assert len(ended) == 2

        async with asyncio.timeout(PATIENCE_SECONDS):
            others: set[int] = set()
            while len(others - ended) < 2:
                others = set((await connection.execute(sa.text(f"SELECT pid {DOORBELLS}"))).scalars())


async def _restart(database: "Database", here: Scene, mode: str) -> None:
    """Stop it until everybody has noticed, start it again, and let people go on for a while."""
    refused_before = here.world.unavailable
    await asyncio.to_thread(database.stop, mode)
    await _all_say(here.world.hosts, 503)
    await eventually(lambda: here.world.unavailable > refused_before)
    await asyncio.to_thread(database.start)
    await _all_say(here.world.hosts, 200)
    said_before = len(here.said)
    await eventually(lambda: len(here.said) > said_before + SAID_BETWEEN)


async def _all_say(hosts: Sequence[str], status: int) -> None:
    async with httpx.AsyncClient(timeout=PATIENCE_SECONDS) as client, asyncio.timeout(PATIENCE_SECONDS):
        for host in hosts:
            while (await client.get(f"http://{host}/readyz")).status_code != status:
                pass


class Database:
    """The embedded server of a folder, to be stopped and started under those who use it."""

    def __init__(self, pgdata: Path, url: str) -> None:
        self._server = _start(pgdata)  # the one that runs there already
        self._pgdata = pgdata
        self._options = f'-h "" -k {parse_qs(urlsplit(url).query)["host"][0]}'
        self._is_running = True

    def stop(self, mode: str) -> None:
        """Stop it: `fast` ends all connections, `immediate` is a crash."""
        if self._is_running:
            self._control("stop", "-m", mode)
            self._is_running = False

    def start(self) -> None:
        """Start it where it was."""
        self._control("start", "-o", self._options, "-l", str(self._pgdata / "log"))
        self._is_running = True

    def _control(self, *words: str) -> None:
        command = [self._server.bin_path / "pg_ctl", "-w", "-D", self._pgdata, *words]
        nothing: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(command, check=True, user=self._server.system_user, **nothing)


def main() -> None:
    """Stop Redis for as long as one likes, with a database of its own, and say how it went."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--outage", type=float, default=20, metavar="SECONDS")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="amends-faults-", dir="/tmp") as name:
        folder = Path(name) / "data"
        with embedded(folder) as url:
            migrate.upgrade(url)
            away = redis_is_away(url, RedisServer(folder), folder, seconds=chosen.outage, seed=chosen.seed)
            sys.stdout.write(f"{asyncio.run(away)}\n")


if __name__ == "__main__":
    main()
