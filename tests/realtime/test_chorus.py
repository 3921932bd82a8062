"""Told with one voice: what followers share, who is let go, and that nobody misses or repeats anything."""

import asyncio
from collections.abc import AsyncIterator, Hashable, Sequence
from contextlib import aclosing, asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncEngine

from realtime.following import Follower, Ready, Told
from realtime.hub import Hub
from storage.feed import Event
from tests.realtime.streams import PATIENCE_SECONDS, new_hub
from tests.realtime.test_following import write


class Choir:
    """What its singers make, each event once."""

    def __init__(self) -> None:
        self.made: list[int] = []
        self.is_broken = False
        self.waits: asyncio.Event | None = None


class Singer:
    """A follower that takes what it is handed, as long as a test lets it, and iterates for the rest."""

    def __init__(self, choir: Choir, name: Hashable = "all") -> None:
        self._choir = choir
        self._name = name
        self.takes = True
        self.told: list[int] = []
        self.handed: list[tuple[list[int], int]] = []
        self.alone: list[int] = []
        self._changed = asyncio.Event()

    def key(self) -> Hashable:
        return self._name

    async def make(self, event: Event) -> int:
        if self._choir.waits is not None:
            await self._choir.waits.wait()
        if self._choir.is_broken:
            raise RuntimeError("it cannot be made")
        self._choir.made.append(event.sequence)
        return event.sequence

    def take(self, made: Sequence[int], kept: dict[str, int]) -> bool:
        kept["takers"] = kept.get("takers", 0) + 1
        if self.takes:
            self.told += made
            self.handed.append((list(made), kept["takers"]))
            self._changed.set()
        return self.takes

    async def follow(self, follower: Follower) -> None:
        follower.part = self
        async with aclosing(follower.tell(None)) as telling:
            async for told in telling:
                self._note(told)

    def _note(self, told: Told) -> None:
        if isinstance(told, Event):
            self.told.append(told.sequence)
            self.alone.append(told.sequence)
        elif isinstance(told, Ready):
            self.told.append(0)
        self._changed.set()

    async def until(self, last: int) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not self.told or self.told[-1] < last:
                self._changed.clear()
                await self._changed.wait()


@asynccontextmanager
async def singing(hub: Hub, *singers: Singer) -> AsyncIterator[None]:
    """Let them follow one stream while the block runs; all are up to date when it begins."""
    tasks = []

    async def follow(singer: Singer) -> None:
        with hub.follow("a1") as follower:
            await singer.follow(follower)

    async with hub.running():
        try:
            for singer in singers:
                tasks.append(asyncio.create_task(follow(singer)))
                await singer.until(0)
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def test_who_ask_the_same_are_told_what_was_made_once(engine: AsyncEngine) -> None:
    here, choir = new_hub(engine), Choir()
    singers = [Singer(choir) for _ in range(10)]
    async with singing(here, *singers):
        for number in (1, 2, 3):
            await write(engine, "a1", number, ring=here.ring)
            for singer in singers:
                await singer.until(number)
    assert choir.made == [1, 2, 3]
    assert all(singer.told == [0, 1, 2, 3] and not singer.alone for singer in singers)


async def test_what_comes_at_one_moment_is_handed_over_in_one_go(engine: AsyncEngine) -> None:
    here, choir = new_hub(engine), Choir()
    singers = [Singer(choir) for _ in range(3)]
    async with singing(here, *singers):
        await write(engine, "a1", 1, 2, 3, ring=here.ring)
        for singer in singers:
            await singer.until(3)
    handed = [each for singer in singers for each in singer.handed]
    assert handed == [
        ([1, 2, 3], takers) for takers in (1, 2, 3)
    ]  # who takes the same sees what others noted


async def test_who_ask_something_else_are_told_apart(engine: AsyncEngine) -> None:
    here, one, other = new_hub(engine), Choir(), Choir()
    singers = [Singer(one, "one"), Singer(other, "other")]
    async with singing(here, *singers):
        await write(engine, "a1", 1, ring=here.ring)
        for singer in singers:
            await singer.until(1)
    assert one.made == other.made == [1]


async def test_who_cannot_take_just_now_goes_on_alone_and_comes_back(engine: AsyncEngine) -> None:
    here, choir = new_hub(engine), Choir()
    quick, slow = Singer(choir), Singer(choir)
    async with singing(here, quick, slow):
        slow.takes = False
        await write(engine, "a1", 1, 2, ring=here.ring)
        await quick.until(2)
        await slow.until(2)
        slow.takes = True
        await write(engine, "a1", 3, ring=here.ring)
        await quick.until(3)
        await slow.until(3)
    assert quick.told == slow.told == [0, 1, 2, 3]
    assert (quick.alone, slow.alone) == ([], [1, 2])


async def test_what_cannot_be_made_together_is_met_by_each_alone(engine: AsyncEngine) -> None:
    here, choir = new_hub(engine), Choir()
    singers = [Singer(choir), Singer(choir)]
    async with singing(here, *singers):
        choir.is_broken = True
        await write(engine, "a1", 1, ring=here.ring)
        for singer in singers:
            await singer.until(1)
    assert all(singer.told == [0, 1] and singer.alone == [1] for singer in singers)


async def test_what_comes_while_something_is_being_made_is_told_after_it(engine: AsyncEngine) -> None:
    here, choir = new_hub(engine), Choir()
    first, late = Singer(choir), Singer(choir)
    choir.waits = asyncio.Event()
    async with singing(here, first):
        await write(engine, "a1", 1, ring=here.ring)
        await write(engine, "a1", 2, 3, ring=here.ring)
        with here.follow("a1") as follower:
            coming = asyncio.create_task(late.follow(follower))
            await late.until(0)  # at the head, further than what the others are being told of
            choir.waits.set()
            await first.until(3)
            await write(engine, "a1", 4, ring=here.ring)
            await first.until(4)
            await late.until(4)
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)
    assert first.told == [0, 1, 2, 3, 4]
    assert late.told == [0, 4]
    assert choir.made == [1, 2, 3, 4]


async def test_one_that_leaves_takes_nothing_from_the_others(engine: AsyncEngine) -> None:
    here, choir = new_hub(engine), Choir()
    stays, leaves = Singer(choir), Singer(choir)
    choir.waits = asyncio.Event()
    async with singing(here, stays):
        with here.follow("a1") as follower:
            leaving = asyncio.create_task(leaves.follow(follower))
            await leaves.until(0)
            await write(engine, "a1", 1, ring=here.ring)
            leaving.cancel()
            await asyncio.gather(leaving, return_exceptions=True)
            choir.waits.set()
        await stays.until(1)
    assert stays.told == [0, 1]
    assert leaves.told == [0]
