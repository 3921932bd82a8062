"""For which fields an answer may be kept: field by field, what beside the viewer's own version it depends on.

Decides by the document alone. A field that is named nowhere here, or in `NEVER`, is not kept for; the tests
demand that every field that can be read is named once. Knows no viewer, no storage and no time.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLNamedType,
    GraphQLSchema,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    visit,
)
from graphql.type import is_abstract_type, is_object_type


class Lasts(Enum):
    """For how long a field stays as it was, while nobody changes what the viewer sees."""

    ALWAYS = "Nothing else changes it."
    UNTIL_DUE = "A clock of the viewer's that runs out may change it."
    WHILE_LINKED = "It is a link that expires."
    WHILE_THERE = "It names what may come to be without the viewer's doing: only what is there is kept."


ALWAYS: Final[Mapping[str, str]] = {
    "Address": "name line1 line2 city region postalCode countryCode",
    "Attachment": "id filename contentType byteSize",
    "CarrierClaim": "id status carrier coverage filesAt fileBy filedAt decidedAt paid instructions",
    "CarrierScan": "kind at place",
    "ChargeComponent": "component amount",
    "ClaimChange": "id at by claim",
    "DeadlineMissed": "id at by dueAt party",
    "Enrollment": "status since",
    "Escalation": "cause by text at ruling",
    "InboxCounts": "total unread",
    "InternalNote": "id author body at",  # found by nobody for whom answers are kept
    "Ledger": "balance holds entries statement",
    "LedgerBalance": "posted held available",
    "LedgerEntry": "id number journalId component amount balanceAfter postedAt order request reverses "
    "description",
    "LedgerHold": "id status request charges total since",
    "LedgerPosting": "id at by entry",
    "LedgerStatement": "opening lines closing",
    "LiveShowMoment": "showId title videoReceiptUrl at",
    "Message": "id thread number author party kind body attachments createdAt",
    "MessagePosted": "id at by message",
    "Money": "amount currencyCode minorUnits",
    "Notification": "id event text request thread readAt createdAt",
    "OfferChange": "id at by offer",
    "Order": "id externalId placedAt title description condition category consumable quantity photos buyer "
    "seller price tax shipping total payout commission processingFee refundable liveShow shipment "
    "chargedBackAt openRequest supportRequests",
    "PageInfo": "hasNextPage hasPreviousPage startCursor endCursor",
    "PartialRefundOffer": "id amount note status offeredAt expiresAt answeredAt",
    "Policy": "version timeZone responseHours offerHours reviewHours returnBusinessDays reasons ratingBands",
    "Query": "viewer supportRequest thread order policy",
    "RatingBandRule": "band atLeast",
    "ReasonPolicy": "reason covered photosRequired returnable guidance",
    "Refund": "id amount status fundedBy createdAt expectedFrom expectedBy settledAt",
    "RefundChange": "id at by refund",
    "ReplacementChange": "id at by scan",
    "ReplacementShipment": "carrier trackingNumber shipBy shippedAt deliveredAt scans",
    "ReturnChange": "id at by status",
    "ReturnDispute": "condition text evidence at",
    "ReturnShipment": "status dropOffBy labelUrl carrier trackingNumber returnTo shippingCost droppedOffAt "
    "deliveredAt reviewBy confirmedAt confirmedBy dispute scans",
    "Ruling": "decision fundedBy amount text at overturned",
    "SatisfactionAnswer": "satisfied comment at",
    "SavedReply": "id title body",
    "SellerDesk": "requests enrollment ledger returnAddress savedReplies",
    "Shipment": "id carrier trackingNumber mailedAt deliveredAt returnedToSenderAt insuredFor scans orders",
    "StatusChange": "id at by fromStatus toStatus action outcome text",
    # routingCause and assignee are Support's: null to everybody for whom answers are kept
    "SupportRequest": "id number kind version policyVersion reason description status outcome fundedBy "
    "handledBy routingCause turn assignee feedCursor dueAt createdAt updatedAt closedAt order buyer seller "
    "evidence thread offers returnShipment replacements refunds claim escalations timeline ledgerEntries "
    "satisfactionAnswer",
    "SurveyAnswered": "id at by satisfied",
    "Thread": "id kind participants viewerParty counterpart request subject lastMessage lastActivityAt "
    "unread unreadCount archived lastReadNumber lockedAt feedCursor messages",
    "User": "id username displayName desk",
    "UserError": "code message field",
    "Viewer": "user role scopes inbox inboxCounts feedCursor notifications purchases sales seller",
}
UNTIL_DUE: Final[Mapping[str, str]] = {
    "AvailableAction": "action allowed blockedBecause until",
    "EscalationEligibility": "eligible opensAt closesAt cause blockedBecause",
    "InboxCounts": "dueSoon overdue",
    "SupportRequest": "overdue availableActions escalationEligibility",
    "Thread": "writable",
}
WHILE_LINKED: Final[Mapping[str, str]] = {"Attachment": "url", "LedgerStatement": "csvUrl"}
WHILE_THERE: Final[Mapping[str, str]] = {"Query": "node nodes user"}

ARGUMENTS_UNTIL_DUE: Final = frozenset({("Viewer", "inbox", "filter")})
"""What a field is asked for may hang on the time where it does not by itself: `filter: {overdue: true}`."""

SHARED: Final = "hangs on what other accounts do, too"
SUPPORTS: Final = "is Support's or the platform's, for whom nothing is kept"
SLIDING: Final = "looks at a window that slides with the time"
NEVER: Final[Mapping[str, tuple[str, str]]] = {
    "AbuseFlag": ("reason by at", SUPPORTS),
    "ClaimPreview": ("eligible blockedBecause coverage filesAt", SLIDING),
    "MissedResponse": ("request dueAt", SLIDING),
    "Order": ("eligibility cancellationEligibility", SHARED),
    "PublicSupportRating": ("band", SHARED),
    "Query": (
        "refunds carrierClaims returnsAwaitingLabel supportQueueCursor testClock supportQueue",
        SUPPORTS,
    ),
    "RatedRequest": ("request counted signals because", SLIDING),
    "RequestEligibility": (
        "eligible reasons handledBy photosRequired descriptionRequired fileBy",
        SHARED,
    ),
    "ResponsePreview": (
        "allowed blockedBecause charges total buyerReceives chargedWhen claim netAfterClaim",
        SLIDING,
    ),
    "Satisfaction": ("score answers positive lifetimeScore lifetimeAnswers", SLIDING),
    "SellerDesk": ("supportRating satisfaction standing", SLIDING),
    "Standing": ("met responseRate responded late missed", SLIDING),
    "SupportRating": ("visible band score lifetimeRequests window counted", SLIDING),
    "SupportRequest": ("responsePreview internalNotes", SLIDING),
    "TestClock": ("now", SLIDING),
    "User": ("supportRating abuseFlag", SHARED),
}

PAGES: Final = frozenset({"edges", "nodes", "pageInfo", "totalCount", "node", "cursor"})
"""The fields of a list's pages: they last as what is in them."""


