"""What is said about one's own notifications."""

import strawberry

from schema.inputs.form import Form, field, idempotency_key

MOST_NOTIFICATIONS = 100


@strawberry.input(description="Notifications that the viewer has read: some, or all that there are.")
class MarkNotificationsReadInput(Form):
    """Which ones."""

    ids: list[strawberry.ID] | None = field(
        "The notifications, at most 100; left out where all are meant.",
        optional=True,
        of="Notification",
        most=MOST_NOTIFICATIONS,
    )
    all: bool | None = field("Whether every notification there is was read.", default=False)
    idempotency_key: str | None = idempotency_key()
