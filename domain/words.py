"""The field's own words, one per concept: every enumeration that the rules, the tables and the graph share.

Decides what the words are; knows nothing of what may be done with them.
"""

from enum import StrEnum


class Party(StrEnum):
    """Who makes a move: the two sides of a sale, Support, and those who report facts."""

    BUYER = "BUYER"
    SELLER = "SELLER"
    SUPPORT = "SUPPORT"
    CARRIER = "CARRIER"
    PAYMENTS = "PAYMENTS"
    CLOCK = "CLOCK"


class RequestKind(StrEnum):
    """What is asked: help with an order, or its cancellation."""

    SUPPORT = "SUPPORT"
    CANCELLATION = "CANCELLATION"


class RequestReason(StrEnum):
    """Why the buyer asks for help (spec §3)."""

    SHIPPING_DELAYED = "SHIPPING_DELAYED"
    ITEM_MISSING = "ITEM_MISSING"
    WRONG_ITEM = "WRONG_ITEM"
    NOT_AS_DESCRIBED = "NOT_AS_DESCRIBED"
    DEFECTIVE = "DEFECTIVE"
    RETURNED_TO_SENDER = "RETURNED_TO_SENDER"
    DAMAGED_IN_TRANSIT = "DAMAGED_IN_TRANSIT"
    OTHER = "OTHER"


class RequestStatus(StrEnum):
    """Where a request stands (spec §4)."""

    AWAITING_SELLER = "AWAITING_SELLER"
    AWAITING_BUYER = "AWAITING_BUYER"
    OFFER_PENDING = "OFFER_PENDING"
    AWAITING_RETURN = "AWAITING_RETURN"
    RETURN_IN_TRANSIT = "RETURN_IN_TRANSIT"
    RETURN_IN_REVIEW = "RETURN_IN_REVIEW"
    AWAITING_REPLACEMENT = "AWAITING_REPLACEMENT"
    REPLACEMENT_IN_TRANSIT = "REPLACEMENT_IN_TRANSIT"
    DECLINED = "DECLINED"
    UNDER_REVIEW = "UNDER_REVIEW"
    CLOSED = "CLOSED"


class RequestOutcome(StrEnum):
    """How a closed request ended."""

    REFUNDED = "REFUNDED"
    REFUNDED_AFTER_RETURN = "REFUNDED_AFTER_RETURN"
    PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED"
    REPLACED = "REPLACED"
    NOT_REFUNDED = "NOT_REFUNDED"
    RETURN_NOT_SENT = "RETURN_NOT_SENT"
    RETURN_REJECTED = "RETURN_REJECTED"
    BUYER_UNRESPONSIVE = "BUYER_UNRESPONSIVE"
    LAPSED = "LAPSED"
    WITHDRAWN = "WITHDRAWN"
    ORDER_CANCELLED = "ORDER_CANCELLED"
    CHARGED_BACK = "CHARGED_BACK"


class RequestAction(StrEnum):
    """What a person may do to a request: the actions the graph offers."""

    OPEN = "OPEN"
    REFUND_IN_FULL = "REFUND_IN_FULL"
    REFUND_ON_RETURN = "REFUND_ON_RETURN"
    OFFER_PARTIAL_REFUND = "OFFER_PARTIAL_REFUND"
    SEND_REPLACEMENT = "SEND_REPLACEMENT"
    EXPLAIN_NO_REFUND = "EXPLAIN_NO_REFUND"
    ASK_FOR_DETAILS = "ASK_FOR_DETAILS"
    REFUND_WITHOUT_WAITING = "REFUND_WITHOUT_WAITING"
    CONFIRM_RETURN = "CONFIRM_RETURN"
    DISPUTE_RETURN = "DISPUTE_RETURN"
    APPROVE_CANCELLATION = "APPROVE_CANCELLATION"
    DECLINE_CANCELLATION = "DECLINE_CANCELLATION"
    ACCEPT_OFFER = "ACCEPT_OFFER"
    DECLINE_OFFER = "DECLINE_OFFER"
    WITHDRAW = "WITHDRAW"
    ESCALATE = "ESCALATE"
    ANSWER_SURVEY = "ANSWER_SURVEY"
    SEND_MESSAGE = "SEND_MESSAGE"
    RULE = "RULE"
    AUTHORIZE_RETURN = "AUTHORIZE_RETURN"
    HAND_TO_SELLER = "HAND_TO_SELLER"
    TAKE_OVER = "TAKE_OVER"


