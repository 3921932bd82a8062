"""A line to a broker: opened again whenever it breaks, holding what is to be sent meanwhile.

Decides when it is tried again, what is kept while it is away, and what is heard when it is back: everything,
as rings may have been missed. How a broker is called is told by its own module, one per broker.
"""

import asyncio
import random
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from typing import Any, NoReturn, Protocol

import structlog
from broadcaster import BroadcastBackend, Event

from realtime.rings import EVERYTHING, Rings, read, write

FIRST_DELAY_SECONDS = 0.1
LONGEST_DELAY_SECONDS = 2.0

PROBE_EVERY_SECONDS = 2.0
"""How long a line may be silent before it is asked whether it still holds."""
PATIENCE_SECONDS = 3.0
"""How long an answer may take before the line counts as broken."""

log = structlog.get_logger("amends.doorbell")


class Call(Protocol):
    """One connection to a broker, that listens and sends until it breaks."""

    async def send(self, message: str) -> None:
        """Send one message to everyone on the channel. Raises what the broker's client raises."""

    async def outlast(self) -> NoReturn:
        """Watch the connection, and raise once it is dead."""


Hear = Callable[[Iterable[str]], None]
"""Takes names that were heard."""
Dial = Callable[[str, Hear], AbstractAsyncContextManager[Call]]
"""Connects and listens on a channel; the block is entered once what is sent there is heard. Raises if not."""


class Line(BroadcastBackend):
    """Carries one channel over calls that are made again for ever; nobody waits for the broker."""

    def __init__(self, broker: str, dial: Dial) -> None:
        self._broker = broker
        self._dial = dial
        self._heard = Rings()
        self._unsent = Rings()
        self._channel = ""
        self._keeper: asyncio.Task[None] | None = None
        self._delay = FIRST_DELAY_SECONDS
        self._is_missed = False
        self.is_open = False

    async def connect(self) -> None:
        """Do nothing yet: the line opens when there is a channel to hear."""

    async def disconnect(self) -> None:
        """Do nothing more: the line closed with its channel."""

    async def subscribe(self, group: str) -> None:
        """Begin to hear the channel, as soon as the broker is there."""
        self._channel = group
        self._keeper = asyncio.create_task(self._keep_open())

    async def unsubscribe(self, group: str) -> None:  # noqa: ARG002 there is only one
        """Hang up."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)

    async def publish(self, channel: str, message: Any) -> None:  # noqa: ARG002 as above
        """Send names with the current call, or else with the next."""
        self._unsent.add(read(message))

    async def next_published(self) -> Event:
        """Wait for names; give all that were heard since the last time."""
        return Event(self._channel, " ".join(await self._heard.take()))

    async def _keep_open(self) -> None:
        while True:
            try:
                await self._talk()
            except Exception as error:  # noqa: BLE001 whatever it was, the line is opened again
                if not self._is_missed:
                    log.warning("doorbell_lost", broker=self._broker, reason=_reason(error))
                self._is_missed = True
            await asyncio.sleep(self._delay * random.uniform(0.5, 1))  # noqa: S311 spreads a fleet, guards nothing
            self._delay = min(2 * self._delay, LONGEST_DELAY_SECONDS)

    async def _talk(self) -> None:
        """Make one call, and send and hear until it breaks."""
        clock = asyncio.get_running_loop().time
        async with self._dial(self._channel, self._heard.add) as call:
            opened_at, self.is_open = clock(), True
            self._heard.add(EVERYTHING)
            if self._is_missed:
                log.info("doorbell_back", broker=self._broker)
            self._is_missed = False
            try:
                async with asyncio.TaskGroup() as both:
                    both.create_task(call.outlast())
                    both.create_task(self._send(call))
            finally:
                self.is_open = False
                if clock() - opened_at > LONGEST_DELAY_SECONDS:
                    self._delay = FIRST_DELAY_SECONDS  # a call that breaks at once is not made more often

    async def _send(self, call: Call) -> NoReturn:
        while True:
            names = await self._unsent.take()
            try:
                for message in write(names):
                    await call.send(message)
            except BaseException:
                self._unsent.add(names)  # with the next call; whoever heard some of them looks twice
                raise


def _reason(error: Exception) -> str:
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}".splitlines()[0]
