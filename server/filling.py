"""Filling an empty database with the demo marketplace; one that holds anybody is left as it is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress

from server.files import FileStore
from server.settings import SettingsError
from storage import callers, health
from storage.engine import make_engine

CUT_SHORT = (
    "AMENDS_DATABASE_URL or AMENDS_DATA_DIR: loading the demo here was cut short; name an empty one, "
    "or take this as it is with --no-demo."
)


async def fill(url: str, files: FileStore, *, scale: int = 1) -> bool:
    """Load the marketplace, `scale` times as large; False if there is anybody already."""
    engine = make_engine(url)
    try:
        async with engine.connect() as connection:
            if await health.is_demo_unfinished(connection):
                raise SettingsError(CUT_SHORT)
            if await callers.is_anyone_here(connection):
                return False
        from demo import bulk, marketplace  # noqa: PLC0415 most starts have nothing to load

        with _shown("Loading the demo marketplace") as progress:
            await marketplace.build(engine, files, progress=progress)
        if scale > 1:
            with _shown(f"Making it {scale} times as large") as progress:
                await bulk.multiply(engine, scale, progress=progress)
    finally:
        await engine.dispose()
    return True


@contextmanager
def _shown(title: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on a terminal, one line elsewhere; give what to tell the progress to."""
    console = Console(stderr=True)
    if not console.is_terminal:
        console.print(f"{title} …")
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(title)
        yield lambda done, of: bar.update(task, completed=done, total=of)
