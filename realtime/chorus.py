"""Told with one voice: followers of a stream who ask the same and are up to date are all told by one task.

Decides who is told so, and that nobody is told twice, or of one event before another: a member's place moves
on only when it took an event, one after the other. Who cannot take one just now is let go, reads on alone
from its own place, and comes back when it is up to date. Makes nothing of an event: its members say how.
"""

import asyncio
from collections.abc import Hashable, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, Protocol

from storage.feed import Event

if TYPE_CHECKING:
    from realtime.channels import Channel


AT_ONCE = 50
"""How many events of one stream are made side by side."""

PLACE: Final = attrgetter("at")


class Part(Protocol):
    """What a follower brings to be told together with others."""

    def key(self) -> Hashable:
        """Name what is asked, with whose eyes: the same for all who may share what is made."""

    async def make(self, event: Event) -> Any:
        """Make what is told of an event; for all who share the key, until it is another one."""

    def take(self, made: Sequence[Any], kept: dict[Any, Any]) -> bool:
        """Take what was made of some events, all at once, None where nothing is told of one.

        False to be let go and told alone, of all of them. What is noted in `kept` is seen by the others who
        take the same.
        """


class Member(Protocol):
    """A follower as its chorus sees it."""

    at: int
    part: Part | None


class Chorus:
    """The followers of one stream who share one key."""

    __slots__ = ("_channel", "_key", "_members", "_task")

    def __init__(self, channel: "Channel", key: Hashable) -> None:
        self._channel = channel
        self._key = key
        self._members: dict[Member, asyncio.Future[None]] = {}
        self._task: asyncio.Task[None] | None = None

    async def hold(self, member: Member) -> None:
        """Tell a member that is up to date what comes, until it has to look for itself."""
        turn = self._members[member] = asyncio.get_running_loop().create_future()
        try:
            await turn
        finally:
            self._members.pop(member, None)
            if not self._members:
                self._channel.choruses.pop(self._key, None)
                if self._task is not None:
                    self._task.cancel()

    def wake(self) -> None:
        """Tell what is new."""
        if self._task is None:
            self._task = asyncio.ensure_future(self._tell())

    def let_go(self, member: Member) -> None:
        """Let a member look for itself."""
        turn = self._members.pop(member, None)
        if turn is not None and not turn.done():
            turn.set_result(None)

    def let_all_go(self) -> None:
        """Let everyone look: something other than an event has happened."""
        for member in tuple(self._members):
            self.let_go(member)

    async def _tell(self) -> None:
        try:
            while self._members:
                events = self._channel.after(min(map(PLACE, self._members)))
                if not events:
                    break
                await self._tell_of(events[:AT_ONCE])
        except Exception:  # noqa: BLE001 each meets it alone, and says or masks it
            self.let_all_go()
        finally:
            self._task = None
        for member in tuple(self._members):
            if member.at != self._channel.head:  # more than is kept here
                self.let_go(member)

    async def _tell_of(self, events: Sequence[Event]) -> None:
        """Make what is told of some events side by side, then hand it over in order, in one go."""
        part = next((member.part for member in self._members), None)
        if part is None:
            return
        if len(events) == 1:
            made = [await part.make(events[0])]
        else:
            made = await asyncio.gather(*[part.make(event) for event in events])
        kept: dict[Any, Any] = {}
        for member in tuple(self._members):
            if not _has_taken(member, events, made, kept):
                self.let_go(member)


def _has_taken(member: Member, events: Sequence[Event], made: Sequence[Any], kept: dict[Any, Any]) -> bool:
    """Hand over what a member has not had yet, if it takes it."""
    had = member.at + 1 - events[0].sequence
    if had < 0 or member.part is None:
        return False
    if had >= len(events):
        return True
    if not (member.part.take(made[had:], {}) if had else member.part.take(made, kept)):
        return False
    member.at = events[-1].sequence
    return True
