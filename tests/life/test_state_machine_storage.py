"""Anyone tries anything at any time on a real database, one after the other and two at once.

Beside each request runs its model: the same commands, decided by the domain alone. What is kept must equal
the model after every step, two commands at once must come to what one of their two orders comes to, and
every promise about the rows holds.
"""

import asyncio
from collections.abc import Awaitable, Coroutine
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from domain import commands as c
from domain.actions import available_actions
from domain.deadlines import apply_due, next_deadline
from domain.decide import decide
from domain.effects import Decision
from domain.policy import CURRENT
from domain.refusals import Refusal
from domain.values import Request, RequestKey
from domain.words import (
    Carrier,
    ImportStatus,
    ParcelRole,
    Party,
    RefundStatus,
    RequestAction,
    RequestKind,
    RequestReason,
    ScanKind,
)
from resolvers import conversation, reports, requests
from resolvers.mutate import Refusals, Write
from resolvers.reports import RefundReport
from storage.engine import make_engine
from tests.domain.story import LABEL
from tests.life import promises
from tests.life.moves import PEOPLE, commands, flags
from tests.life.town import Town, shown
from tests.storage import moved

T = TypeVar("T")
Parcel = tuple[ParcelRole, Carrier, str, int | None]
Hand = dict[RequestAction, c.Command]
DELIVERED = (RequestReason.DEFECTIVE, RequestReason.DAMAGED_IN_TRANSIT, RequestReason.OTHER)
MAILED = (*DELIVERED, RequestReason.SHIPPING_DELAYED)
REASONS = (*MAILED, RequestReason.ITEM_MISSING, None)
COMMANDS = commands(st.integers(1, 10_500), LABEL)
# Who wins a race is not hypothesis' to know: what it draws must not depend on what happened.
places = st.integers(0, 99)
hands = st.fixed_dictionaries(COMMANDS)
WORN_OUT = 6
"""Chargebacks come late in a life, or there would not be much of it."""


