"""What sellers set for their desk, what Support notes about a buyer, and the sandbox's clock."""

import strawberry

from schema.inputs.form import Form, field, idempotency_key
from schema.inputs.money import AddressInput


@strawberry.input(description="Where returns go from now on.")
class UpdateReturnAddressInput(Form):
    """The seller's address."""

    address: AddressInput = field("The address; labels made before keep theirs.")
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="A reply kept for reuse.")
class SaveReplyInput(Form):
    """A new one, or another wording of one."""

    id: strawberry.ID | None = field(
        "The reply to change; left out: a new one.", of="SavedReply", optional=True
    )
    title: str = field("Its name in the list.", longest=200)
    body: str = field("Its words, with placeholders such as {buyer}; at most 5,000 characters.")
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="A kept reply that is no longer wanted.")
class DeleteSavedReplyInput(Form):
    """Which one."""

    saved_reply_id: strawberry.ID = field("The reply.", of="SavedReply")
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="A seller's wish to handle requests in person.")
class JoinWaitlistInput(Form):
    """Nothing to say."""

    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="Support's word on a buyer under suspicion, or no longer.")
class FlagBuyerInput(Form):
    """Whom, and why."""

    user_id: strawberry.ID = field("The buyer.", of="User")
    reason: str = field("Why; kept, and seen by Support alone. At most 5,000 characters.")
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="How far the sandbox's clock jumps.")
class AdvanceTestClockInput(Form):
    """A span of time."""

    by: str = field(
        "An ISO 8601 duration above zero, for example PT48H or P3D; every deadline on the way fires, in "
        "order.",
        longest=100,
    )
    idempotency_key: str | None = idempotency_key()
