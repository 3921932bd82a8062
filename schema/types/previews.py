"""What a response would cost, before it is given."""

from datetime import datetime

from domain import preview
from domain.money import Money as Amount
from domain.words import ChargeMoment, LedgerComponent
from schema.columns import column, computed, over
from schema.types.errors import UserError, refusal
from schema.types.values import Money


@over(None, "What one component comes to.")
class ChargeComponent:
    """A component and an amount."""

    component: LedgerComponent = column("What it is for.")
    amount: Money = column("How much.")


def _coverage(of: preview.ClaimPreview) -> Amount | None:
    return of.claim.coverage if of.claim else None


def _files_at(of: preview.ClaimPreview) -> datetime | None:
    return of.claim.files_at if of.claim else None


@over(preview.ClaimPreview, "Whether the carrier could be asked to pay.")
class ClaimPreview:
    """A claim that might be."""

    eligible: bool = column("Whether a claim is possible.")
    blocked_because: UserError | None = refusal("blocked_because", "Why not.")
    coverage: Money | None = computed(_coverage, "How much the carrier could be asked for.")
    files_at: datetime | None = computed(_files_at, "When it would file by itself.")


@over(preview.Preview, "What a response would do, were it given now.")
class ResponsePreview:
    """A response that might be."""

    allowed: bool = column("Whether it could be given.")
    blocked_because: UserError | None = refusal("blocked_because", "Why not.")
    charges: list[ChargeComponent] = column(
        "What the seller would pay, component by component; positive amounts."
    )
    total: Money = column("What the seller would pay in all.")
    buyer_receives: Money = column("What the buyer would get.")
    charged_when: ChargeMoment = column("When the seller would pay.")
    claim: ClaimPreview | None = column(
        "Whether a carrier claim could go with it; null where none ever does."
    )
    net_after_claim: Money = column("What would be left for the seller to pay, were the claim approved.")