class DeadlineKind(StrEnum):
    """What happens when a clock runs out; a request has at most one of each kind."""

    RESPOND = "RESPOND"  # 48 bh for the seller: overdue (support), declined (cancellation)
    LAPSE = "LAPSE"  # 21 bd with no word from anyone in AWAITING_SELLER
    DETAILS = "DETAILS"  # 5 bd for the buyer to answer in AWAITING_BUYER
    OFFER = "OFFER"  # 48 bh for the buyer to answer an offer
    ESCALATION = "ESCALATION"  # 5 bd for the buyer to escalate a DECLINED request
    DROP_OFF = "DROP_OFF"  # 5 bd + 24 bh for the return's first scan
    RETURN_TRANSIT = "RETURN_TRANSIT"  # 30 days for the return to arrive
    REVIEW = "REVIEW"  # 48 bh for the seller to confirm or dispute
    REPLACEMENT_SHIP = "REPLACEMENT_SHIP"  # 48 bh to the replacement's first scan: overdue
    REPLACEMENT_GIVE_UP = "REPLACEMENT_GIVE_UP"  # 10 bd: to Support
    REPLACEMENT_TRANSIT = "REPLACEMENT_TRANSIT"  # 30 days for the replacement to arrive
    CLAIM_FILING = "CLAIM_FILING"  # the carrier claim files
    CLAIM_EXPIRY = "CLAIM_EXPIRY"  # too late to file it


class Funder(StrEnum):
    """Whose money a refund is."""

    SELLER = "SELLER"
    PLATFORM = "PLATFORM"
    NOBODY = "NOBODY"


class Handler(StrEnum):
    """Who handles a request from the start."""

    SELLER = "SELLER"
    SUPPORT = "SUPPORT"


class RoutingCause(StrEnum):
    """Why Support handles a request from the start; shown to Support alone."""

    SELLER_NOT_ENROLLED = "SELLER_NOT_ENROLLED"
    REASON_NOT_COVERED = "REASON_NOT_COVERED"
    CONSUMABLE = "CONSUMABLE"
    SUSPECTED_ABUSE = "SUSPECTED_ABUSE"


class EscalationCause(StrEnum):
    """What brought a request to Support."""

    NO_RESPONSE = "NO_RESPONSE"
    DECLINED = "DECLINED"
    NEEDS_HELP = "NEEDS_HELP"
    OFFER_EXPIRED = "OFFER_EXPIRED"
    OFFER_DECLINED = "OFFER_DECLINED"
    REPLACEMENT_NOT_SENT = "REPLACEMENT_NOT_SENT"
    REPLACEMENT_LOST = "REPLACEMENT_LOST"
    RETURN_DISPUTED = "RETURN_DISPUTED"
    RETURN_LOST = "RETURN_LOST"
    ROUTED = "ROUTED"
    TAKEN_OVER = "TAKEN_OVER"


class OfferStatus(StrEnum):
    """Where a partial refund offer stands."""

    OPEN = "OPEN"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    EXPIRED = "EXPIRED"
    SUPERSEDED = "SUPERSEDED"


class ReturnStatus(StrEnum):
    """Where the parcel on its way back stands."""

    AWAITING_LABEL = "AWAITING_LABEL"
    AWAITING_DROP_OFF = "AWAITING_DROP_OFF"
    IN_TRANSIT = "IN_TRANSIT"
    DELIVERED = "DELIVERED"
    REFUSED = "REFUSED"
    LOST = "LOST"
    CONFIRMED = "CONFIRMED"
    DISPUTED = "DISPUTED"
    NOT_SENT = "NOT_SENT"
    WAIVED = "WAIVED"
    REJECTED = "REJECTED"
    CANCELLED = "CANCELLED"


class ReturnCondition(StrEnum):
    """What is wrong with a returned item, says the seller who disputes it."""

    WRONG_ITEM = "WRONG_ITEM"
    DAMAGED = "DAMAGED"
    MISSING_PARTS = "MISSING_PARTS"
    EMPTY_PARCEL = "EMPTY_PARCEL"
    OTHER = "OTHER"


