"""Filling an empty database with the demo marketplace; one that holds anybody is left as it is."""

import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress

from server.database import PGDATA
from server.files import open_store
from server.settings import Settings, SettingsError
from storage import callers, health
from storage.engine import make_engine


async def fill(url: str, settings: Settings, *, scale: int = 1) -> bool:
    """Load the marketplace, `scale` times as large; False if there is anybody already.

    Raises SettingsError where that was begun before and not finished.
    """
    engine = make_engine(url)
    try:
        async with engine.connect() as connection:
            if await health.is_demo_unfinished(connection):
                raise SettingsError(_way_out(settings))
            if await callers.is_anyone_here(connection):
                return False
        from demo import bulk, marketplace  # noqa: PLC0415 most starts have nothing to load

        with _shown("Loading the demo marketplace") as progress:
            await marketplace.build(engine, open_store(settings), progress=progress)
        if scale > 1:
            with _shown(f"Making it {scale} times as large") as progress:
                await bulk.multiply(engine, scale, progress=progress)
    finally:
        await engine.dispose()
    return True


def _way_out(settings: Settings) -> str:
    """Say what to do about a demo that was cut short; the secret and the uploads may stay."""
    as_it_is = "start again, or serve it as it is: ./amends serve --no-demo"
    if settings.is_embedded:
        folder = shlex.quote(str(settings.data_dir / PGDATA))
        return f"AMENDS_DATA_DIR: loading the demo was cut short. Remove it (rm -r {folder}) and {as_it_is}"
    return f"AMENDS_DATABASE_URL: loading the demo was cut short. Name an empty database and {as_it_is}"


@contextmanager
def _shown(title: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on a terminal, one line elsewhere; give what to tell the progress to."""
    console = Console(stderr=True)
    if not console.is_terminal:
        console.print(f"{title} …")
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(title)
        yield lambda done, of: bar.update(task, completed=done, total=of)
