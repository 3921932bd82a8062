"""Stories that are still going on: each stops where somebody's move is awaited, or a parcel is under way.

Decides how old such a request is, in hours of the clock, so that whatever day it is told on, the last step
has been made and the clock it waits for has not run out.
"""

from dataclasses import dataclass

from demo import phrases
from demo.script import Assign, Note, Scan, Scene, Script, Step, Story
from demo.stories import (
    back,
    buyer,
    disputed,
    on_its_way_back,
    promised_replacement,
    replacement_under_way,
    scan,
    seller,
    silence,
)
from domain.commands import (
    AskForDetails,
    DeclineCancellation,
    DeclineOffer,
    Escalate,
    ExplainNoRefund,
    OfferPartialRefund,
    RefundOnReturn,
    SendMessage,
    TakeOver,
)
from domain.words import ParcelRole, Party, RequestReason, ScanKind

R = RequestReason
HELD_BY_BUYER = (R.NOT_AS_DESCRIBED, R.DEFECTIVE, R.DAMAGED_IN_TRANSIT, R.DEFECTIVE, R.WRONG_ITEM)
ANY_COVERED = (*HELD_BY_BUYER, R.SHIPPING_DELAYED, R.ITEM_MISSING, R.RETURNED_TO_SENDER, R.ITEM_MISSING)


@dataclass(frozen=True, slots=True)
class Pending:
    """A story without an end, and between how many hours ago it began."""

    story: Story
    youngest: float
    oldest: float
    reasons: tuple[RequestReason, ...] = ANY_COVERED
    cancellation: bool = False


def _fresh(_: Scene) -> Script:
    yield from ()


def _being_talked_over(scene: Scene) -> Script:
    yield seller(scene, SendMessage(scene.say(phrases.CHATTER_SELLER)), 0.3, 3)
    yield buyer(scene, SendMessage(scene.say(phrases.CHATTER_BUYER)), 0.3, 4)


def _overdue(_: Scene) -> Script:
    yield silence(hours=48)


def _asked(scene: Scene) -> Script:
    yield seller(scene, AskForDetails(scene.say(phrases.DETAILS)), 1, 12)


def _answered(scene: Scene) -> Script:
    yield seller(scene, AskForDetails(scene.say(phrases.DETAILS)), 1, 6)
    yield buyer(scene, SendMessage(scene.say(phrases.DETAILS_ANSWER)), 1, 8, photos=1)


def _offered(scene: Scene) -> Script:
    part = scene.part()
    yield seller(scene, SendMessage(scene.say(phrases.OFFER_TALK, part)), 0.5, 3)
    yield buyer(scene, SendMessage(scene.say(phrases.OFFER_TALK_ANSWER)), 0.5, 3)
    yield seller(scene, OfferPartialRefund(part, scene.say(phrases.OFFER_NOTE, part)), 0.2, 3)


def _offer_expired(scene: Scene) -> Script:
    part = scene.part()
    yield seller(scene, OfferPartialRefund(part, scene.say(phrases.OFFER_NOTE, part)), 1, 8)
    yield silence(hours=48)


def _to_be_returned(scene: Scene) -> Script:
    yield seller(scene, RefundOnReturn(scene.say(phrases.REFUND_ON_RETURN)), 1, 12)


def _waiting_for_its_label(scene: Scene) -> Script:
    deed = RefundOnReturn(scene.say(phrases.REFUND_ON_RETURN))
    yield Step(scene.hours(1, 6), Party.SELLER, deed, labelled=False)


def _to_be_returned_for_an_offer(scene: Scene) -> Script:
    part = scene.part()
    yield seller(scene, OfferPartialRefund(part, scene.say(phrases.OFFER_NOTE, part)), 1, 8)
    yield buyer(scene, DeclineOffer(1), 1, 8)


def _coming_back(scene: Scene) -> Script:
    yield seller(scene, RefundOnReturn(scene.say(phrases.REFUND_ON_RETURN)), 1, 8)
    yield from on_its_way_back(scene)


def _came_back(scene: Scene) -> Script:
    yield seller(scene, RefundOnReturn(scene.say(phrases.REFUND_ON_RETURN)), 1, 4)
    yield scan(scene, ParcelRole.RETURN, ScanKind.ACCEPTED, 10, 14)
    yield scan(scene, ParcelRole.RETURN, ScanKind.DELIVERED, 44, 52)


