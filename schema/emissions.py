"""Which events each mutation and each deadline may bring, and whose streams tell of them.

Decides nothing: it says what comes of the rules, for the documentation; tests hold it to what really happens.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain import notices
from domain.words import DeadlineKind
from domain.words import EventKind as K

Kinds = frozenset[K]

_SAID = frozenset({K.MESSAGE_POSTED})
_MOVED = _SAID | {K.REQUEST_STATUS_CHANGED}
_CLOSED = _SAID | {K.REQUEST_CLOSED, K.RATING_CHANGED}
_LET_GO = frozenset({K.LEDGER_HOLD_CHANGED, K.RETURN_CHANGED})
_PAID = _CLOSED | {K.REFUND_CHANGED, K.LEDGER_POSTED}
_RETURN_BEGUN = _MOVED | _LET_GO
_TO_SUPPORT = _SAID | {K.REQUEST_ESCALATED}
_NONE: Kinds = frozenset()
_OWN_VIEW = frozenset({K.THREAD_STATE_CHANGED})

OF_MUTATIONS: Final[Mapping[str, Kinds]] = MappingProxyType(
    {
        "openSupportRequest": _SAID | {K.REQUEST_OPENED},
        "openCancellationRequest": _SAID | {K.REQUEST_OPENED},
        "acceptOffer": _PAID | {K.OFFER_CHANGED, K.CLAIM_CHANGED},
        "declineOffer": _RETURN_BEGUN | {K.OFFER_CHANGED},
        "withdrawRequest": _CLOSED | _LET_GO | {K.OFFER_CHANGED, K.CLAIM_CHANGED},
        "escalateRequest": _TO_SUPPORT,
        "answerSurvey": frozenset({K.SATISFACTION_ANSWERED, K.RATING_CHANGED}),
        "refundInFull": _PAID | {K.OFFER_CHANGED, K.CLAIM_CHANGED},
        "refundOnReturn": _RETURN_BEGUN | {K.CLAIM_CHANGED},
        "offerPartialRefund": _MOVED | {K.OFFER_CHANGED, K.CLAIM_CHANGED},
        "sendReplacement": _MOVED | {K.REPLACEMENT_CHANGED},
        "explainNoRefund": _MOVED,
        "askForDetails": _MOVED,
        "refundWithoutWaiting": _PAID | _LET_GO | {K.CLAIM_CHANGED},
        "confirmReturn": _PAID | _LET_GO | {K.CLAIM_CHANGED},
        "disputeReturn": _TO_SUPPORT | {K.RETURN_CHANGED},
        "approveCancellation": _PAID,
        "declineCancellation": _MOVED,
        "updateReturnAddress": _NONE,
        "saveReply": _NONE,
        "deleteSavedReply": _NONE,
        "joinWaitlist": _NONE,
        "sendMessage": _MOVED,
        "startDirectThread": _SAID,
        "markThreadRead": _OWN_VIEW,
        "markThreadUnread": _OWN_VIEW,
        "archiveThread": _OWN_VIEW,
        "unarchiveThread": _OWN_VIEW,
        "indicateTyping": _NONE,
        "markNotificationsRead": notices.KINDS,
        "createUpload": _NONE,
        "assignRequest": frozenset({K.REQUEST_ASSIGNED}),
        "ruleOnRequest": _SAID
        | _LET_GO
        | {K.REQUEST_RULED, K.REFUND_CHANGED, K.LEDGER_POSTED, K.RATING_CHANGED, K.CLAIM_CHANGED},
        "authorizeReturn": _RETURN_BEGUN,
        "handToSeller": _MOVED,
        "takeOverRequest": _TO_SUPPORT | {K.OFFER_CHANGED},
        "addInternalNote": frozenset({K.INTERNAL_NOTE_ADDED}),
        "flagBuyer": _NONE,
        "clearBuyer": _NONE,
        "importOrders": frozenset({K.LEDGER_POSTED}),
        "reportScans": _CLOSED
        | _TO_SUPPORT
        | _MOVED
        | {K.RETURN_CHANGED, K.RETURN_DELIVERED, K.REPLACEMENT_CHANGED, K.CLAIM_CHANGED},
        "reportRefunds": frozenset({K.REFUND_CHANGED}),
        "retryRefund": frozenset({K.REFUND_CHANGED}),
        "reportReturnLabel": _SAID | _LET_GO,
        "reportTransfers": frozenset({K.LEDGER_POSTED}),
        "correctLedger": frozenset({K.LEDGER_POSTED}),
        "reportChargeback": _CLOSED | _LET_GO | {K.OFFER_CHANGED, K.REFUND_CHANGED, K.CLAIM_CHANGED},
        "reportClaimDecision": frozenset({K.CLAIM_CHANGED, K.LEDGER_POSTED}),
        "setEnrollment": frozenset({K.ENROLLMENT_CHANGED}),
    }
)
"""By mutation. Whichever deadlines of its request have run out fire first, and bring theirs."""

OF_DEADLINES: Final[Mapping[DeadlineKind, Kinds]] = MappingProxyType(
    {
        DeadlineKind.RESPOND: _MOVED | {K.DEADLINE_MISSED},
        DeadlineKind.LAPSE: _CLOSED,
        DeadlineKind.DETAILS: _CLOSED | {K.DEADLINE_MISSED},
        DeadlineKind.OFFER: _MOVED | {K.DEADLINE_MISSED, K.OFFER_CHANGED},
        DeadlineKind.ESCALATION: _CLOSED,
        DeadlineKind.DROP_OFF: _CLOSED | _LET_GO | {K.DEADLINE_MISSED, K.CLAIM_CHANGED},
        DeadlineKind.RETURN_TRANSIT: _TO_SUPPORT | {K.RETURN_CHANGED},
        DeadlineKind.REVIEW: _PAID | _LET_GO | {K.CLAIM_CHANGED},
        DeadlineKind.REPLACEMENT_SHIP: _SAID | {K.DEADLINE_MISSED},
        DeadlineKind.REPLACEMENT_GIVE_UP: _TO_SUPPORT,
        DeadlineKind.REPLACEMENT_TRANSIT: _MOVED,
        DeadlineKind.CLAIM_FILING: frozenset({K.CLAIM_CHANGED}),
        DeadlineKind.CLAIM_EXPIRY: frozenset({K.CLAIM_CHANGED}),
    }
)

_PARTIES = "buyer and seller; the request; the queue, while Support has it"
_SELLER = "seller"

AUDIENCE: Final[Mapping[K, tuple[str, str]]] = MappingProxyType(
    {
        K.REQUEST_OPENED: ("RequestEvent", _PARTIES),
        K.REQUEST_STATUS_CHANGED: ("RequestEvent", _PARTIES),
        K.REQUEST_ESCALATED: ("RequestEvent", _PARTIES),
        K.REQUEST_RULED: ("RequestEvent", _PARTIES),
        K.REQUEST_CLOSED: ("RequestEvent", _PARTIES),
        K.MESSAGE_POSTED: (
            "MessageEvent; RequestEvent in the request's own stream",
            "both participants; the thread; the request; the queue, while Support has it",
        ),
        K.OFFER_CHANGED: ("RequestEvent", _PARTIES),
        K.RETURN_CHANGED: ("RequestEvent", _PARTIES),
        K.RETURN_DELIVERED: ("RequestEvent", _PARTIES),
        K.REPLACEMENT_CHANGED: ("RequestEvent", _PARTIES),
        K.REFUND_CHANGED: ("RequestEvent", _PARTIES),
        K.DEADLINE_MISSED: ("RequestEvent", _PARTIES),
        K.SATISFACTION_ANSWERED: ("RequestEvent", _PARTIES),
        K.CLAIM_CHANGED: ("RequestEvent", f"{_SELLER}; the queue, while Support has it"),
        K.LEDGER_POSTED: ("LedgerEvent", _SELLER),
        K.LEDGER_HOLD_CHANGED: ("LedgerEvent", _SELLER),
        K.RATING_CHANGED: ("RatingEvent", _SELLER),
        K.ENROLLMENT_CHANGED: ("NotificationEvent", _SELLER),
        K.INTERNAL_NOTE_ADDED: ("QueueEvent", "the queue"),
        K.REQUEST_ASSIGNED: ("QueueEvent", "the queue"),
        K.THREAD_STATE_CHANGED: ("ThreadStateEvent", "the one whose view of the thread it is"),
    }
)
"""By kind: the type of the graph that it comes as, and whose streams tell of it. In the queue all are
`QueueEvent`s.
"""
