"""A deploy under two hundred sockets: who follows comes back by cursor, and what was begun is answered."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.tables import threads
from tests.live.crowd import CLIENTS_OF_EACH, MEMBERS, WAYS, Answer, Crowd, crowd
from tests.live.fleet import PATIENCE_SECONDS, fleet
from tests.live.town import Thread

SEED = 20260108
UNDER_WAY = 6
CALLS = 20
RESTARTING = 1012


async def test_a_deploy_loses_nothing_and_cuts_nothing_off(
    engine: AsyncEngine, database_url: str, tmp_path: Path
) -> None:
    async with fleet(database_url, tmp_path) as processes:
        old = await processes.start()
        async with crowd(engine, database_url, [old.url], seed=SEED) as everybody:
            # the first pairs' last words are held up in the database while the process is told to go
            silent, talkative = everybody.threads[:UNDER_WAY], everybody.threads[UNDER_WAY:]
            enough = asyncio.Event()
            talking = asyncio.create_task(everybody.talk(talkative, enough.is_set))
            await everybody.answered(CALLS)
            async with held(engine, silent):
                speaking = asyncio.create_task(speak_up(everybody, silent))
                await waiting(engine, UNDER_WAY)
                told_to_go_at = time.time()
                old.send(signal.SIGTERM)
                await old.until(503)
                # theirs are the last to be closed
                await everybody.closed(MEMBERS * CLIENTS_OF_EACH - UNDER_WAY // 2)
            under_way = await speaking
            assert await old.ended() == 0
            new = await processes.start()
            everybody.script.tell(addresses=[new.url])
            await everybody.answered(len(everybody.answers) + CALLS)
            enough.set()
            await talking
            clients = await everybody.receive_all()
        assert processes.complaints() == []

    await everybody.check(clients)
    assert [client["closes"] for client in clients] == [[RESTARTING]] * (MEMBERS * CLIENTS_OF_EACH)
    assert [answer.attempts for answer in under_way] == [1] * UNDER_WAY
    repeated = [answer for answer in everybody.answers if answer.attempts > 1]
    assert repeated, "nobody asked while nobody was there"
    # what is on its way to a socket when that is closed was not begun: the client sends it again
    begun = [answer.over for answer in repeated if answer.begun_at < told_to_go_at]
    assert set(begun) <= {"socket"}, f"{len(repeated)} repeated"


async def speak_up(everybody: Crowd, pairs: Sequence[Thread]) -> list[Answer]:
    """Let all of these write at once, every other one over HTTP."""
    calls = [everybody.say(pair, f"held {place}", WAYS[place % 2]) for place, pair in enumerate(pairs)]
    return await asyncio.gather(*calls)


@asynccontextmanager
async def held(engine: AsyncEngine, conversations: Sequence[Thread]) -> AsyncIterator[None]:
    """Keep whoever writes in these waiting while the block runs."""
    keys = sa.tuple_(threads.c.owner_id, threads.c.id).in_([thread.key for thread in conversations])
    async with engine.begin() as connection:
        await connection.execute(sa.select(threads.c.id).where(keys).with_for_update())
        yield


async def waiting(engine: AsyncEngine, number: int) -> None:
    """Wait until so many wait for somebody else in the database."""
    blocked = sa.text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND cardinality(pg_blocking_pids(pid)) > 0"
    )
    async with asyncio.timeout(PATIENCE_SECONDS), engine.connect() as connection:
        while (await connection.execute(blocked)).scalar_one() < number:
            await connection.rollback()
