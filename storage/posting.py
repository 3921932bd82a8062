"""Posting to the ledger: journals and their lines, each seller's numbers dense and balance running.

Decides the numbers, the balance after each line, and that no journal is dated before the seller's last one.
What a journal says is `domain.journals`' to say; that it balances, and stays as written, is held by triggers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from domain.effects import PostJournal
from domain.words import LedgerAccount
from storage.connection import Change, Connection, run_together
from storage.rows import as_set, columns_of, given_rows, insert_set
from storage.tables import journal_lines, journals, sellers
from storage.telling import ledger_posted
from storage.transaction import tell, touch


@dataclass(frozen=True, slots=True)
class Posting:
    """A journal and whose it is; `at` is when it happened."""

    seller_id: int
    journal: PostJournal
    at: datetime
    order_id: int | None = None
    request_number: int | None = None
    external_id: str | None = None
    reverses: int | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """A journal's number and its seller lines' entry numbers, in order."""

    number: int
    entries: tuple[int, ...]


async def post_journal(
    connection: Connection,
    seller_id: int,
    journal: PostJournal,
    *,
    at: datetime,
    order_id: int | None = None,
    request_number: int | None = None,
    external_id: str | None = None,
    reverses: int | None = None,
) -> int:
    """Post one journal; give its number."""
    posting = Posting(seller_id, journal, at, order_id, request_number, external_id, reverses)
    return (await post_journals(connection, [posting]))[0].number


async def post_journals(connection: Connection, postings: Sequence[Posting]) -> list[Posted]:
    """Post journals in this order; locks their sellers' ledgers."""
    posted, changes = await book(connection, postings)
    await run_together(connection, changes)
    return posted


async def book(connection: Connection, postings: Sequence[Posting]) -> tuple[list[Posted], list[Change]]:
    """Give what journals in this order come to, and the changes that post them; locks their ledgers."""
    if not postings:
        return [], []
    seller_ids = sorted({posting.seller_id for posting in postings})
    rows = await connection.execute(_lock, {"seller_ids": seller_ids})
    ledgers = {row.seller_id: _Ledger(*row) for row in rows}
    posted = [ledgers[posting.seller_id].post(posting) for posting in postings]
    written = list(ledgers.values())
    changes: list[Change] = [
        (_insert_journals, as_set([row for ledger in written for row in ledger.journals])),
        (_insert_lines, as_set([row for ledger in written for row in ledger.lines])),
        (_save, as_set([ledger.state() for ledger in written])),
    ]
    touch(connection, *seller_ids)  # a journal of the platform's own has no entry of theirs to tell of
    for posting, booked in zip(postings, posted, strict=True):
        tell(connection, ledger_posted(posting.seller_id, booked.entries, posting.at))
    return posted, changes


class _Ledger:
    """One seller's ledger while it is written: where its sequences stand, and the rows so far."""

    def __init__(
        self,
        seller_id: int,
        last_journal_number: int,
        last_entry_number: int,
        posted_minor: int,
        last_posted_at: datetime | None,
    ) -> None:
        self.seller_id = seller_id
        self.last_journal_number = last_journal_number
        self.last_entry_number = last_entry_number
        self.posted_minor = posted_minor
        self.last_posted_at = last_posted_at
        self.journals: list[dict[str, Any]] = []
        self.lines: list[dict[str, Any]] = []

    def post(self, posting: Posting) -> Posted:
        """Write one journal down."""
        self.last_journal_number += 1
        at = max(posting.at, self.last_posted_at) if self.last_posted_at else posting.at
        self.last_posted_at = at
        shared = {"seller_id": self.seller_id, "posted_at": at}
        shared |= {"order_id": posting.order_id, "request_number": posting.request_number}
        self.journals.append(
            shared
            | {
                "number": self.last_journal_number,
                "kind": posting.journal.kind,
                "description": posting.journal.description,
                "reverses_number": posting.reverses,
                "external_id": posting.external_id,
            }
        )
        first = self.last_entry_number + 1
        for position, line in enumerate(posting.journal.lines, 1):
            entry: dict[str, Any] = {"entry_number": None, "balance_after_minor": None}
            if line.account is LedgerAccount.SELLER:
                self.last_entry_number += 1
                self.posted_minor += line.amount.minor
                entry = {"entry_number": self.last_entry_number, "balance_after_minor": self.posted_minor}
            self.lines.append(
                shared
                | entry
                | {
                    "journal_number": self.last_journal_number,
                    "position": position,
                    "account": line.account,
                    "component": line.component,
                    "currency": line.amount.currency,
                    "amount_minor": line.amount.minor,
                }
            )
        return Posted(self.last_journal_number, tuple(range(first, self.last_entry_number + 1)))

    def state(self) -> dict[str, Any]:
        """Where its sequences stand now."""
        return {
            "seller_id": self.seller_id,
            "last_journal_number": self.last_journal_number,
            "last_entry_number": self.last_entry_number,
            "posted_minor": self.posted_minor,
            "last_posted_at": self.last_posted_at,
        }


_lock = (
    sa.select(
        sellers.c.seller_id,
        sellers.c.last_journal_number,
        sellers.c.last_entry_number,
        sellers.c.posted_minor,
        sellers.c.last_posted_at,
    )
    .where(sellers.c.seller_id == sa.any_(sa.bindparam("seller_ids", type_=ARRAY(sa.BigInteger))))
    .order_by(sellers.c.seller_id)
    .with_for_update(key_share=True)
)
_insert_journals = insert_set(journals)
_insert_lines = insert_set(journal_lines)
_state = sa.table(
    "ledgers",
    *columns_of(sellers, "seller_id", "last_journal_number", "last_entry_number"),
    *columns_of(sellers, "posted_minor", "last_posted_at"),
)
_new = given_rows(_state).c
_save = (
    sa.update(sellers)
    .where(sellers.c.seller_id == _new.seller_id)
    .values({column.name: column for column in _new if column.name != "seller_id"})
)
