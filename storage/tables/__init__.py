"""Every table, by subject. Keys lead with the account that owns the row: the data can be spread by it."""

from storage.tables.accounts import accounts, buyer_flags, saved_replies, sellers
from storage.tables.base import metadata
from storage.tables.feed import events, streams
from storage.tables.ledger import holds, journal_lines, journals, refunds
from storage.tables.notifications import notification_counts, notifications
from storage.tables.orders import orders, parcels, scans, shipments
from storage.tables.parts import (
    claims,
    escalations,
    internal_notes,
    offers,
    replacements,
    response_clocks,
    returns,
)
from storage.tables.requests import deadlines, requests, timeline
from storage.tables.threads import attachments, inbox_entries, messages, threads
from storage.tables.work import facts, idempotency_keys, revoked_tokens

__all__ = [
    "accounts",
    "attachments",
    "buyer_flags",
    "claims",
    "deadlines",
    "escalations",
    "events",
    "facts",
    "holds",
    "idempotency_keys",
    "inbox_entries",
    "internal_notes",
    "journal_lines",
    "journals",
    "messages",
    "metadata",
    "notification_counts",
    "notifications",
    "offers",
    "orders",
    "parcels",
    "refunds",
    "replacements",
    "requests",
    "response_clocks",
    "returns",
    "revoked_tokens",
    "saved_replies",
    "scans",
    "sellers",
    "shipments",
    "streams",
    "threads",
    "timeline",
]
