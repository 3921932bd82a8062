"""Whatever fails under load: changes go on, and followers are told everything, once and in order."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.live.faults import Fault, House, database_restarts, doorbells_are_cut, house, redis_is_away
from tests.live.processes import database_of_a_file
from tests.realtime.bells import RedisServer, redis_binary

OUTAGE_SECONDS = 20
REDIS_TEST = "test_redis_may_be_away_under_load_and_come_back"

pytestmark = pytest.mark.xdist_group("faults")  # the long one runs beside the others


@pytest.fixture(scope="module", autouse=True)
def outage(
    request: pytest.FixtureRequest, postgres: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Future[Fault] | None]:
    """Let Redis be away in the background from the first test on, if that is to be tested at all."""
    is_wanted = any(item.name == REDIS_TEST for item in request.session.items)
    if not is_wanted or shutil.which("redis-server") is None:
        yield None
        return
    folder = tmp_path_factory.mktemp("redis")
    with database_of_a_file(postgres, template) as url, ThreadPoolExecutor(max_workers=1) as thread:
        away = redis_is_away(url, RedisServer(folder), folder, seconds=OUTAGE_SECONDS, seed=11)
        yield thread.submit(asyncio.run, away)


@pytest.fixture(scope="module")
def served(outage: object) -> Iterator[House]:
    with (
        tempfile.TemporaryDirectory(prefix="amends-faults-", dir="/tmp") as name,
        house(Path(name) / "data") as served,
    ):
        yield served


async def test_doorbells_that_are_cut_again_and_again_lose_nothing_and_recover(served: House) -> None:
    fault = await doorbells_are_cut(served, times=4, seed=12)
    assert fault.recovered_seconds < 5, fault


async def test_a_database_that_restarts_does_everything_once_and_its_followers_are_told_all(
    served: House,
) -> None:
    fault = await database_restarts(served, seed=13)
    assert fault.recovered_seconds < 5, fault


async def test_redis_may_be_away_under_load_and_come_back(outage: Future[Fault] | None) -> None:
    redis_binary()  # or say why there was no outage
    assert outage is not None
    fault = await asyncio.wrap_future(outage)
    assert fault.recovered_seconds < 5, fault
