"""What runs beside the requests: the worker's loop, started again if it breaks, stopped with what it runs in.

Decides when it starts and ends. Knows nothing of deadlines.
"""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from worker import loop

PATIENCE_SECONDS = 10
PAUSE_SECONDS = 5

log = structlog.get_logger("amends.worker")


def stop_on_signals() -> asyncio.Event:
    """Give an event that SIGINT and SIGTERM set, in the running loop."""
    stop = asyncio.Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signum, stop.set)
    return stop


async def keep_working(engine: AsyncEngine, stop: asyncio.Event) -> None:
    """Run the worker until stopped; a database that goes away and comes back does not end it."""
    while not stop.is_set():
        try:
            await loop.run(engine, stop)
        except Exception:
            log.exception("the worker broke off", again_in_seconds=PAUSE_SECONDS)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), PAUSE_SECONDS)


@asynccontextmanager
async def working(engine: AsyncEngine) -> AsyncIterator[None]:
    """Run one worker while the block runs; a deadline it is busy with is finished first."""
    stop = asyncio.Event()
    task = asyncio.create_task(keep_working(engine, stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait([task], timeout=PATIENCE_SECONDS)
        task.cancel()