def _by_field() -> dict[tuple[str, str], Lasts]:
    kinds = {
        Lasts.ALWAYS: ALWAYS,
        Lasts.UNTIL_DUE: UNTIL_DUE,
        Lasts.WHILE_LINKED: WHILE_LINKED,
        Lasts.WHILE_THERE: WHILE_THERE,
    }
    return {
        (type_, name): lasts
        for lasts, types in kinds.items()
        for type_, names in types.items()
        for name in names.split()
    }


OF_FIELDS: Final[Mapping[tuple[str, str], Lasts]] = _by_field()


@dataclass(frozen=True, slots=True)
class Verdict:
    """For how long answers to a document last; or the field, `Type.name`, for which none is kept."""

    lasts: frozenset[Lasts]
    never: str | None = None


def lasting(schema: GraphQLSchema, document: DocumentNode) -> Verdict:
    """Say for how long answers to any operation of a document last."""
    reader = _Reader(schema)
    visit(document, TypeInfoVisitor(reader.types, reader))
    return Verdict(frozenset(reader.lasts), reader.never)


def is_page(type_name: str, field: str) -> bool:
    """Whether this is a field of a list's page or of a row's place in it."""
    return type_name.endswith(("Connection", "Edge")) and field in PAGES


class _Reader(Visitor):
    def __init__(self, schema: GraphQLSchema) -> None:
        super().__init__()
        self.types = TypeInfo(schema)
        self.lasts: set[Lasts] = set()
        self.never: str | None = None
        self._schema = schema

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        name = node.name.value
        if name == "__typename":
            return
        parent = self.types.get_parent_type()
        for kind in self._possible(parent):
            self._read(kind, name, node)

    def _possible(self, parent: Any) -> Iterable[GraphQLNamedType | None]:
        named = get_named_type(parent) if parent is not None else None
        if named is not None and is_abstract_type(named):
            return self._schema.get_possible_types(named)
        return (named,)

    def _read(self, kind: GraphQLNamedType | None, name: str, node: FieldNode) -> None:
        if kind is None or not is_object_type(kind) or name not in kind.fields:
            self.never = self.never or name  # nothing that the graph knows
        elif not is_page(kind.name, name):
            lasts = OF_FIELDS.get((kind.name, name))
            if lasts is None:
                self.never = self.never or f"{kind.name}.{name}"
                return
            self.lasts.add(lasts)
            if any(
                (kind.name, name, each.name.value) in ARGUMENTS_UNTIL_DUE for each in node.arguments or ()
            ):
                self.lasts.add(Lasts.UNTIL_DUE)
