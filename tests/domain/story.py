"""A request's story for tests: one order, one request, a clock that moves by hand, and all that was decided.

The amounts are those of the ledger's worked example, so that every journal can be checked against it.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Self

from domain import commands as c
from domain.actions import available_actions
from domain.deadlines import apply_due
from domain.decide import decide
from domain.effects import Decision, Effect, PostJournal, PostMessage
from domain.money import Currency, Money
from domain.policy import CURRENT
from domain.values import Address, Label, Opening, Order, Request, Shipment
from domain.words import (
    Carrier,
    Funder,
    JournalKind,
    LedgerAccount,
    MessageKind,
    ParcelRole,
    Party,
    RequestAction,
    RequestKind,
    RequestReason,
    RequestStatus,
    ReturnCondition,
    RulingDecision,
    ScanKind,
)

MONDAY = datetime(2026, 2, 2, 17, 0, tzinfo=UTC)
"""A Monday morning in Los Angeles, with no change of the clocks for five weeks."""

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def usd(minor: int) -> Money:
    return Money(minor, Currency.USD)


HOME = Address("Seller", "1 Main St", None, "Los Angeles", "CA", "90001", "US")
WAREHOUSE = replace(HOME, name="Warehouse", line1="9 Dock Rd")
LABEL = Label(Carrier.USPS, "9205500000000000000001", "https://labels.example/1", usd(650))
MAILED = MONDAY - 6 * DAY
PARCEL = Shipment(
    id=7,
    carrier=Carrier.USPS,
    tracking_number="9400100000000000000001",
    platform_label=True,
    insured_for=None,
    ship_from=WAREHOUSE,
    mailed_at=MAILED,
    delivered_at=MONDAY - 2 * DAY,
)
ORDER = Order(
    id=11,
    seller_id=1,
    buyer_id=2,
    placed_at=MONDAY - 8 * DAY,
    category="Trading cards",
    consumable=False,
    price=usd(10000),
    tax=usd(800),
    shipping=usd(700),
    commission=usd(800),
    processing_fee=usd(365),
    refunded=usd(0),
    shipment=PARCEL,
)
OPENING = Opening(ORDER, seller_enrolled=True, buyer_suspected=False, open_request=None, return_address=HOME)
UNMAILED = replace(PARCEL, mailed_at=None, delivered_at=None)
JUST_BOUGHT = replace(OPENING, order=replace(ORDER, placed_at=MONDAY - HOUR, shipment=UNMAILED))
UNDELIVERED = replace(OPENING, order=replace(ORDER, shipment=replace(PARCEL, delivered_at=None)))


class Story:
    """Steps are made at `at`, after the deadlines that came before; what each decided is kept."""

    def __init__(self, request: Request, decisions: list[Decision], at: datetime) -> None:
        self.request = request
        self.decisions = decisions
        self.at = at

    @classmethod
    def opened(
        cls,
        reason: RequestReason = RequestReason.WRONG_ITEM,
        opening: Opening = OPENING,
        at: datetime = MONDAY,
    ) -> Self:
        command = c.Open(RequestKind.SUPPORT, reason, "It is not what I bought.", (1,))
        decision = decide(None, command, by=Party.BUYER, at=at, policy=CURRENT, opening=opening)
        return cls(decision.request, [decision], at)

    @classmethod
    def cancellation(cls, opening: Opening = JUST_BOUGHT, at: datetime = MONDAY) -> Self:
        command = c.Open(RequestKind.CANCELLATION, None, "I changed my mind.")
        decision = decide(None, command, by=Party.BUYER, at=at, policy=CURRENT, opening=opening)
        return cls(decision.request, [decision], at)

    def later(self, span: timedelta) -> Self:
        """Time passes, and every deadline on the way fires."""
        return self.until(self.at + span)

    def until(self, at: datetime) -> Self:
        self.at = at
        for decision in apply_due(self.request, at=at, policy=CURRENT):
            self._keep(decision)
        return self

    def until_due(self) -> Self:
        """The clock that is shown runs out."""
        assert self.request.due_at is not None
        return self.until(self.request.due_at)

    def step(self, by: Party, command: c.Command) -> Self:
        self._keep(decide(self.request, command, by=by, at=self.at, policy=CURRENT))
        return self

    def buyer(self, command: c.Command) -> Self:
        return self.step(Party.BUYER, command)

    def seller(self, command: c.Command) -> Self:
        return self.step(Party.SELLER, command)

    def support(self, command: c.Command) -> Self:
        return self.step(Party.SUPPORT, command)

    def rules(self, decision: RulingDecision, funded_by: Funder, amount: Money | None = None) -> Self:
        return self.support(c.Rule(decision, funded_by, "We looked into it.", amount, own_label=LABEL))

    def scan(
        self,
        role: ParcelRole,
        kind: ScanKind,
        *,
        happened_at: datetime | None = None,
        parcel: int | None = None,
    ) -> Self:
        return self.step(Party.CARRIER, c.ReportScan(role, kind, happened_at or self.at, parcel))

    def return_scan(self, kind: ScanKind, *, happened_at: datetime | None = None) -> Self:
        return self.scan(ParcelRole.RETURN, kind, happened_at=happened_at)

    def replacement_scan(self, kind: ScanKind, *, parcel: int | None = None) -> Self:
        return self.scan(ParcelRole.REPLACEMENT, kind, parcel=parcel)

    @property
    def status(self) -> RequestStatus:
        return self.request.status

    @property
    def effects(self) -> list[Effect]:
        """Of the whole story."""
        return [effect for decision in self.decisions for effect in decision.effects]

    @property
    def journals(self) -> list[JournalKind]:
        return [effect.kind for effect in self.effects if isinstance(effect, PostJournal)]

    def said(self, kind: MessageKind) -> list[str]:
        return [
            effect.body for effect in self.effects if isinstance(effect, PostMessage) and effect.kind is kind
        ]

    def moved(self, account: LedgerAccount) -> int:
        """What the whole story moved on an account, in cents."""
        return sum(total.minor for each in self.decisions if (total := each.total(account)))

    def may(self, by: Party) -> set[RequestAction]:
        """The actions open to a party now."""
        actions = available_actions(self.request, by=by, at=self.at, policy=CURRENT)
        return {each.action for each in actions if each.allowed}

    def _keep(self, decision: Decision) -> None:
        self.decisions.append(decision)
        self.request = decision.request


REPLACEMENT = c.SendReplacement(Carrier.UPS, "1Z0001", buyer_agreed=True)
DISPUTE = c.DisputeReturn(ReturnCondition.WRONG_ITEM, "That is not mine.")


def awaiting_seller(reason: RequestReason = RequestReason.WRONG_ITEM) -> Story:
    return Story.opened(reason)


def awaiting_buyer() -> Story:
    return awaiting_seller().seller(c.AskForDetails("Which size is it?"))


def offer_pending(reason: RequestReason = RequestReason.WRONG_ITEM) -> Story:
    return Story.opened(reason).seller(c.OfferPartialRefund(usd(3000)))


def awaiting_return() -> Story:
    return awaiting_seller().seller(c.RefundOnReturn(own_label=LABEL))


def return_in_transit() -> Story:
    return awaiting_return().return_scan(ScanKind.ACCEPTED)


def return_in_review() -> Story:
    return return_in_transit().return_scan(ScanKind.DELIVERED)


def awaiting_replacement() -> Story:
    return awaiting_seller().seller(REPLACEMENT)


def replacement_in_transit() -> Story:
    return awaiting_replacement().replacement_scan(ScanKind.ACCEPTED)


def declined() -> Story:
    return awaiting_seller().seller(c.ExplainNoRefund("The photo shows the right card."))


def under_review() -> Story:
    return declined().buyer(c.Escalate("Please look again."))


def disputed() -> Story:
    return return_in_review().seller(DISPUTE)


def closed() -> Story:
    return awaiting_seller().seller(c.RefundInFull())
