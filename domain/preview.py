"""What a response would cost, before anyone commits to it.

Decides nothing of its own: it lets `decide` make the response, reads the charge off the decision, and forgets
the rest. Refuses to guess: only the cost of a return label that is not there yet is the policy's estimate.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from domain import claims
from domain.businesstime import add_business_time, business_days
from domain.charges import total
from domain.commands import (
    ApproveCancellation,
    AskForDetails,
    Command,
    ConfirmReturn,
    ExplainNoRefund,
    OfferPartialRefund,
    RefundInFull,
    RefundOnReturn,
    RefundWithoutWaiting,
    Rule,
    SendReplacement,
)
from domain.deadlines import as_of
from domain.decide import decide
from domain.effects import Decision, PostJournal
from domain.money import Money
from domain.policy import Policy
from domain.refusals import ClaimNotEligible, Refusal, Required
from domain.values import Charge, Claim, Label, Order, Request
from domain.words import (
    Carrier,
    ChargeMoment,
    ClaimStatus,
    Funder,
    LedgerAccount,
    LedgerComponent,
    Party,
    ResponseKind,
    RulingDecision,
)

WITH_CLAIM = frozenset(
    {
        ResponseKind.REFUND_IN_FULL,
        ResponseKind.REFUND_ON_RETURN,
        ResponseKind.OFFER_PARTIAL_REFUND,
        ResponseKind.REFUND_WITHOUT_WAITING,
    }
)
"""The responses with which a seller may opt into a carrier claim."""
ON_RETURN = frozenset({ResponseKind.REFUND_ON_RETURN, ResponseKind.RULE_REFUND_ON_RETURN})
WORDS = "…"  # stands for the text that the real response will carry


@dataclass(frozen=True, slots=True)
class ClaimPreview:
    """Whether the carrier could be asked to pay, and how much; `blocked_because` says why not."""

    blocked_because: ClaimNotEligible | None
    claim: Claim | None

    @property
    def eligible(self) -> bool:
        """Nothing stands in the way."""
        return self.blocked_because is None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a response would do: to the ledger, when, and for the buyer. A refused one does nothing."""

    blocked_because: Refusal | None
    charges: tuple[Charge, ...]
    total: Money
    buyer_receives: Money
    charged_when: ChargeMoment
    claim: ClaimPreview | None  # only for responses that can opt into one
    net_after_claim: Money

    @property
    def allowed(self) -> bool:
        """The response could be given now."""
        return self.blocked_because is None


@dataclass(frozen=True, slots=True)
class _Cost:
    charges: tuple[Charge, ...]
    buyer_receives: Money
    charged_when: ChargeMoment


def preview(
    request: Request,
    kind: ResponseKind,
    *,
    amount: Money | None,
    funded_by: Funder,
    file_claim: bool,
    by: Party,
    at: datetime,
    policy: Policy,
) -> Preview:
    """What `kind` would do, were it given by `by` at `at`; `amount` and `funded_by` as the response takes
    them.
    """
    nothing = Money(0, request.order.currency)
    try:
        command = _command(kind, amount, funded_by, _expected_label(request.order, policy))
        request = as_of(request, at=at, policy=policy)
        decision = decide(request, command, by=by, at=at, policy=policy)
    except Refusal as refusal:
        return Preview(refusal, (), nothing, nothing, ChargeMoment.NEVER, None, nothing)
    cost = _cost(decision, kind, request.order)
    charged = total(cost.charges, request.order.currency)
    claim = _claim_preview(request, charged, at=at, policy=policy) if kind in WITH_CLAIM else None
    blocked = claim.blocked_because if claim and file_claim else None
    claimed = nothing
    if (file_claim and claim and claim.claim) or _scheduled(request.claim):
        claimed = claims.coverage(request.order, charged, policy)
    return Preview(
        blocked, cost.charges, charged, cost.buyer_receives, cost.charged_when, claim, charged - claimed
    )


def refund_expected(created_at: datetime, policy: Policy) -> tuple[datetime, datetime]:
    """From when until when the buyer may expect to see a refund: the article's "3-5 days", business days."""
    earliest, latest = (
        add_business_time(created_at, business_days(days), policy.calendar)
        for days in (
            policy.refund_reaches_buyer_from_business_days,
            policy.refund_reaches_buyer_by_business_days,
        )
    )
    return earliest, latest


def _command(kind: ResponseKind, amount: Money | None, funded_by: Funder, label: Label) -> Command:
    """The command to try. A claim is never tried with it: whether there could be one is asked apart."""
    if kind is ResponseKind.OFFER_PARTIAL_REFUND:
        if amount is None:
            raise Required("amount")
        return OfferPartialRefund(amount)
    commands: Mapping[ResponseKind, Command] = {
        ResponseKind.REFUND_IN_FULL: RefundInFull(),
        ResponseKind.REFUND_ON_RETURN: RefundOnReturn(own_label=label),
        ResponseKind.SEND_REPLACEMENT: SendReplacement(Carrier.OTHER, WORDS, buyer_agreed=True),
        ResponseKind.EXPLAIN_NO_REFUND: ExplainNoRefund(WORDS),
        ResponseKind.ASK_FOR_DETAILS: AskForDetails(WORDS),
        ResponseKind.REFUND_WITHOUT_WAITING: RefundWithoutWaiting(),
        ResponseKind.CONFIRM_RETURN: ConfirmReturn(),
        ResponseKind.APPROVE_CANCELLATION: ApproveCancellation(),
        ResponseKind.RULE_REFUND: Rule(RulingDecision.REFUND, funded_by, WORDS, amount),
        ResponseKind.RULE_REFUND_ON_RETURN: Rule(
            RulingDecision.REFUND_ON_RETURN, funded_by, WORDS, own_label=label
        ),
    }
    return commands[kind]


def _expected_label(order: Order, policy: Policy) -> Label:
    return Label(Carrier.USPS, WORDS, WORDS, Money(policy.sandbox_label_cost.minor, order.currency))


def _cost(decision: Decision, kind: ResponseKind, order: Order) -> _Cost:
    """Who pays what and when, as the decision has it: held, offered, or posted already."""
    if kind in ON_RETURN:
        hold = decision.request.hold
        moment = ChargeMoment.ON_RETURN_CONFIRMED if hold else ChargeMoment.NEVER
        return _Cost(hold.charges if hold else (), order.refundable, moment)
    offer = decision.request.open_offer
    if offer:
        charge = Charge(LedgerComponent.PARTIAL_REFUND, offer.amount)
        return _Cost((charge,), offer.amount, ChargeMoment.ON_ACCEPTANCE)
    charges = tuple(_posted(decision))
    refunded = decision.total(LedgerAccount.BUYER_REFUNDS) or Money(0, order.currency)
    return _Cost(charges, refunded, ChargeMoment.AT_ONCE if charges else ChargeMoment.NEVER)


def _posted(decision: Decision) -> list[Charge]:
    return [
        Charge(line.component, -line.amount)
        for effect in decision.effects
        if isinstance(effect, PostJournal)
        for line in effect.lines
        if line.account is LedgerAccount.SELLER and line.component
    ]


def _claim_preview(request: Request, charged: Money, *, at: datetime, policy: Policy) -> ClaimPreview:
    try:
        return ClaimPreview(None, claims.opt_in(request, charged, at=at, policy=policy))
    except ClaimNotEligible as refusal:
        return ClaimPreview(refusal, None)


def _scheduled(claim: Claim | None) -> bool:
    return claim is not None and claim.status is ClaimStatus.SCHEDULED
