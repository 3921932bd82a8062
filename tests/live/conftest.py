"""A house that the tests of several files share: two processes on one database, people of each test's own."""

import itertools
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest

from storage.engine import make_engine
from tests.live.people import People, people
from tests.live.processes import database_of_a_file, environment_of, serving

_numbers = itertools.count(1)


@dataclass(frozen=True)
class House:
    """Two processes on one database."""

    database_url: str
    environment: dict[str, str]
    hosts: list[str]


@pytest.fixture(scope="session")
def house(postgres: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Give the house: tests that live in it are of the group `house`, as two of it would cost too much."""
    folder = tmp_path_factory.mktemp("house")
    with database_of_a_file(postgres, template) as url:
        environment = environment_of(url, folder, broadcast_url="postgres://")
        with serving(2, environment) as processes:
            yield House(url, environment, [process.host for process in processes])


@pytest.fixture
async def world(house: House) -> AsyncIterator[People]:
    """Give people of the test's own, who ask both processes in turn."""
    engine = make_engine(house.database_url, pool_size=4)
    async with people(engine, house.hosts, str(next(_numbers))) as world:
        yield world
    await engine.dispose()
