"""The ledger from outside: payouts that the platform made, and corrections of journals that were a mistake.

Decides that a payout is posted once, whoever repeats it, and that a journal is reversed once and a correction
never.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain import journals
from domain.money import Money
from domain.refusals import CurrencyMismatch, Invalid, NotFound, Refusal
from domain.words import JournalKind
from resolvers.mutate import Receipt, Refusals, Refused, Write
from resolvers.parties import require_platform, require_platform_or_support
from resolvers.reports import check_past
from storage import finding
from storage.finding import FoundSeller
from storage.posting import post_journal


@dataclass(frozen=True, slots=True)
class Transfer:
    """One payout made to a seller."""

    external_id: str
    username: str
    amount: Money
    at: datetime


async def report_transfers(write: Write, transfers: Sequence[Transfer]) -> Receipt:
    """The payout service has paid sellers out; a payout that is known is taken as read."""
    require_platform(write)
    refused: list[Refused] = []
    known: list[tuple[FoundSeller, Transfer]] = []
    for place, transfer in enumerate(transfers):
        try:
            known.append((await _check(write, transfer), transfer))
        except Refusal as refusal:
            refused.append(Refused.of(refusal, "transfers", str(place)))
    if refused:
        raise Refusals(refused)
    await finding.lock_sellers(write.connection, [seller.id for seller, _ in known])
    for seller, transfer in sorted(known, key=lambda row: (row[0].id, row[1].at, row[1].external_id)):
        await _post(write, seller, transfer)
    return {"accepted": len(transfers)}


async def correct_ledger(write: Write, seller_id: int, number: int, reason: str) -> Receipt:
    """Reverse one journal, line by line, and say why."""
    require_platform_or_support(write)
    await finding.lock_sellers(write.connection, [seller_id])
    mistaken = await finding.journal(write.connection, seller_id, number)
    if mistaken is None:
        raise NotFound("journal", "journalId")
    if mistaken.posted.kind is JournalKind.CORRECTION:
        raise Invalid("A correction is not corrected: post what should have been.", "journalId")
    if mistaken.is_reversed:
        raise Invalid("This journal has been corrected already.", "journalId")
    corrected = await post_journal(
        write.connection,
        seller_id,
        journals.correction(mistaken.posted, reason),
        at=await write.now(),
        order_id=mistaken.order_id,
        request_number=mistaken.request_number,
        reverses=number,
    )
    return {"journal": [seller_id, corrected]}


async def _check(write: Write, transfer: Transfer) -> FoundSeller:
    await check_past(write, transfer.at)
    seller = await finding.seller(write.connection, transfer.username)
    if seller is None:
        raise NotFound("seller", "username")
    if transfer.amount.currency is not seller.currency:
        raise CurrencyMismatch(seller.currency.value, "amount", "currencyCode")
    posted = await finding.transfer(write.connection, transfer.external_id)
    if posted and (posted.seller_id, posted.posted.lines) != (
        seller.id,
        journals.transfer_out(transfer.amount).lines,
    ):
        raise Invalid("Another payout was reported under this name.", "externalId")
    return seller


async def _post(write: Write, seller: FoundSeller, transfer: Transfer) -> None:
    if await finding.transfer(write.connection, transfer.external_id) is None:
        await post_journal(
            write.connection,
            seller.id,
            journals.transfer_out(transfer.amount),
            at=await write.now(),
            external_id=transfer.external_id,
        )