def _to_be_replaced(scene: Scene) -> Script:
    yield seller(scene, promised_replacement(scene), 1, 8)


def _replacement_overdue(scene: Scene) -> Script:
    yield seller(scene, promised_replacement(scene), 1, 12)
    yield silence(hours=48)


def _replacement_coming(scene: Scene) -> Script:
    yield seller(scene, SendMessage(scene.say(phrases.REPLACEMENT_TALK)), 0.5, 4, photos=1)
    yield buyer(scene, SendMessage(scene.say(phrases.REPLACEMENT_TALK_ANSWER)), 0.5, 4)
    yield from replacement_under_way(scene)


def _declined(scene: Scene) -> Script:
    yield seller(scene, ExplainNoRefund(scene.say(phrases.EXPLANATION)), 1, 12, photos=1)


def _escalated(scene: Scene) -> Script:
    yield seller(scene, ExplainNoRefund(scene.say(phrases.EXPLANATION)), 1, 12)
    yield buyer(scene, Escalate(scene.say(phrases.ESCALATION_DECLINE)), 1, 20)


def _escalated_for_silence(scene: Scene) -> Script:
    yield silence(hours=48)
    yield buyer(scene, Escalate(scene.say(phrases.ESCALATION_SILENCE)), 1, 10)
    yield Step(scene.hours(1, 6), Party.SUPPORT, Assign())
    yield Step(scene.hours(0.2, 2), Party.SUPPORT, Note(scene.say(phrases.NOTES)))


def _return_disputed(scene: Scene) -> Script:
    yield seller(scene, RefundOnReturn(scene.say(phrases.REFUND_ON_RETURN)), 1, 6)
    yield from back(scene)
    yield disputed(scene)


def _taken_over(scene: Scene) -> Script:
    yield Step(scene.hours(2, 10), Party.SUPPORT, TakeOver(scene.say(phrases.TAKEN_OVER)))
    yield Step(scene.hours(0.2, 1), Party.SUPPORT, Assign())


def _cancellation_declined(scene: Scene) -> Script:
    yield seller(scene, DeclineCancellation(scene.say(phrases.CANCELLATION_DECLINED)), 1, 8)


def _mailed_back_and_lost(scene: Scene) -> Script:
    yield seller(scene, RefundOnReturn(scene.say(phrases.REFUND_ON_RETURN)), 1, 8)
    yield from on_its_way_back(scene)
    yield Step(scene.hours(100, 120), Party.CARRIER, Scan(ParcelRole.RETURN, ScanKind.LOST))


PENDING = (
    Pending(_fresh, 0.5, 30),
    Pending(_offered, 12, 44),
    Pending(_overdue, 150, 200),
    Pending(_to_be_returned, 16, 90, HELD_BY_BUYER),
    Pending(_escalated, 34, 90),
    Pending(_came_back, 74, 95, HELD_BY_BUYER),
    Pending(_being_talked_over, 8, 40),
    Pending(_asked, 14, 90),
    Pending(_coming_back, 62, 140, HELD_BY_BUYER),
    Pending(_declined, 14, 90),
    Pending(_to_be_replaced, 10, 44),
    Pending(_replacement_coming, 60, 140),
    Pending(_fresh, 0.5, 20, cancellation=True),
    Pending(_escalated_for_silence, 170, 220),
    Pending(_offer_expired, 150, 200),
    Pending(_replacement_overdue, 150, 200),
    Pending(_return_disputed, 170, 230, HELD_BY_BUYER),
    Pending(_answered, 16, 50),
    Pending(_to_be_returned_for_an_offer, 18, 80, HELD_BY_BUYER),
    Pending(_taken_over, 14, 60),
    Pending(_cancellation_declined, 12, 80, cancellation=True),
    Pending(_waiting_for_its_label, 8, 60, HELD_BY_BUYER),
    Pending(_mailed_back_and_lost, 190, 250, HELD_BY_BUYER),
)
ROUTED = Pending(_fresh, 2, 60, (R.OTHER, R.DEFECTIVE, R.NOT_AS_DESCRIBED))
"""In Support's queue from the start."""
