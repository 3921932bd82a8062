"""Whole stories in the ledger: from the sale to the settled refund, every account to the cent.

Clearing is cash: below zero it came in, above zero it went out. Whatever happens, no money is left lying in
`buyer_refunds` or `return_shipping`, and the platform's own loss stands in `platform_support` alone.
"""

from collections import Counter
from collections.abc import Callable

import pytest

from domain import commands as c
from domain import journals
from domain.effects import PostJournal
from domain.words import Funder, LedgerAccount, Party, RequestReason, RulingDecision, ScanKind
from tests.domain.story import (
    DISPUTE,
    HOUR,
    LABEL,
    REPLACEMENT,
    Story,
    awaiting_return,
    awaiting_seller,
    declined,
    disputed,
    offer_pending,
    return_in_review,
    return_in_transit,
    under_review,
    usd,
)
from tests.policy import quotes

SOLD = {
    LedgerAccount.CLEARING: -115_00,
    LedgerAccount.SELLER: 88_35,
    LedgerAccount.COMMISSION: 8_00,
    LedgerAccount.PROCESSING: 3_65,
    LedgerAccount.TAX: 8_00,
    LedgerAccount.SHIPPING: 7_00,
}
"""Nothing was given back: the sale as it was."""

REFUNDED = {LedgerAccount.SELLER: -10_65, LedgerAccount.PROCESSING: 3_65, LedgerAccount.SHIPPING: 7_00}
"""The buyer has everything back: shipping and processing were spent, and the seller paid for them."""

RETURNED = REFUNDED | {LedgerAccount.SELLER: -17_15, LedgerAccount.CLEARING: 6_50}
"""The same, and the way back, which the carrier was paid for."""

PARTLY = SOLD | {LedgerAccount.SELLER: 58_35, LedgerAccount.CLEARING: -85_00}
"""The buyer has 30.00 back, all of it the seller's."""

PLATFORM_PAID = SOLD | {
    LedgerAccount.TAX: 0,
    LedgerAccount.PLATFORM_SUPPORT: -107_00,
    LedgerAccount.CLEARING: 0,
}
PLATFORM_PAID_RETURN = PLATFORM_PAID | {
    LedgerAccount.PLATFORM_SUPPORT: -113_50,
    LedgerAccount.CLEARING: 6_50,
}
LABEL_LOST = SOLD | {LedgerAccount.PLATFORM_SUPPORT: -6_50, LedgerAccount.CLEARING: -108_50}
"""Nothing was refunded, but a used label is paid by the platform."""

CHARGED_BACK = SOLD | {LedgerAccount.PLATFORM_SUPPORT: -115_00, LedgerAccount.CLEARING: 0}


def charged_back(story: Story) -> Story:
    return story.step(Party.PAYMENTS, c.ReportChargeback(story.at))


def ruled_for_a_return_by_the_platform() -> Story:
    story = under_review().rules(RulingDecision.REFUND_ON_RETURN, Funder.PLATFORM)
    return story.return_scan(ScanKind.DELIVERED).until_due()