class RulingDecision(StrEnum):
    """What Support decides."""

    REFUND = "REFUND"
    REFUND_ON_RETURN = "REFUND_ON_RETURN"
    UPHOLD = "UPHOLD"


class Carrier(StrEnum):
    """Who carries a parcel."""

    USPS = "USPS"
    UPS = "UPS"
    FEDEX = "FEDEX"
    DHL = "DHL"
    OTHER = "OTHER"


class ScanKind(StrEnum):
    """What a carrier reports about a parcel."""

    ACCEPTED = "ACCEPTED"
    IN_TRANSIT = "IN_TRANSIT"
    OUT_FOR_DELIVERY = "OUT_FOR_DELIVERY"
    DELIVERED = "DELIVERED"
    REFUSED = "REFUSED"
    UNDELIVERABLE = "UNDELIVERABLE"
    RETURNED_TO_SENDER = "RETURNED_TO_SENDER"
    LOST = "LOST"


class ParcelRole(StrEnum):
    """Which of a request's parcels a scan is about."""

    OUTBOUND = "OUTBOUND"
    RETURN = "RETURN"
    REPLACEMENT = "REPLACEMENT"


class RefundStatus(StrEnum):
    """Money on its way to the buyer's original form of payment."""

    PENDING = "PENDING"
    SETTLED = "SETTLED"
    FAILED = "FAILED"


class ClaimStatus(StrEnum):
    """Where a carrier claim stands (spec §6)."""

    SCHEDULED = "SCHEDULED"
    FILED = "FILED"
    APPROVED = "APPROVED"
    DENIED = "DENIED"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"
    MANUAL = "MANUAL"


class HoldStatus(StrEnum):
    """A charge set aside in two phases."""

    HELD = "HELD"
    POSTED = "POSTED"
    VOIDED = "VOIDED"


class LedgerAccount(StrEnum):
    """The accounts that every journal balances over (spec §5)."""

    SELLER = "seller"
    BUYER_REFUNDS = "buyer_refunds"
    COMMISSION = "commission"
    TAX = "tax"
    PROCESSING = "processing"
    SHIPPING = "shipping"
    RETURN_SHIPPING = "return_shipping"
    PLATFORM_SUPPORT = "platform_support"
    CARRIER_CLAIMS = "carrier_claims"
    CLEARING = "clearing"


class LedgerComponent(StrEnum):
    """What a line of the seller's ledger is for."""

    SALE = "SALE"
    PAYOUT_REVERSAL = "PAYOUT_REVERSAL"
    BUYER_SHIPPING = "BUYER_SHIPPING"
    PROCESSING_FEE = "PROCESSING_FEE"
    RETURN_SHIPPING = "RETURN_SHIPPING"
    PARTIAL_REFUND = "PARTIAL_REFUND"
    CLAIM_CREDIT = "CLAIM_CREDIT"
    CORRECTION = "CORRECTION"
    TRANSFER_OUT = "TRANSFER_OUT"


class JournalKind(StrEnum):
    """Which event a journal records."""

    SALE = "SALE"
    FULL_REFUND = "FULL_REFUND"
    RETURN_CONFIRMED = "RETURN_CONFIRMED"
    PARTIAL_REFUND = "PARTIAL_REFUND"
    PLATFORM_REFUND = "PLATFORM_REFUND"
    LABEL_USED = "LABEL_USED"
    LABEL_WRITTEN_OFF = "LABEL_WRITTEN_OFF"
    CLAIM_APPROVED = "CLAIM_APPROVED"
    REFUND_SETTLED = "REFUND_SETTLED"
    CHARGEBACK = "CHARGEBACK"
    TRANSFER_OUT = "TRANSFER_OUT"
    CORRECTION = "CORRECTION"


class ThreadKind(StrEnum):
    """What a conversation is about."""

    SUPPORT = "SUPPORT"
    CANCELLATION = "CANCELLATION"
    DIRECT = "DIRECT"


class MessageKind(StrEnum):
    """What a message is: words, or the words that came with an action."""

    TEXT = "TEXT"
    SYSTEM = "SYSTEM"
    DETAILS_REQUEST = "DETAILS_REQUEST"
    NO_REFUND_EXPLANATION = "NO_REFUND_EXPLANATION"
    OFFER_NOTE = "OFFER_NOTE"
    RULING = "RULING"


