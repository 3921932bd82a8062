"""Notifications in the app."""

from datetime import datetime

import strawberry

from domain.words import EventKind
from resolvers.edges import notifications, requests
from schema.columns import column, edge, global_id, over
from schema.types.node import Node
from schema.types.requests import SupportRequest
from schema.types.threads import Thread
from storage.reads.notifications import NotificationRow


@over(NotificationRow, "Something that the viewer was notified of; nobody else sees it.")
class Notification(Node):
    """A notification."""

    id: strawberry.ID = global_id("Notification", "account_id", "number")
    event: EventKind = column("What happened.", of="kind")
    text: str = column("What happened, in words: plain text of at most 200 characters.")
    request: SupportRequest | None = edge(requests.named, "The request it is about, if about one.")
    thread: Thread | None = edge(notifications.thread, "The conversation it is about, if about one.")
    read_at: datetime | None = column("When it was marked read; null while it is unread.")
    created_at: datetime = column("When it happened.")
