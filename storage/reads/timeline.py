"""Everything that happened to a request, as far as the viewer may know it."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from domain.words import (
    Party,
    RequestAction,
    RequestOutcome,
    RequestStatus,
    ReturnStatus,
    ScanKind,
    TimelineKind,
)
from storage.reads.pages import Listing, Order
from storage.reads.sets import NUMBERED, PART, Reading, columns_of
from storage.tables import requests, timeline
from storage.visibility import CONVERSATIONS, is_of_sale, sees_money, sees_part, sees_sellers_side


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One thing that happened; which of the later fields are filled, its kind says."""

    seller_id: int
    request_number: int
    number: int
    thread_id: int
    kind: TimelineKind
    at: datetime
    by: Party
    action: RequestAction | None
    from_status: RequestStatus | None
    to_status: RequestStatus | None
    outcome: RequestOutcome | None
    text: str | None
    message_number: int | None
    offer_number: int | None
    return_status: ReturnStatus | None
    scan: ScanKind | None
    entry_number: int | None
    due_at: datetime | None
    missed_party: Party | None
    satisfied: bool | None


def _unless(kind: TimelineKind, seen: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.or_(timeline.c.kind != sa.literal_column(f"'{kind.value}'"), seen)


_this_request = sa.and_(
    requests.c.seller_id == timeline.c.seller_id, requests.c.number == timeline.c.request_number
)
_a_party_or_support = sa.or_(CONVERSATIONS, is_of_sale(timeline))

_entry = columns_of(TimelineRow, timeline, requests)
_source = timeline.outerjoin(requests, _this_request)  # it is there; who wants nothing of it does not look
_seen = (
    sees_part(timeline),
    _unless(TimelineKind.MESSAGE_POSTED, _a_party_or_support),
    _unless(TimelineKind.CLAIM_CHANGE, sees_sellers_side(timeline)),
    _unless(TimelineKind.LEDGER_POSTING, sees_money(timeline)),
)

by_number = Reading(
    TimelineRow,
    PART,
    (
        timeline.c.seller_id,
        timeline.c.request_number,
        timeline.c.number,
    ),
    _entry,
    _source,
    *_seen,
).one
of_request = Listing(
    TimelineRow,
    _entry,
    _source,
    *_seen,
    on=(timeline.c.seller_id, timeline.c.request_number),
    order=Order("timeline", (timeline.c.number,)),
    keys=NUMBERED,
)
