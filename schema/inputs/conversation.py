"""What is sent in conversations, and about them."""

import strawberry

from schema.inputs.form import Form, attachment_ids, field, idempotency_key


@strawberry.input(description="Words in a conversation.")
class SendMessageInput(Form):
    """What is said where."""

    thread_id: strawberry.ID = field("The conversation.", of="Thread")
    body: str = field("The words; at most 5,000 characters.")
    attachment_ids: list[strawberry.ID] | None = attachment_ids()
    idempotency_key: str | None = idempotency_key()


@strawberry.input(
    description="The first words to another member; goes on with the conversation if there is one."
)
class StartDirectThreadInput(Form):
    """What is said to whom."""

    username: str = field("The other member.", longest=80)
    body: str = field("The words; at most 5,000 characters.")
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="How far the viewer has read.")
class MarkThreadReadInput(Form):
    """Up to which message."""

    thread_id: strawberry.ID = field("The conversation.", of="Thread")
    up_to_number: int | None = field("The last message read; left out: all of them.", optional=True, least=0)
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="An action that needs nothing but its conversation.")
class ThreadActionInput(Form):
    """Which conversation."""

    thread_id: strawberry.ID = field("The conversation.", of="Thread")
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="A photo or video about to be uploaded.")
class CreateUploadInput(Form):
    """What will be sent."""

    filename: str = field("Its name.", longest=255)
    content_type: str = field("Its media type, image/… or video/…; the bytes decide in the end.", longest=100)
    byte_size: int = field("Its size in bytes.", least=1)
    idempotency_key: str | None = idempotency_key()
