"""`worker`: the deadlines, alone."""

import asyncio


def worker() -> None:
    """Fire due deadlines until stopped. [bold]serve[/] runs one itself; any number may run beside it."""
    from server import logs
    from server.database import database
    from server.settings import load_settings
    from storage import migrate

    settings = load_settings()
    logs.configure(settings)
    with database(settings) as url:
        migrate.upgrade(url)
        asyncio.run(_work(url, settings.pool_size))


async def _work(url: str, pool_size: int) -> None:
    from server.background import keep_working, stop_on_signals
    from storage.engine import make_engine

    engine = make_engine(url, pool_size=pool_size)
    try:
        await keep_working(engine, stop_on_signals())
    finally:
        await engine.dispose()
