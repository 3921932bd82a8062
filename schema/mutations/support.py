"""What Support does beside the table."""

import strawberry

from resolvers import support
from resolvers.mutate import Receipt, Write
from schema.inputs import desk as desk_inputs
from schema.inputs import requests as inputs
from schema.mutations.perform import mutation, parts_of, request_of
from schema.payloads import RequestPayload, UserPayload


async def _assign(write: Write, form: inputs.AssignRequestInput) -> Receipt:
    assignee_id = parts_of(form.assignee_id)[0] if form.assignee_id else None
    return await support.assign(write, request_of(form), assignee_id, if_version=form.if_version)


async def _add_note(write: Write, form: inputs.AddInternalNoteInput) -> Receipt:
    return await support.add_note(write, request_of(form), form.body)


async def _flag(write: Write, form: desk_inputs.FlagBuyerInput) -> Receipt:
    return await support.flag_buyer(write, parts_of(form.user_id)[0], form.reason, flagged=True)


async def _clear(write: Write, form: desk_inputs.FlagBuyerInput) -> Receipt:
    return await support.flag_buyer(write, parts_of(form.user_id)[0], form.reason, flagged=False)


@strawberry.type(description="What Support does beside deciding.")
class SupportMutations:
    """Support's own work."""

    assign_request = mutation(
        inputs.AssignRequestInput,
        RequestPayload,
        _assign,
        "Say which agent works on a request, or that nobody does.",
    )
    add_internal_note = mutation(
        inputs.AddInternalNoteInput,
        RequestPayload,
        _add_note,
        "Write a note that buyer and seller never see.",
    )
    flag_buyer = mutation(
        desk_inputs.FlagBuyerInput,
        UserPayload,
        _flag,
        "Put a buyer under suspicion: their requests go to Support.",
    )
    clear_buyer = mutation(
        desk_inputs.FlagBuyerInput,
        UserPayload,
        _clear,
        "Take the suspicion from a buyer, whatever the numbers say.",
    )
