"""What a notification is about, for whom it was written to."""

from resolvers.edges.via import via
from storage.reads import threads

thread = via(threads.by_key, "owner_id", "thread_id")
"""The conversation it is about, if about one."""
