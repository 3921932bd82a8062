"""Anyone tries anything at any time; whatever is decided, the promises hold.

Time only moves on; facts come late, twice and out of order; every refusal must have changed nothing.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain import commands as c
from domain.actions import available_actions
from domain.deadlines import apply_due, next_deadline
from domain.decide import decide
from domain.effects import HoldChanged, PostJournal
from domain.policy import CURRENT
from domain.refusals import InvalidState, Refusal
from domain.values import Request
from domain.words import (
    Carrier,
    ClaimStatus,
    DeadlineKind,
    Funder,
    HoldStatus,
    LedgerAccount,
    LedgerComponent,
    OfferStatus,
    ParcelRole,
    Party,
    RefundStatus,
    RequestAction,
    RequestOutcome,
    RequestReason,
    RequestStatus,
    ReturnCondition,
    RulingDecision,
    ScanKind,
)
from tests.domain import story as s
from tests.domain.story import LABEL, OPENING, ORDER, usd

PEOPLE = (Party.BUYER, Party.SELLER, Party.SUPPORT)
DAMAGED = RequestReason.DAMAGED_IN_TRANSIT
HOMELESS = replace(OPENING, return_address=None)
ONCE_REFUNDED = replace(OPENING, order=replace(ORDER, refunded=usd(3000)))
BEGINNINGS: list[Callable[[], s.Story]] = [
    s.awaiting_seller,
    s.awaiting_buyer,
    s.offer_pending,
    s.awaiting_return,
    s.return_in_transit,
    s.return_in_review,
    s.awaiting_replacement,
    s.replacement_in_transit,
    s.declined,
    s.under_review,
    s.disputed,
    lambda: s.offer_pending(RequestReason.ITEM_MISSING),
    lambda: s.Story.opened(DAMAGED).seller(c.OfferPartialRefund(usd(3000), file_claim=True)),
    lambda: s.Story.opened(DAMAGED).seller(c.RefundOnReturn(file_claim=True)),
    lambda: s.Story.opened(RequestReason.SHIPPING_DELAYED, s.UNDELIVERED),
    lambda: s.Story.opened(opening=HOMELESS),
    lambda: s.Story.opened(opening=ONCE_REFUNDED),
    lambda: s.Story.opened(RequestReason.OTHER),
    s.Story.cancellation,
    lambda: s.Story.cancellation(replace(s.JUST_BOUGHT, seller_enrolled=False)),
]
amounts = st.integers(-100, 12000).map(usd)
labels = st.sampled_from([None, LABEL])
flags = st.booleans()
COMMANDS: dict[RequestAction, st.SearchStrategy[c.Command]] = {
    RequestAction.REFUND_IN_FULL: st.builds(c.RefundInFull, file_claim=flags),
    RequestAction.REFUND_ON_RETURN: st.builds(c.RefundOnReturn, file_claim=flags, own_label=labels),
    RequestAction.OFFER_PARTIAL_REFUND: st.builds(c.OfferPartialRefund, amount=amounts, file_claim=flags),
    RequestAction.SEND_REPLACEMENT: st.builds(
        c.SendReplacement,
        carrier=st.just(Carrier.UPS),
        tracking_number=st.integers(0, 9).map(str),
        buyer_agreed=st.sampled_from([True, True, False]),
    ),
    RequestAction.EXPLAIN_NO_REFUND: st.just(c.ExplainNoRefund("No.")),
    RequestAction.ASK_FOR_DETAILS: st.just(c.AskForDetails("Which?")),
    RequestAction.REFUND_WITHOUT_WAITING: st.builds(c.RefundWithoutWaiting, file_claim=flags),
    RequestAction.CONFIRM_RETURN: st.just(c.ConfirmReturn()),
    RequestAction.DISPUTE_RETURN: st.just(c.DisputeReturn(ReturnCondition.DAMAGED, "Broken.")),
    RequestAction.APPROVE_CANCELLATION: st.just(c.ApproveCancellation()),
    RequestAction.DECLINE_CANCELLATION: st.just(c.DeclineCancellation("No.")),
    RequestAction.ACCEPT_OFFER: st.builds(c.AcceptOffer, st.integers(1, 2)),
    RequestAction.DECLINE_OFFER: st.builds(c.DeclineOffer, st.integers(1, 2), own_label=labels),
    RequestAction.WITHDRAW: st.just(c.Withdraw()),
    RequestAction.ESCALATE: st.just(c.Escalate("Help.")),
    RequestAction.ANSWER_SURVEY: st.builds(c.AnswerSurvey, satisfied=flags),
    RequestAction.SEND_MESSAGE: st.just(c.SendMessage("Hello.")),
    RequestAction.RULE: st.builds(
        c.Rule,
        st.sampled_from(RulingDecision),
        st.sampled_from(Funder),
        st.just("So be it."),
        st.none() | amounts,
        own_label=labels,
    ),
    RequestAction.AUTHORIZE_RETURN: st.builds(c.AuthorizeReturn, own_label=labels),
    RequestAction.HAND_TO_SELLER: st.just(c.HandToSeller("Yours.")),
    RequestAction.TAKE_OVER: st.just(c.TakeOver("Ours.")),
}
ago = st.integers(-2, 48).map(lambda hours: timedelta(hours=hours))


class AnythingGoes(RuleBasedStateMachine):
    """One request, from its opening to long after its end."""

    request: Request
    at: datetime

    def __init__(self) -> None:
        super().__init__()
        self.accounts = dict.fromkeys(LedgerAccount, 0)
        self.seller_paid = 0
        self.return_shipping_charged = 0
        self.held: dict[int, HoldStatus] = {}

    @initialize(beginning=st.sampled_from(BEGINNINGS))
    def begins(self, beginning: Callable[[], s.Story]) -> None:
        story = beginning()
        self.at = story.at
        self.request = story.decisions[0].request
        for decision in story.decisions:
            self._keep(decision.request, decision.effects)

    @rule(by=st.sampled_from(PEOPLE), action=st.sampled_from(list(COMMANDS)), data=st.data())
    def asks_for_anything(self, by: Party, action: RequestAction, data: st.DataObject) -> None:
        self._ask(by, action, data.draw(COMMANDS[action]))

    @rule(by=st.sampled_from([Party.BUYER, Party.SELLER, Party.SELLER, Party.SELLER]), data=st.data())
    def answers(self, by: Party, data: st.DataObject) -> None:
        self._do_what_is_offered(by, data)

    @rule(data=st.data())
    @precondition(lambda self: self.request.status is RequestStatus.UNDER_REVIEW or self.request.overdue)
    def is_worked_on_by_support(self, data: st.DataObject) -> None:
        self._do_what_is_offered(Party.SUPPORT, data)

    def _do_what_is_offered(self, by: Party, data: st.DataObject) -> None:
        allowed = self._allowed(by) - {RequestAction.WITHDRAW, RequestAction.TAKE_OVER}
        if allowed:
            action = data.draw(st.sampled_from(sorted(allowed)))
            self._ask(by, action, data.draw(COMMANDS[action]))

    def _allowed(self, by: Party) -> set[RequestAction]:
        offered = available_actions(self.request, by=by, at=self.at, policy=CURRENT)
        return {each.action for each in offered if each.allowed}

    def _ask(self, by: Party, action: RequestAction, command: c.Command) -> None:
        allowed = self._allowed(by)
        try:
            decided = decide(self.request, command, by=by, at=self.at, policy=CURRENT)
        except InvalidState:
            assert action not in allowed or action is RequestAction.RULE
        except Refusal:
            pass
        else:
            assert action in allowed
            self._keep(decided.request, decided.effects)

    @rule(by=st.sampled_from([Party.SUPPORT, Party.PAYMENTS]))
    @precondition(lambda self: self.request.refund is not None)
    def has_its_refund_sent_again(self, by: Party) -> None:
        failed = self.request.refund is not None and self.request.refund.status is RefundStatus.FAILED
        try:
            decided = decide(self.request, c.RetryRefund(), by=by, at=self.at, policy=CURRENT)
        except InvalidState:
            assert not failed
        else:
            assert failed
            self._keep(decided.request, decided.effects)

    @rule(kind=st.sampled_from(ScanKind), late=ago)
    @precondition(lambda self: self.request.returned is not None)
    def sends_the_item_back(self, kind: ScanKind, late: timedelta) -> None:
        self._report(Party.CARRIER, c.ReportScan(ParcelRole.RETURN, kind, self.at - late))

    @rule(role=st.sampled_from(ParcelRole), kind=st.sampled_from(ScanKind), late=ago)
    def is_scanned(self, role: ParcelRole, kind: ScanKind, late: timedelta) -> None:
        self._report(Party.CARRIER, c.ReportScan(role, kind, self.at - late))

    @rule()
    def is_labelled(self) -> None:
        self._report(Party.CARRIER, c.ReportLabel(LABEL))

    @rule(settled=flags)
    def is_refunded(self, *, settled: bool) -> None:
        self._report(Party.PAYMENTS, c.ReportRefund(settled, self.at))

    @rule(approved=flags)
    @precondition(lambda self: self.request.claim is not None)
    def has_its_claim_decided(self, *, approved: bool) -> None:
        assert self.request.claim is not None
        paid = self.request.claim.coverage if approved else None
        self._report(Party.CARRIER, c.DecideClaim(approved, paid, self.at))

    @rule()
    @precondition(lambda self: self.request.version > 5)
    def is_charged_back(self) -> None:
        self._report(Party.PAYMENTS, c.ReportChargeback(self.at))

    @rule(hours=st.integers(1, 36))
    def waits(self, hours: int) -> None:
        self._wait_until(self.at + timedelta(hours=hours))

    @rule()
    @precondition(lambda self: next_deadline(self.request) is not None)
    def waits_for_the_clock(self) -> None:
        coming = next_deadline(self.request)
        assume(coming is not None)
        assert coming is not None
        self._wait_until(coming[1])

    def _wait_until(self, at: datetime) -> None:
        for decided in apply_due(self.request, at=at, policy=CURRENT):
            assert self.at <= decided.at <= at
            self.at = decided.at
            self._keep(decided.request, decided.effects)
        self.at = at

    def _report(self, by: Party, fact: c.Command) -> None:
        decided = decide(self.request, fact, by=by, at=self.at, policy=CURRENT)
        if decided.request is self.request:
            assert decided.effects == ()
        self._keep(decided.request, decided.effects)

    def _keep(self, request: Request, effects: tuple[object, ...]) -> None:
        before, self.request = self.request, request
        assert request.version - before.version in {0, 1}
        if before.closed_at:
            assert request.status is RequestStatus.CLOSED
            assert (request.outcome, request.closed_at) == (before.outcome, before.closed_at)
        for effect in effects:
            if isinstance(effect, HoldChanged):
                self.held[effect.hold_number] = effect.status
            if isinstance(effect, PostJournal):
                assert sum(line.amount.minor for line in effect.lines) == 0
                for line in effect.lines:
                    self.accounts[line.account] += line.amount.minor
                    charged = -line.amount.minor
                    if line.account is LedgerAccount.SELLER and charged > 0:
                        assert not before.order.charged_back_at
                        self.seller_paid += charged
                        if line.component is LedgerComponent.RETURN_SHIPPING:
                            self.return_shipping_charged += charged

    @invariant()
    def closed_says_how_and_open_says_nothing(self) -> None:
        request = self.request
        is_closed = request.status is RequestStatus.CLOSED
        assert is_closed == (request.outcome is not None) == (request.closed_at is not None)
        assert is_closed == (request.funded_by is not None)
        if is_closed:
            assert set(request.deadlines) <= {DeadlineKind.CLAIM_FILING, DeadlineKind.CLAIM_EXPIRY}
            assert request.due_at is None

    @invariant()
    def the_money_is_whole(self) -> None:
        request = self.request
        assert request.order.refunded.minor <= request.order.total.minor
        full = request.order.payout + request.order.shipping + request.order.processing_fee
        assert self.seller_paid - self.return_shipping_charged <= full.minor
        assert (request.refund is not None) == (request.funded_by in {Funder.SELLER, Funder.PLATFORM})
        if request.outcome is RequestOutcome.CHARGED_BACK or request.funded_by is Funder.PLATFORM:
            assert self.seller_paid == 0
        if request.refund and request.refund.status is RefundStatus.SETTLED:
            assert self.accounts[LedgerAccount.BUYER_REFUNDS] == 0
        if request.status is RequestStatus.CLOSED:
            assert self.accounts[LedgerAccount.RETURN_SHIPPING] == 0

    @invariant()
    def holds_end_posted_or_voided(self) -> None:
        held = [number for number, status in self.held.items() if status is HoldStatus.HELD]
        assert held == ([self.request.hold.number] if self.request.hold else [])
        assert list(self.held) == list(range(1, self.request.holds_made + 1))
        if self.request.closed_at:
            assert not held

    @invariant()
    def numbers_are_dense_and_one_of_each_is_open(self) -> None:
        request = self.request
        for children in (request.offers, request.replacements, request.escalations):
            assert [child.number for child in children] == list(range(1, len(children) + 1))
        open_offers = [offer for offer in request.offers if offer.status is OfferStatus.OPEN]
        assert bool(open_offers) == (request.status is RequestStatus.OFFER_PENDING)
        assert len(open_offers) <= 1

    @invariant()
    def claims_end_with_the_request_or_wait_for_the_carrier(self) -> None:
        request = self.request
        if request.claim and request.closed_at and request.claim.status is ClaimStatus.SCHEDULED:
            assert request.funded_by is Funder.SELLER
            assert DeadlineKind.CLAIM_FILING in request.deadlines

    @invariant()
    def nothing_is_overdue_unseen(self) -> None:
        coming = next_deadline(self.request)
        assert coming is None or coming[1] >= self.at


TestAnythingGoes = AnythingGoes.TestCase
TestAnythingGoes.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
