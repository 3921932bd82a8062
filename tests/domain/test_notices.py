"""Who is notified of which move, and in which words.

Spec §9: "In-app, e-mail and webhook, from the same event"; and at least of a new request (the seller), of
Support's resolution (both), of a delivered return and of the admission from the waiting list (the seller).
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from domain import commands as c
from domain.decide import decide
from domain.notices import CLAIM, ENROLLMENT, LONGEST_TEXT, REQUEST, Notice, notices
from domain.policy import CURRENT
from domain.refusals import Refusal
from domain.values import RequestKey
from domain.words import (
    Carrier,
    DeadlineKind,
    EnrollmentStatus,
    EventKind,
    Funder,
    ParcelRole,
    Party,
    RequestReason,
    RulingDecision,
    ScanKind,
)
from tests.domain import story as s
from tests.domain.story import DAY, HOUR, LABEL, OPENING, Story, usd
from tests.domain.test_every_cell import COMMANDS, FACTS, POSITIONS

B, S = Party.BUYER, Party.SELLER
LONGEST_KEY = RequestKey(2**63 - 1, 2**31 - 1)

Told = dict[Party, list[EventKind]]


def last_notices(story: Story) -> list[Notice]:
    """What the last decision of a story tells whom."""
    before = story.decisions[-2].request if len(story.decisions) > 1 else None
    return list(notices(before, story.decisions[-1]))


def told(*, buyer: EventKind | None = None, seller: EventKind | None = None) -> Told:
    pairs = ((B, buyer), (S, seller))
    return {party: [kind] for party, kind in pairs if kind is not None}


def both(kind: EventKind) -> Told:
    return told(buyer=kind, seller=kind)


def claimed() -> Story:
    return s.awaiting_seller(RequestReason.DAMAGED_IN_TRANSIT).seller(c.RefundInFull(file_claim=True))


def _unlabelled() -> Story:
    return s.awaiting_seller().seller(c.RefundOnReturn())


K = EventKind
MOVES: dict[str, tuple[Callable[[], Story], Told]] = {
    "a request is opened": (s.awaiting_seller, told(seller=K.REQUEST_OPENED)),
    "a request that Support handles is opened": (
        lambda: Story.opened(RequestReason.OTHER),
        told(seller=K.REQUEST_OPENED),
    ),
    "a cancellation is asked for": (Story.cancellation, told(seller=K.REQUEST_OPENED)),
    "the buyer writes": (
        lambda: s.awaiting_seller().buyer(c.SendMessage("Hello?")),
        told(seller=K.MESSAGE_POSTED),
    ),
    "the seller writes": (
        lambda: s.awaiting_seller().seller(c.SendMessage("Hello.")),
        told(buyer=K.MESSAGE_POSTED),
    ),
    "Support writes": (lambda: s.under_review().support(c.SendMessage("Hello.")), both(K.MESSAGE_POSTED)),
    "the seller asks for details": (s.awaiting_buyer, told(buyer=K.MESSAGE_POSTED)),
    "the buyer answers with details": (
        lambda: s.awaiting_buyer().buyer(c.SendMessage("Large.")),
        told(seller=K.MESSAGE_POSTED),
    ),
    "the seller explains": (s.declined, told(buyer=K.MESSAGE_POSTED)),
    "the seller declines a cancellation without a word": (
        lambda: Story.cancellation().seller(c.DeclineCancellation("")),
        told(buyer=K.REQUEST_STATUS_CHANGED),
    ),
    "a cancellation is approved": (
        lambda: Story.cancellation().seller(c.ApproveCancellation()),
        told(buyer=K.REFUND_CHANGED),
    ),
    "an offer is made, with a note": (
        lambda: s.awaiting_seller().seller(c.OfferPartialRefund(usd(3000), note="Sorry.")),
        told(buyer=K.OFFER_CHANGED),
    ),
    "an offer is taken": (
        lambda: s.offer_pending().buyer(c.AcceptOffer(1)),
        told(seller=K.OFFER_CHANGED),
    ),
    "an offer is declined": (
        lambda: s.offer_pending().buyer(c.DeclineOffer(1, own_label=LABEL)),
        told(seller=K.OFFER_CHANGED),
    ),
    "an offer runs out": (lambda: s.offer_pending().until_due(), both(K.OFFER_CHANGED)),
    "all is refunded at once, with a word": (
        lambda: s.awaiting_seller().seller(c.RefundInFull("Sorry.")),
        told(buyer=K.REFUND_CHANGED),
    ),
    "a return is asked for": (s.awaiting_return, told(buyer=K.RETURN_CHANGED)),
    "the return's label is made": (
        lambda: _unlabelled().step(Party.CARRIER, c.ReportLabel(LABEL)),
        told(buyer=K.RETURN_CHANGED),
    ),
    "the return is dropped off": (s.return_in_transit, told(seller=K.RETURN_CHANGED)),
    "the return is delivered": (s.return_in_review, both(K.RETURN_DELIVERED)),
    "the return is refused": (
        lambda: s.return_in_transit().return_scan(ScanKind.REFUSED),
        both(K.RETURN_CHANGED),
    ),
    "the return is lost": (
        lambda: s.return_in_transit().return_scan(ScanKind.LOST),
        both(K.REQUEST_ESCALATED),
    ),
    "the return does not come": (lambda: s.return_in_transit().until_due(), both(K.REQUEST_ESCALATED)),
    "the return is not sent": (
        lambda: s.awaiting_return().later(14 * DAY),
        both(K.REQUEST_CLOSED),
    ),
    "the return is confirmed": (
        lambda: s.return_in_review().seller(c.ConfirmReturn()),
        told(buyer=K.REFUND_CHANGED),
    ),
    "silence confirms the return": (
        lambda: s.return_in_review().until_due(),
        told(buyer=K.REFUND_CHANGED, seller=K.REQUEST_CLOSED),
    ),
    "the return is disputed": (s.disputed, told(buyer=K.REQUEST_ESCALATED)),
    "a replacement is announced": (s.awaiting_replacement, told(buyer=K.REPLACEMENT_CHANGED)),
    "the replacement is on its way": (s.replacement_in_transit, told(buyer=K.REPLACEMENT_CHANGED)),
    "an earlier scan of the replacement is reported late": (
        lambda: s.replacement_in_transit().scan(
            ParcelRole.REPLACEMENT, ScanKind.ACCEPTED, happened_at=s.MONDAY - HOUR
        ),
        {},
    ),
    "the replacement is delivered": (
        lambda: s.replacement_in_transit().replacement_scan(ScanKind.DELIVERED),
        told(buyer=K.REPLACEMENT_CHANGED, seller=K.REQUEST_CLOSED),
    ),
    "the replacement is lost": (
        lambda: s.replacement_in_transit().replacement_scan(ScanKind.LOST),
        both(K.REPLACEMENT_CHANGED),
    ),
    "the first that is heard of the replacement is its loss": (
        lambda: s.awaiting_replacement().replacement_scan(ScanKind.LOST),
        both(K.REPLACEMENT_CHANGED),
    ),
    "the replacement does not come": (
        lambda: s.replacement_in_transit().until_due(),
        both(K.REPLACEMENT_CHANGED),
    ),
    "the replacement is not mailed in time": (
        lambda: s.awaiting_replacement().until_due(),
        both(K.DEADLINE_MISSED),
    ),
    "the seller does not respond in time": (
        lambda: s.awaiting_seller().until_due(),
        both(K.DEADLINE_MISSED),
    ),
    "a cancellation is declined by silence": (
        lambda: Story.cancellation().until_due(),
        both(K.DEADLINE_MISSED),
    ),
    "the buyer does not give details in time": (
        lambda: s.awaiting_buyer().until_due(),
        both(K.REQUEST_CLOSED),
    ),
    "the buyer goes to Support": (s.under_review, told(seller=K.REQUEST_ESCALATED)),
    "Support takes over, with a word": (
        lambda: s.awaiting_seller().support(c.TakeOver("Ours.")),
        both(K.REQUEST_ESCALATED),
    ),
    "Support hands to the seller": (
        lambda: Story.opened(RequestReason.OTHER).support(c.HandToSeller("Yours.")),
        both(K.REQUEST_STATUS_CHANGED),
    ),
    "Support refunds": (
        lambda: s.under_review().rules(RulingDecision.REFUND, Funder.SELLER),
        both(K.REQUEST_RULED),
    ),
    "Support orders a return": (
        lambda: s.under_review().rules(RulingDecision.REFUND_ON_RETURN, Funder.PLATFORM),
        both(K.REQUEST_RULED),
    ),
    "Support upholds": (
        lambda: s.under_review().rules(RulingDecision.UPHOLD, Funder.NOBODY),
        both(K.REQUEST_RULED),
    ),
    "Support lets the buyer return instead": (
        lambda: s.awaiting_replacement().until_due().support(c.AuthorizeReturn(own_label=LABEL)),
        both(K.RETURN_CHANGED),
    ),
    "the buyer withdraws": (
        lambda: s.awaiting_seller().buyer(c.Withdraw()),
        told(seller=K.REQUEST_CLOSED),
    ),
    "the payment is charged back": (
        lambda: s.awaiting_seller().step(Party.PAYMENTS, c.ReportChargeback(s.MONDAY)),
        both(K.REQUEST_CLOSED),
    ),
    "the refund is paid out": (
        lambda: s.closed().step(Party.PAYMENTS, c.ReportRefund(settled=True, happened_at=s.MONDAY)),
        told(buyer=K.REFUND_CHANGED),
    ),
    "the refund fails": (
        lambda: s.closed().step(Party.PAYMENTS, c.ReportRefund(settled=False, happened_at=s.MONDAY)),
        {},
    ),
    "the refund is sent again": (
        lambda: (
            s.closed()
            .step(Party.PAYMENTS, c.ReportRefund(settled=False, happened_at=s.MONDAY))
            .support(c.RetryRefund())
        ),
        {},
    ),
    "the survey is answered": (
        lambda: s.closed().buyer(c.AnswerSurvey(satisfied=True)),
        told(seller=K.SATISFACTION_ANSWERED),
    ),
    "a claim is filed": (lambda: claimed().later(30 * DAY), told(seller=K.CLAIM_CHANGED)),
    "a claim is decided": (
        lambda: (
            claimed()
            .later(30 * DAY)
            .step(Party.CARRIER, c.DecideClaim(approved=True, paid=usd(100), happened_at=s.MONDAY))
        ),
        told(seller=K.CLAIM_CHANGED),
    ),
}


@pytest.mark.parametrize("move", MOVES)
def test_each_party_is_told_of_a_move_once_and_whoever_made_it_is_not(move: str) -> None:
    make, expected = MOVES[move]
    found: Told = {}
    for notice in last_notices(make()):
        found.setdefault(notice.to, []).append(notice.kind)
    assert found == expected


def test_what_becomes_of_a_claim_is_a_notice_of_its_own() -> None:
    held = s.awaiting_seller(RequestReason.DAMAGED_IN_TRANSIT).seller(
        c.RefundOnReturn(own_label=LABEL, file_claim=True)
    )
    withdrawn = last_notices(held.buyer(c.Withdraw()))
    assert [(notice.to, notice.kind) for notice in withdrawn] == [
        (S, K.REQUEST_CLOSED),
        (S, K.CLAIM_CHANGED),
    ]


def test_a_notice_says_what_has_happened_to_which_request() -> None:
    refunded = s.awaiting_seller().seller(c.RefundInFull("Sorry."))
    assert [notice.text for notice in last_notices(refunded)] == [
        "Request R1-1: The seller refunds 115.00 USD in full."
    ]
    written = s.under_review().support(c.SendMessage("Hello."))
    assert {notice.text for notice in last_notices(written)} == {"Support wrote to you about request R1-1."}


def every_decision() -> Iterator[tuple[str, list[Notice]]]:
    """Whatever anyone can do in any position, under the longest number there is."""
    for kind, status, make in POSITIONS:
        request = replace(make().request, key=LONGEST_KEY)
        commands = {**COMMANDS, **FACTS} | {
            f"{kind.value} runs out": c.DeadlineReached(kind) for kind in DeadlineKind
        }
        commands["a long number"] = c.SendReplacement(Carrier.FEDEX, "9" * 100, buyer_agreed=True)
        for name, command in commands.items():
            for party in Party:
                at = s.MONDAY + 60 * DAY if "runs out" in name else s.MONDAY + timedelta(minutes=2)
                try:
                    decision = decide(request, command, by=party, at=at, policy=CURRENT)
                except Refusal:
                    continue
                yield f"{kind} {status}: {name} by {party}", list(notices(request, decision))


def test_every_notice_is_a_whole_sentence_of_bearable_length() -> None:
    several = 0
    for where, told_now in every_decision():
        several += bool(told_now)
        for notice in told_now:
            assert str(LONGEST_KEY) in notice.text, where
            assert len(notice.text) <= LONGEST_TEXT, where
            assert notice.text.endswith("."), f"{where}: {notice.text}"
            assert "None" not in notice.text, where
    assert several > 100


def test_no_party_is_told_two_things_of_one_subject() -> None:
    for where, told_now in every_decision():
        subjects = [(notice.to, notice.kind is K.CLAIM_CHANGED) for notice in told_now]
        assert len(set(subjects)) == len(subjects), where


def test_opening_beyond_the_table_is_told_to_the_seller_alone() -> None:
    routed = Story.opened(RequestReason.DEFECTIVE, replace(OPENING, seller_enrolled=False))
    (notice,) = last_notices(routed)
    assert (notice.to, "Support handles it" in notice.text) == (S, True)


def test_the_buyer_is_never_told_of_the_sellers_claim() -> None:
    assert all(not row.buyer for row in CLAIM)
    assert all(row.kind is not K.CLAIM_CHANGED for row in REQUEST)


def test_letting_a_seller_in_or_out_is_told_and_joining_the_list_is_not() -> None:
    every = {
        (before, after) for before in EnrollmentStatus for after in EnrollmentStatus if before is not after
    }
    assert every - set(ENROLLMENT) == {(EnrollmentStatus.NOT_ENROLLED, EnrollmentStatus.WAITLISTED)}
    assert all(len(text) <= LONGEST_TEXT for text in ENROLLMENT.values())
