"""Stories that have come to an end: what happens to a request after it was opened, by outcome.

Decides who does what after which wait. Stories of good care, of none to speak of, and of bad care are
kept apart: a seller's rating is made of them.
"""

from collections.abc import Iterator
from datetime import timedelta

from demo import phrases
from demo.script import (
    Assign,
    ChargeBack,
    ClaimDecided,
    Note,
    RefundReported,
    Scan,
    Scene,
    Script,
    Step,
    TimePasses,
)
from domain.businesstime import business_days, business_hours
from domain.commands import (
    AcceptOffer,
    ApproveCancellation,
    AskForDetails,
    AuthorizeReturn,
    Command,
    ConfirmReturn,
    DeclineCancellation,
    DeclineOffer,
    DisputeReturn,
    Escalate,
    ExplainNoRefund,
    HandToSeller,
    OfferPartialRefund,
    RefundInFull,
    RefundOnReturn,
    RefundWithoutWaiting,
    RetryRefund,
    Rule,
    SendMessage,
    SendReplacement,
    TakeOver,
    Withdraw,
)
from domain.words import (
    Carrier,
    Funder,
    ParcelRole,
    Party,
    RequestReason,
    ReturnCondition,
    RulingDecision,
    ScanKind,
)

LITTLE_LATER = timedelta(minutes=1)
TRIED_AGAIN = 0.6
ASSIGNED = 0.4
NOTED = 0.3
NO_TRACKING_YET = ""
"""Whoever acts puts a number of their own in."""


# ── the words of the stories ──


def buyer(scene: Scene, deed: Command, least: float = 1, most: float = 12, photos: int = 0) -> Step:
    """The buyer's move, some hours later."""
    return Step(scene.hours(least, most), Party.BUYER, deed, photos)


def seller(scene: Scene, deed: Command, least: float = 1, most: float = 20, photos: int = 0) -> Step:
    """The seller's move, well within 48 hours."""
    return Step(scene.hours(least, most), Party.SELLER, deed, photos)


def support(scene: Scene, deed: Command, least: float = 8, most: float = 40) -> Iterator[Step]:
    """An agent looks into the request, sometimes takes it up by name, and decides."""
    if scene.chance.random() < ASSIGNED:
        yield Step(scene.hours(1, 6), Party.SUPPORT, Assign())
    if scene.chance.random() < NOTED:
        yield Step(scene.hours(0.2, 1), Party.SUPPORT, Note(scene.say(phrases.NOTES)))
    yield Step(scene.hours(least, most), Party.SUPPORT, deed)


def silence(hours: int = 0, days: int = 0) -> Step:
    """Nobody does anything until a clock of so many business hours or days has run out."""
    return Step(
        business_hours(hours) + business_days(days) + LITTLE_LATER, Party.CLOCK, TimePasses(), business=True
    )


def scan(scene: Scene, role: ParcelRole, kind: ScanKind, least: float, most: float) -> Step:
    """A carrier's scan, some hours later."""
    return Step(scene.hours(least, most), Party.CARRIER, Scan(role, kind))


def on_its_way_back(scene: Scene) -> Script:
    """Dropped off."""
    yield scan(scene, ParcelRole.RETURN, ScanKind.ACCEPTED, 14, 50)


def back(scene: Scene) -> Script:
    """Dropped off, delivered."""
    yield from on_its_way_back(scene)
    yield scan(scene, ParcelRole.RETURN, ScanKind.DELIVERED, 50, 90)


def paid(scene: Scene) -> Step:
    """The refund reaches the buyer."""
    return Step(scene.hours(30, 90), Party.PAYMENTS, RefundReported())


def refund(scene: Scene) -> RefundInFull:
    """Everything back, with a claim against the carrier where one is due."""
    damaged = scene.reason is RequestReason.DAMAGED_IN_TRANSIT
    return RefundInFull(scene.say(phrases.REFUND), file_claim=damaged and scene.claimable)


def ruling(scene: Scene, decision: RulingDecision, funder: Funder, says: phrases.Phrases) -> Rule:
    """What Support decides, and why."""
    return Rule(decision, funder, scene.say(says))


def promised_replacement(scene: Scene) -> SendReplacement:
    """Another one, agreed on."""
    return SendReplacement(
        Carrier.UPS, NO_TRACKING_YET, buyer_agreed=True, message=scene.say(phrases.REPLACEMENT)
    )


