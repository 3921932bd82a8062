"""Two processes on one database are one house: who follows at one hears of what was done at the other, and
goes on there when their own is killed."""

import asyncio
import signal
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from tests.live.crowd import CLIENTS_OF_EACH, MEMBERS, crowd
from tests.live.fleet import fleet

SEED = 20260107
CALLS = 80


async def test_the_clients_of_a_killed_process_go_on_at_the_other(
    engine: AsyncEngine, database_url: str, tmp_path: Path
) -> None:
    async with fleet(database_url, tmp_path) as processes:
        one, other = await asyncio.gather(processes.start(), processes.start())
        async with crowd(engine, database_url, [one.url, other.url], seed=SEED) as everybody:
            talking = asyncio.create_task(
                everybody.talk(everybody.threads, lambda: len(everybody.answers) >= CALLS)
            )
            await everybody.answered(CALLS // 2)
            one.send(signal.SIGKILL)
            await talking
            clients = await everybody.receive_all()
        assert processes.complaints() == []
    await everybody.check(clients)
    lost = [client["closes"] for client in clients if client["closes"]]
    assert lost == [[1006]] * (MEMBERS * CLIENTS_OF_EACH // 2)
