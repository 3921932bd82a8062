"""A thread's people, messages and state, for the viewer who reads it."""

from asyncio import gather

from domain import conversation
from domain.policy import policy
from domain.words import Party, ThreadKind
from resolvers.context import Context
from resolvers.edges.paging import listed
from resolvers.edges.users import by_id
from resolvers.edges.via import via
from storage.reads import threads
from storage.reads.accounts import AccountRow
from storage.reads.threads import AttachmentRow, ThreadRow


async def participants(context: Context, thread: ThreadRow) -> list[AccountRow]:
    """The two who talk here: the seller (or who was written to) and the buyer (or who wrote first)."""
    both = await gather(*(by_id(context, account) for account in (thread.owner_id, thread.member_id)))
    return [account for account in both if account]


def viewer_party(context: Context, thread: ThreadRow) -> Party | None:
    """On which side the viewer stands; none in a direct thread."""
    if thread.kind is ThreadKind.DIRECT:
        return None
    return context.sight.as_party(seller_id=thread.owner_id, buyer_id=thread.member_id)


async def counterpart(context: Context, thread: ThreadRow) -> AccountRow | None:
    """Who is on the other side; nobody for who stands on none."""
    sight = context.sight
    if thread.owner_id in (sight.member, sight.seller):
        return await by_id(context, thread.member_id)
    return await by_id(context, thread.owner_id) if thread.member_id == sight.member else None


last_message = via(threads.message_by_key, "owner_id", "id", "last_message_number")
"""The latest message; a thread without any has the number 0, which no message has."""
messages = listed(threads.messages_of, "owner_id", "id")
"""What was written, by number."""
thread_of = via(threads.by_key, "owner_id", "thread_id")
"""Where it was written."""
attachments = via(threads.attachments_of_message, "owner_id", "thread_id", "number")
"""What came with it."""


async def writable(context: Context, thread: ThreadRow) -> bool:
    """Whether the viewer could write here now."""
    if thread.kind is ThreadKind.DIRECT:
        return context.sight.member in (thread.owner_id, thread.member_id)
    party = viewer_party(context, thread)
    if party is None or thread.handled_by is None or thread.policy_version is None:
        return False
    silent = conversation.why_silent(
        party,
        locked=thread.locked_at is not None,
        handled_by=thread.handled_by,
        closed_at=thread.closed_at,
        at=await context.at(),
        policy=policy(thread.policy_version),
    )
    return silent is None


def attachment_url(context: Context, attachment: AttachmentRow) -> str:
    """A link that shows it for a while."""
    return context.links.attachment(attachment.id)