def replacement_under_way(scene: Scene) -> Script:
    """Another one, sent."""
    yield seller(scene, promised_replacement(scene))
    yield scan(scene, ParcelRole.REPLACEMENT, ScanKind.ACCEPTED, 5, 30)


def disputed(scene: Scene) -> Step:
    """What came back is not right."""
    condition = scene.chance.choice((ReturnCondition.WRONG_ITEM, ReturnCondition.EMPTY_PARCEL))
    return seller(scene, DisputeReturn(condition, scene.say(phrases.DISPUTE)), photos=1)


# ── good care: each gives the rating a resolution ──


def refunded_at_once(scene: Scene) -> Script:
    """Everything back, no return."""
    yield seller(scene, refund(scene))
    yield paid(scene)


def chatted_and_refunded(scene: Scene) -> Script:
    """Some words first."""
    yield seller(scene, SendMessage(scene.say(phrases.CHATTER_SELLER)), 0.3, 4)
    yield buyer(scene, SendMessage(scene.say(phrases.CHATTER_BUYER)), 0.2, 6)
    yield seller(scene, refund(scene))
    yield paid(scene)


def returned_and_confirmed(scene: Scene) -> Script:
    """Sent back, looked at, found right."""
    yield seller(scene, RefundOnReturn(scene.say(phrases.REFUND_ON_RETURN)))
    yield from back(scene)
    yield seller(scene, ConfirmReturn())
    yield paid(scene)


def returned_and_silently_confirmed(scene: Scene) -> Script:
    """Sent back; silence confirms."""
    yield seller(scene, RefundOnReturn(scene.say(phrases.REFUND_ON_RETURN)))
    yield from back(scene)
    yield silence(hours=48)
    yield paid(scene)


def refunded_while_in_transit(scene: Scene) -> Script:
    """The drop-off is enough for this seller."""
    yield seller(scene, RefundOnReturn(scene.say(phrases.REFUND_ON_RETURN)))
    yield from on_its_way_back(scene)
    yield seller(scene, RefundWithoutWaiting(scene.say(phrases.REFUND)))
    yield paid(scene)


def partly_refunded(scene: Scene) -> Script:
    """An offer, talked over and taken."""
    part = scene.part()
    yield seller(scene, SendMessage(scene.say(phrases.OFFER_TALK, part)), 0.5, 10)
    yield buyer(scene, SendMessage(scene.say(phrases.OFFER_TALK_ANSWER)))
    yield seller(scene, OfferPartialRefund(part, scene.say(phrases.OFFER_NOTE, part)), 0.2, 5)
    yield buyer(scene, AcceptOffer(1))
    yield paid(scene)


def offer_declined_and_returned(scene: Scene) -> Script:
    """An offer, not taken: a return then."""
    part = scene.part()
    yield seller(scene, OfferPartialRefund(part, scene.say(phrases.OFFER_NOTE, part)))
    yield buyer(scene, DeclineOffer(1))
    yield from back(scene)
    yield seller(scene, ConfirmReturn())
    yield paid(scene)


def replaced(scene: Scene) -> Script:
    """Another one, agreed on, sent and delivered."""
    yield seller(scene, SendMessage(scene.say(phrases.REPLACEMENT_TALK)), 0.5, 10, photos=1)
    yield buyer(scene, SendMessage(scene.say(phrases.REPLACEMENT_TALK_ANSWER)), 0.5, 8)
    yield from replacement_under_way(scene)
    yield scan(scene, ParcelRole.REPLACEMENT, ScanKind.DELIVERED, 48, 90)


def replacement_lost_and_refunded(scene: Scene) -> Script:
    """Another one, lost by the carrier: money then."""
    yield from replacement_under_way(scene)
    yield scan(scene, ParcelRole.REPLACEMENT, ScanKind.LOST, 100, 150)
    yield seller(scene, refund(scene))
    yield paid(scene)


def clarified_and_refunded(scene: Scene) -> Script:
    """A question, an answer, the money."""
    yield seller(scene, AskForDetails(scene.say(phrases.DETAILS)))
    yield buyer(scene, SendMessage(scene.say(phrases.DETAILS_ANSWER)), photos=1)
    yield seller(scene, refund(scene))
    yield paid(scene)


