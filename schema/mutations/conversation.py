"""Conversations: words, uploads, and each participant's own view of a thread."""

from typing import Any

import strawberry

from domain.commands import SendMessage
from resolvers import conversation, uploads
from resolvers.acting import Say
from resolvers.mutate import Receipt, Write
from schema.inputs import conversation as inputs
from schema.mutations.perform import action, attachments_of, key_of, mutation
from schema.payloads import MessagePayload, ThreadPayload, UploadPayload


def _say(form: inputs.SendMessageInput) -> Say:
    return Say(*key_of(form.thread_id), SendMessage(form.body, attachments_of(form)))


async def _start(write: Write, form: inputs.StartDirectThreadInput) -> Receipt:
    return await conversation.start_direct_thread(write, form.username, form.body)


async def _mark_read(write: Write, form: inputs.MarkThreadReadInput) -> Receipt:
    return await conversation.mark_read(write, *key_of(form.thread_id), form.up_to_number)


async def _mark_unread(write: Write, form: Any) -> Receipt:
    return await conversation.mark_unread(write, *key_of(form.thread_id))


async def _archive(write: Write, form: Any) -> Receipt:
    return await conversation.archive(write, *key_of(form.thread_id), archived=True)


async def _unarchive(write: Write, form: Any) -> Receipt:
    return await conversation.archive(write, *key_of(form.thread_id), archived=False)


async def _type(write: Write, form: Any) -> Receipt:
    return await conversation.indicate_typing(write, *key_of(form.thread_id))


async def _upload(write: Write, form: inputs.CreateUploadInput) -> Receipt:
    return await uploads.begin_upload(write, form.filename, form.content_type, form.byte_size)


@strawberry.type(description="What anyone in a conversation does.")
class ConversationMutations:
    """Words and what surrounds them."""

    send_message = action(
        inputs.SendMessageInput,
        MessagePayload,
        _say,
        "Write in a conversation. In a request that waits for the buyer's details, the buyer's words pass "
        "the turn.",
    )
    start_direct_thread = mutation(
        inputs.StartDirectThreadInput, ThreadPayload, _start, "Write to another member, not about a request."
    )
    mark_thread_read = mutation(
        inputs.MarkThreadReadInput, ThreadPayload, _mark_read, "Note how far the viewer has read."
    )
    mark_thread_unread = mutation(
        inputs.ThreadActionInput,
        ThreadPayload,
        _mark_unread,
        "Show a conversation as unread, to come back to it.",
    )
    archive_thread = mutation(
        inputs.ThreadActionInput,
        ThreadPayload,
        _archive,
        "Put a conversation out of the inbox; it returns when somebody writes in it.",
    )
    unarchive_thread = mutation(
        inputs.ThreadActionInput, ThreadPayload, _unarchive, "Put a conversation back into the inbox."
    )
    indicate_typing = mutation(
        inputs.ThreadActionInput,
        ThreadPayload,
        _type,
        "Say that the viewer is writing; nothing of it is kept.",
    )
    create_upload = mutation(
        inputs.CreateUploadInput,
        UploadPayload,
        _upload,
        "Announce a photo or video and get the address to send its bytes to; name it afterwards in "
        "attachmentIds.",
    )
