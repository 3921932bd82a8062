"""Many who ask at one moment, each with their own eyes, are answered as each would be alone."""

import asyncio
import importlib
import itertools
import pkgutil
from collections.abc import Sequence
from typing import Any

import storage.reads
from executor.wants import Wants
from storage.reads.reader import reader_of
from storage.reads.sets import TEXT, Reading
from storage.visibility import Sight, sight_of
from tests.schema.world import World

NUMBERS = (1, 2, 3)


def readings() -> dict[str, Reading[Any]]:
    """Every prebuilt reading of storage, by its name."""
    found = {}
    for module in pkgutil.iter_modules(storage.reads.__path__, "storage.reads."):
        for name, value in vars(importlib.import_module(module.name)).items():
            reading = getattr(value, "__self__", value)
            if isinstance(reading, Reading):
                found[f"{module.name}.{name}"] = reading
    return found


def keys_of(reading: Reading[Any], accounts: Sequence[int]) -> Sequence[Any]:
    """Some keys, of rows that are there and of others."""
    if reading._keys is TEXT:
        return ["ann", "bob", "nobody"]
    more = len(reading._keys._names) - 1
    if not more:
        return [*accounts, *NUMBERS]
    return [(account, *rest) for account in accounts for rest in itertools.product(NUMBERS, repeat=more)]


def said(records: Sequence[Any]) -> list[str]:
    """What records hold, but for whose they are and the time."""
    return [repr(tuple(record)[:-2]) for record in records]


async def test_many_are_answered_together_as_each_is_alone(world: World) -> None:
    await world.return_in_review()
    await world.escalated()
    people = world.buyer, world.seller, world.partner, world.support, world.stranger, world.platform
    sights = [Sight(), *map(sight_of, people)]
    accounts = [each.account_id for each in (world.buyer, world.seller) if each.account_id]
    reader, told = reader_of(world.engine), set()
    for name, reading in readings().items():
        wants = Wants(reading)
        for column in reading.columns:
            wants.at((), column)
        asked = list(itertools.product(sights, keys_of(reading, accounts)))
        alone = [await reading.records(reader, sight, (key,), wants) for sight, key in asked]
        together = await asyncio.gather(
            *(reading.records(reader, sight, (key,), wants, is_one_of_many=True) for sight, key in asked)
        )
        assert list(map(said, together)) == list(map(said, alone)), name
        if len({repr(each) for each in map(said, alone)}) > 1:
            told.add(name)
    assert len(told) > 10, "there is something to see, for some"
