"""Who plays what, and when: the whole demo as a plan, from one seed and the present instant.

Decides which stories each seller's buyers go through, so that every status, outcome and rating comes to
be; when each step is made; and which purchases there must have been before. Does nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import cycle, islice
from random import Random

from demo import people, phrases, stories
from demo.orders import Purchase, Till, plain_purchases
from demo.pending import ANY_COVERED, HELD_BY_BUYER, PENDING, ROUTED, Pending
from demo.people import Buyer, Seller
from demo.phrases import Phrases
from demo.plan import BEGAN, DAY, Plan, Plot, Talk
from demo.repertoire import (
    ASIDE,
    CANCELLATIONS,
    GOOD,
    OF_OTHER_REASONS,
    OVERTURNED,
    RATED,
    ROUTED_ENDS,
    SO_SO,
    WITH_RETURNS,
)
from demo.script import RefundReported, Scene, Step, Story
from domain.businesstime import add_business_time
from domain.commands import AnswerSurvey, Open
from domain.policy import CURRENT
from domain.words import Party, RequestKind, RequestReason

SEED = 20_251_201
FIRST_REQUEST = timedelta(days=116)
AFTERWARDS = RefundReported | AnswerSurvey
"""What may be yet to come in a story that has ended."""
TALKS_ANSWERED = 0.6

R = RequestReason
NOT_FOR_CONSUMABLES = (R.WRONG_ITEM, R.ITEM_MISSING)


MET_BY_THE_FLAGGED = frozenset({"denim_dept", "refurb_garage", "slab_central"})


@dataclass(frozen=True, slots=True)
class Part:
    """A story to be cast: what happens, whether the buyer answers the survey, and how long ago it begins."""

    story: Story
    began: timedelta
    thumbs_up: bool | None = None
    cancellation: bool = False
    reasons: tuple[RequestReason, ...] = ANY_COVERED
    buyer: Buyer | None = None


def cast(now: datetime, *, sellers: tuple[Seller, ...] = people.SELLERS, buyers: int = 400) -> Plan:
    """The plan for these sellers and so many buyers, the same for the same `now`."""
    chance = Random(SEED)  # noqa: S311 nothing secret is drawn from it
    company = people.buyers(buyers)
    till = Till(chance)
    casting = _Casting(now, chance, till, company)
    plots = [plot for seller in sellers for plot in casting.plots_of(seller)]
    asked_for_help = dict.fromkeys(sellers, 0)
    for plot in plots:
        asked_for_help[plot.purchase.seller] += 1
    plain = [
        purchase
        for seller in sellers
        for purchase in plain_purchases(
            till,
            seller,
            (*company[:1] * 8, *company[1:]),
            seller.orders - asked_for_help[seller],
            since=now - BEGAN,
            now=now,
            chance=chance,
        )
    ]
    return Plan(
        now=now,
        sellers=sellers,
        purchases=(*_first_purchases(now, till, sellers[0]), *(plot.purchase for plot in plots), *plain),
        plots=tuple(plots),
        talks=tuple(_talks(now, chance, sellers, company)),
    )


def _first_purchases(now: datetime, till: Till, seller: Seller) -> Iterator[Purchase]:
    """The named buyers are there from the first day."""
    for hours, buyer in enumerate(people.NAMED_BUYERS, 2):
        placed_at = now - BEGAN + timedelta(hours=hours)
        parcel = till.parcel(mailed_at=placed_at + DAY, delivered_at=placed_at + 4 * DAY)
        yield till.ring_up(seller, buyer, placed_at, parcel)


class _Casting:
    """Finds buyers, reasons and purchases for stories, as it goes along."""

    def __init__(self, now: datetime, chance: Random, till: Till, company: tuple[Buyer, ...]) -> None:
        self._now = now
        self._chance = chance
        self._till = till
        self._pending = cycle(PENDING)
        self._good, self._so_so = cycle(GOOD), cycle(SO_SO)
        self._overturned, self._aside, self._routed = cycle(OVERTURNED), cycle(ASIDE), cycle(ROUTED_ENDS)
        self._buyers = self._in_turn(company)

    def plots_of(self, seller: Seller) -> Iterator[Plot]:
        """Every request about this seller's sales."""
        for part in self._parts_of(seller):
            yield self._plot(seller, part)

    def _parts_of(self, seller: Seller) -> Iterator[Part]:
        pending = max(2, seller.requests // 6)
        aside = seller.requests // 8 if seller.enrolled else 0
        ended = seller.requests - pending - aside
        for story, thumbs_up in self._rated(seller, ended):
            ended -= 1
            yield self._ended(story, ended / (seller.requests - pending - aside), thumbs_up)
        for story in islice(self._aside, aside):
            yield self._ended(story, self._chance.random(), None)
        for _ in range(pending):
            yield self._going_on(ROUTED if not seller.enrolled else next(self._pending))
        if seller.enrolled and seller.stall.consumable:
            yield Part(next(self._routed), self._days(10, 60), reasons=NOT_FOR_CONSUMABLES)
            yield self._going_on(replace(ROUTED, reasons=NOT_FOR_CONSUMABLES))
        if seller.username in MET_BY_THE_FLAGGED:
            suspected = people.NAMED_BUYERS[1]
            yield Part(next(self._routed), self._days(10, 50), buyer=suspected)
            yield replace(self._going_on(ROUTED), buyer=suspected)

    def _rated(self, seller: Seller, many: int) -> Iterator[tuple[Story, bool | None]]:
        if not seller.enrolled:
            yield from ((story, None) for story in islice(self._routed, many))
            return
        for sign in islice(cycle(RATED[seller.manner]), many):
            match sign:
                case "N":
                    yield next(self._so_so), None
                case "B":
                    yield next(self._overturned), None
                case "X":
                    yield stories.ignored_and_overruled, None
                case "D":
                    yield stories.chatted_and_refunded, False
                case _:
                    yield next(self._good), True if sign == "U" else None

    def _ended(self, story: Story, share: float, thumbs_up: bool | None) -> Part:
        began = (FIRST_REQUEST - 4 * DAY) * share + timedelta(hours=self._chance.uniform(0, 48))
        reasons: tuple[RequestReason, ...] = ANY_COVERED
        if story in WITH_RETURNS:
            reasons = HELD_BY_BUYER
        elif story in OF_OTHER_REASONS:
            reasons = (R.OTHER,)
        elif story is stories.claimed_from_the_carrier:
            reasons = (R.DAMAGED_IN_TRANSIT,)
            thumbs_up = None
        return Part(story, began, thumbs_up, story in CANCELLATIONS, reasons)

    def _going_on(self, pending: Pending) -> Part:
        began = timedelta(hours=self._chance.uniform(pending.youngest, pending.oldest))
        return Part(pending.story, began, None, pending.cancellation, pending.reasons)

    def _plot(self, seller: Seller, part: Part) -> Plot:
        buyer = part.buyer or next(self._buyers)
        reason = None if part.cancellation else self._reason(seller, part)
        opened_at = self._now - part.began
        while True:
            purchase, opened_at = self._purchase(seller, buyer, reason, opened_at)
            plot = self._told(purchase, reason, opened_at, part)
            overrun = plot.steps[-1][0] - self._now if plot.steps else timedelta(0)
            if overrun <= timedelta(0):
                return plot
            opened_at -= overrun + timedelta(hours=6)

    def _reason(self, seller: Seller, part: Part) -> RequestReason:
        covered = [reason for reason in part.reasons if reason not in NOT_FOR_CONSUMABLES]
        return self._chance.choice(covered if seller.stall.consumable and covered else part.reasons)

    def _told(
        self, purchase: Purchase, reason: RequestReason | None, opened_at: datetime, part: Part
    ) -> Plot:
        scene = Scene(
            item=purchase.item.title,
            price=purchase.price,
            seller=purchase.seller,
            buyer=purchase.buyer,
            reason=reason,
            claimable=purchase.parcel.platform_label,
            chance=self._chance,
        )
        kind = RequestKind.CANCELLATION if reason is None else RequestKind.SUPPORT
        words: Phrases = phrases.CANCELLING if reason is None else phrases.OPENING[reason]
        steps, at = [], opened_at
        for step in part.story(scene):
            at = add_business_time(at, step.wait, CURRENT.calendar) if step.business else at + step.wait
            steps.append((at, step))
        if part.thumbs_up is not None:
            comment = scene.say(phrases.SURVEY_UP if part.thumbs_up else phrases.SURVEY_DOWN)
            survey = Step(scene.hours(1, 40), Party.BUYER, AnswerSurvey(part.thumbs_up, comment))
            steps.append((at + survey.wait, survey))
        steps = [(at, step) for at, step in steps if at <= self._now or not isinstance(step.deed, AFTERWARDS)]
        photos = 1 if reason and CURRENT.reason(reason).photos_required else 0
        return Plot(purchase, opened_at, Open(kind, reason, scene.say(words)), photos, tuple(steps))

    def _purchase(
        self, seller: Seller, buyer: Buyer, reason: RequestReason | None, opened_at: datetime
    ) -> tuple[Purchase, datetime]:
        """The purchase that a request opened about then is about; and when exactly it can be opened.

        Orders and scans are reported once a night, so they lie before the night before the request.
        """
        hours = self._hours
        night = self._night_before(opened_at)
        if reason is None:
            placed_at = night - timedelta(minutes=5)
            opened_at = min(opened_at, placed_at + timedelta(hours=23))
            parcel = self._till.parcel()
        elif reason is R.SHIPPING_DELAYED:
            placed_at = night - hours(9 * 24, 13 * 24)
            stuck = self._chance.random() < 0.5
            parcel = self._till.parcel(mailed_at=placed_at + hours(30, 60) if stuck else None)
        elif reason is R.RETURNED_TO_SENDER:
            returned_at = night - hours(1, 30)
            placed_at = returned_at - hours(6 * 24, 10 * 24)
            parcel = self._till.parcel(mailed_at=placed_at + hours(12, 50), returned_at=returned_at)
        else:
            soon = CURRENT.filing_window(seller.stall.category) < 5
            delivered_at = night - (hours(0.5, 12) if soon else hours(2, 60))
            placed_at = delivered_at - hours(3 * 24, 7 * 24)
            parcel = self._till.parcel(mailed_at=placed_at + hours(12, 40), delivered_at=delivered_at)
        return self._till.ring_up(seller, buyer, placed_at, parcel), opened_at

    def _night_before(self, at: datetime) -> datetime:
        nights = (at - (self._now - BEGAN)) // DAY
        return self._now - BEGAN + nights * DAY

    def _days(self, least: float, most: float) -> timedelta:
        return self._hours(24 * least, 24 * most)

    def _hours(self, least: float, most: float) -> timedelta:
        return timedelta(seconds=round(self._chance.uniform(least, most) * 3600))

    def _in_turn(self, company: tuple[Buyer, ...]) -> Iterator[Buyer]:
        """Everybody asks for help about as often; the well-known buyer a little more."""
        known, others = company[0], list(company[3:])
        while True:
            self._chance.shuffle(others)
            for place, other in enumerate(others):
                if place % 40 == 0:
                    yield known
                yield other


def _talks(
    now: datetime, chance: Random, sellers: tuple[Seller, ...], company: tuple[Buyer, ...]
) -> Iterator[Talk]:
    """Some members write to sellers directly; the well-known ones more than others."""
    pairs = [(company[0], seller) for seller in sellers[:6]]
    pairs += [(buyer, sellers[0]) for buyer in chance.sample(company[3:], 12)]
    pairs += [(chance.choice(company[3:]), seller) for seller in sellers[1:]]
    for buyer, seller in pairs:
        at = now - timedelta(hours=chance.uniform(2, 60 * 24))
        words = [(at, Party.BUYER, chance.choice(phrases.DIRECT))]
        if chance.random() < TALKS_ANSWERED:
            answer = chance.choice(phrases.DIRECT_ANSWER).format(buyer=buyer.display_name.split()[0])
            words.append((at + timedelta(minutes=chance.uniform(2, 50)), Party.SELLER, answer))
            words.append(
                (
                    at + timedelta(minutes=chance.uniform(51, 110)),
                    Party.BUYER,
                    chance.choice(phrases.DIRECT_THANKS),
                )
            )
        yield Talk(buyer, seller, tuple(words))