ENDINGS: dict[str, tuple[Callable[[], Story], dict[LedgerAccount, int]]] = {
    "full refund": (lambda: awaiting_seller().seller(c.RefundInFull()), REFUNDED),
    "full refund, late": (lambda: awaiting_seller().until_due().seller(c.RefundInFull()), REFUNDED),
    "full refund over an open offer": (lambda: offer_pending().seller(c.RefundInFull()), REFUNDED),
    "return confirmed": (lambda: return_in_review().seller(c.ConfirmReturn()), RETURNED),
    "return confirmed by silence": (lambda: return_in_review().until_due(), RETURNED),
    "return not waited for, unsent": (lambda: awaiting_return().seller(c.RefundWithoutWaiting()), REFUNDED),
    "return not waited for, sent": (lambda: return_in_transit().seller(c.RefundWithoutWaiting()), RETURNED),
    "return never sent": (lambda: awaiting_return().later(240 * HOUR), SOLD),
    "offer accepted": (lambda: offer_pending().buyer(c.AcceptOffer(1)), PARTLY),
    "offer declined, then returned": (
        lambda: offer_pending().buyer(c.DeclineOffer(1, LABEL)).return_scan(ScanKind.DELIVERED).until_due(),
        RETURNED,
    ),
    "offer never answered": (lambda: offer_pending().until_due().until_due(), SOLD),
    "replacement": (lambda: awaiting_seller().seller(REPLACEMENT).replacement_scan(ScanKind.DELIVERED), SOLD),
    "explained": (lambda: declined().until_due(), SOLD),
    "withdrawn": (lambda: awaiting_return().buyer(c.Withdraw()), SOLD),
    "cancelled": (lambda: Story.cancellation().seller(c.ApproveCancellation()), REFUNDED),
    "cancellation not answered": (lambda: Story.cancellation().until_due().until_due(), SOLD),
    "ruled, seller pays": (lambda: under_review().rules(RulingDecision.REFUND, Funder.SELLER), REFUNDED),
    "ruled, seller pays a part": (
        lambda: under_review().rules(RulingDecision.REFUND, Funder.SELLER, usd(3000)),
        PARTLY,
    ),
    "ruled, platform pays": (
        lambda: under_review().rules(RulingDecision.REFUND, Funder.PLATFORM),
        PLATFORM_PAID,
    ),
    "ruled, platform pays on return": (ruled_for_a_return_by_the_platform, PLATFORM_PAID_RETURN),
    "upheld": (lambda: under_review().rules(RulingDecision.UPHOLD, Funder.NOBODY), SOLD),
    "dispute upheld": (lambda: disputed().rules(RulingDecision.UPHOLD, Funder.NOBODY), LABEL_LOST),
    "dispute refunded": (
        lambda: disputed().rules(RulingDecision.REFUND, Funder.SELLER),
        REFUNDED | {LedgerAccount.PLATFORM_SUPPORT: -6_50, LedgerAccount.CLEARING: 6_50},
    ),
    "charged back": (lambda: charged_back(awaiting_seller()), CHARGED_BACK),
    "charged back with a return under way": (
        lambda: charged_back(return_in_transit()),
        CHARGED_BACK | {LedgerAccount.PLATFORM_SUPPORT: -121_50, LedgerAccount.CLEARING: 6_50},
    ),
}


def balances(story: Story) -> dict[LedgerAccount, int]:
    """Every account that is not at zero, in cents, the sale included."""
    posted = [journals.sale(story.decisions[0].request.order)]
    posted += [effect for effect in story.effects if isinstance(effect, PostJournal)]
    sums: Counter[LedgerAccount] = Counter()
    for journal in posted:
        for line in journal.lines:
            sums[line.account] += line.amount.minor
    return {account: cents for account, cents in sums.items() if cents}


def settled(story: Story) -> Story:
    if story.request.refund:
        story.step(Party.PAYMENTS, c.ReportRefund(settled=True, happened_at=story.at))
    return story


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_ending_leaves_every_account_to_the_cent(ending: str) -> None:
    tell, expected = ENDINGS[ending]
    story = settled(tell())
    assert story.request.closed_at is not None
    assert story.request.hold is None
    assert balances(story) == {account: cents for account, cents in expected.items() if cents}


@quotes("Chargebacks: You will not be responsible for any chargebacks initiated by buyers.")
def test_a_chargeback_costs_the_seller_nothing_at_any_time() -> None:
    for begin in (awaiting_seller, offer_pending, awaiting_return, return_in_review, under_review):
        assert balances(charged_back(begin()))[LedgerAccount.SELLER] == SOLD[LedgerAccount.SELLER]


@quotes(
    "Disputing the returned items will notify Whatnot Support and put the request on hold",
)
def test_a_disputed_return_is_held_and_not_charged() -> None:
    story = return_in_review().seller(DISPUTE)
    assert balances(story)[LedgerAccount.SELLER] == SOLD[LedgerAccount.SELLER]
    assert story.request.hold is not None
    assert story.request.hold.total == usd(105_50)


def test_an_approved_claim_gives_the_seller_back_what_the_carrier_pays() -> None:
    story = awaiting_seller(RequestReason.DAMAGED_IN_TRANSIT).seller(c.RefundInFull(file_claim=True))
    assert story.request.claim is not None
    assert story.request.claim.files_at is not None
    story.until(story.request.claim.files_at)
    story.step(Party.CARRIER, c.DecideClaim(approved=True, paid=usd(99_00), happened_at=story.at))
    assert balances(settled(story)) == REFUNDED | {
        LedgerAccount.SELLER: 88_35,
        LedgerAccount.CARRIER_CLAIMS: -99_00,
    }
