"""Why something is refused: a class per refusal, carrying its data, with a sentence that says what to do.

Listed in precedence order: where several would apply, the first one listed is raised, and the checks run in
that order. A refusal leaves a transaction by exception: nothing has changed. Clients program against `code`.
"""

from collections.abc import Collection
from datetime import datetime
from typing import ClassVar

from domain.money import Money
from domain.words import RequestAction, RequestReason, RequestStatus, Scope
from domain.words import UserErrorCode as Code


class Refusal(Exception):  # noqa: N818 a refusal is an answer, not an error
    """The base: a code, a sentence, and the path of the input field that can be mended, if one can."""

    code: ClassVar[Code]

    def __init__(self, message: str, *field: str) -> None:
        super().__init__(message)
        self.message = message
        self.field: tuple[str, ...] | None = field or None


class NotFound(Refusal):
    """There is nothing here that the viewer may see."""

    code = Code.NOT_FOUND

    def __init__(self, what: str, *field: str) -> None:
        super().__init__(f"There is no such {what} that you can see.", *field)


class NotYourOrder(Refusal):
    """The viewer sees the order, but did not buy it."""

    code = Code.NOT_YOUR_ORDER

    def __init__(self) -> None:
        super().__init__("Only the buyer of an order can ask for help with it.", "orderId")


class NotAllowed(Refusal):
    """This kind of caller cannot do this at all."""

    code = Code.NOT_ALLOWED


class ScopeMissing(NotAllowed):
    """The token is too narrow."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(f"This token lacks the scope {scope.value}; ask the seller for one that has it.")


class Required(Refusal):
    """An input is empty that must not be."""

    code = Code.REQUIRED

    def __init__(self, *field: str) -> None:
        super().__init__("This must not be empty.", *field)


class TooLong(Refusal):
    """A text is longer than it may be."""

    code = Code.TOO_LONG

    def __init__(self, limit: int, *field: str) -> None:
        super().__init__(f"This may have at most {limit:,} characters.", *field)
        self.limit = limit


class TooMany(Refusal):
    """A list is longer than it may be."""

    code = Code.TOO_MANY

    def __init__(self, limit: int, *field: str) -> None:
        super().__init__(f"At most {limit:,} at once.", *field)
        self.limit = limit


class Invalid(Refusal):
    """An input cannot be understood, or contradicts another."""

    code = Code.INVALID


class StaleVersion(Refusal):
    """The request has moved since the caller last read it."""

    code = Code.STALE_VERSION

    def __init__(self, expected: int, actual: int) -> None:
        super().__init__(f"The request is at version {actual}, not {expected}: read it again.", "ifVersion")
        self.expected, self.actual = expected, actual


class ThreadLocked(Refusal):
    """Support has the request: only Support writes."""

    code = Code.THREAD_LOCKED

    def __init__(self) -> None:
        super().__init__("Support has this request: the conversation is closed to buyer and seller.")


class ThreadReadOnly(Refusal):
    """This party reads here, or the thread has been closed for too long."""

    code = Code.THREAD_READ_ONLY

    def __init__(self, message: str = "This conversation can be read, not written in.") -> None:
        super().__init__(message)


class OrderChargedBack(Refusal):
    """The buyer's bank took the money back: nothing more happens on this order."""

    code = Code.ORDER_CHARGED_BACK

    def __init__(self) -> None:
        super().__init__("The payment of this order was charged back; no request can be opened on it.")


class RequestAlreadyOpen(Refusal):
    """One request at a time on an order."""

    code = Code.REQUEST_ALREADY_OPEN

    def __init__(self, number: str) -> None:
        super().__init__(f"Request {number} on this order is still open.")
        self.number = number


class AlreadyRuled(Refusal):
    """Support decided on this reason for this order."""

    code = Code.ALREADY_RULED

    def __init__(self, reason: RequestReason) -> None:
        super().__init__(f"Support has already ruled on {reason.value} for this order.", "reason")


class AlreadyMailed(Refusal):
    """Too late to cancel: the parcel is on its way."""

    code = Code.ALREADY_MAILED

    def __init__(self) -> None:
        super().__init__("The order has been mailed and cannot be cancelled; ask for help with it instead.")


class ReasonDoesNotFit(Refusal):
    """The facts contradict the reason."""

    code = Code.REASON_DOES_NOT_FIT

    def __init__(self, message: str) -> None:
        super().__init__(message, "reason")


class WindowNotOpen(Refusal):
    """Too early."""

    code = Code.WINDOW_NOT_OPEN

    def __init__(self, opens_at: datetime) -> None:
        super().__init__(f"This opens at {opens_at.isoformat()}.")
        self.opens_at = opens_at


