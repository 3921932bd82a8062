"""A demo that was cut short is never taken for whole: the one line says what to do instead."""

import shlex
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from server.filling import fill
from server.settings import SettingsError, load_settings
from storage import callers
from storage.tables import facts

UNFINISHED = ("demo", {"finished": False})


@pytest.fixture
async def cut_short(engine: AsyncEngine) -> AsyncEngine:
    """Give a database in which a demo was begun, and no more."""
    async with engine.begin() as connection:
        await connection.execute(sa.insert(facts).values(UNFINISHED))
    return engine


async def refusal(engine: AsyncEngine, **settings: object) -> str:
    with pytest.raises(SettingsError) as refused:
        await fill(engine.url.render_as_string(hide_password=False), load_settings(**settings))
    async with engine.connect() as connection:
        assert not await callers.is_anyone_here(connection)
        assert [tuple(row) for row in await connection.execute(sa.select(facts))] == [UNFINISHED]
    sentence = str(refused.value)
    assert "\n" not in sentence
    assert "--no-demo" in sentence
    return sentence


async def test_of_the_embedded_database_it_names_the_folder_to_remove(
    cut_short: AsyncEngine, tmp_path: Path
) -> None:
    folder = tmp_path / "(data)"
    sentence = await refusal(cut_short, data_dir=folder)
    assert f"rm -r {shlex.quote(str(folder / 'postgres'))}" in sentence
    assert not folder.exists()


async def test_of_a_database_of_ones_own_it_asks_for_an_empty_one(
    cut_short: AsyncEngine, database_url: str
) -> None:
    sentence = await refusal(cut_short, database_url=database_url)
    assert sentence.startswith("AMENDS_DATABASE_URL")
    assert "rm " not in sentence
