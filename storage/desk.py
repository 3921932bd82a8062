"""What a seller sets for the desk: the return address, kept replies, and whether requests come to them in
person.

Decides nothing about who may: every function names the seller whose desk it is.
"""

from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa

from domain.enrollment import Enrollment
from domain.notices import ENROLLMENT
from domain.values import Address
from domain.words import EnrollmentStatus, EventKind
from storage.connection import Connection
from storage.notices import Notification
from storage.tables import saved_replies, sellers
from storage.transaction import notify, touch


async def lock_enrollment(connection: Connection, seller_id: int) -> Enrollment | None:
    """Give a seller's enrollment and hold it still; None for who sells nothing."""
    row = (await connection.execute(_lock_enrollment, {"of_seller": seller_id})).one_or_none()
    if row is None:
        return None
    since = {
        EnrollmentStatus.ENROLLED: row.enrolled_since,
        EnrollmentStatus.WAITLISTED: row.waitlisted_at,
        EnrollmentStatus.NOT_ENROLLED: None,
    }
    return Enrollment(row.enrollment_status, since[row.enrollment_status])


async def set_enrollment(
    connection: Connection, seller_id: int, before: Enrollment, enrollment: Enrollment, *, at: datetime
) -> None:
    """Write how a seller stands from now on, and notify who is let in or out."""
    status, since = enrollment.status, enrollment.since
    touch(connection, seller_id)
    standing = {
        "enrollment_status": status,
        "enrolled_since": since if status is EnrollmentStatus.ENROLLED else None,
        "waitlisted_at": since if status is EnrollmentStatus.WAITLISTED else None,
    }
    await connection.execute(_change_seller, standing | {"of_seller": seller_id})
    text = ENROLLMENT.get((before.status, status))
    if text is not None:
        changed = EventKind.ENROLLMENT_CHANGED
        notify(connection, [Notification(account_id=seller_id, kind=changed, text=text, created_at=at)])


async def set_return_address(connection: Connection, seller_id: int, address: Address) -> bool:
    """Write where returns go from now on; False for who sells nothing."""
    touch(connection, seller_id)
    where_to = {"return_address": asdict(address), "of_seller": seller_id}
    written = await connection.execute(_change_seller, where_to)
    return written.rowcount == 1


async def count_replies(connection: Connection, seller_id: int) -> int:
    """Count a seller's kept replies."""
    counted: int = (await connection.execute(_count_replies, {"of_seller": seller_id})).scalar_one()
    return counted


async def add_reply(connection: Connection, seller_id: int, title: str, body: str, *, at: datetime) -> int:
    """Keep a new reply; give its id."""
    touch(connection, seller_id)
    reply = {"seller_id": seller_id, "title": title, "body": body, "created_at": at}
    id_: int = (await connection.execute(_add_reply, reply)).scalar_one()
    return id_


async def change_reply(connection: Connection, seller_id: int, id_: int, title: str, body: str) -> bool:
    """Write another wording of a seller's reply; False if the seller has no such reply."""
    touch(connection, seller_id)
    wording = {"title": title, "body": body, "of_seller": seller_id, "of_id": id_}
    return (await connection.execute(_change_reply, wording)).rowcount == 1


async def delete_reply(connection: Connection, seller_id: int, id_: int) -> bool:
    """Forget a seller's reply; False if the seller has no such reply."""
    touch(connection, seller_id)
    mine = {"of_seller": seller_id, "of_id": id_}
    return (await connection.execute(_delete_reply, mine)).rowcount == 1


_own = sellers.c.seller_id == sa.bindparam("of_seller")
_lock_enrollment = (
    sa.select(sellers.c.enrollment_status, sellers.c.enrolled_since, sellers.c.waitlisted_at)
    .where(_own)
    .with_for_update(key_share=True)
)
_change_seller = sa.update(sellers).where(_own)
_of_seller = saved_replies.c.seller_id == sa.bindparam("of_seller")
_this = saved_replies.c.id == sa.bindparam("of_id")
_count_replies = sa.select(sa.func.count()).select_from(saved_replies).where(_of_seller)
_add_reply = sa.insert(saved_replies).returning(saved_replies.c.id)
_change_reply = sa.update(saved_replies).where(_of_seller, _this)
_delete_reply = sa.delete(saved_replies).where(_of_seller, _this)