def refund_failed_first(scene: Scene) -> Script:
    """The card was gone; a second try succeeds, where there has been one."""
    yield seller(scene, refund(scene))
    yield Step(scene.hours(30, 60), Party.PAYMENTS, RefundReported(settled=False))
    if scene.chance.random() < TRIED_AGAIN:
        yield Step(scene.hours(20, 60), Party.PAYMENTS, RetryRefund())
        yield paid(scene)


def claimed_from_the_carrier(scene: Scene) -> Script:
    """Refunded, and the carrier pays for it in the end."""
    yield seller(scene, refund(scene))
    yield paid(scene)
    if not scene.claimable:
        return
    yield Step(timedelta(days=16), Party.CLOCK, TimePasses())
    approved = scene.chance.random() < 0.7
    yield Step(scene.hours(72, 160), Party.CARRIER, ClaimDecided(approved))


# ── no signal of their own ──


def explained(scene: Scene) -> Script:
    """No refund, and the buyer leaves it at that."""
    yield seller(scene, ExplainNoRefund(scene.say(phrases.EXPLANATION)), photos=1)
    yield silence(days=5)


def upheld(scene: Scene) -> Script:
    """No refund, says Support too."""
    yield seller(scene, ExplainNoRefund(scene.say(phrases.EXPLANATION)), photos=1)
    yield buyer(scene, Escalate(scene.say(phrases.ESCALATION_DECLINE)), 2, 40)
    yield from support(scene, ruling(scene, RulingDecision.UPHOLD, Funder.NOBODY, phrases.RULING_UPHELD))


def platform_paid(scene: Scene) -> Script:
    """No refund from the seller; the platform pays."""
    yield seller(scene, ExplainNoRefund(scene.say(phrases.EXPLANATION)))
    yield buyer(scene, Escalate(scene.say(phrases.ESCALATION_DECLINE)), 2, 40)
    yield from support(scene, ruling(scene, RulingDecision.REFUND, Funder.PLATFORM, phrases.RULING_PLATFORM))
    yield paid(scene)


def offer_expired_and_platform_paid(scene: Scene) -> Script:
    """The offer ran out; a part comes from the platform."""
    part = scene.part()
    yield seller(scene, OfferPartialRefund(part, scene.say(phrases.OFFER_NOTE, part)))
    yield silence(hours=48)
    yield buyer(scene, Escalate(scene.say(phrases.ESCALATION_HELP)), 2, 30)
    says = scene.say(phrases.RULING_PLATFORM)
    yield from support(scene, Rule(RulingDecision.REFUND, Funder.PLATFORM, says, amount=part))
    yield paid(scene)


def details_never_came(scene: Scene) -> Script:
    """A question without an answer."""
    yield seller(scene, AskForDetails(scene.say(phrases.DETAILS)))
    yield silence(days=5)


def return_never_sent(scene: Scene) -> Script:
    """A label nobody used."""
    yield seller(scene, RefundOnReturn(scene.say(phrases.REFUND_ON_RETURN)))
    yield silence(days=6)


def return_rejected(scene: Scene) -> Script:
    """The wrong thing came back."""
    yield seller(scene, RefundOnReturn(scene.say(phrases.REFUND_ON_RETURN)))
    yield from back(scene)
    yield disputed(scene)
    says = phrases.RULING_RETURN_REJECTED
    yield from support(scene, ruling(scene, RulingDecision.UPHOLD, Funder.NOBODY, says))


def return_lost(scene: Scene) -> Script:
    """The carrier lost what was sent back; the platform pays."""
    yield seller(scene, RefundOnReturn(scene.say(phrases.REFUND_ON_RETURN)))
    yield from on_its_way_back(scene)
    yield scan(scene, ParcelRole.RETURN, ScanKind.LOST, 150, 200)
    yield from support(scene, ruling(scene, RulingDecision.REFUND, Funder.PLATFORM, phrases.RULING_PLATFORM))
    yield paid(scene)


def lapsed(_: Scene) -> Script:
    """Nobody ever said another word."""
    yield silence(hours=48)
    yield silence(days=19)


# ── bad care ──


