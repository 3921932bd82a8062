"""What a decision leaves behind beside the request's new state: journals, messages, timeline entries.

Decides what there is to save; knows nothing of how. Child values (offers, return, replacements, refund,
claim, escalations, clock, survey) are saved by comparing the request before and after; a hold that leaves it
was posted or voided as `HoldChanged` says.
"""

from dataclasses import dataclass
from datetime import datetime

from domain.money import Money
from domain.values import Request
from domain.words import (
    ClaimStatus,
    HoldStatus,
    JournalKind,
    LedgerAccount,
    LedgerComponent,
    MessageKind,
    OfferStatus,
    Party,
    RefundStatus,
    RequestAction,
    RequestOutcome,
    RequestStatus,
    ReturnStatus,
    ScanKind,
)


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One signed movement on one account; seller lines carry a component, others none."""

    account: LedgerAccount
    amount: Money
    component: LedgerComponent | None = None


@dataclass(frozen=True, slots=True)
class PostJournal:
    """One balanced double-entry journal: its lines add up to zero."""

    kind: JournalKind
    lines: tuple[JournalLine, ...]
    description: str


@dataclass(frozen=True, slots=True)
class PostMessage:
    """A message appended to the thread; a SYSTEM message says what happened and is written by `by` too."""

    by: Party
    kind: MessageKind
    body: str
    attachment_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """The request moved, or an action was taken in place. `text` is what both parties may read."""

    by: Party
    from_status: RequestStatus | None
    to_status: RequestStatus
    action: RequestAction | None
    outcome: RequestOutcome | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class OfferChanged:
    """An offer was made or answered, ran out or was superseded."""

    by: Party
    offer_number: int
    status: OfferStatus


@dataclass(frozen=True, slots=True)
class ReturnChanged:
    """The return moved on."""

    by: Party
    status: ReturnStatus


@dataclass(frozen=True, slots=True)
class ReplacementChanged:
    """A replacement was announced (no scan) or scanned."""

    by: Party
    replacement_number: int
    scan: ScanKind | None


@dataclass(frozen=True, slots=True)
class HoldChanged:
    """A charge was set aside, posted with its journal, or let go; no timeline entry of its own."""

    hold_number: int
    status: HoldStatus


@dataclass(frozen=True, slots=True)
class RefundChanged:
    """The refund was made, settled, failed or was sent again."""

    by: Party
    status: RefundStatus


@dataclass(frozen=True, slots=True)
class ClaimChanged:
    """The carrier claim moved on; the seller's and Support's to see, not the buyer's."""

    by: Party
    status: ClaimStatus


@dataclass(frozen=True, slots=True)
class DeadlineMissed:
    """Someone let a clock run out."""

    due_at: datetime
    party: Party
    by: Party = Party.CLOCK


@dataclass(frozen=True, slots=True)
class SurveyAnswered:
    """The buyer answered the survey, or changed the answer."""

    satisfied: bool
    by: Party = Party.BUYER


Effect = (
    PostJournal
    | PostMessage
    | StatusChanged
    | OfferChanged
    | ReturnChanged
    | ReplacementChanged
    | HoldChanged
    | RefundChanged
    | ClaimChanged
    | DeadlineMissed
    | SurveyAnswered
)


@dataclass(frozen=True, slots=True)
class Decision:
    """What `decide` answers: the request as it is afterwards, and what else to save, in order, at `at`."""

    request: Request
    effects: tuple[Effect, ...]
    at: datetime

    def total(self, account: LedgerAccount) -> Money | None:
        """The sum this decision moves on one account; None if it moves nothing there."""
        amounts = [
            line.amount
            for effect in self.effects
            if isinstance(effect, PostJournal)
            for line in effect.lines
            if line.account is account
        ]
        total = None
        for amount in amounts:
            total = amount if total is None else total + amount
        return total
