"""What a notification is about, for whom it was written to."""

from resolvers.context import Context
from storage.reads import threads
from storage.reads.notifications import NotificationRow
from storage.reads.threads import ThreadRow


async def thread(context: Context, notification: NotificationRow) -> ThreadRow | None:
    """The conversation it is about, if about one."""
    key = notification.thread_key
    return None if key is None else await context.read(threads.by_key, key)
