"""A version that is asked for tells of every commit that was over by then, however many ask at once."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from storage import clock
from storage.feed import account_stream, versions
from storage.transaction import in_silence, touch, touch_names, transaction
from storage.versions import Seen, Versions

ANN, BOB = 1, 2
COMMITS = 300


async def touched(engine: AsyncEngine, *accounts: int) -> None:
    """Let something change for these accounts."""
    async with transaction(engine, in_silence) as connection:
        touch(connection, *accounts)


async def test_it_moves_with_what_the_account_sees_and_with_nothing_else(engine: AsyncEngine) -> None:
    asked = Versions(engine)
    ann, bob = await asked.of(ANN), await asked.of(BOB)
    await touched(engine, ANN)
    assert (await asked.of(ANN)).stamp != ann.stamp
    assert (await asked.of(BOB)).stamp == bob.stamp
    async with transaction(engine, in_silence) as connection:
        touch_names(connection)
    assert (await asked.of(BOB)).stamp != bob.stamp


async def test_one_transaction_is_one_version_and_no_event(engine: AsyncEngine) -> None:
    async with transaction(engine, in_silence) as connection:
        touch(connection, ANN, BOB)
        touch(connection, ANN)
    await touched(engine, ANN)
    names = [account_stream(ANN), account_stream(BOB)]
    async with engine.connect() as connection:
        assert await versions(connection, names) == {names[0]: 2, names[1]: 1}


async def test_it_tells_the_time_with_what_the_test_clock_was_moved_by(engine: AsyncEngine) -> None:
    asked = Versions(engine)
    before = (await asked.of(ANN)).at
    async with engine.begin() as connection:
        await clock.reach(connection, before + timedelta(days=3))
    after = (await asked.of(ANN)).at
    assert timedelta(days=3) <= after - before < timedelta(days=3, minutes=5)


async def test_after_a_commit_nobody_is_told_of_before_it(engine: AsyncEngine) -> None:
    asked = Versions(engine)
    stopped = False

    async def keep_asking() -> None:
        while not stopped:
            await asked.of(ANN)

    async with asyncio.TaskGroup() as group:
        for _ in range(3):
            group.create_task(keep_asking())
        for _ in range(COMMITS):
            before = await asked.of(ANN)
            await touched(engine, ANN)
            assert (await asked.of(ANN)).stamp != before.stamp
        stopped = True


async def test_a_statement_under_way_answers_nobody_who_comes_later(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Versions(engine)
    look, looked, held = asked._look, asyncio.Event(), asyncio.Event()

    async def look_and_hold(account_ids: Sequence[int]) -> dict[int, Seen]:
        found = await look(account_ids)
        looked.set()
        await held.wait()
        return found

    monkeypatch.setattr(asked, "_look", look_and_hold)
    early = asked.of(ANN)
    await looked.wait()
    await touched(engine, ANN)
    late = asked.of(ANN)
    held.set()
    assert (await late).stamp != (await early).stamp


async def test_those_who_ask_at_once_share_a_statement(engine: AsyncEngine) -> None:
    asked = Versions(engine)
    await asked.of(ANN)
    told = await asyncio.gather(*(asked.of(account) for account in (ANN, BOB) * 20))
    assert asked.asked == 2
    assert len({seen.stamp for seen in told}) == 1, "neither has any version yet"


async def test_who_goes_away_takes_the_answer_from_nobody(engine: AsyncEngine) -> None:
    asked = Versions(engine)
    gone, stays = asked.of(ANN), asked.of(ANN)
    gone.cancel()
    assert (await stays).stamp


async def test_after_a_connection_was_lost_nothing_is_as_before(engine: AsyncEngine) -> None:
    asked = Versions(engine)
    before = await asked.of(ANN)
    await engine.dispose()  # which ends its connection, too
    assert (await asked.of(ANN)).stamp != before.stamp
