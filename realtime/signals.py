"""Somebody is writing: told by the bell alone, shown for a few seconds, never kept.

Decides how the signal is spelled among the names that the bell carries.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from storage.feed import thread_stream

MARK = "~"


@dataclass(frozen=True, slots=True)
class Typing:
    """Who is writing in a thread, and until when that is to be shown, by wall time."""

    owner_id: int
    thread_id: int
    account_id: int
    until: datetime

    @property
    def stream(self) -> str:
        """The stream whose followers are told."""
        return thread_stream(self.owner_id, self.thread_id)

    @property
    def name(self) -> str:
        """How the bell carries it."""
        until = int(self.until.timestamp() * 1000)
        return f"{MARK}{self.owner_id}/{self.thread_id}/{self.account_id}/{until}"

    @classmethod
    def read(cls, name: str) -> "Typing | None":
        """Give the signal that a name carries; None for the name of a stream."""
        if not name.startswith(MARK):
            return None
        owner_id, thread_id, account_id, until = map(int, name.removeprefix(MARK).split("/"))
        return cls(owner_id, thread_id, account_id, datetime.fromtimestamp(until / 1000, UTC))
