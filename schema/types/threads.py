"""Conversations, messages and what is attached to them."""

from datetime import datetime

import strawberry

from domain.words import MessageKind, Party, ThreadKind
from resolvers import feeds
from resolvers.edges import requests, threads, users
from schema.columns import column, computed, edge, global_id, over
from schema.scalars import URL, Cursor
from schema.types.connections import Connection, connection
from schema.types.late import SupportRequest, User
from schema.types.late import Thread as LateThread
from schema.types.node import Node
from storage.reads.threads import AttachmentRow, MessageRow, ThreadRow


@over(AttachmentRow, "A photo or a video.")
class Attachment(Node):
    """An attachment."""

    id: strawberry.ID = global_id("Attachment", "id")
    filename: str = column("Its name, as it was uploaded.")
    content_type: str = column("What it is, as found in its bytes: a MIME type.")
    byte_size: int = column("Its size in bytes.")
    url: URL = edge(
        threads.attachment_url, "Where to load it; the link is signed and expires within the hour."
    )


@over(MessageRow, "A message; once written, it never changes.")
class Message(Node):
    """A message."""

    id: strawberry.ID = global_id("Message", "owner_id", "thread_id", "number")
    thread: LateThread = edge(threads.thread_of, "Where it was written.")
    number: int = column("Its place in the thread: 1, 2, 3 and so on.")
    author: User | None = edge(users.author, "Who wrote it; null for what happened by itself.")
    party: Party = column("On which side it was written.")
    kind: MessageKind = column("What it is.")
    body: str = column("The text.")
    attachments: list[Attachment] = edge(threads.attachments, "What came with it.")
    created_at: datetime = column("When it was written.")


@over(ThreadRow, "A conversation of two, and Support if it is about a request.")
class Thread(Node):
    """A thread."""

    id: strawberry.ID = global_id("Thread", "owner_id", "id")
    kind: ThreadKind = column("What it is about.")
    participants: list[User] = edge(threads.participants, "The two who talk here.")
    viewer_party: Party | None = edge(
        threads.viewer_party, "On which side the viewer stands; null in direct threads."
    )
    counterpart: User | None = edge(threads.counterpart, "Who is on the other side, for a participant.")
    request: SupportRequest | None = edge(
        requests.of_thread, "The request it is about; null for direct threads."
    )
    subject: str = column("What it is about, in words.")
    last_message: Message | None = edge(threads.last_message, "The latest message.")
    last_activity_at: datetime = column("When something last happened here.")
    unread: bool = computed(
        lambda marked, count: marked or count > 0,
        "Whether something waits to be read by the viewer, or was marked so.",
        over=("marked_unread", "unread_count"),
    )
    unread_count: int = column("How many messages the viewer has not read.")
    archived: bool = column("Whether the viewer put it away.")
    last_read_number: int = column("Up to which message the viewer has read.")
    locked_at: datetime | None = column("Since when only Support writes here.")
    writable: bool = edge(threads.writable, "Whether the viewer could write here now.")
    feed_cursor: Cursor = edge(
        feeds.thread_cursor,
        "The head of this thread's stream before anything of this operation was read: "
        "follow `threadEvents` after it.",
    )
    messages: Connection[Message] = connection(threads.messages, "What was written, oldest first.")
