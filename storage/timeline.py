"""A decision's effects as timeline entries: everything that happened, typed, in order.

Decides how each effect is written down. The ledger is told too: one entry for each of the seller's lines.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

from domain.effects import (
    ClaimChanged,
    DeadlineMissed,
    Decision,
    Effect,
    HoldChanged,
    OfferChanged,
    PostJournal,
    PostMessage,
    RefundChanged,
    ReplacementChanged,
    ReturnChanged,
    StatusChanged,
    SurveyAnswered,
)
from domain.values import RequestKey
from domain.words import Party, TimelineKind
from storage.connection import Change
from storage.posting import Posted
from storage.rows import as_set, insert_set
from storage.tables import timeline

PEOPLE = frozenset({Party.BUYER, Party.SELLER, Party.SUPPORT})
"""Who acts by hand, so that an account is named beside the party."""

Row = dict[str, Any]

TOLD: Mapping[type[Effect], tuple[TimelineKind, Mapping[str, str]]] = {
    StatusChanged: (
        TimelineKind.STATUS_CHANGE,
        {
            "action": "action",
            "from_status": "from_status",
            "to_status": "to_status",
            "outcome": "outcome",
            "text": "text",
        },
    ),
    OfferChanged: (TimelineKind.OFFER_CHANGE, {"offer_number": "offer_number", "offer_status": "status"}),
    ReturnChanged: (TimelineKind.RETURN_CHANGE, {"return_status": "status"}),
    ReplacementChanged: (
        TimelineKind.REPLACEMENT_CHANGE,
        {"replacement_number": "replacement_number", "scan": "scan"},
    ),
    RefundChanged: (TimelineKind.REFUND_CHANGE, {"refund_status": "status"}),
    ClaimChanged: (TimelineKind.CLAIM_CHANGE, {"claim_status": "status"}),
    DeadlineMissed: (TimelineKind.DEADLINE_MISSED, {"due_at": "due_at", "missed_party": "party"}),
    SurveyAnswered: (TimelineKind.SURVEY_ANSWERED, {"satisfied": "satisfied"}),
}
"""The effects that are one entry each: its kind, and which column takes which of their fields."""


@dataclass(frozen=True, slots=True)
class Told:
    """A decision to be written down, with the numbers its messages and journals were given."""

    decision: Decision
    message_numbers: Sequence[int]
    posted: Sequence[Posted]
    actor_id: int | None


def told_in_order(
    told: Sequence[Told], last: Mapping[RequestKey, int]
) -> tuple[list[list[tuple[Effect, int]]], list[Change]]:
    """Append what decisions say happened, in their order, to timelines with these `last` numbers.

    Gives each decision's effects with their numbers, taken in the effects' order, and the changes that write
    them down. An effect on the ledger is one entry for each of its lines.
    """
    next_numbers = {key: count(number + 1) for key, number in last.items()}
    rows: list[Row] = []
    numbered: list[list[tuple[Effect, int]]] = []
    for each in told:
        entries: list[tuple[Effect, int]] = []
        numbered.append(entries)
        key, decision = each.decision.request.key, each.decision
        message_numbers, posted = iter(each.message_numbers), iter(each.posted)
        for effect in decision.effects:
            for entry in _entries(effect, _by(effect, decision), message_numbers, posted):
                named = {"seller_id": key.seller_id, "request_number": key.number}
                row = _row(entry, decision.at, each.actor_id)
                number = next(next_numbers[key])
                rows.append(row | named | {"number": number})
                entries.append((effect, number))
    return numbered, [(_insert, as_set(rows))] if rows else []


def _entries(
    effect: Effect, by: Party, message_numbers: Iterator[int], posted: Iterator[Posted]
) -> Iterator[Row]:
    if isinstance(effect, PostMessage):
        yield {"kind": TimelineKind.MESSAGE_POSTED, "by": by, "message_number": next(message_numbers)}
    elif isinstance(effect, PostJournal):
        for number in next(posted).entries:
            yield {"kind": TimelineKind.LEDGER_POSTING, "by": by, "entry_number": number}
    elif not isinstance(effect, HoldChanged):
        kind, columns = TOLD[type(effect)]
        told = {column: getattr(effect, field) for column, field in columns.items()}
        yield {"kind": kind, "by": by} | told


def _by(effect: Effect, decision: Decision) -> Party:
    """Who did it; what moves money is done by whoever did the rest."""
    if not isinstance(effect, PostJournal | HoldChanged):
        return effect.by
    others = (each.by for each in decision.effects if not isinstance(each, PostJournal | HoldChanged))
    return next(others, Party.PAYMENTS)


def _row(entry: Row, at: datetime, actor_id: int | None) -> Row:
    return entry | {"at": at, "actor_id": actor_id if entry["by"] in PEOPLE else None}


_insert = insert_set(timeline)
