"""The doorbell in one process: it never makes its ringer wait, and a flood of rings stays small."""

import asyncio

import pytest

from realtime.doorbell import EVERYTHING, Doorbell, make_doorbell
from realtime.rings import MESSAGE_BYTES, MOST_NAMES, Rings, read, write
from server.settings import SettingsError, load_settings
from tests.realtime.bells import listen


def in_memory() -> Doorbell:
    return make_doorbell("memory://", "")


async def test_own_rings_are_heard() -> None:
    async with in_memory() as bell:
        bell.ring(["a12", "~t12-99/55/1732460000"])
        assert await listen(bell, "a12") == [{"a12", "~t12-99/55/1732460000"}]


async def test_many_rings_are_heard_as_one() -> None:
    async with in_memory() as bell:
        for _ in range(10_000):
            bell.ring(["a1"])
            bell.ring(["q", "a1"])
        assert await bell.heard() == {"a1", "q"}


async def test_what_was_heard_is_not_heard_again() -> None:
    async with in_memory() as bell:
        bell.ring(["a1"])
        await listen(bell, "a1")
        bell.ring(["a2"])
        assert await bell.heard() == {"a2"}


async def test_ringing_for_nothing_rings_for_nobody() -> None:
    async with in_memory() as bell:
        bell.ring([])
        bell.ring(["a1"])
        assert await bell.heard() == {"a1"}


async def test_a_ring_before_the_bell_is_hung_up_is_kept_for_then() -> None:
    bell = in_memory()
    bell.ring(["a1"])
    async with bell:
        assert await bell.heard() == {"a1"}


async def test_who_does_not_listen_for_long_is_told_to_look_at_everything() -> None:
    async with in_memory() as bell:
        for number in range(3 * MOST_NAMES):
            bell.ring([f"a{number}"])
            await asyncio.sleep(0)  # so that they travel one by one
        bell.ring(["last"])
        (*_, heard) = await listen(bell, "*", "last")
        assert len(heard) <= MOST_NAMES


@pytest.mark.parametrize("name", ["", "two words", "a\nb", "é", "x" * 101])
async def test_a_name_that_cannot_travel_wakes_all(name: str) -> None:
    async with in_memory() as bell:
        bell.ring([name, "a1"])
        assert await bell.heard() == {"*", "a1"}


def test_too_many_names_are_simply_everything() -> None:
    rings = Rings()
    rings.add(f"a{number}" for number in range(MOST_NAMES))
    assert "*" not in rings._names
    rings.add(["another"])
    assert rings._names == EVERYTHING


async def test_of_two_who_wait_one_takes_all_and_the_other_goes_on_waiting() -> None:
    rings = Rings()
    takers = [asyncio.create_task(rings.take()) for _ in range(2)]
    await asyncio.sleep(0)
    rings.add(["a1"])
    (first,), (second,) = await asyncio.wait(takers, return_when=asyncio.FIRST_COMPLETED)
    assert first.result() == {"a1"}
    rings.add(["a2"])
    assert await second == {"a2"}


def test_messages_are_short_and_carry_every_name() -> None:
    names = {"x" * 60 + str(number) for number in range(MOST_NAMES)}
    messages = list(write(names))
    assert len(messages) > 1
    assert max(map(len, messages)) <= MESSAGE_BYTES
    assert {name for message in messages for name in read(message)} == names


def test_what_is_no_broker_makes_no_doorbell() -> None:
    with pytest.raises(ValueError, match="a doorbell is"):
        make_doorbell("kafka://somewhere", "")


@pytest.mark.parametrize(
    "url",
    [
        "memory://",
        "postgres://",
        "postgresql://",
        "postgresql://someone:word@example.com:5433/amends",
        "postgres:///amends?host=/run/postgresql",
        "redis://example.com",
        "redis://:word@example.com:6379/0",
        "rediss://example.com/3",
    ],
)
def test_a_broker_is_taken_from_the_settings(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("AMENDS_BROADCAST_URL", url)
    assert load_settings(data_dir="/var/lib/amends").broadcast_url == url
    make_doorbell(url, "postgresql://example.com/amends")


@pytest.mark.parametrize(
    "url", ["redis", "redis://", "redis://h:port/0", "redis://h/first", "memory", "postgres:", "kafka://h"]
)
def test_what_is_no_broker_is_one_line_at_the_start(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("AMENDS_BROADCAST_URL", url)
    with pytest.raises(SettingsError) as refused:
        load_settings(data_dir="/var/lib/amends")
    assert str(refused.value) == (
        "AMENDS_BROADCAST_URL: must be memory://, postgres://, postgres://host/name or redis://host:port/0"
    )
