"""Following one stream from a place: what was missed first, then what comes; no gap, no repeat.

Decides what a reader is told: events, that it is up to date, or that it must read again. A follower is a
place and a wake-up: it pulls what it has not had, at its own pace, so nothing is queued for it. One that is
up to date may be told together with others, as long as it takes what it is told at once.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from realtime.channels import Channel
from realtime.chorus import Part
from realtime.cursors import Place
from realtime.signals import Typing
from storage.engine import is_away
from storage.feed import Event

if TYPE_CHECKING:
    from realtime.hub import Hub

T = TypeVar("T")

TOO_OLD = "The feed does not reach back to this cursor any more: read again, then follow from here."
RESTORED = "The database was put back to an earlier state: read again, then follow from here."
LOOK_AGAIN_SECONDS = 0.25


class GoneError(Exception):
    """The log does not reach back to where a reader is; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Ready:
    """Everything until here was told; `recovered` says whether that is all that was missed."""

    sequence: int
    recovered: bool


@dataclass(frozen=True, slots=True)
class Resync:
    """Something was missed that cannot be told any more."""

    sequence: int
    reason: str


Told = Event | Typing | Ready | Resync


class Follower:
    """One reader of one stream."""

    def __init__(self, hub: "Hub", channel: Channel) -> None:
        self._hub = hub
        self._channel = channel
        self._typing = channel.typing
        self.at = 0
        """How far it was told, once everything it was given is taken."""
        self.part: Part | None = None
        """What it brings to be told together with others; None to pull alone."""

    async def tell(self, after: Place | None) -> AsyncGenerator[Told, None]:
        """Tell what came after a place and what comes, for ever; without a place, only what comes."""
        epoch, at = await self._begin()
        self.at = at
        ready = Ready(at, recovered=False)
        if after is not None:
            try:
                async for event in self._missed(after, epoch, at):
                    yield event
                ready = Ready(at, recovered=True)
            except GoneError as gone:
                yield Resync(at, str(gone))
        yield ready
        while True:
            try:
                told = await self._pull(epoch)
            except GoneError as gone:
                epoch, self.at = await self._begin()
                yield Resync(self.at, str(gone))
                yield Ready(self.at, recovered=False)
                continue
            if isinstance(told, Typing):
                yield told
                continue
            for event in told:
                yield event
            self.at = told[-1].sequence

    async def _begin(self) -> tuple[str, int]:
        epoch = await patiently(self._hub.epoch)
        return epoch, await patiently(lambda: self._hub.head_of(self._channel))

    async def _missed(self, after: Place, epoch: str, head: int) -> AsyncIterator[Event]:
        if after.epoch != epoch or after.sequence > head:
            raise GoneError(RESTORED)
        at = after.sequence
        while at < head:
            for event in await self._read(at):
                if event.sequence <= head:
                    yield event
                at = event.sequence

    async def _pull(self, epoch: str) -> list[Event] | Typing:
        """Wait for what comes next and is to be taken alone: events, dense, or somebody's typing."""
        channel = self._channel
        while True:
            changed = channel.changed
            if epoch != await patiently(self._hub.epoch):
                raise GoneError(RESTORED)
            if channel.head is not None and channel.head > self.at:
                return await self._read(self.at)
            if channel.typing is not None and channel.typing is not self._typing:
                self._typing = channel.typing
                return channel.typing
            if self.part is None or channel.head != self.at:
                await changed.wait()
            else:
                await channel.chorus(self.part.key()).hold(self)

    async def _read(self, after: int) -> list[Event]:
        events = self._channel.after(after)
        if events is None:
            events = await patiently(lambda: self._hub.page(self._channel, after))
        if not events or events[0].sequence != after + 1:
            raise GoneError(TOO_OLD)
        return events


async def patiently(ask: Callable[[], Awaitable[T]]) -> T:
    """Ask the database, and again for as long as it is away: who follows waits for it."""
    while True:
        try:
            return await ask()
        except Exception as error:
            if not is_away(error):
                raise
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
