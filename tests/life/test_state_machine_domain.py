"""Anyone tries anything at any time; whatever is decided, the promises hold.

Time only moves on; facts come late, twice and out of order; every refusal must have changed nothing.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain import commands as c
from domain.actions import available_actions, escalation_eligibility
from domain.charges import full_charge, total
from domain.deadlines import apply_due, next_deadline
from domain.decide import decide
from domain.effects import Decision, HoldChanged, PostJournal
from domain.policy import CURRENT
from domain.rating import rated
from domain.refusals import InvalidState, Refusal
from domain.values import Request
from domain.words import (
    Funder,
    HoldStatus,
    LedgerAccount,
    LedgerComponent,
    ParcelRole,
    Party,
    RefundStatus,
    RequestAction,
    RequestOutcome,
    RequestReason,
    RequestStatus,
    ScanKind,
)
from tests.domain import story as s
from tests.domain.story import LABEL, OPENING, ORDER, usd
from tests.life import promises
from tests.life.moves import IN_ORDER, PEOPLE, commands, flags
from tests.life.retold import signals_of

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
COMMANDS = commands(st.integers(-100, 12000), LABEL)
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
        self.history: list[Decision] = []

    @initialize(beginning=st.sampled_from(BEGINNINGS))
    def begins(self, beginning: Callable[[], s.Story]) -> None:
        story = beginning()
        self.at = story.at
        self.request = story.decisions[0].request
        for decision in story.decisions:
            self._keep(decision)

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

    @rule(by=st.sampled_from(PEOPLE))
    def is_offered_what_it_then_takes_and_nothing_else(self, by: Party) -> None:
        offered = available_actions(self.request, by=by, at=self.at, policy=CURRENT)
        expected = {each.action: type(each.refusal) if each.refusal else None for each in offered}
        for action, command in IN_ORDER.items():
            if action is RequestAction.OFFER_PARTIAL_REFUND and not self._a_part_is_left():
                continue
            assert self._met(command(self.request), by) is expected.get(action, InvalidState), action
        escalation = escalation_eligibility(self.request, at=self.at, policy=CURRENT)
        assert escalation.eligible == (RequestAction.ESCALATE in self._allowed(Party.BUYER))

    def _a_part_is_left(self) -> bool:
        return total(full_charge(self.request.order), self.request.order.currency).minor > 1

    def _met(self, command: c.Command, by: Party) -> type[Refusal] | None:
        """What the command would be refused with."""
        try:
            decide(self.request, command, by=by, at=self.at, policy=CURRENT)
        except Refusal as refusal:
            return type(refusal)
        return None

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
        before = replace(self.request, deadlines=dict(self.request.deadlines))
        try:
            decided = decide(self.request, command, by=by, at=self.at, policy=CURRENT)
        except InvalidState:
            assert action not in allowed or action is RequestAction.RULE
        except Refusal:
            assert self.request == before
        else:
            assert action in allowed
            self._keep(decided)

    @rule(by=st.sampled_from(PEOPLE), action=st.sampled_from(list(COMMANDS)), data=st.data())
    def hears_the_same_twice(self, by: Party, action: RequestAction, data: st.DataObject) -> None:
        command = data.draw(COMMANDS[action])
        self._ask(by, action, command)
        self._ask(by, action, command)

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
            self._keep(decided)

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
        assert coming is not None
        self._wait_until(coming[1])

    def _wait_until(self, at: datetime) -> None:
        for decided in apply_due(self.request, at=at, policy=CURRENT):
            assert self.at <= decided.at <= at
            self.at = decided.at
            self._keep(decided)
        self.at = at

    def _report(self, by: Party, fact: c.Command) -> None:
        decided = decide(self.request, fact, by=by, at=self.at, policy=CURRENT)
        if decided.request is self.request:
            assert decided.effects == ()
        self._keep(decided)

    def _keep(self, decided: Decision) -> None:
        before, request = self.request, decided.request
        self.request = request
        self.history.append(decided)
        assert request.version - before.version in {0, 1}
        promises.closed_stays_closed(before, request)
        for effect in decided.effects:
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
    def its_promises_hold(self) -> None:
        promises.all_hold(self.request)

    @invariant()
    def its_rating_is_what_happened(self) -> None:
        if self.request.closed_at:
            assert list(rated(self.request).signals) == signals_of(self.history)

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
    def nothing_is_overdue_unseen(self) -> None:
        coming = next_deadline(self.request)
        assert coming is None or coming[1] >= self.at


TestAnythingGoes = AnythingGoes.TestCase
TestAnythingGoes.settings = settings(
    max_examples=150, stateful_step_count=40, deadline=None, derandomize=True
)
