"""Everything that happens to a request, typed."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Final

import strawberry

from domain.words import (
    Party,
    RequestAction,
    RequestOutcome,
    RequestStatus,
    ReturnStatus,
    ScanKind,
    TimelineKind,
)
from resolvers.edges import timeline
from schema.columns import column, edge, global_id, over
from schema.types.connections import PageInfo
from schema.types.ledger import LedgerEntry
from schema.types.requests import CarrierClaim, PartialRefundOffer, Refund
from schema.types.threads import Message
from storage.reads.timeline import TimelineRow


@strawberry.interface(description="Something that happened to a request.")
class TimelineItem:
    """What all entries have."""

    id: strawberry.ID = global_id("TimelineEntry", "seller_id", "request_number", "number")
    at: datetime = column("When it happened.")
    by: Party = column("Who made it happen.")


TYPES: Final[dict[TimelineKind, str]] = {}
"""The name of each kind's type."""


def entry(kind: TimelineKind, description: str) -> Callable[[type], type]:
    """Declare the type of the entries of one kind."""

    def is_of_kind(row: Any) -> bool:
        return bool(row.kind is kind)

    def declare(cls: type) -> type:
        TYPES[kind] = cls.__name__
        return over(TimelineRow, description, when=is_of_kind)(cls)

    return declare


@entry(TimelineKind.STATUS_CHANGE, "The request moved, or somebody acted on it where it stands.")
class StatusChange(TimelineItem):
    """A move."""

    from_status: RequestStatus | None = column("Where it stood; null when it was opened.")
    to_status: RequestStatus = column("Where it stands since.")
    action: RequestAction | None = column(
        "What was done; null for what came from carriers, payments or clocks."
    )
    outcome: RequestOutcome | None = column("How it ended, if it did.")
    text: str | None = column("What was said about it.")


@entry(TimelineKind.MESSAGE_POSTED, "Somebody wrote.")
class MessagePosted(TimelineItem):
    """A message."""

    message: Message = edge(timeline.message, "The message.")


@entry(TimelineKind.OFFER_CHANGE, "A partial refund was offered, answered, or ran out.")
class OfferChange(TimelineItem):
    """An offer."""

    offer: PartialRefundOffer = edge(timeline.offer, "The offer, as it is now.")


@entry(TimelineKind.RETURN_CHANGE, "The return moved on.")
class ReturnChange(TimelineItem):
    """A return."""

    status: ReturnStatus = column("Where it stood since.", of="return_status")


@entry(TimelineKind.REPLACEMENT_CHANGE, "A replacement was announced, or moved on.")
class ReplacementChange(TimelineItem):
    """A replacement."""

    scan: ScanKind | None = column("What the carrier reported; null when it was announced.")


@entry(TimelineKind.REFUND_CHANGE, "The refund was given, settled, failed, or was sent again.")
class RefundChange(TimelineItem):
    """A refund."""

    refund: Refund = edge(timeline.refund, "The refund, as it is now.")


@entry(TimelineKind.CLAIM_CHANGE, "The carrier claim moved on; not shown to the buyer.")
class ClaimChange(TimelineItem):
    """A claim."""

    claim: CarrierClaim = edge(timeline.claim, "The claim, as it is now.")


@entry(TimelineKind.LEDGER_POSTING, "The seller's ledger moved; not shown to the buyer.")
class LedgerPosting(TimelineItem):
    """A ledger line."""

    entry: LedgerEntry = edge(timeline.posting, "The line.")


@entry(TimelineKind.DEADLINE_MISSED, "Somebody let a deadline pass.")
class DeadlineMissed(TimelineItem):
    """A missed deadline."""

    due_at: datetime = column("When it was.")
    party: Party = column("Whose it was.", of="missed_party")


@entry(TimelineKind.SURVEY_ANSWERED, "The buyer answered the survey, or changed the answer.")
class SurveyAnswered(TimelineItem):
    """An answer."""

    satisfied: bool = column("True for thumbs up.")


TimelineEntry = Annotated[
    StatusChange
    | MessagePosted
    | OfferChange
    | ReturnChange
    | ReplacementChange
    | RefundChange
    | ClaimChange
    | LedgerPosting
    | DeadlineMissed
    | SurveyAnswered,
    strawberry.union("TimelineEntry", description="What can happen to a request."),
]


@over(None, "An entry of a page, and its place in the timeline.")
class TimelineEdge:
    """An entry and its cursor."""

    node: TimelineEntry = column("The entry.", holds_rows=True)
    cursor: str = column("Its place, to page on from.")


@over(None, "A page of a timeline.")
class TimelineConnection:
    """A page of entries: what `Connection` is to a type, for a union of another name."""

    edges: list[TimelineEdge] = column("The entries with their places.")
    nodes: list[TimelineEntry] = column("The entries.", holds_rows=True)
    page_info: PageInfo = column("Where this page lies in the timeline.", of="page")
    total_count: int = edge(lambda _, connected: connected.count(), "How long the whole timeline is.")