class AnythingGoesAtOnce(RuleBasedStateMachine):
    """One request after the other, each on an order of its own, in one town."""

    runner: asyncio.Runner
    town: Town
    key: RequestKey
    model: Request

    def __init__(self) -> None:
        super().__init__()
        self.history: list[Decision] = []
        self.steps = 0

    # ── beginning ──

    @initialize(reason=st.sampled_from(REASONS), first=st.lists(st.tuples(places, hands), max_size=4))
    def begins(self, reason: RequestReason | None, first: list[tuple[int, Hand]]) -> None:
        order = self._await(self.town.buys())
        if reason in MAILED:
            self._await(self.town.delivers(ScanKind.ACCEPTED))
        if reason in DELIVERED:
            self._await(self.town.delivers(ScanKind.DELIVERED))
        kind = RequestKind.SUPPORT if reason else RequestKind.CANCELLATION
        self.key = self._await(self.town.opens(order, c.Open(kind, reason, "Help.")))
        self.model = self._await(self.town.loads(self.key))
        self.label = replace(LABEL, tracking_number=f"RETURN-{self.key}")
        for place, hand in first:
            self.someone_does_what_is_offered(place, hand)

    # ── one after the other ──

    @rule(by=st.sampled_from(PEOPLE), action=st.sampled_from(list(COMMANDS)), hand=hands)
    def someone_asks_for_anything(self, by: Party, action: RequestAction, hand: Hand) -> None:
        self._ask(by, self._own(hand[action]))

    @rule(place=places, hand=hands)
    def someone_does_what_is_offered(self, place: int, hand: Hand) -> None:
        self._ask(*self._offered(place, hand))

    def _offered(self, place: int, hand: Hand) -> tuple[Party, c.Command]:
        ends = {RequestAction.WITHDRAW, RequestAction.TAKE_OVER, RequestAction.SEND_MESSAGE}
        offered = [
            (by, each.action)
            for by in PEOPLE
            for each in available_actions(self.model, by=by, at=self.town.at, policy=CURRENT)
            if each.allowed and each.action not in ends
        ] or [(Party.BUYER, RequestAction.SEND_MESSAGE)]
        by, action = offered[place % len(offered)]
        return by, self._own(hand[action])

    def _own(self, command: c.Command) -> c.Command:
        """The same command, with a label and a tracking number that no other request has."""
        match command:
            case c.SendReplacement():
                return replace(command, tracking_number=f"{self.key}-{command.tracking_number}")
            case c.RefundOnReturn() | c.DeclineOffer() | c.Rule() | c.AuthorizeReturn():
                return replace(command, own_label=self.label if command.own_label else None)
            case _:
                return command

    def _ask(self, by: Party, command: c.Command) -> None:
        expected = self._decided(self.model, by, command)
        met = self._await(self._does(by, command))
        assert isinstance(met, type(expected) if isinstance(expected, Refusal) else type(None)), met
        if not isinstance(expected, Refusal):
            self._keep(expected)

    def _decided(self, request: Request, by: Party, command: c.Command) -> "list[Decision] | Refusal":
        """What the domain alone makes of it, with the deadlines that are due before it."""
        due = apply_due(request, at=self.town.at, policy=CURRENT)
        current = due[-1].request if due else request
        try:
            return [*due, decide(current, command, by=by, at=self.town.at, policy=CURRENT)]
        except Refusal as refusal:
            return refusal

    async def _does(self, by: Party, command: c.Command) -> Refusal | Refusals | None:
        try:
            await self.town.calls(by, lambda write: self._use_case(write, command))
        except (Refusal, Refusals) as refusal:
            return refusal
        return None

    async def _use_case(self, write: Write, command: c.Command) -> None:
        match command:
            case c.SendMessage():
                thread = await self.town.thread_of(self.key)
                await conversation.send_message(write, *thread, command)
            case c.RetryRefund():
                await reports.retry_refund(write, self.key)
            case c.ReportLabel(label):
                await reports.report_label(write, self.key, label)
            case c.DecideClaim():
                await reports.report_claim_decision(write, self.key, command)
            case c.ReportChargeback(at):
                await reports.report_chargeback(write, self.town.order_name, at)
            case c.ReportRefund(settled, at):
                status = RefundStatus.SETTLED if settled else RefundStatus.FAILED
                await reports.report_refunds(write, [RefundReport(self.key, status, at)])
            case _:
                await requests.act(write, self.key, command)

    # ── two at once ──

    @rule(first=st.tuples(places, hands), second=st.tuples(places, hands))
    def two_act_at_once(self, first: tuple[int, Hand], second: tuple[int, Hand]) -> None:
        made = [self._offered(*first), self._offered(*second)]
        self._race(made, [self._does(by, command) for by, command in made])

    @rule(place=places, hand=hands)
    def someone_acts_as_the_clock_strikes(self, place: int, hand: Hand) -> None:
        made = self._offered(place, hand)
        self._wait_for_the_clock()
        self._race([made], [self._does(*made), self.town.fires()])

    def _race(self, made: list[tuple[Party, c.Command]], calls: list[Coroutine[Any, Any, Any]]) -> None:
        """Make calls at once; what is kept then must be what one order of them comes to."""
        self._await(_all_of(calls))
        kept = self._await(self.town.loads(self.key))
        orders = [made, made[::-1]]
        outcomes = [self._in_turn(order) for order in orders]
        fired = [*apply_due(self.model, at=self.town.at, policy=CURRENT)]
        outcomes += [fired[:count] for count in range(1, len(fired) + 1)]
        ends = [(decisions[-1].request if decisions else self.model) for decisions in outcomes]
        assert kept in ends, (kept, ends)
        self._keep(outcomes[ends.index(kept)])

    def _in_turn(self, made: list[tuple[Party, c.Command]]) -> list[Decision]:
        decisions: list[Decision] = []
        for by, command in made:
            current = decisions[-1].request if decisions else self.model
            decided = self._decided(current, by, command)
            if not isinstance(decided, Refusal):
                decisions += decided
        return decisions

    # ── facts ──

    @rule(place=places, kind=st.sampled_from(ScanKind), hours=st.integers(0, 48))
    def a_parcel_is_scanned(self, place: int, kind: ScanKind, hours: int) -> None:
        parcels = self._parcels()
        self._scan(parcels[place % len(parcels)], kind, timedelta(hours=hours))

    @rule(kind=st.sampled_from(ScanKind))
    def the_latest_parcel_is_scanned(self, kind: ScanKind) -> None:
        self._scan(self._parcels()[-1], kind, timedelta())

    def _parcels(self) -> list[Parcel]:
        returned = self.model.returned
        return [
            (ParcelRole.OUTBOUND, Carrier.USPS, self.town.parcel, None),
            *(
                [(ParcelRole.RETURN, returned.label.carrier, returned.label.tracking_number, None)]
                if returned and returned.label
                else []
            ),
            *(
                (ParcelRole.REPLACEMENT, sent.carrier, sent.tracking_number, sent.number)
                for sent in self.model.replacements
            ),
        ]

    def _scan(self, parcel: Parcel, kind: ScanKind, ago: timedelta) -> None:
        role, carrier, tracking_number, number = parcel
        status = self._await(self.town.scanned(carrier, tracking_number, kind, ago=ago))
        assert status in {ImportStatus.CREATED, ImportStatus.UNCHANGED}
        if status is ImportStatus.CREATED and not (role is ParcelRole.OUTBOUND and self.model.closed_at):
            scan = c.ReportScan(role, kind, self.town.at - ago, number)
            decided = self._decided(self.model, Party.CARRIER, scan)
            assert not isinstance(decided, Refusal)
            self._keep(decided)
        if role is ParcelRole.OUTBOUND:  # the parcel's own instants are storage's to keep
            self.model = self._await(self.town.with_parcel(self.model))

    @rule()
    def the_label_is_made(self) -> None:
        self._hear(Party.CARRIER, c.ReportLabel(self.label))

    @rule(settled=flags)
    def the_refund_is_reported(self, *, settled: bool) -> None:
        self._hear(Party.PAYMENTS, c.ReportRefund(settled, self.town.at))
        if not settled:
            self._hear(Party.PAYMENTS, c.RetryRefund())

    @rule(approved=flags)
    def the_claim_is_decided(self, *, approved: bool) -> None:
        paid = self.model.claim.coverage if approved and self.model.claim else None
        self._hear(Party.CARRIER, c.DecideClaim(paid is not None, paid, self.town.at))

    @rule()
    def the_payment_is_charged_back(self) -> None:
        if self.steps > WORN_OUT:
            self._charge_back()

    def _charge_back(self) -> None:
        if self.model.order.charged_back_at:
            return
        fact = c.ReportChargeback(self.town.at)
        decided = self._decided(self.model, Party.PAYMENTS, fact)
        assert not isinstance(decided, Refusal)
        assert self._await(self._does(Party.PAYMENTS, fact)) is None
        if self.model.closed_at is None:
            self._keep(decided)
        else:  # the order knows it, the closed request does not move
            self.model = self._await(self.town.with_parcel(self.model))

    def _hear(self, by: Party, fact: c.Command) -> None:
        """Report a fact; a report that says nothing new may be refused, and moves nothing."""
        decided = self._decided(self.model, by, fact)
        met = self._await(self._does(by, fact))
        if isinstance(decided, Refusal) or met is not None:
            assert met is not None
            assert isinstance(decided, Refusal) or not decided[-1].effects
        else:
            self._keep(decided)

    # ── time ──

    @rule(hours=st.integers(1, 72))
    def time_passes_unnoticed(self, hours: int) -> None:
        self.town.at += timedelta(hours=hours)

    @rule()
    def a_worker_comes_by(self) -> None:
        self._wait_for_the_clock()
        self._fire()

    def _wait_for_the_clock(self) -> None:
        if coming := next_deadline(self.model):
            self.town.at = max(self.town.at, coming[1])

    def _fire(self) -> None:
        expected = apply_due(self.model, at=self.town.at, policy=CURRENT)[:1]
        assert self._await(self.town.fires()) == bool(expected)
        self._keep(expected)

    # ── what holds ──

    def _keep(self, decisions: list[Decision]) -> None:
        for decided in decisions:
            promises.closed_stays_closed(self.model, decided.request)
            self.model = decided.request
        self.history += decisions
        self.steps += 1

    @invariant()
    def what_is_kept_is_what_was_decided_and_every_promise_holds(self) -> None:
        kept = self._await(self.town.loads(self.key))
        assert kept == self.model
        promises.all_hold(kept)
        self._await(shown(self.town, kept))
        assert self._await(self.town.broken_promises()) == []

    def teardown(self) -> None:
        """In the end every clock has run out, and nothing is left to do."""
        if not hasattr(self, "model"):
            return
        while next_deadline(self.model):
            self.a_worker_comes_by()
        if self.model.closed_at is None:
            self._charge_back()
        while next_deadline(self.model):
            self.a_worker_comes_by()
        assert self.model.closed_at
        assert not self._await(self.town.fires())
        self.what_is_kept_is_what_was_decided_and_every_promise_holds()

    def _await(self, work: Awaitable[T]) -> T:
        async def main() -> T:
            return await work

        return self.runner.run(main())


async def _all_of(calls: list[Coroutine[Any, Any, Any]]) -> list[Any]:
    return await asyncio.gather(*calls)


def test_anything_goes_on_a_real_database(database_url: str) -> None:
    with asyncio.Runner() as runner:

        async def found() -> Town:
            town = Town(make_engine(database_url, pool_size=4))
            await town.found()
            await moved.watch(town.engine)
            return town

        town = runner.run(found())

        class InThisTown(AnythingGoesAtOnce):
            pass

        InThisTown.runner, InThisTown.town = runner, town
        run_state_machine_as_test(
            InThisTown,
            settings=settings(
                max_examples=10,
                stateful_step_count=25,
                deadline=None,
                derandomize=True,
                phases=(Phase.explicit, Phase.generate),
            ),
        )
        assert runner.run(moved.unmoved(town.engine)) == [], "whoever sees what changed has a new version"
        runner.run(moved.unwatch(town.engine))
        runner.run(town.engine.dispose())
