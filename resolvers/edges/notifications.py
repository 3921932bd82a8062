"""What a notification is about, for whom it was written to."""

from resolvers.edges.via import via
from storage.reads import threads
from storage.reads.notifications import NotificationRow


@via(threads.by_key)
def thread(notification: NotificationRow) -> tuple[int, int] | None:
    """The conversation it is about, if about one."""
    return notification.thread_key
