"""Who is to be notified of a move, and in which words (spec §9).

Decides by a table: a party is told the first row that one of the move's effects fits, so that one move
notifies each party once, of the weightiest thing in it; the seller's claim is a subject of its own. Whoever
did it is not told of it. Refuses to know how a notice reaches anybody, and what is switched off.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Final

from domain.effects import (
    ClaimChanged,
    DeadlineMissed,
    Decision,
    HoldChanged,
    OfferChanged,
    PostJournal,
    PostMessage,
    RefundChanged,
    ReplacementChanged,
    ReturnChanged,
    StatusChanged,
    SurveyAnswered,
)
from domain.events import kind_of
from domain.values import Request
from domain.words import (
    ClaimStatus,
    EnrollmentStatus,
    EventKind,
    MessageKind,
    OfferStatus,
    Party,
    RefundStatus,
    RequestStatus,
    ReturnStatus,
    ScanKind,
)

LONGEST_TEXT: Final = 200
"""Characters of a notice; the longest of the sentences below, with the longest number, has fewer."""

BUYER, SELLER, SUPPORT, CARRIER, CLOCK = Party.BUYER, Party.SELLER, Party.SUPPORT, Party.CARRIER, Party.CLOCK
NAMES: Final = {BUYER: "The buyer", SELLER: "The seller", SUPPORT: "Support"}

Deed = (
    PostMessage
    | StatusChanged
    | OfferChanged
    | ReturnChanged
    | ReplacementChanged
    | RefundChanged
    | ClaimChanged
    | DeadlineMissed
    | SurveyAnswered
)
"""The effects that somebody is behind; journals and holds are the ledger's."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One party, buyer or seller, is told of something in plain words."""

    to: Party
    kind: EventKind
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """What each party is told of an effect of this kind; of an empty sentence, nothing.

    Without `of`, whatever the effect says; without `by`, whoever did it. A sentence may hold {number} of the
    request, {what} happened as the thread says it, and {by} whom. `told_as` is the kind that is told, if
    another.
    """

    kind: EventKind
    of: frozenset[StrEnum] | None = None
    by: frozenset[Party] | None = None
    buyer: str = ""
    seller: str = ""
    told_as: EventKind | None = None

    def fits(self, effect: Deed) -> bool:
        """Whether an effect is what this row is about."""
        return (
            self.kind is kind_of(effect)
            and (self.of is None or _word(effect) in self.of)
            and (self.by is None or effect.by in self.by)
        )

    def sentence(self, party: Party) -> str:
        """What a party is told."""
        return self.buyer if party is BUYER else self.seller


def _these(*words: StrEnum) -> frozenset[StrEnum]:
    return frozenset(words)


def _by(*parties: Party) -> frozenset[Party]:
    return frozenset(parties)


AS_SAID: Final = "Request {number}: {what}"
APPROVED: Final = _these(ReturnStatus.AWAITING_LABEL, ReturnStatus.AWAITING_DROP_OFF)
ON_THE_ROAD: Final = _these(ScanKind.ACCEPTED, ScanKind.IN_TRANSIT, ScanKind.OUT_FOR_DELIVERY)
FAILED: Final = _these(ScanKind.LOST, ScanKind.REFUSED, ScanKind.UNDELIVERABLE, ScanKind.RETURNED_TO_SENDER)

