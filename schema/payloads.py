"""What mutations answer: the thing as it is now for the viewer, or why nothing was done.

Decides how each thing is found again from the receipt. Everything is read anew after the commit and through
the viewer's own eyes, so an answer that is repeated shows the present.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import strawberry

from domain.words import ImportStatus
from executor.wants import Wants
from resolvers.context import Context
from resolvers.mutate import Answer, Receipt, Refused
from schema import ids, nodes
from schema.columns import column, computed, edge, over
from schema.scalars import URL
from schema.types.errors import UserError
from schema.types.ledger import LedgerEntry
from schema.types.orders import Order
from schema.types.requests import Refund, SupportRequest
from schema.types.sandbox import TestClock
from schema.types.sellers import SavedReply, SellerDesk
from schema.types.threads import Attachment, Message, Thread
from schema.types.users import User
from storage.reads import accounts, ledger, notifications, orders, parts, requests, threads

NOT_DONE = "Null where nothing was done."


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row of a batch."""

    name: str
    status: ImportStatus
    refused: tuple[Refused, ...]
    receipt: Receipt

    def kept(self, name: str) -> Any:
        """Give what the row's receipt keeps under a name."""
        return self.receipt[name]


def _user_errors() -> Any:
    """The field that says why nothing was done."""
    return column(
        "Why nothing was done, as far as the caller can mend it; empty where it was done.", of="refused"
    )


def _read(name: str, read: Any, description: str) -> Any:
    """A field that reads the row whose key the receipt keeps under a name."""

    async def resolve(context: Context, answer: Answer | RowResult, wants: Wants | None = None) -> Any:
        key = answer.kept(name)
        return None if key is None else await nodes.read(context, read, tuple(key), wants)

    resolve.source = read.__self__  # type: ignore[attr-defined]  # read by whoever plans
    return edge(resolve, description)


@over(Answer, "What became of an action on a request.")
class RequestPayload:
    """The request."""

    request: SupportRequest | None = _read(
        "request", requests.by_key, f"The request as it is now. {NOT_DONE}"
    )
    user_errors: list[UserError] = _user_errors()


@over(Answer, "What became of a message.")
class MessagePayload:
    """The message and its request."""

    message: Message | None = _read("message", threads.message_by_key, f"The message. {NOT_DONE}")
    request: SupportRequest | None = _read(
        "request",
        requests.by_key,
        "The request it was written about, as it is now; null for direct messages.",
    )
    user_errors: list[UserError] = _user_errors()


@over(Answer, "What became of an action on a conversation.")
class ThreadPayload:
    """The thread."""

    thread: Thread | None = _read("thread", threads.by_key, f"The conversation as it is now. {NOT_DONE}")
    user_errors: list[UserError] = _user_errors()


async def _unread(context: Context, answer: Answer) -> int | None:
    key = answer.kept("account")
    return None if key is None else await context.read(notifications.unread, key[0])


@over(Answer, "What became of read notifications.")
class NotificationsPayload:
    """What is left to read."""

    unread_count: int | None = edge(
        _unread, f"How many of the viewer's notifications are unread now. {NOT_DONE}"
    )
    user_errors: list[UserError] = _user_errors()


@dataclass(frozen=True, slots=True)
class UploadPlace:
    """Where to send an attachment's bytes, and until when."""

    attachment_id: int
    url: str
    expires_at: datetime
    content_type: str


@dataclass(frozen=True, slots=True)
class HeaderRow:
    """A header."""

    name: str
    value: str


@over(HeaderRow, "A header to send along.")
class Header:
    """One name, one value."""

    name: str = column("The header's name.")
    value: str = column("The header's value.")


@over(UploadPlace, "Where to send the bytes of an attachment.")
class Upload:
    """An address that takes the bytes once."""

    attachment: Attachment = edge(
        lambda context, place: context.read(threads.attachment_by_id, place.attachment_id),
        "The attachment, to be named in attachmentIds once its bytes are there.",
    )
    url: URL = column("The address to send the bytes to.")
    method: str = computed(lambda _: "PUT", "The HTTP method to send them with.")
    headers: list[Header] = computed(
        lambda place: [HeaderRow("content-type", place.content_type)], "Headers to send along."
    )
    expires_at: datetime = column("Until when the address takes them.")


async def _upload(context: Context, answer: Answer) -> UploadPlace | None:
    key = answer.kept("attachment")
    if key is None:
        return None
    url, expires_at = context.links.upload(key[0])
    return UploadPlace(key[0], url, expires_at, answer.kept("contentType"))


@over(Answer, "What became of an announced upload.")
class UploadPayload:
    """The upload."""

    upload: Upload | None = edge(_upload, f"Where to send the bytes. {NOT_DONE}")
    user_errors: list[UserError] = _user_errors()


