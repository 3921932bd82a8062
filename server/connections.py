"""Every live connection of this process: how many a viewer may have, and what ends one from outside.

Decides when a connection must go: its token has ended, was revoked, or the process is being restarted. Knows
nothing of what is sent over it.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Hashable, Iterator
from contextlib import asynccontextmanager, contextmanager

from server.close_codes import RESTARTING, TOKEN_ENDED, TRY_LATER, Close
from server.live_limits import LiveLimits
from server.viewers import Caller

GOING = Close(RESTARTING, "The server is being restarted: connect again.")
EXPIRED = Close(TOKEN_ENDED, "The token has expired.")
REVOKED = Close(TOKEN_ENDED, "The token was revoked.")
SPACING_SECONDS = 0.01
LONGEST_TIMER_SECONDS = 86_400


class Refused(Exception):  # noqa: N818 what is done to a connection
    """No connection is given; carries how to say so."""

    def __init__(self, close: Close) -> None:
        super().__init__(close.reason)
        self.close = close


class Ended(Exception):  # noqa: N818 what has become of a connection
    """The connection must go; carries how to say so."""

    def __init__(self, close: Close) -> None:
        super().__init__(close.reason)
        self.close = close


class Connections:
    """All leases of this process."""

    def __init__(self, limits: LiveLimits) -> None:
        self._limits = limits
        self._leases: set[Lease] = set()
        self._held: Counter[Hashable] = Counter()
        self._emptied = asyncio.Event()
        self.is_draining = False

    def __len__(self) -> int:
        return len(self._leases)

    @contextmanager
    def lease(self, host: str | None) -> Iterator["Lease"]:
        """Give a connection its lease for as long as the block runs; raises Refused."""
        if self.is_draining:
            raise Refused(GOING)
        lease = Lease(self, host)
        self._leases.add(lease)
        try:
            yield lease
        finally:
            self._leases.discard(lease)
            lease.let_go()
            if not self._leases:
                self._emptied.set()

    def take(self, holder: Hashable) -> None:
        """Count one more connection of somebody; raises Refused when that is too many."""
        if self._held[holder] >= self._limits.connections_per_viewer:
            most = self._limits.connections_per_viewer
            raise Refused(Close(TRY_LATER, f"There may be {most} connections a viewer: close one first."))
        self._held[holder] += 1

    def give_back(self, holder: Hashable) -> None:
        """Count one less."""
        self._held[holder] -= 1
        if not self._held[holder]:
            del self._held[holder]

    def revoke(self, token_ids: frozenset[str]) -> None:
        """End the connections of tokens that are believed no more."""
        for lease in self._leases:
            if lease.caller.token_id in token_ids:
                lease.end(REVOKED)

    async def drain(self) -> None:
        """Refuse new connections, end the open ones a few at a time, and wait until the last has gone."""
        self.is_draining = True
        leases = tuple(self._leases)
        if not leases:
            return
        self._emptied.clear()
        spread = min(self._limits.spread_seconds, len(leases) * SPACING_SECONDS)
        loop = asyncio.get_running_loop()
        timers = [
            loop.call_later(spread * place / len(leases), lease.end, GOING)
            for place, lease in enumerate(leases)
        ]
        try:
            async with asyncio.timeout(spread + self._limits.finish_seconds):
                await self._emptied.wait()
        except TimeoutError:
            pass  # what is left ends with the process
        finally:
            for timer in timers:
                timer.cancel()


class Lease:
    """How long one connection may stay, and whose it is. It is nobody's until it is held."""

    __slots__ = ("_close", "_connections", "_holder", "_host", "_timeout", "_timer", "caller")

    def __init__(self, connections: Connections, host: str | None) -> None:
        self._connections = connections
        self._host = host
        self._holder: Hashable | None = None
        self._close: Close | None = None
        self._timeout: asyncio.Timeout | None = None
        self._timer: asyncio.TimerHandle | None = None
        self.caller = Caller()

    def hold(self, caller: Caller) -> None:
        """Make it the caller's, or the same caller's by a fresh token; raises Refused."""
        if self._holder is None:
            holder = caller.account or (self._host,)
            self._connections.take(holder)
            self._holder = holder
        self.caller = caller
        self._arm()

    @asynccontextmanager
    async def until_ended(self) -> AsyncIterator[None]:
        """Run the block, at most until the connection must go: it is then interrupted, and Ended raised."""
        try:
            async with asyncio.timeout(None) as self._timeout:
                if self._close is not None:
                    raise Ended(self._close)
                yield
        except TimeoutError:
            if self._close is None:
                raise
            raise Ended(self._close) from None
        finally:
            self._timeout = None

    def end(self, close: Close) -> None:
        """End it as soon as may be; the first reason counts."""
        if self._close is None:
            self._close = close
            if self._timeout is not None:
                self._timeout.reschedule(asyncio.get_running_loop().time())

    def let_go(self) -> None:
        """Count it no more, and wait for nothing more."""
        if self._timer is not None:
            self._timer.cancel()
        if self._holder is not None:
            self._connections.give_back(self._holder)
            self._holder = None

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        left = self.caller.expires_in
        if left is not None:
            delay = min(left, LONGEST_TIMER_SECONDS)
            self._timer = asyncio.get_running_loop().call_later(delay, self._look_at_the_clock)

    def _look_at_the_clock(self) -> None:
        """The loop's clock and the wall's may differ: only the wall's counts."""
        if self.caller.expires_in == 0:
            self.end(EXPIRED)
        else:
            self._arm()
