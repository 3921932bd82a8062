"""The domain's words as the graph shows them: one table of names and what each word means to a stranger.

Decides the sentences alone. Importing it makes every enumeration in the table usable in the graph.
"""

from collections.abc import Mapping
from enum import Enum, StrEnum
from typing import Final

from strawberry.types.enum import EnumValue, StrawberryEnumDefinition

from domain import words
from domain.money import Currency


class InboxTab(StrEnum):
    """Which part of an inbox is looked at."""

    CUSTOMER_SUPPORT = "CUSTOMER_SUPPORT"
    ALL_MESSAGES = "ALL_MESSAGES"


class InboxSort(StrEnum):
    """In which order an inbox is listed."""

    LATEST_ACTIVITY = "LATEST_ACTIVITY"
    DUE_FIRST = "DUE_FIRST"


MEANINGS: Final[Mapping[type[Enum], tuple[str, str]]] = {
    Currency: (
        "A currency, by its ISO 4217 code.",
        """
        USD: US dollar.
        CAD: Canadian dollar.
        GBP: Pound sterling.
        EUR: Euro.
        AUD: Australian dollar.
        """,
    ),
    words.Party: (
        "Who makes a move on a request, or whose turn it is.",
        """
        BUYER: Who bought the order.
        SELLER: Who sold it.
        SUPPORT: The marketplace's own agents.
        CARRIER: A carrier, through its scans.
        PAYMENTS: The payment services: refunds settled, payments charged back.
        CLOCK: A deadline that ran out.
        """,
    ),
    words.ViewerRole: (
        "How a token acts.",
        """
        MEMBER: A member, buying and selling.
        SUPPORT: One of the marketplace's Support agents.
        PARTNER: A tool that acts for one seller, within its scopes.
        PLATFORM: The marketplace's own services.
        """,
    ),
    InboxTab: (
        "A tab of the inbox.",
        """
        CUSTOMER_SUPPORT: Requests about the viewer's sales.
        ALL_MESSAGES: Everything of the viewer: requests about sales and purchases, and direct messages.
        """,
    ),
    InboxSort: (
        "The order of the inbox.",
        """
        LATEST_ACTIVITY: What moved last comes first.
        DUE_FIRST: What the viewer must do soonest comes first; what has no deadline comes last.
        """,
    ),
    words.EventKind: (
        "What a live event, a notification or a webhook tells of.",
        """
        REQUEST_OPENED: A buyer asked for help, or for a cancellation.
        REQUEST_STATUS_CHANGED: A request moved, or somebody acted on it where it stands.
        REQUEST_ESCALATED: A request went to Support.
        REQUEST_RULED: Support decided.
        REQUEST_CLOSED: A request ended.
        MESSAGE_POSTED: Somebody wrote, or a message says what happened.
        OFFER_CHANGED: A partial refund was offered, answered, ran out or was superseded.
        RETURN_CHANGED: A return moved on.
        REPLACEMENT_CHANGED: A replacement was announced or scanned.
        REFUND_CHANGED: A refund was given, settled, failed or was sent again.
        CLAIM_CHANGED: A carrier claim moved on.
        LEDGER_POSTED: A line was posted to the seller's ledger.
        LEDGER_HOLD_CHANGED: A charge was set aside, posted or let go.
        RETURN_DELIVERED: A return has arrived at the seller's.
        ENROLLMENT_CHANGED: A seller was admitted to Seller Provided Support, or it ended.
        INTERNAL_NOTE_ADDED: An agent wrote a note that only Support sees.
        REQUEST_ASSIGNED: An agent took a request, or let it go.
        DEADLINE_NEAR: A deadline is coming.
        DEADLINE_MISSED: Somebody let a deadline pass.
        RATING_CHANGED: A seller's rating or satisfaction was judged anew.
        SATISFACTION_ANSWERED: The buyer answered the survey.
        THREAD_STATE_CHANGED: The viewer read, marked or archived a conversation.
        """,
    ),
    words.EnrollmentStatus: (
        "Whether requests about a seller's orders come to the seller.",
        """
        ENROLLED: The seller answers requests.
        WAITLISTED: The seller has asked to be admitted; Support answers until then.
        NOT_ENROLLED: Support answers requests about this seller's orders.
        """,
    ),
    words.RequestKind: (
        "What a request asks for.",
        """
        SUPPORT: Help with an order.
        CANCELLATION: That an order not yet mailed be cancelled.
        """,
    ),
    words.RequestReason: (
        "Why a buyer asks for help.",
        """
        SHIPPING_DELAYED: The order has not arrived in time.
        ITEM_MISSING: Something that was bought is not in the parcel, or the parcel never came.
        WRONG_ITEM: Another item came, or another size or colour.
        NOT_AS_DESCRIBED: The item differs from its description, condition or photos.
        DEFECTIVE: The item does not work, or has expired.
        RETURNED_TO_SENDER: The carrier brought the parcel back to the seller.
        DAMAGED_IN_TRANSIT: The item was damaged on its way.
        OTHER: Something else, which buyer protection does not cover; Support looks at it.
        """,
    ),
    words.RequestStatus: (
        "Where a request stands.",
        """
        AWAITING_SELLER: The seller is to respond.
        AWAITING_BUYER: The buyer is to answer the seller's question.
        OFFER_PENDING: The buyer is to accept or decline a partial refund.
        AWAITING_RETURN: The buyer is to drop off the return parcel.
        RETURN_IN_TRANSIT: The return is on its way to the seller.
        RETURN_IN_REVIEW: The seller is to confirm or dispute the returned item.
        AWAITING_REPLACEMENT: The seller is to mail the replacement.
        REPLACEMENT_IN_TRANSIT: The replacement is on its way to the buyer.
        DECLINED: The seller explained why there is no refund; the buyer may escalate.
        UNDER_REVIEW: Support decides.
        CLOSED: It has ended; the outcome says how.
        """,
    ),
    words.RequestOutcome: (
        "How a closed request ended.",
        """
        REFUNDED: The buyer gets everything back.
        REFUNDED_AFTER_RETURN: The buyer gets everything back, having returned the item.
        PARTIALLY_REFUNDED: The buyer gets a part back and keeps the item.
        REPLACED: The buyer got a replacement.
        NOT_REFUNDED: There is no refund.
        RETURN_NOT_SENT: There is no refund, as the item was not sent back in time.
        RETURN_REJECTED: There is no refund, as what came back was not right.
        BUYER_UNRESPONSIVE: The buyer did not answer the seller's question.
        LAPSED: Nobody said anything for too long.
        WITHDRAWN: The buyer withdrew the request.
        ORDER_CANCELLED: The order was cancelled and refunded.
        CHARGED_BACK: The buyer's bank took the payment back.
        """,
    ),
    words.RequestAction: (
        "What a person may do to a request.",
        """
        OPEN: Ask for help, or for a cancellation.
        REFUND_IN_FULL: Refund everything at once; the buyer keeps the item.
        REFUND_ON_RETURN: Refund everything once the item is back.
        OFFER_PARTIAL_REFUND: Offer a part of the money back; the buyer keeps the item.
        SEND_REPLACEMENT: Send the item again, or correct the tracking number of a replacement.
        EXPLAIN_NO_REFUND: Explain why there is no refund.
        ASK_FOR_DETAILS: Ask the buyer a question.
        REFUND_WITHOUT_WAITING: Refund everything without waiting for a return or replacement under way.
        CONFIRM_RETURN: Confirm that what came back is right.
        DISPUTE_RETURN: Say that what came back is not right.
        APPROVE_CANCELLATION: Cancel the order and refund it.
        DECLINE_CANCELLATION: Keep the order and say why.
        ACCEPT_OFFER: Take the partial refund.
        DECLINE_OFFER: Refuse the partial refund.
        WITHDRAW: Take the request back.
        ESCALATE: Ask Support to decide.
        ANSWER_SURVEY: Say whether the seller's support was good.
        SEND_MESSAGE: Write in the thread.
        RULE: Decide, as Support.
        AUTHORIZE_RETURN: Let the buyer return the item, as the replacement never left.
        HAND_TO_SELLER: Give a request that came to Support to the seller.
        TAKE_OVER: Take the request from the parties, as Support.
        """,
    ),
    words.Funder: (
        "Whose money a refund is.",
        """
        SELLER: The seller's.
        PLATFORM: The marketplace's.
        NOBODY: There is no refund.
        """,
    ),
    words.Handler: (
        "Who handles a request from the start.",
        """
        SELLER: The seller.
        SUPPORT: Support.
        """,
    ),
    words.RoutingCause: (
        "Why Support handles a request from the start.",
        """
        SELLER_NOT_ENROLLED: The seller does not answer requests.
        REASON_NOT_COVERED: Buyer protection does not cover the reason.
        CONSUMABLE: The order can be opened and used up, and something is missing or wrong.
        SUSPECTED_ABUSE: The buyer is under suspicion.
        """,
    ),
    words.EscalationCause: (
        "What brought a request to Support.",
        """
        NO_RESPONSE: The seller did not respond in time.
        DECLINED: The seller gave no refund.
        NEEDS_HELP: The buyer asked for help.
        OFFER_EXPIRED: A partial refund was offered, and not answered in time.
        OFFER_DECLINED: The buyer declined a partial refund.
        REPLACEMENT_NOT_SENT: A replacement was promised and not mailed.
        REPLACEMENT_LOST: A replacement did not arrive.
        RETURN_DISPUTED: The seller says that what came back is not right.
        RETURN_LOST: A return did not arrive.
        ROUTED: It came to Support from the start.
        TAKEN_OVER: Support took it over.
        """,
    ),
    words.OfferStatus: (
        "Where a partial refund offer stands.",
        """
        OPEN: The buyer may answer it.
        ACCEPTED: The buyer took it.
        DECLINED: The buyer refused it.
        EXPIRED: The buyer did not answer in time.
        SUPERSEDED: Something else settled or ended the matter.
        """,
    ),
    words.ReturnStatus: (
        "Where a return stands.",
        """
        AWAITING_LABEL: Its label is being made.
        AWAITING_DROP_OFF: The buyer is to drop it off.
        IN_TRANSIT: It is on its way.
        DELIVERED: It reached the seller, who reviews it.
        REFUSED: The seller did not take it in, or the carrier could not deliver it.
        LOST: It did not arrive.
        CONFIRMED: What came back is right, or was not disputed in time.
        DISPUTED: The seller says that what came back is not right.
        NOT_SENT: It was not dropped off in time.
        WAIVED: The seller refunded without waiting for it.
        REJECTED: Support agreed that what came back is not right.
        CANCELLED: The request ended otherwise.
        """,
    ),
    words.ReturnCondition: (
        "What is wrong with a returned item.",
        """
        WRONG_ITEM: Another item came back.
        DAMAGED: It came back damaged.
        MISSING_PARTS: A part of it is missing.
        EMPTY_PARCEL: Nothing was in the parcel.
        OTHER: Something else, as the text says.
        """,
    ),
    words.RulingDecision: (
        "What Support decides.",
        """
        REFUND: The buyer gets a refund.
        REFUND_ON_RETURN: The buyer gets a refund once the item is back.
        UPHOLD: There is no refund.
        """,
    ),
    words.Carrier: (
        "Who carries a parcel.",
        """
        USPS: United States Postal Service.
        UPS: United Parcel Service.
        FEDEX: FedEx.
        DHL: DHL.
        OTHER: Another carrier.
        """,
    ),
    words.ScanKind: (
        "What a carrier reports about a parcel.",
        """
        ACCEPTED: It was dropped off or picked up.
        IN_TRANSIT: It is moving.
        OUT_FOR_DELIVERY: It is on its last leg.
        DELIVERED: It was delivered.
        REFUSED: Whom it was for did not take it.
        UNDELIVERABLE: It could not be delivered.
        RETURNED_TO_SENDER: It came back to its sender.
        LOST: It cannot be found.
        """,
    ),
    words.RefundStatus: (
        "Where the money of a refund is.",
        """
        PENDING: On its way to the buyer.
        SETTLED: Back with the buyer.
        FAILED: It came back; it is sent again.
        """,
    ),
    words.ClaimStatus: (
        "Where a carrier claim stands.",
        """
        SCHEDULED: It files by itself once it may.
        FILED: The carrier decides.
        APPROVED: The carrier paid.
        DENIED: The carrier did not pay.
        EXPIRED: It could not be filed in time.
        CANCELLED: Nothing came to be charged, so nothing is claimed.
        MANUAL: The seller files it with the carrier.
        """,
    ),
    words.HoldStatus: (
        "What became of a charge that was set aside.",
        """
        HELD: It waits for the return.
        POSTED: It was charged.
        VOIDED: It was let go.
        """,
    ),
    words.LedgerComponent: (
        "What a line of a seller's ledger is for.",
        """
        SALE: The payout of an order.
        PAYOUT_REVERSAL: The payout, given back.
        BUYER_SHIPPING: What the buyer paid for shipping, given back.
        PROCESSING_FEE: The payment processor's fee, which is not returned.
        RETURN_SHIPPING: The return's label.
        PARTIAL_REFUND: A partial refund.
        CLAIM_CREDIT: What a carrier paid for a claim.
        CORRECTION: The reverse of an entry made by mistake.
        TRANSFER_OUT: Money paid out to the seller.
        """,
    ),
    words.ThreadKind: (
        "What a conversation is about.",
        """
        SUPPORT: A support request.
        CANCELLATION: A cancellation request.
        DIRECT: Nothing in particular: two members write to each other.
        """,
    ),
    words.MessageKind: (
        "What a message is.",
        """
        TEXT: Words.
        SYSTEM: A note of what happened.
        DETAILS_REQUEST: The seller's question.
        NO_REFUND_EXPLANATION: Why there is no refund.
        OFFER_NOTE: Words beside a partial refund offer.
        RULING: Support's decision.
        """,
    ),
    words.RatingBand: (
        "How well a seller treats requests, as everyone may see.",
        """
        EXCELLENT: The best.
        GREAT: Very good.
        GOOD: Good; also where nothing speaks for or against.
        AVERAGE: Neither good nor bad.
        BELOW_AVERAGE: Worse than most.
        """,
    ),
    words.RatingWindow: (
        "Which finished requests a rating counts.",
        """
        LAST_90_DAYS: Those finished in the last 90 days, being ten or more.
        LATEST_10: The latest ten, as fewer were finished in the last 90 days.
        """,
    ),
    words.RatingSignal: (
        "What a request says about its seller's support.",
        """
        RESOLVED: For it: the seller gave an appropriate resolution.
        THUMBS_UP: For it: the buyer was happy.
        MISSED_AND_ESCALATED: Against it: no response in time, and the buyer escalated for that.
        OVERTURNED: Against it: Support overturned the seller's decision.
        THUMBS_DOWN: Against it: the buyer was unhappy.
        """,
    ),
    words.ResponseKind: (
        "A response that can be previewed.",
        """
        REFUND_IN_FULL: Everything back at once.
        REFUND_ON_RETURN: Everything back once the item is.
        OFFER_PARTIAL_REFUND: A part back, if the buyer accepts.
        SEND_REPLACEMENT: The item again.
        EXPLAIN_NO_REFUND: No refund, and why.
        ASK_FOR_DETAILS: A question.
        REFUND_WITHOUT_WAITING: Everything back without waiting for a return or replacement.
        CONFIRM_RETURN: What came back is right.
        APPROVE_CANCELLATION: The order is cancelled.
        RULE_REFUND: Support rules for a refund, whole or in part.
        RULE_REFUND_ON_RETURN: Support rules for a refund once the item is back.
        """,
    ),
    words.ChargeMoment: (
        "When the seller pays.",
        """
        AT_ONCE: With the response.
        ON_ACCEPTANCE: When the buyer accepts.
        ON_RETURN_CONFIRMED: When the return is confirmed.
        NEVER: Not at all.
        """,
    ),
    words.ImportStatus: (
        "What became of a reported row.",
        """
        CREATED: It is new.
        UPDATED: It changed what was known.
        UNCHANGED: It was known.
        REJECTED: It was refused; its errors say why.
        """,
    ),
    words.UserErrorCode: (
        "Why something was refused, for a program to read.",
        """
        NOT_FOUND: There is nothing here that the viewer may see.
        INVALID_STATE: The request does not allow this where it stands.
        STALE_VERSION: The request has moved since it was read.
        IDEMPOTENCY_KEY_REUSED: The key was used with another input.
        IDEMPOTENCY_IN_PROGRESS: The first call with this key is still running.
        NOT_ALLOWED: This kind of caller does not do this.
        INVALID: An input cannot be understood, or contradicts another.
        TOO_LONG: A text is too long.
        TOO_MANY: A list is too long.
        REQUIRED: Something is missing.
        NOT_YOUR_ORDER: Only its buyer can ask for help with an order.
        WINDOW_CLOSED: It is too late.
        WINDOW_NOT_OPEN: It is too early.
        EVIDENCE_REQUIRED: Photos are needed.
        REQUEST_ALREADY_OPEN: Another request on the order is open.
        REASON_DOES_NOT_FIT: The facts contradict the reason.
        AMOUNT_OUT_OF_RANGE: The amount is too small or too large.
        CURRENCY_MISMATCH: The amount is in another currency.
        NOTHING_LEFT_TO_REFUND: The buyer has everything back.
        THREAD_LOCKED: Only Support writes here now.
        THREAD_READ_ONLY: The viewer reads here, and does not write.
        TRACKING_REQUIRED: A tracking number is needed.
        TRACKING_IN_USE: The tracking number belongs to another parcel.
        AGREEMENT_REQUIRED: The buyer must have agreed to a replacement.
        CLAIM_NOT_ELIGIBLE: No carrier claim is possible.
        SURVEY_CLOSED: There is no survey to answer, or no longer.
        ATTACHMENT_REJECTED: An attachment is not there, not the viewer's, used, or no photo or video.
        ALREADY_MAILED: The parcel is on its way.
        RETURN_NOT_POSSIBLE: There is no item to send back.
        RETURN_ADDRESS_REQUIRED: The seller has no return address.
        ALREADY_RULED: Support has decided on this.
        ORDER_CHARGED_BACK: The buyer's bank took the payment back.
        OFFER_NOT_OPEN: The offer is not the one that waits for an answer.
        """,
    ),
}
NAMES: Final[Mapping[type[Enum], str]] = {Currency: "CurrencyCode"}


def _declare(word: type[Enum], description: str, lines: str) -> None:
    meanings = dict(line.strip().split(": ", 1) for line in lines.strip().splitlines())
    values = [
        EnumValue(member.value, member.value, description=meanings.pop(member.value)) for member in word
    ]
    if meanings:
        raise ValueError(f"{word.__name__} has no {', '.join(meanings)}")
    word.__strawberry_definition__ = StrawberryEnumDefinition(  # type: ignore[attr-defined]
        wrapped_cls=word, name=NAMES.get(word, word.__name__), values=values, description=description
    )


for _word, (_description, _lines) in MEANINGS.items():
    _declare(_word, _description, _lines)
