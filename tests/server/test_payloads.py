"""What followers share, they share for a moment: an event is told as things are when it is told."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from server import payloads
from server.payloads import Payloads
from tests.server.stage import eventually


def counted() -> tuple[list[str], Callable[[], Awaitable[str]]]:
    made: list[str] = []

    async def make() -> str:
        await asyncio.sleep(0)
        made.append("made")
        return f"made {len(made)}"

    return made, make


async def test_all_who_are_told_at_once_share_one_payload() -> None:
    shared = Payloads()
    made, make = counted()
    assert set(await asyncio.gather(*(shared.once("a1 7", make) for _ in range(10)))) == {"made 1"}
    assert await shared.once("a1 7", make) == "made 1"
    assert await shared.once("a1 8", make) == "made 2"
    assert len(made) == 2


async def test_whoever_comes_to_an_event_later_is_told_of_it_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(payloads, "SHARED_SECONDS", 0.01)
    shared = Payloads()
    _, make = counted()
    assert await shared.once("a1 7", make) == "made 1"
    await eventually(lambda: not shared._kept)
    assert await shared.once("a1 7", make) == "made 2"


async def test_a_payload_that_could_not_be_made_is_tried_again() -> None:
    shared = Payloads()
    _, make = counted()

    async def fail() -> str:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await shared.once("a1 7", fail)
    await eventually(lambda: not shared._kept)
    assert await shared.once("a1 7", make) == "made 1"
