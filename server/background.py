"""What runs beside the requests: the worker's loop, stopped together with what it runs in.

Decides when it starts and ends. Knows nothing of deadlines.
"""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncEngine

from storage.transaction import Ring
from worker import loop

PATIENCE_SECONDS = 10


def stop_on_signals() -> asyncio.Event:
    """Give an event that SIGINT and SIGTERM set, in the running loop."""
    stop = asyncio.Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signum, stop.set)
    return stop


@asynccontextmanager
async def working(engine: AsyncEngine, ring: Ring) -> AsyncIterator[None]:
    """Run one worker while the block runs; a deadline it is busy with is finished first."""
    stop = asyncio.Event()
    task = asyncio.create_task(loop.run(engine, stop, ring))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait([task], timeout=PATIENCE_SECONDS)
        task.cancel()
