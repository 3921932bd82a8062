"""Which tokens are believed no more, as this process knows it: the database asked again and again.

Decides how soon a revocation counts everywhere: within `EVERY_SECONDS` and the time of one statement.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from storage import revocations

EVERY_SECONDS = 2

log = structlog.get_logger("amends.revocations")


class Revocations:
    """The set of revoked tokens; `on_news` hears of those that were added to it."""

    def __init__(self, engine: AsyncEngine, on_news: Callable[[frozenset[str]], None]) -> None:
        self._engine = engine
        self._on_news = on_news
        self._revoked: frozenset[str] = frozenset()
        self._is_away = False

    def is_revoked(self, token_id: str) -> bool:
        """Whether a token was revoked, as far as this process knows."""
        return token_id in self._revoked

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Keep the set current while the block runs; it is read once before the block begins."""
        await self.look()
        task = asyncio.create_task(self._look_again_and_again())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def look(self) -> None:
        """Read the set now; while the database is away, what is known stays known."""
        try:
            async with self._engine.connect() as connection:
                revoked = await revocations.revoked(connection)
        except Exception as error:  # noqa: BLE001 its drivers' errors share no base class
            self._tell_absence(error)
            return
        self._is_away = False
        added, self._revoked = revoked - self._revoked, revoked
        if added:
            self._on_news(added)

    def _tell_absence(self, error: Exception) -> None:
        if not self._is_away:
            log.warning("revocations cannot be read", error=str(error).partition("\n")[0])
        self._is_away = True

    async def _look_again_and_again(self) -> None:
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            await self.look()