@over(Answer, "What became of a setting of a seller's desk.")
class SellerDeskPayload:
    """The desk."""

    seller: SellerDesk | None = _read("seller", accounts.desks, f"The desk as it is now. {NOT_DONE}")
    user_errors: list[UserError] = _user_errors()


@over(Answer, "What became of a kept reply.")
class SavedReplyPayload:
    """The reply."""

    saved_reply: SavedReply | None = _read("reply", accounts.reply_by_key, f"The reply. {NOT_DONE}")
    user_errors: list[UserError] = _user_errors()


def _deleted(answer: Answer) -> str | None:
    key = answer.kept("deleted")
    return key and ids.encode("SavedReply", *key)


@over(Answer, "What became of a deletion.")
class DeletePayload:
    """What is gone."""

    deleted_id: strawberry.ID | None = computed(_deleted, f"The id of what is gone. {NOT_DONE}")
    user_errors: list[UserError] = _user_errors()


@over(Answer, "What became of a refund.")
class RefundPayload:
    """The refund."""

    refund: Refund | None = _read("request", parts.refund_of, f"The refund as it is now. {NOT_DONE}")
    user_errors: list[UserError] = _user_errors()


@over(Answer, "What became of a chargeback.")
class ChargebackPayload:
    """The order and its request."""

    order: Order | None = _read("order", orders.by_key, f"The order as it is now. {NOT_DONE}")
    request: SupportRequest | None = _read(
        "request", requests.by_key, "The request that the chargeback ended, if one was open."
    )
    user_errors: list[UserError] = _user_errors()


async def _entries(context: Context, answer: Answer) -> Any:
    key = answer.kept("journal")
    return [] if key is None else await context.read(ledger.entries_of_journal, tuple(key))


@over(Answer, "What became of a correction.")
class LedgerPayload:
    """The correcting journal."""

    entries: list[LedgerEntry] = edge(_entries, "The seller's lines of the correcting journal.")
    user_errors: list[UserError] = _user_errors()


@over(Answer, "What became of Support's word on a buyer.")
class UserPayload:
    """The buyer."""

    user: User | None = _read("user", accounts.by_id, f"The buyer. {NOT_DONE}")
    user_errors: list[UserError] = _user_errors()


def _results(name: str) -> Callable[[Answer], list[RowResult]]:
    """The results of a batch, whose rows are called by this name in the receipt."""

    def results(answer: Answer) -> list[RowResult]:
        return [
            RowResult(
                row[name],
                ImportStatus(row["status"]),
                tuple(Refused.load(kept) for kept in row["refused"]),
                row,
            )
            for row in answer.kept("results") or ()
        ]

    return results


@over(RowResult, "What became of one imported order.")
class ImportOrderResult:
    """One row's result."""

    external_id: str = column("The platform's own name of the order.", of="name")
    status: ImportStatus = column("What became of it.")
    order: Order | None = _read("order", orders.by_key, "The order; null where the row was rejected.")
    user_errors: list[UserError] = _user_errors()


@over(Answer, "What became of an import.")
class ImportOrdersPayload:
    """A result for each row."""

    results: list[ImportOrderResult] = computed(
        _results("externalId"), "One for each row, in the rows' order."
    )
    user_errors: list[UserError] = _user_errors()


async def _moved(context: Context, row: RowResult) -> list[Any]:
    reads = [context.read(requests.by_key, tuple(key)) for key in row.kept("requests")]
    return [request for request in await asyncio.gather(*reads) if request is not None]


@over(RowResult, "What became of one reported scan.")
class ScanResult:
    """One row's result."""

    tracking_number: str = column("The parcel's number.", of="name")
    status: ImportStatus = column("CREATED for a new fact, UNCHANGED for a known one.")
    requests: list[SupportRequest] = edge(_moved, "The requests that the scan is about, as they are now.")
    user_errors: list[UserError] = _user_errors()


@over(Answer, "What became of reported scans.")
class ReportScansPayload:
    """A result for each row."""

    results: list[ScanResult] = computed(_results("trackingNumber"), "One for each row, in the rows' order.")
    user_errors: list[UserError] = _user_errors()


@over(Answer, "What became of reported facts.")
class ReportPayload:
    """All or none."""

    accepted: int = computed(
        lambda answer: answer.kept("accepted") or 0, "How many were taken: all of them, or none."
    )
    user_errors: list[UserError] = _user_errors()


def _clock(answer: Answer) -> datetime | None:
    now = answer.kept("now")
    return None if now is None else datetime.fromisoformat(now)


@over(Answer, "What became of a jump in time.")
class TestClockPayload:
    """The clock after the jump."""

    clock: TestClock | None = computed(_clock, f"The test clock. {NOT_DONE}")
    fired: int = computed(lambda answer: answer.kept("fired") or 0, "How many deadlines fired on the way.")
    user_errors: list[UserError] = _user_errors()
