"""Following a stream: what was missed, that one is up to date, what comes; or that one must read again."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from realtime import channels, hub
from realtime.cursors import BadPlace, Cursors, Place
from realtime.following import Ready, Resync
from realtime.signals import Typing
from storage.feed import Event
from storage.transaction import in_silence, tell, transaction
from tests.realtime.streams import Bell, following, new_hub, news


async def write(engine: AsyncEngine, stream: str, *numbers: int, ring: object = in_silence) -> None:
    async with transaction(engine, ring) as connection:  # type: ignore[arg-type]
        tell(connection, [news(stream, number) for number in numbers])


def numbers(told: Sequence[object]) -> list[tuple[int, int | None]]:
    assert all(isinstance(event, Event) for event in told), told
    return [(event.sequence, event.thread_id) for event in told if isinstance(event, Event)]


async def test_without_a_place_only_what_comes_is_told(engine: AsyncEngine) -> None:
    here = new_hub(engine)
    await write(engine, "a1", 1, 2)
    async with here.running(), following(here, "a1") as reader:
        assert await reader.next() == Ready(2, recovered=False)
        await write(engine, "a1", 3, ring=here.ring)
        assert numbers([await reader.next()]) == [(3, 3)]


async def test_from_a_place_on_everything_missed_is_told_first(engine: AsyncEngine) -> None:
    here = new_hub(engine)
    await write(engine, "a1", 1, 2, 3)
    async with here.running(), following(here, "a1", Place("a1", await here.epoch(), 1)) as reader:
        assert numbers(await reader.some(2)) == [(2, 2), (3, 3)]
        assert await reader.next() == Ready(3, recovered=True)


async def test_what_happens_between_reading_and_following_is_not_lost(engine: AsyncEngine) -> None:
    here = new_hub(engine)
    await write(engine, "a1", 1)
    place = Place("a1", await here.epoch(), 1)
    await write(engine, "a1", 2, ring=here.ring)
    async with here.running(), following(here, "a1", place) as reader:
        await write(engine, "a1", 3, ring=here.ring)
        told = await reader.some(3)
    events = [each for each in told if isinstance(each, Event)]
    assert numbers(events) == [(2, 2), (3, 3)]


async def test_a_lost_ring_costs_time_and_nothing_else(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "LOOK_EVERY_SECONDS", 0.05)
    here = new_hub(engine)
    async with here.running(), following(here, "a1") as reader:
        assert await reader.next() == Ready(0, recovered=False)
        await write(engine, "a1", 1, 2)  # nobody rings
        assert numbers(await reader.some(2)) == [(1, 1), (2, 2)]


async def test_many_rings_and_rings_of_other_streams_tell_each_event_once(engine: AsyncEngine) -> None:
    here = new_hub(engine)
    async with here.running(), following(here, "a1") as reader:
        await reader.next()
        for number in range(1, 21):
            await write(engine, "a1", number, ring=here.ring)
            here.ring(["a1", "a2", "*"])
        assert numbers(await reader.some(20)) == [(number, number) for number in range(1, 21)]


async def test_a_slow_reader_is_told_everything_from_the_log(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Longer ago than what is kept here, and more than one page of it."""
    monkeypatch.setattr(hub, "PAGE", 7)
    monkeypatch.setattr(channels, "KEPT_EVENTS", 5)
    here = new_hub(engine)
    async with here.running(), following(here, "a1") as slow, following(here, "a1") as quick:
        await slow.next()
        await quick.next()
        for first in range(1, 61, 20):
            await write(engine, "a1", *range(first, first + 20), ring=here.ring)
        expected = [(number, number) for number in range(1, 61)]
        assert numbers(await quick.some(60)) == expected
        assert numbers(await slow.some(60)) == expected


@pytest.mark.parametrize("after", [0, 1, 2])
async def test_what_this_process_has_not_read_yet_is_no_gap(engine: AsyncEngine, after: int) -> None:
    """Another process may have told more of a stream already than this one has of it."""
    here = new_hub(engine)
    async with here.running(), following(here, "a1") as first:
        await first.next()
        await write(engine, "a1", 1, ring=here.ring)
        await first.next()
        await write(engine, "a1", 2, 3)  # nobody rings
        async with following(here, "a1", Place("a1", await here.epoch(), after)) as second:
            missed = numbers(await second.some(3 - after))
            assert missed == [(number, number) for number in range(after + 1, 4)]
            assert await second.next() == Ready(3, recovered=True)


async def test_ten_tabs_of_one_inbox_cost_one_read(engine: AsyncEngine) -> None:
    here = new_hub(engine)
    asked: list[str] = []

    @sa.event.listens_for(engine.sync_engine, "before_cursor_execute")
    def note(*call: object) -> None:
        if "FROM events" in str(call[2]):
            asked.append(str(call[2]))

    async with here.running():
        readers = [following(here, "a1") for _ in range(10)]
        opened = [await reader.__aenter__() for reader in readers]
        for reader in opened:
            await reader.next()
        await write(engine, "a1", 1, ring=here.ring)
        for reader in opened:
            assert numbers([await reader.next()]) == [(1, 1)]
        assert len(asked) == 1, asked
        for context in readers:
            await context.__aexit__(None, None, None)
    assert here.followed == 0, "nothing is kept of what nobody follows"


