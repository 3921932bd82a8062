"""What the marketplace's own services report: scans, refunds, labels, payouts, chargebacks, claims,
enrollment.
"""

from datetime import datetime

import strawberry

from domain.words import Carrier, EnrollmentStatus, RefundStatus, ScanKind
from schema.inputs.form import LONGEST_TRACKING_NUMBER, MOST_ROWS, Form, field, idempotency_key
from schema.inputs.money import MoneyInput
from schema.scalars import URL


@strawberry.input(description="One scan of a parcel: outbound, return or replacement alike.")
class ScanInput(Form):
    """What the carrier saw, where and when."""

    carrier: Carrier = field("Who carries it.")
    tracking_number: str = field(
        "The parcel's number. Spaces and small letters make no difference.",
        longest=LONGEST_TRACKING_NUMBER,
        compact=True,
    )
    kind: ScanKind = field("What was seen.")
    at: datetime = field("When it happened.")
    place: str | None = field("Where.", optional=True, longest=200)


@strawberry.input(description="What carriers saw.")
class ReportScansInput(Form):
    """Scans in any order."""

    scans: list[ScanInput] = field("At most 250.", most=MOST_ROWS)
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="What became of one refund.")
class RefundReportInput(Form):
    """Settled or failed."""

    refund_id: strawberry.ID = field("The refund.", of="Refund")
    status: RefundStatus = field("SETTLED or FAILED.")
    at: datetime = field("When.")


@strawberry.input(description="What became of refunds.")
class ReportRefundsInput(Form):
    """Reports of the payment service."""

    refunds: list[RefundReportInput] = field("At most 250.", most=MOST_ROWS)
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="A refund that failed, to be sent again.")
class RetryRefundInput(Form):
    """Which one."""

    refund_id: strawberry.ID = field("The refund.", of="Refund")
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="The label of a return.")
class ReportReturnLabelInput(Form):
    """Bought by the platform."""

    request_id: strawberry.ID = field("The request whose return it is for.", of="SupportRequest")
    carrier: Carrier = field("Who carries it.")
    tracking_number: str = field("Its number.", longest=LONGEST_TRACKING_NUMBER, compact=True)
    label_url: URL = field("Where to print it.")
    cost: MoneyInput = field("What it costs.", least=0)
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="One payout made to a seller.")
class TransferInput(Form):
    """How much, to whom."""

    external_id: str = field(
        "The platform's own name of it; reporting it again changes nothing.", longest=200
    )
    username: str = field("The seller.", longest=80)
    amount: MoneyInput = field("How much was paid out, more than 0.", least=1)
    at: datetime = field("When.")


@strawberry.input(description="Payouts made to sellers.")
class ReportTransfersInput(Form):
    """Reports of the payout service."""

    transfers: list[TransferInput] = field("At most 250.", most=MOST_ROWS)
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="A posting that was a mistake.")
class CorrectLedgerInput(Form):
    """Which journal, and why it is reversed."""

    journal_id: strawberry.ID = field("The journal to reverse (LedgerEntry.journalId).", of="Journal")
    reason: str = field("Why; shown in the ledger.", longest=400)
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="A payment that the buyer's bank took back.")
class ReportChargebackInput(Form):
    """Which order's."""

    order_external_id: str = field("The platform's own name of the order.", longest=200)
    at: datetime = field("When.")
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="What the carrier decided on a claim.")
class ReportClaimDecisionInput(Form):
    """Approved or denied."""

    claim_id: strawberry.ID = field("The claim.", of="CarrierClaim")
    approved: bool = field("Whether the carrier pays.")
    paid: MoneyInput | None = field(
        "How much, at most the cover; needed if approved.", optional=True, least=1
    )
    at: datetime = field("When.")
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="Whether a seller handles requests in person.")
class SetEnrollmentInput(Form):
    """Admission, or the end of it."""

    username: str = field("The seller.", longest=80)
    status: EnrollmentStatus = field("What holds from now on.")
    since: datetime | None = field("Since when; left out: now.", optional=True)
    idempotency_key: str | None = idempotency_key()
