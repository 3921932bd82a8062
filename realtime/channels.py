"""One followed stream as a process knows it: how far it is read, its latest events, and who waits, alone or
told together.

Decides how much is kept. Reads nothing itself.
"""

import asyncio
from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass, field
from itertools import islice

from realtime.chorus import Chorus
from realtime.signals import Typing
from storage.feed import Event

KEPT_EVENTS = 256
"""How many of a followed stream's latest events are kept here: what ten tabs of one inbox read once."""


@dataclass(slots=True, eq=False)
class Channel:
    """A stream that somebody here follows."""

    name: str
    followers: int = 0
    head: int | None = None
    latest: deque[Event] = field(default_factory=lambda: deque(maxlen=KEPT_EVENTS))
    typing: Typing | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    choruses: dict[Hashable, Chorus] = field(default_factory=dict)

    def wake(self) -> None:
        """Let everyone look who waits for a change."""
        self._wake_the_lonely()
        for chorus in tuple(self.choruses.values()):
            chorus.let_all_go()

    def _wake_the_lonely(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()

    def chorus(self, key: Hashable) -> Chorus:
        """Give those who are told together under this key."""
        found = self.choruses.get(key)
        if found is None:
            found = self.choruses[key] = Chorus(self, key)
        return found

    def take(self, told: list[Event]) -> None:
        """Add what was read after the head."""
        if self.head is None or told[0].sequence != self.head + 1:
            self.latest.clear()  # it was away for longer than the log is kept
        self.latest.extend(told)
        self.head = told[-1].sequence
        self._wake_the_lonely()
        for chorus in tuple(self.choruses.values()):
            chorus.wake()

    def forget(self) -> None:
        """Begin anew: the database is another one."""
        self.head = None
        self.latest.clear()
        self.wake()

    def after(self, sequence: int) -> list[Event] | None:
        """What is known here to have come after a place; None if what comes next there is not kept here."""
        if not self.latest or not self.latest[0].sequence <= sequence + 1 <= self.latest[-1].sequence:
            return None
        news = self.latest[-1].sequence - sequence
        return [*islice(reversed(self.latest), news)][::-1]