async def test_a_place_that_the_log_no_longer_reaches_must_be_read_again(engine: AsyncEngine) -> None:
    here = new_hub(engine)
    await write(engine, "a1", 1, 2, 3)
    async with engine.begin() as connection:
        await connection.execute(sa.text("DELETE FROM events WHERE sequence < 3"))
    async with here.running(), following(here, "a1", Place("a1", await here.epoch(), 1)) as reader:
        gone = await reader.next()
        assert isinstance(gone, Resync)
        assert gone.sequence == 3
        assert await reader.next() == Ready(3, recovered=False)
        await write(engine, "a1", 4, ring=here.ring)
        assert numbers([await reader.next()]) == [(4, 4)]


@pytest.mark.parametrize("place", [("another", 1), (None, 9)])
async def test_a_place_of_another_life_of_the_database_must_be_read_again(
    engine: AsyncEngine, place: tuple[str | None, int]
) -> None:
    here = new_hub(engine)
    await write(engine, "a1", 1, 2)
    epoch, sequence = place
    async with (
        here.running(),
        following(here, "a1", Place("a1", epoch or await here.epoch(), sequence)) as reader,
    ):
        assert isinstance(await reader.next(), Resync)
        assert await reader.next() == Ready(2, recovered=False)


async def test_followers_learn_that_the_database_was_put_back(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "LOOK_EVERY_SECONDS", 0.05)
    here = new_hub(engine)
    await write(engine, "a1", 1, 2)
    async with here.running(), following(here, "a1") as reader:
        assert await reader.next() == Ready(2, recovered=False)
        async with engine.begin() as connection:
            await connection.execute(sa.text("DELETE FROM events WHERE sequence = 2"))
            await connection.execute(sa.text("UPDATE streams SET head = 1"))
            await connection.execute(sa.text("""UPDATE facts SET value = '{"origin": "", "epoch": ""}'"""))
        gone = await reader.next()
        assert isinstance(gone, Resync)
        assert gone.sequence == 1
        assert await reader.next() == Ready(1, recovered=False)
        await write(engine, "a1", 3, ring=here.ring)
        assert numbers([await reader.next()]) == [(2, 3)]


async def test_typing_is_told_to_who_follows_now_the_latest_alone(engine: AsyncEngine) -> None:
    here = new_hub(engine)
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=1)
    first, second = Typing(1, 2, 3, until), Typing(1, 2, 4, until + timedelta(seconds=1))
    async with here.running():
        async with following(here, first.stream) as reader:
            await reader.next()
            here.signal(first)
            here.signal(second)
            assert await reader.next() == second
        async with following(here, first.stream) as late:
            assert isinstance(await late.next(), Ready)
            await write(engine, first.stream, 1, ring=here.ring)
            assert isinstance(await late.next(), Event), "what was typed before is told to nobody"


async def test_two_processes_hear_of_each_other(engine: AsyncEngine) -> None:
    """Two hubs whose bells are one, as a broker makes them."""
    bells = Bell(), Bell()
    here, there = (new_hub(engine, bell) for bell in bells)
    async with here.running(), there.running(), following(there, "a1") as reader:
        await reader.next()
        await write(engine, "a1", 1, ring=bells[1].ring)
        assert numbers([await reader.next()]) == [(1, 1)]


async def test_nothing_is_missed_while_writers_commit_out_of_order(engine: AsyncEngine) -> None:
    """Each transaction writes to two of three streams, in any order, some of them slowly."""
    here = new_hub(engine)
    names = ["a1", "a2", "a3"]
    total = 30

    async def writer(own: int) -> None:
        for turn in range(total):
            pair = [names[(own + turn) % 3], names[(own + turn + 1) % 3]]
            async with transaction(engine, here.ring) as connection:
                if turn % 3 == own:
                    await connection.execute(sa.text("SELECT pg_sleep(0.002)"))
                tell(connection, [news(name) for name in pair])

    async with here.running(), asyncio.TaskGroup() as tasks:

        async def reader(name: str) -> None:
            async with following(here, name) as reading:
                assert await reading.next() == Ready(0, recovered=False)
                began.release()
                sequences = [sequence for sequence, _ in numbers(await reading.some(2 * total))]
                assert sequences == list(range(1, 2 * total + 1))

        began = asyncio.Semaphore(0)
        for name in names:
            tasks.create_task(reader(name))
        for _ in names:
            await began.acquire()
        for own in range(3):
            tasks.create_task(writer(own))


def test_a_cursor_is_read_back_and_nothing_else_is() -> None:
    cursors = Cursors("a secret of the tests")
    cursor = cursors.write("a12", "0123abcd", 345)
    assert cursors.read(cursor) == Place("a12", "0123abcd", 345)
    others = ["", "x", "é", cursor[:-1], cursor + "A", cursor[1:], cursor.swapcase()]
    others.append(Cursors("another secret of the tests").write("a12", "0123abcd", 345))
    for other in others:
        with pytest.raises(BadPlace):
            cursors.read(other)
