"""What sellers set for their desk."""

import strawberry

from resolvers import desk
from resolvers.mutate import Receipt, Write
from schema.inputs import desk as inputs
from schema.mutations.perform import key_of, mutation
from schema.payloads import DeletePayload, SavedReplyPayload, SellerDeskPayload


async def _return_address(write: Write, form: inputs.UpdateReturnAddressInput) -> Receipt:
    return await desk.update_return_address(write, form.address.address())


async def _save_reply(write: Write, form: inputs.SaveReplyInput) -> Receipt:
    key = key_of(form.id) if form.id else None
    return await desk.save_reply(write, key, form.title, form.body)


async def _delete_reply(write: Write, form: inputs.DeleteSavedReplyInput) -> Receipt:
    return await desk.delete_reply(write, *key_of(form.saved_reply_id))


async def _join_waitlist(write: Write, _: inputs.JoinWaitlistInput) -> Receipt:
    return await desk.join_waitlist(write)


@strawberry.type(description="What a seller sets.")
class DeskMutations:
    """The seller's own settings."""

    update_return_address = mutation(
        inputs.UpdateReturnAddressInput,
        SellerDeskPayload,
        _return_address,
        "Set where returns go from now on.",
    )
    save_reply = mutation(
        inputs.SaveReplyInput, SavedReplyPayload, _save_reply, "Keep a reply for reuse, or change one."
    )
    delete_saved_reply = mutation(
        inputs.DeleteSavedReplyInput, DeletePayload, _delete_reply, "Forget a kept reply."
    )
    join_waitlist = mutation(
        inputs.JoinWaitlistInput,
        SellerDeskPayload,
        _join_waitlist,
        "Ask to handle requests in person; the marketplace admits sellers from the list.",
    )
