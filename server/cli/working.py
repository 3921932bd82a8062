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
        asyncio.run(_work(url, settings.pool_size, settings.broadcast_url or "memory://"))


async def _work(url: str, pool_size: int, broadcast_url: str) -> None:
    from realtime.doorbell import make_doorbell
    from server.background import stop_on_signals
    from storage.engine import make_engine
    from worker import loop

    engine = make_engine(url, pool_size=pool_size)
    stop = stop_on_signals()
    sys.stdout.write("Firing deadlines. Stop with Ctrl-C.\n")
    sys.stdout.flush()
    try:
        async with make_doorbell(broadcast_url, url) as bell:
            await loop.run(engine, stop, bell.ring)
    finally:
        await engine.dispose()
