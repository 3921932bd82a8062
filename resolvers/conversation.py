"""Conversations: words in a thread, and each participant's own view of it (read, unread, archived).

Decides who may write and mark; in a request's thread the domain decides whether words are taken now.
"""

from datetime import UTC, datetime, timedelta

from domain.commands import SendMessage
from domain.refusals import Invalid, NotAllowed, NotFound
from domain.values import RequestKey
from domain.words import Scope
from realtime.signals import Typing
from resolvers.mutate import Receipt, Write
from resolvers.parties import acting_party, require_member, require_scope
from resolvers.requests import decide_and_save, settled
from storage import finding, inbox
from storage.conversation import ThreadKey
from storage.finding import FoundThread
from storage.load import lock_of_thread

TYPING_SHOWN = timedelta(seconds=6)


async def send_message(write: Write, owner_id: int, thread_id: int, message: SendMessage) -> Receipt:
    """Say something in a thread."""
    found = await lock_of_thread(write.connection, owner_id, thread_id)
    if found is None:
        return await _send_direct(write, await _visible(write, owner_id, thread_id), message)
    by = acting_party(
        write.context,
        seller_id=found.request.order.seller_id,
        buyer_id=found.request.order.buyer_id,
        scope=Scope.MESSAGES_WRITE,
        what="conversation",
        field="threadId",
    )
    saved = await decide_and_save(write, await settled(write, found), message, by=by)
    return receipt_of(owner_id, thread_id, saved.message_numbers[0], found.request.key)


def receipt_of(owner_id: int, thread_id: int, number: int, about: RequestKey | None) -> Receipt:
    """The receipt of a message, and of the request that its thread is about."""
    request = None if about is None else [about.seller_id, about.number]
    return {"message": [owner_id, thread_id, number], "request": request}


async def start_direct_thread(write: Write, username: str, body: str) -> Receipt:
    """Write to another member, in the conversation there is or in a new one."""
    account_id = require_member(write)
    other = await finding.member(write.connection, username)
    if other is None:
        raise NotFound("member", "username")
    if other == account_id:
        raise Invalid("Write to somebody else.", "username")
    at = await write.now()
    owner_id, thread_id = await inbox.start_direct_thread(
        write.connection, account_id, other, body=body, at=at
    )
    return {"thread": [owner_id, thread_id]}


async def mark_read(write: Write, owner_id: int, thread_id: int, up_to_number: int | None) -> Receipt:
    """Note how far the viewer has read."""
    thread, account_id = await _own(write, owner_id, thread_id)
    if up_to_number is not None and up_to_number > thread.last_message_number:
        raise Invalid("There is no such message yet.", "upToNumber")
    up_to = thread.last_message_number if up_to_number is None else up_to_number
    at = write.as_of(thread.at)
    await inbox.mark_read(write.connection, account_id, owner_id, thread_id, up_to_number=up_to, at=at)
    return {"thread": [owner_id, thread_id]}


async def mark_unread(write: Write, owner_id: int, thread_id: int) -> Receipt:
    """Note that the viewer wants to come back to it."""
    thread, account_id = await _own(write, owner_id, thread_id)
    at = write.as_of(thread.at)
    await inbox.mark_unread(write.connection, account_id, owner_id, thread_id, at=at)
    return {"thread": [owner_id, thread_id]}


async def archive(write: Write, owner_id: int, thread_id: int, *, archived: bool) -> Receipt:
    """Put a thread out of the viewer's inbox, or back."""
    thread, account_id = await _own(write, owner_id, thread_id)
    at = write.as_of(thread.at)
    await inbox.set_archived(write.connection, account_id, owner_id, thread_id, archived=archived, at=at)
    return {"thread": [owner_id, thread_id]}


async def indicate_typing(write: Write, owner_id: int, thread_id: int) -> Receipt:
    """The viewer is writing; nothing of it is kept."""
    _, account_id = await _own(write, owner_id, thread_id)
    if write.context.hub is not None:
        until = datetime.now(UTC) + TYPING_SHOWN  # people's time: a test clock types nothing
        write.context.hub.signal(Typing(owner_id, thread_id, account_id, until))
    return {"thread": [owner_id, thread_id]}


async def _send_direct(write: Write, thread: FoundThread, message: SendMessage) -> Receipt:
    account_id = require_member(write)
    number = await inbox.say_directly(
        write.connection,
        ThreadKey(thread.owner_id, thread.id, thread.member_id),
        author_id=account_id,
        body=message.body,
        attachment_ids=message.attachment_ids,
        at=write.as_of(thread.at),
    )
    return receipt_of(thread.owner_id, thread.id, number, None)


async def _visible(write: Write, owner_id: int, thread_id: int) -> FoundThread:
    """Find a thread that the caller may see."""
    thread = await finding.thread(write.connection, owner_id, thread_id)
    if thread is None or not _sees(write, thread):
        raise NotFound("conversation", "threadId")
    return thread


async def _own(write: Write, owner_id: int, thread_id: int) -> tuple[FoundThread, int]:
    """Find a thread that the caller has in an inbox, and whose inbox that is."""
    thread = await _visible(write, owner_id, thread_id)
    require_scope(write.context, Scope.MESSAGES_WRITE)
    account_id = write.viewer.member_id
    if account_id is None:
        raise NotAllowed("Only the two participants have this conversation in their inbox.")
    return thread, account_id


def _sees(write: Write, thread: FoundThread) -> bool:
    sight = write.context.sight
    if thread.request is None:
        return sight.member in (thread.owner_id, thread.member_id)
    side = sight.as_party(seller_id=thread.owner_id, buyer_id=thread.member_id)
    return side is not None or sight.everything