# Words that come with an offer or a ruling are told as the offer or the ruling.
REQUEST: Final = (
    Row(EventKind.REQUEST_RULED, buyer=AS_SAID, seller=AS_SAID),
    Row(EventKind.REQUEST_OPENED, _these(RequestStatus.AWAITING_SELLER),
        seller="New request {number}: a buyer asks for your help."),
    Row(EventKind.REQUEST_OPENED, seller="New request {number}: Support handles it, and you can read along."),
    Row(EventKind.REQUEST_ESCALATED, buyer=AS_SAID, seller=AS_SAID),
    Row(EventKind.OFFER_CHANGED, _these(OfferStatus.OPEN), buyer=AS_SAID),
    Row(EventKind.OFFER_CHANGED, _these(OfferStatus.ACCEPTED, OfferStatus.DECLINED), seller=AS_SAID),
    Row(EventKind.OFFER_CHANGED, _these(OfferStatus.EXPIRED), buyer=AS_SAID, seller=AS_SAID),
    Row(EventKind.REFUND_CHANGED, _these(RefundStatus.PENDING), buyer=AS_SAID),
    Row(EventKind.REFUND_CHANGED, _these(RefundStatus.SETTLED),
        buyer="The refund of request {number} has been paid out."),
    Row(EventKind.REPLACEMENT_CHANGED, _these(ScanKind.DELIVERED),
        buyer="The replacement of request {number} was delivered to you."),
    Row(EventKind.REQUEST_CLOSED, buyer=AS_SAID, seller=AS_SAID),
    Row(EventKind.RETURN_DELIVERED, buyer="The return of request {number} was delivered to the seller.",
        seller="The return of request {number} was delivered to you."),
    Row(EventKind.RETURN_CHANGED, APPROVED, _by(SELLER, SUPPORT), buyer=AS_SAID, seller=AS_SAID),
    Row(EventKind.RETURN_CHANGED, APPROVED, buyer="The return label of request {number} is ready."),
    Row(EventKind.RETURN_CHANGED, _these(ReturnStatus.IN_TRANSIT),
        seller="The return of request {number} is on its way to you."),
    Row(EventKind.RETURN_CHANGED, _these(ReturnStatus.REFUSED),
        buyer="The return of request {number} could not be delivered to the seller.",
        seller="The return of request {number} could not be delivered to you."),
    Row(EventKind.RETURN_CHANGED, _these(ReturnStatus.LOST),
        buyer="The return of request {number} was lost.", seller="The return of request {number} was lost."),
    # Where a carrier or a clock gives the turn back to the seller, a replacement did not arrive.
    Row(EventKind.REQUEST_STATUS_CHANGED, _these(RequestStatus.AWAITING_SELLER), _by(CARRIER, CLOCK),
        buyer=AS_SAID, seller=AS_SAID, told_as=EventKind.REPLACEMENT_CHANGED),
    Row(EventKind.REPLACEMENT_CHANGED, FAILED,
        buyer="The replacement of request {number} did not arrive.",
        seller="The replacement of request {number} did not arrive."),
    Row(EventKind.REPLACEMENT_CHANGED, ON_THE_ROAD,
        buyer="The replacement of request {number} is on its way to you."),
    Row(EventKind.REPLACEMENT_CHANGED, buyer=AS_SAID),
    Row(EventKind.DEADLINE_MISSED, buyer=AS_SAID, seller=AS_SAID),
    Row(EventKind.REQUEST_STATUS_CHANGED, by=_by(SUPPORT), buyer=AS_SAID, seller=AS_SAID),
    Row(EventKind.MESSAGE_POSTED, _these(MessageKind.DETAILS_REQUEST, MessageKind.NO_REFUND_EXPLANATION),
        buyer=AS_SAID),
    Row(EventKind.MESSAGE_POSTED, _these(MessageKind.TEXT),
        buyer="{by} wrote to you about request {number}.",
        seller="{by} wrote to you about request {number}."),
    Row(EventKind.REQUEST_STATUS_CHANGED, by=_by(BUYER, SELLER), buyer=AS_SAID, seller=AS_SAID),
    Row(EventKind.SATISFACTION_ANSWERED, seller="The buyer has answered the survey about request {number}."),
)  # fmt: skip
"""What either party is told of a request, the weightiest first."""

