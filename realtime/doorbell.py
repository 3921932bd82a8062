"""The doorbell: how processes tell each other, after a commit, which streams have news.

Decides which broker a URL names, and that ringing costs its caller nothing: a ring is put down at once, and
sent when the broker is there. Nothing but short names travels. A ring that is lost, doubled or late costs
delay alone, as who follows a stream looks at it now and then anyway. Knows nothing of what a name stands for.
"""

import asyncio
from collections.abc import Iterable
from contextlib import AsyncExitStack
from functools import partial
from types import TracebackType
from typing import NoReturn, Self

from broadcaster import Broadcast, BroadcastBackend
from broadcaster._backends.memory import MemoryBackend

from realtime.backends import postgres
from realtime.backends.line import Line
from realtime.rings import EVERYTHING, Rings, read

__all__ = ["EVERYTHING", "Doorbell", "make_doorbell"]

CHANNEL = "amends-doorbell"
POSTGRES = ("postgres", "postgresql", "postgresql+asyncpg")


class Doorbell:
    """Rings for names; hears the rings of every process, its own included."""

    def __init__(self, backend: BroadcastBackend) -> None:
        self._backend = backend
        self._broadcast = Broadcast(backend=backend)
        self._rung = Rings()
        self._heard = Rings()
        self._running = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Begin to ring and to hear, now or when the broker comes up: this waits for nobody."""
        await self._running.enter_async_context(self._broadcast)
        # the one subscription of the process: the library has no bound for those who are slow to take
        subscriber = await self._running.enter_async_context(self._broadcast.subscribe(CHANNEL))

        async def hear() -> NoReturn:
            while True:
                self._heard.add(read((await subscriber.get()).message))

        tasks = [asyncio.create_task(work()) for work in (self._publish, hear)]
        self._running.push_async_callback(_end, tasks)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Hang up. Rings that were not sent yet are lost."""
        await self._running.aclose()

    def ring(self, names: Iterable[str]) -> None:
        """Tell every process that there is news of these names; never waits, never raises.

        A name is short and has no spaces. One that could not travel wakes all instead, and so do too many
        that are rung for while the broker is away.
        """
        self._rung.add(names)

    async def heard(self) -> frozenset[str]:
        """Wait for rings; give all names heard since the last call, `*` among them for everything."""
        return await self._heard.take()

    @property
    def connected(self) -> bool:
        """Whether rings reach the other processes now."""
        return not isinstance(self._backend, Line) or self._backend.is_open

    async def _publish(self) -> NoReturn:
        while True:
            # one task, as not every backend can send two things at once
            await self._broadcast.publish(CHANNEL, " ".join(await self._rung.take()))


def make_doorbell(url: str, database_url: str) -> Doorbell:
    """Give the doorbell of a broker: `memory://` for this process alone, or what `url` names.

    `postgres://` alone means the database itself, at `database_url`. Raises ValueError for what is no broker.
    """
    scheme, _, place = url.partition("://")
    if scheme == "memory":
        return Doorbell(MemoryBackend(url))
    if scheme in POSTGRES:
        return Doorbell(Line("postgres", partial(postgres.dial, url if place else database_url)))
    if scheme in ("redis", "rediss"):
        from realtime.backends import redis  # noqa: PLC0415 only who has one loads its client

        return Doorbell(Line("redis", partial(redis.dial, url)))
    raise ValueError("a doorbell is memory://, postgres:// or redis://")


async def _end(tasks: list[asyncio.Task[NoReturn]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
