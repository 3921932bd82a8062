"""What anyone does with their own notifications."""

import strawberry

from resolvers import notifications
from resolvers.mutate import Receipt, Write
from schema.inputs import notifications as inputs
from schema.mutations.perform import key_of, mutation
from schema.payloads import NotificationsPayload


async def _mark_read(write: Write, form: inputs.MarkNotificationsReadInput) -> Receipt:
    keys = [key_of(text) for text in form.ids or ()]
    return await notifications.mark_read(write, keys, everything=bool(form.all))


@strawberry.type(description="What anyone does with their own notifications.")
class NotificationMutations:
    """Read marks."""

    mark_notifications_read = mutation(
        inputs.MarkNotificationsReadInput,
        NotificationsPayload,
        _mark_read,
        "Note that the viewer has read some notifications, or all of them.",
    )
