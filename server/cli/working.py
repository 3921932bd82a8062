"""`worker`: the deadlines, alone."""

import asyncio
import sys


def worker() -> None:
    """Fire due deadlines until stopped. [bold]serve[/] runs one itself; any number may run beside it."""
    from server import logs
    from server.migrated import migrated_database
    from server.settings import load_settings

    settings = load_settings()
    logs.configure(settings)
    with migrated_database(settings) as url:
        asyncio.run(_work(url, settings.pool_size))


async def _work(url: str, pool_size: int) -> None:
    from server.background import stop_on_signals
    from storage.engine import make_engine
    from worker import loop

    engine = make_engine(url, pool_size=pool_size)
    stop = stop_on_signals()
    sys.stdout.write("Firing deadlines. Stop with Ctrl-C.\n")
    sys.stdout.flush()
    try:
        await loop.run(engine, stop)
    finally:
        await engine.dispose()