def overturned(scene: Scene) -> Script:
    """No refund, but Support sees it otherwise."""
    yield seller(scene, ExplainNoRefund(scene.say(phrases.EXPLANATION)))
    yield buyer(scene, Escalate(scene.say(phrases.ESCALATION_DECLINE)), 2, 40)
    yield from support(scene, ruling(scene, RulingDecision.REFUND, Funder.SELLER, phrases.RULING_FOR_BUYER))
    yield paid(scene)


def overturned_on_return(scene: Scene) -> Script:
    """Support sends the item back to a seller who would not have it."""
    yield seller(scene, ExplainNoRefund(scene.say(phrases.EXPLANATION)))
    yield buyer(scene, Escalate(scene.say(phrases.ESCALATION_DECLINE)), 2, 40)
    says = phrases.RULING_ON_RETURN
    yield from support(scene, ruling(scene, RulingDecision.REFUND_ON_RETURN, Funder.SELLER, says))
    yield from back(scene)
    yield silence(hours=48)
    yield paid(scene)


def ignored_and_overruled(scene: Scene) -> Script:
    """Not a word for 48 hours, and Support decides."""
    yield silence(hours=48)
    yield buyer(scene, Escalate(scene.say(phrases.ESCALATION_SILENCE)))
    yield from support(scene, ruling(scene, RulingDecision.REFUND, Funder.SELLER, phrases.RULING_FOR_BUYER))
    yield paid(scene)


# ── aside: nothing that counts for a rating ──


def withdrawn(scene: Scene) -> Script:
    """It was there after all."""
    yield buyer(scene, SendMessage(scene.say(phrases.WITHDRAWN)), 1, 20)
    yield buyer(scene, Withdraw(), 0.1, 0.3)


def charged_back(scene: Scene) -> Script:
    """The bank was faster."""
    yield seller(scene, SendMessage(scene.say(phrases.CHATTER_SELLER)))
    yield Step(scene.hours(40, 90), Party.PAYMENTS, ChargeBack())


def taken_over(scene: Scene) -> Script:
    """Support steps in unasked."""
    yield seller(scene, SendMessage(scene.say(phrases.CHATTER_SELLER)))
    yield Step(scene.hours(2, 20), Party.SUPPORT, TakeOver(scene.say(phrases.TAKEN_OVER)))
    yield from support(scene, ruling(scene, RulingDecision.REFUND, Funder.PLATFORM, phrases.RULING_PLATFORM))
    yield paid(scene)


def routed_and_refunded(scene: Scene) -> Script:
    """Support's from the start; the platform pays."""
    yield from support(scene, ruling(scene, RulingDecision.REFUND, Funder.PLATFORM, phrases.RULING_PLATFORM))
    yield paid(scene)


def routed_and_upheld(scene: Scene) -> Script:
    """Support's from the start; no refund."""
    yield from support(scene, ruling(scene, RulingDecision.UPHOLD, Funder.NOBODY, phrases.RULING_UPHELD))


def routed_and_handed_over(scene: Scene) -> Script:
    """Support's from the start, then the seller's."""
    yield from support(scene, HandToSeller(scene.say(phrases.HANDED_OVER)))
    yield seller(scene, refund(scene))
    yield paid(scene)


def replacement_given_up(scene: Scene) -> Script:
    """Promised, never sent: Support has the first one sent back."""
    yield seller(scene, promised_replacement(scene))
    yield silence(hours=48)
    yield from support(scene, AuthorizeReturn(), 2, 20)
    yield from back(scene)
    yield seller(scene, ConfirmReturn())
    yield paid(scene)


def cancelled(scene: Scene) -> Script:
    """The seller lets the order go."""
    yield seller(scene, SendMessage(scene.say(phrases.CANCELLATION_APPROVED)), 0.3, 3)
    yield seller(scene, ApproveCancellation(), 0.1, 0.2)
    yield paid(scene)


def cancellation_declined(scene: Scene) -> Script:
    """The seller does not, and the buyer leaves it at that."""
    yield seller(scene, DeclineCancellation(scene.say(phrases.CANCELLATION_DECLINED)), 0.3, 5)
    yield silence(days=5)


def cancellation_ignored(_: Scene) -> Script:
    """Silence declines."""
    yield silence(hours=48)
    yield silence(days=5)


def cancellation_too_late(scene: Scene) -> Script:
    """The parcel was faster."""
    yield scan(scene, ParcelRole.OUTBOUND, ScanKind.ACCEPTED, 6, 20)