class TimelineKind(StrEnum):
    """What kind of thing happened to a request."""

    STATUS_CHANGE = "STATUS_CHANGE"
    MESSAGE_POSTED = "MESSAGE_POSTED"
    OFFER_CHANGE = "OFFER_CHANGE"
    RETURN_CHANGE = "RETURN_CHANGE"
    REPLACEMENT_CHANGE = "REPLACEMENT_CHANGE"
    REFUND_CHANGE = "REFUND_CHANGE"
    CLAIM_CHANGE = "CLAIM_CHANGE"
    LEDGER_POSTING = "LEDGER_POSTING"
    DEADLINE_MISSED = "DEADLINE_MISSED"
    SURVEY_ANSWERED = "SURVEY_ANSWERED"


class RatingBand(StrEnum):
    """A seller's public support rating."""

    EXCELLENT = "EXCELLENT"
    GREAT = "GREAT"
    GOOD = "GOOD"
    AVERAGE = "AVERAGE"
    BELOW_AVERAGE = "BELOW_AVERAGE"


class RatingWindow(StrEnum):
    """Which requests a rating counts."""

    LAST_90_DAYS = "LAST_90_DAYS"
    LATEST_10 = "LATEST_10"


class RatingSignal(StrEnum):
    """What one request says about its seller's support."""

    RESOLVED = "RESOLVED"
    THUMBS_UP = "THUMBS_UP"
    MISSED_AND_ESCALATED = "MISSED_AND_ESCALATED"
    OVERTURNED = "OVERTURNED"
    THUMBS_DOWN = "THUMBS_DOWN"


class EnrollmentStatus(StrEnum):
    """Whether a seller answers requests in person (spec §10)."""

    ENROLLED = "ENROLLED"
    WAITLISTED = "WAITLISTED"
    NOT_ENROLLED = "NOT_ENROLLED"


class ViewerRole(StrEnum):
    """How a token acts."""

    MEMBER = "MEMBER"
    SUPPORT = "SUPPORT"
    PARTNER = "PARTNER"
    PLATFORM = "PLATFORM"


class Scope(StrEnum):
    """What a token of narrow rights may do."""

    REQUESTS_READ = "requests:read"
    REQUESTS_RESPOND = "requests:respond"
    MESSAGES_WRITE = "messages:write"
    LEDGER_READ = "ledger:read"
    WEBHOOKS_MANAGE = "webhooks:manage"
    PLATFORM_WRITE = "platform:write"


class ResponseKind(StrEnum):
    """What can be previewed before it is done."""

    REFUND_IN_FULL = "REFUND_IN_FULL"
    REFUND_ON_RETURN = "REFUND_ON_RETURN"
    OFFER_PARTIAL_REFUND = "OFFER_PARTIAL_REFUND"
    SEND_REPLACEMENT = "SEND_REPLACEMENT"
    EXPLAIN_NO_REFUND = "EXPLAIN_NO_REFUND"
    ASK_FOR_DETAILS = "ASK_FOR_DETAILS"
    REFUND_WITHOUT_WAITING = "REFUND_WITHOUT_WAITING"
    CONFIRM_RETURN = "CONFIRM_RETURN"
    APPROVE_CANCELLATION = "APPROVE_CANCELLATION"
    RULE_REFUND = "RULE_REFUND"
    RULE_REFUND_ON_RETURN = "RULE_REFUND_ON_RETURN"


class ChargeMoment(StrEnum):
    """When the seller pays."""

    AT_ONCE = "AT_ONCE"
    ON_ACCEPTANCE = "ON_ACCEPTANCE"
    ON_RETURN_CONFIRMED = "ON_RETURN_CONFIRMED"
    NEVER = "NEVER"


class ImportStatus(StrEnum):
    """What became of a reported row."""

    CREATED = "CREATED"
    UPDATED = "UPDATED"
    UNCHANGED = "UNCHANGED"
    REJECTED = "REJECTED"


