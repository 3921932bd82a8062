"""Admitting a seller to Seller Provided Support, or ending it, as the platform says.

Decides nothing about requests that are open: each keeps the handler it was opened with.
"""

from datetime import datetime

from domain.enrollment import NOT_ENROLLED, Enrollment
from domain.refusals import Invalid, NotFound
from domain.words import EnrollmentStatus
from resolvers.mutate import Receipt, Write
from resolvers.parties import require_platform
from storage import desk, finding


async def set_enrollment(
    write: Write, username: str, status: EnrollmentStatus, since: datetime | None
) -> Receipt:
    """Write how a seller stands from now on; saying it again changes nothing."""
    require_platform(write)
    seller = await finding.seller(write.connection, username)
    if seller is None:
        raise NotFound("seller", "username")
    at = await write.now()
    if since is not None and since > at:
        raise Invalid("This begins no later than now.", "since")
    current = await desk.lock_enrollment(write.connection, seller.id) or NOT_ENROLLED
    stated = Enrollment(status, None if status is EnrollmentStatus.NOT_ENROLLED else since or at)
    if current.status is not status or since not in (None, current.since):
        await desk.set_enrollment(write.connection, seller.id, current, stated, at=at)
    return {"seller": [seller.id]}