class WindowClosed(Refusal):
    """Too late."""

    code = Code.WINDOW_CLOSED

    def __init__(self, closed_at: datetime) -> None:
        super().__init__(f"This was possible until {closed_at.isoformat()}.")
        self.closed_at = closed_at


class NothingLeftToRefund(Refusal):
    """The buyer has everything back."""

    code = Code.NOTHING_LEFT_TO_REFUND

    def __init__(self) -> None:
        super().__init__("Everything the buyer paid for this order has been refunded.")


class EvidenceRequired(Refusal):
    """This reason needs photos."""

    code = Code.EVIDENCE_REQUIRED

    def __init__(self) -> None:
        super().__init__("Add at least one photo of the item: this reason requires it.", "attachmentIds")


class SurveyClosed(Refusal):
    """There is no survey here, or no longer."""

    code = Code.SURVEY_CLOSED

    def __init__(self, message: str = "This request has no survey to answer.") -> None:
        super().__init__(message)


class InvalidState(Refusal):
    """The transition table holds no such move here."""

    code = Code.INVALID_STATE

    def __init__(
        self,
        status: RequestStatus,
        open_actions: Collection[RequestAction],
        because: str = "Not possible now.",
    ) -> None:
        actions = ", ".join(sorted(action.value for action in open_actions)) or "none"
        super().__init__(f"{because} The request is {status.value}; open to you: {actions}.")
        self.status, self.open_actions = status, frozenset(open_actions)


class OfferNotOpen(Refusal):
    """The offer named is not the one that waits for an answer."""

    code = Code.OFFER_NOT_OPEN

    def __init__(self) -> None:
        super().__init__("This offer is no longer open: read the request again.", "offerId")


class ReturnNotPossible(Refusal):
    """There is no item to send back."""

    code = Code.RETURN_NOT_POSSIBLE

    def __init__(self, message: str = "The buyer does not hold the item, so it cannot be sent back.") -> None:
        super().__init__(message)


class ReturnAddressRequired(Refusal):
    """Nowhere to send it."""

    code = Code.RETURN_ADDRESS_REQUIRED

    def __init__(self) -> None:
        super().__init__("Set your return address first (updateReturnAddress).")


class AgreementRequired(Refusal):
    """A replacement needs the buyer's word."""

    code = Code.AGREEMENT_REQUIRED

    def __init__(self) -> None:
        super().__init__("Ask the buyer first, then affirm that the buyer agreed.", "buyerAgreed")


class TrackingRequired(Refusal):
    """A replacement needs a tracking number."""

    code = Code.TRACKING_REQUIRED

    def __init__(self) -> None:
        super().__init__("Buy a label first, then give its tracking number.", "trackingNumber")


class TrackingInUse(Refusal):
    """A tracking number serves one parcel."""

    code = Code.TRACKING_IN_USE

    def __init__(self) -> None:
        super().__init__("This tracking number belongs to another parcel.", "trackingNumber")


class CurrencyMismatch(Refusal):
    """Different currencies never add."""

    code = Code.CURRENCY_MISMATCH

    def __init__(self, expected: str, *field: str) -> None:
        super().__init__(f"Amounts here are in {expected}.", *field)


class AmountOutOfRange(Refusal):
    """A partial amount is more than nothing and less than what is left."""

    code = Code.AMOUNT_OUT_OF_RANGE

    def __init__(self, below: Money, *field: str) -> None:
        super().__init__(f"The amount must be more than 0 and less than {below}.", *(field or ("amount",)))
        self.below = below


class ClaimNotEligible(Refusal):
    """The carrier pays for nothing here."""

    code = Code.CLAIM_NOT_ELIGIBLE

    def __init__(self, message: str) -> None:
        super().__init__(message, "fileClaim")


class AttachmentRejected(Refusal):
    """An attachment that is not there yet, is somebody else's, is used up, or is no photo or video."""

    code = Code.ATTACHMENT_REJECTED

    def __init__(self, message: str, field: str = "attachmentIds") -> None:
        super().__init__(message, field)


class IdempotencyKeyReused(Refusal):
    """One key, two inputs."""

    code = Code.IDEMPOTENCY_KEY_REUSED

    def __init__(self) -> None:
        super().__init__("This key was used with another input: use a new key.", "idempotencyKey")


class IdempotencyInProgress(Refusal):
    """The first call with this key has not ended."""

    code = Code.IDEMPOTENCY_IN_PROGRESS

    def __init__(self) -> None:
        super().__init__("The first call with this key is still running: try again.", "idempotencyKey")