class EventKind(StrEnum):
    """What a live event, a notification or a webhook tells of."""

    REQUEST_OPENED = "REQUEST_OPENED"
    REQUEST_STATUS_CHANGED = "REQUEST_STATUS_CHANGED"
    REQUEST_ESCALATED = "REQUEST_ESCALATED"
    REQUEST_RULED = "REQUEST_RULED"
    REQUEST_CLOSED = "REQUEST_CLOSED"
    MESSAGE_POSTED = "MESSAGE_POSTED"
    OFFER_CHANGED = "OFFER_CHANGED"
    RETURN_CHANGED = "RETURN_CHANGED"
    REPLACEMENT_CHANGED = "REPLACEMENT_CHANGED"
    REFUND_CHANGED = "REFUND_CHANGED"
    CLAIM_CHANGED = "CLAIM_CHANGED"
    LEDGER_POSTED = "LEDGER_POSTED"
    LEDGER_HOLD_CHANGED = "LEDGER_HOLD_CHANGED"
    RETURN_DELIVERED = "RETURN_DELIVERED"
    ENROLLMENT_CHANGED = "ENROLLMENT_CHANGED"
    INTERNAL_NOTE_ADDED = "INTERNAL_NOTE_ADDED"
    REQUEST_ASSIGNED = "REQUEST_ASSIGNED"
    DEADLINE_NEAR = "DEADLINE_NEAR"
    DEADLINE_MISSED = "DEADLINE_MISSED"
    RATING_CHANGED = "RATING_CHANGED"
    SATISFACTION_ANSWERED = "SATISFACTION_ANSWERED"
    THREAD_STATE_CHANGED = "THREAD_STATE_CHANGED"


class FeedType(StrEnum):
    """What an event of a stream carries, and so which type of the graph it is."""

    REQUEST = "REQUEST"
    MESSAGE = "MESSAGE"
    QUEUE = "QUEUE"
    LEDGER = "LEDGER"
    RATING = "RATING"
    THREAD_STATE = "THREAD_STATE"
    NOTIFICATION = "NOTIFICATION"


class UserErrorCode(StrEnum):
    """Why something was refused, for a program to read."""

    NOT_FOUND = "NOT_FOUND"
    INVALID_STATE = "INVALID_STATE"
    STALE_VERSION = "STALE_VERSION"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
    IDEMPOTENCY_IN_PROGRESS = "IDEMPOTENCY_IN_PROGRESS"
    NOT_ALLOWED = "NOT_ALLOWED"
    INVALID = "INVALID"
    TOO_LONG = "TOO_LONG"
    TOO_MANY = "TOO_MANY"
    REQUIRED = "REQUIRED"
    NOT_YOUR_ORDER = "NOT_YOUR_ORDER"
    WINDOW_CLOSED = "WINDOW_CLOSED"
    WINDOW_NOT_OPEN = "WINDOW_NOT_OPEN"
    EVIDENCE_REQUIRED = "EVIDENCE_REQUIRED"
    REQUEST_ALREADY_OPEN = "REQUEST_ALREADY_OPEN"
    REASON_DOES_NOT_FIT = "REASON_DOES_NOT_FIT"
    AMOUNT_OUT_OF_RANGE = "AMOUNT_OUT_OF_RANGE"
    CURRENCY_MISMATCH = "CURRENCY_MISMATCH"
    NOTHING_LEFT_TO_REFUND = "NOTHING_LEFT_TO_REFUND"
    THREAD_LOCKED = "THREAD_LOCKED"
    THREAD_READ_ONLY = "THREAD_READ_ONLY"
    TRACKING_REQUIRED = "TRACKING_REQUIRED"
    TRACKING_IN_USE = "TRACKING_IN_USE"
    AGREEMENT_REQUIRED = "AGREEMENT_REQUIRED"
    CLAIM_NOT_ELIGIBLE = "CLAIM_NOT_ELIGIBLE"
    SURVEY_CLOSED = "SURVEY_CLOSED"
    ATTACHMENT_REJECTED = "ATTACHMENT_REJECTED"
    ALREADY_MAILED = "ALREADY_MAILED"
    RETURN_NOT_POSSIBLE = "RETURN_NOT_POSSIBLE"
    RETURN_ADDRESS_REQUIRED = "RETURN_ADDRESS_REQUIRED"
    ALREADY_RULED = "ALREADY_RULED"
    ORDER_CHARGED_BACK = "ORDER_CHARGED_BACK"
    OFFER_NOT_OPEN = "OFFER_NOT_OPEN"
