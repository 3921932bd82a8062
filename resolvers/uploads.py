"""Photos and videos on their way: a promise of what will be sent, and the one link that takes it.

Decides what may be promised. What the bytes are is decided when they come.
"""

from domain.policy import CURRENT
from domain.refusals import AttachmentRejected, Invalid, NotAllowed
from domain.words import Scope
from resolvers.mutate import Receipt, Write
from resolvers.parties import require_scope
from storage import attachments

KINDS = ("image/", "video/")


async def begin_upload(write: Write, filename: str, content_type: str, byte_size: int) -> Receipt:
    """Note what is about to be uploaded, and by whom."""
    if write.viewer.account_id is None:
        raise NotAllowed("The marketplace's own services attach nothing.")
    require_scope(write.context, Scope.MESSAGES_WRITE)
    if not content_type.lower().startswith(KINDS):
        raise AttachmentRejected("Only photos (image/…) and videos (video/…) can be attached.", "contentType")
    if byte_size > CURRENT.attachment_size_bytes:
        raise Invalid(f"A file has at most {CURRENT.attachment_size_bytes:,} bytes.", "byteSize")
    id_ = await attachments.begin(
        write.connection,
        uploader_id=write.viewer.account_id,
        filename=filename,
        content_type=content_type,
        byte_size=byte_size,
        at=await write.now(),
    )
    return {"attachment": [id_], "contentType": content_type}