CLAIM: Final = tuple(
    Row(EventKind.CLAIM_CHANGED, _these(status), seller=f"The carrier claim of request {{number}} {became}.")
    for status, became in (
        (ClaimStatus.FILED, "was filed"),
        (ClaimStatus.APPROVED, "was approved"),
        (ClaimStatus.DENIED, "was denied"),
        (ClaimStatus.EXPIRED, "came too late to be filed"),
        (ClaimStatus.CANCELLED, "was cancelled: there is nothing to claim"),
    )
)
"""What the seller, who alone opts into a carrier claim, is told of it."""

SUBJECTS: Final = (REQUEST, CLAIM)
"""One move tells each party at most one thing of each."""

DIRECT_MESSAGE: Final = "You have a new direct message."

ADMITTED: Final = "You now answer your buyers' requests yourself: Seller Provided Support is on for you."
ENDED: Final = "Seller Provided Support has ended for you: Support answers your buyers' new requests."
ENROLLMENT: Final[Mapping[tuple[EnrollmentStatus, EnrollmentStatus], str]] = {
    (EnrollmentStatus.WAITLISTED, EnrollmentStatus.ENROLLED): ADMITTED,
    (EnrollmentStatus.NOT_ENROLLED, EnrollmentStatus.ENROLLED): ADMITTED,
    (EnrollmentStatus.ENROLLED, EnrollmentStatus.WAITLISTED): ENDED,
    (EnrollmentStatus.ENROLLED, EnrollmentStatus.NOT_ENROLLED): ENDED,
    (EnrollmentStatus.WAITLISTED, EnrollmentStatus.NOT_ENROLLED):
        "You are no longer on the waiting list for Seller Provided Support.",
}  # fmt: skip
"""What a seller is told of an enrollment that was this and is that; who joins the list knows it."""

KINDS: Final = frozenset(row.told_as or row.kind for rows in SUBJECTS for row in rows) | {
    EventKind.MESSAGE_POSTED,
    EventKind.ENROLLMENT_CHANGED,
}
"""Everything that anybody is notified of."""


def notices(before: Request | None, decision: Decision) -> Iterator[Notice]:
    """Give what the parties are to be told of a decision on `before` (None: the request was opened)."""
    effects = [
        effect
        for effect in decision.effects
        if not isinstance(effect, PostJournal | HoldChanged) and _is_news(effect, before)
    ]
    said = [
        effect.body
        for effect in effects
        if isinstance(effect, PostMessage) and effect.kind is MessageKind.SYSTEM
    ]
    known = {"number": str(decision.request.key), "what": said[-1] if said else ""}
    kinds = {kind_of(effect) for effect in effects}
    subjects = [[row for row in rows if row.kind in kinds] for rows in SUBJECTS]
    for party in (BUYER, SELLER):
        for rows in subjects:
            yield from islice(_told(rows, effects, party, known), 1)


def _told(
    rows: Sequence[Row], effects: Sequence[Deed], party: Party, known: Mapping[str, str]
) -> Iterator[Notice]:
    """What a party could be told, the weightiest first."""
    for row in rows:
        sentence = row.sentence(party)
        for effect in effects if sentence else ():
            if effect.by is not party and row.fits(effect):
                text = sentence.format(by=NAMES.get(effect.by), **known)
                yield Notice(party, row.told_as or row.kind, text)


def _word(effect: Deed) -> StrEnum | None:
    """What an effect says, in a word, if there are several words that it could say."""
    match effect:
        case PostMessage():
            return effect.kind
        case StatusChanged():
            return effect.to_status
        case ReplacementChanged():
            return effect.scan
        case OfferChanged() | ReturnChanged() | RefundChanged() | ClaimChanged():
            return effect.status
    return None


def _is_news(effect: Deed, before: Request | None) -> bool:
    """Whether an effect says what was not known: an earlier scan may be reported late, a payment be sent
    again.
    """
    match effect:
        case RefundChanged(status=RefundStatus.PENDING):
            return before is None or before.refund is None
        case ReplacementChanged(scan=scan) if scan is not None and before and before.replacement:
            known = before.replacement
            return (known.delivered_at if scan is ScanKind.DELIVERED else known.shipped_at) is None
    return True
