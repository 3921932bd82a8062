"""A day in the demo: what people do in it, decided step by step, and saved at once.

Decides which command a deed is, and who makes it. Each step is decided by `domain.decide` and saved by
`storage`, as every mutation of the graph is; they are loaded and saved in sets because months of talk are
to be told in seconds, and nobody else is there to lock out.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from demo.people import AGENTS
from demo.photos import Album, Wanted
from demo.plan import Plan, Plot, Talk
from demo.script import Assign, ChargeBack, ClaimDecided, Note, RefundReported, Scan, Step, TimePasses
from demo.stage import Stage
from domain.commands import (
    AskForDetails,
    Command,
    DecideClaim,
    DisputeReturn,
    ExplainNoRefund,
    ReportRefund,
    ReportScan,
    RetryRefund,
    SendMessage,
    SendReplacement,
)
from domain.deadlines import apply_due
from domain.decide import decide
from domain.effects import Decision
from domain.policy import CURRENT
from domain.values import Opening, Request, RequestKey
from domain.words import Carrier, ParcelRole, Party
from resolvers import reports
from resolvers.labels import own_label
from resolvers.requests import LABELLED
from storage import agents, inbox
from storage.load import load_requests
from storage.moves import Move
from storage.openings import load_openings
from storage.save import save_all
from storage.scans import SeenScan, record_scans
from storage.tables import deadlines

WITH_PHOTOS = AskForDetails | DisputeReturn | ExplainNoRefund | SendMessage | SendReplacement
OrderKey = tuple[int, int]


class StoryError(Exception):
    """A story asks for what cannot be: the demo is wrong, not the marketplace."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that somebody does to the request of a plot; opening it has no step."""

    at: datetime
    number: int
    plot: Plot
    step: Step | None

    @property
    def agent(self) -> str:
        """Who of Support has the request."""
        return AGENTS[self.number % len(AGENTS)]

    @property
    def by(self) -> Party:
        """Whose it is."""
        return self.step.by if self.step else Party.BUYER

    @property
    def photos(self) -> int:
        """How many photos come with it."""
        if self.step is None:
            return self.plot.photos
        return self.step.photos if isinstance(self.step.deed, WITH_PHOTOS) else 0

    @property
    def order(self) -> str:
        """The platform's name of the order it is about."""
        return self.plot.purchase.external_id


class Actors:
    """Everyone in the demo. Keeps the keys of the orders and requests that there are."""

    def __init__(self, plan: Plan, album: Album) -> None:
        self._plan = plan
        self._album = album
        self._orders: dict[str, OrderKey] = {}
        self._requests: dict[str, RequestKey] = {}
        self._events: dict[datetime, list[Event]] = defaultdict(list)
        for event in _events(plan):
            self._events[plan.night_after(event.at)].append(event)

    def bought(self, external_id: str, order: OrderKey) -> None:
        """Remember the key of an imported order."""
        self._orders[external_id] = order

    async def live(self, stage: Stage, until: datetime) -> None:
        """Let happen what happens in the day that ends then."""
        events = sorted(self._events[until], key=lambda event: (event.at, event.number))
        day = await self._dawn(stage, events, until)
        photos = await self._photograph(stage, events)
        aside = []
        for event, taken in zip(events, photos, strict=True):
            if event.step is not None and isinstance(event.step.deed, Assign | Note | ChargeBack):
                aside.append(event)
            else:
                await self._happen(stage, day, event, taken)
        await day.save(stage, until)
        self._requests |= day.opened
        for event in aside:
            await self._do_aside(stage, event)
        for talk in self._plan.talks:
            if self._plan.night_after(talk.words[0][0]) == until:
                await self._talk(stage, talk)

    async def _dawn(self, stage: Stage, events: list[Event], until: datetime) -> "_Day":
        """Load the requests that somebody or some clock will move, and what is known where one is opened."""
        due = sa.select(deadlines.c.seller_id, deadlines.c.request_number).where(deadlines.c.due_at <= until)
        keys = {RequestKey(*row) for row in await stage.connection.execute(due)}
        keys |= {self._requests[event.order] for event in events if event.order in self._requests}
        orders = {self._orders[event.order] for event in events if event.step is None}
        return _Day(
            requests=await load_requests(stage.connection, keys),
            openings=await load_openings(stage.connection, orders, until),
        )

    async def _photograph(self, stage: Stage, events: list[Event]) -> list[tuple[int, ...]]:
        """Have everybody upload what they attach in the day; give each event's photos."""
        wanted = {}
        for place, event in enumerate(events):
            uploader_id = await self._actor(stage, event)
            if event.photos and uploader_id is not None:
                wanted[place] = Wanted(uploader_id, event.at, event.photos)
        taken = await self._album.attach(stage.connection, list(wanted.values()))
        photos = dict(zip(wanted, taken, strict=True))
        return [photos.get(place, ()) for place in range(len(events))]

    async def _happen(self, stage: Stage, day: "_Day", event: Event, photos: tuple[int, ...]) -> None:
        actor_id = await self._actor(stage, event)
        if event.step is None:
            asked = replace(event.plot.opening, attachment_ids=photos)
            opening = day.opening(self._orders[event.order])
            decision = decide(None, asked, by=Party.BUYER, at=event.at, policy=CURRENT, opening=opening)
            day.move(None, decision, actor_id)
            day.opened[event.order] = decision.request.key
            return
        key = day.opened.get(event.order) or self._requests[event.order]
        request = day.settle(key, event.at)
        step = event.step
        if isinstance(step.deed, TimePasses):
            return
        if isinstance(step.deed, Scan):
            day.scans.append(_seen(step.deed, request, event))
        command = _command(request, step, event.at)
        if photos and isinstance(command, WITH_PHOTOS):
            command = replace(command, attachment_ids=photos)
        by = Party.PAYMENTS if isinstance(command, RetryRefund) else step.by
        decision = decide(request, command, by=by, at=event.at, policy=CURRENT)
        day.move(request, decision, actor_id)

    async def _actor(self, stage: Stage, event: Event) -> int | None:
        """Whose account it is done with; none for the marketplace's own services."""
        match event.by:
            case Party.BUYER:
                return await stage.account(event.plot.purchase.buyer.username)
            case Party.SELLER:
                return await stage.account(event.plot.purchase.seller.username)
            case Party.SUPPORT:
                return await stage.account(event.agent)
            case Party.CARRIER | Party.PAYMENTS | Party.CLOCK:
                return None

    async def _do_aside(self, stage: Stage, event: Event) -> None:
        """What is no decision of the table's: Support's own bookkeeping, and what banks do."""
        assert event.step is not None, "only steps are put aside"
        key = self._requests[event.order]
        connection, agent_id = stage.connection, await stage.account(event.agent)
        match event.step.deed:
            case Assign() if await agents.assignee(connection, key) != agent_id:
                await agents.assign(connection, key, agent_id, at=event.at)
            case Note(body):
                await agents.add_note(connection, key, agent_id, body, at=event.at)
            case ChargeBack():
                await reports.report_chargeback(stage.platform(event.at), event.order, event.at)

    async def _talk(self, stage: Stage, talk: Talk) -> None:
        """A direct conversation, from its first word to its last; none with someone who never bought."""
        connection = stage.connection
        buyer_id = await stage.company.account(connection, talk.buyer.username)
        if buyer_id is None:
            return
        seller_id = await stage.account(talk.seller.username)
        (first_at, _, first), *others = talk.words
        owner_id, thread_id = await inbox.start_direct_thread(
            connection, buyer_id, seller_id, body=first, at=first_at
        )
        for at, by, words in others:
            author_id = buyer_id if by is Party.BUYER else seller_id
            await inbox.post_direct_message(
                connection, owner_id, thread_id, author_id=author_id, body=words, at=at
            )


class _Day:
    """The requests of one day as they change, and the moves that are to be saved."""

    def __init__(self, requests: dict[RequestKey, Request], openings: dict[OrderKey, Opening]) -> None:
        self._requests = requests
        self._openings = openings
        self._moves: list[Move] = []
        self.opened: dict[str, RequestKey] = {}
        self.scans: list[SeenScan] = []

    def opening(self, order: OrderKey) -> Opening:
        """What is known about an order, its seller's requests of today counted."""
        opening = self._openings[order]
        today = sum(key.seller_id == order[0] for key in self.opened.values())
        return replace(opening, next_number=opening.next_number + today)

    def move(self, before: Request | None, decision: Decision, actor_id: int | None) -> None:
        """Note what was decided."""
        self._moves.append(Move(before, decision, actor_id))
        self._requests[decision.request.key] = decision.request

    def settle(self, key: RequestKey, at: datetime) -> Request:
        """Fire the clocks of a request that have run out by then; give it as it is."""
        for decision in apply_due(self._requests[key], at=at, policy=CURRENT):
            self.move(self._requests[key], decision, None)
        return self._requests[key]

    async def save(self, stage: Stage, until: datetime) -> None:
        """Fire what else is due by the end of the day, and save it all."""
        for key in sorted(self._requests, key=lambda key: (key.seller_id, key.number)):
            self.settle(key, until)
        await save_all(stage.connection, self._moves)
        await record_scans(stage.connection, self.scans, reported_at=until)


def _events(plan: Plan) -> Iterator[Event]:
    for number, plot in enumerate(plan.plots):
        yield Event(plot.opened_at, number, plot, None)
        for at, step in plot.steps:
            yield Event(at, number, plot, step)


def _command(request: Request, step: Step, at: datetime) -> Command:
    """The command that a deed is, with what only the stage knows: numbers, labels, amounts."""
    match step.deed:
        case Scan(role, kind):
            number = request.replacement.number if request.replacement else None
            return ReportScan(role, kind, at, number if role is ParcelRole.REPLACEMENT else None)
        case RefundReported(settled):
            return ReportRefund(settled, at)
        case ClaimDecided(approved):
            if request.claim is None:
                raise StoryError(f"{request.key} has no claim that could be decided.")
            return DecideClaim(approved, request.claim.coverage if approved else None, at)
        case Assign() | Note() | ChargeBack() | TimePasses():
            raise StoryError(f"{step.deed} is not decided on.")
        case SendReplacement() as replacement:
            return replace(replacement, tracking_number=_replacement_number(request.key))
        case command if isinstance(command, LABELLED) and step.labelled:
            return replace(command, own_label=own_label(request, CURRENT))
        case command:
            return command


def _seen(scan: Scan, request: Request, event: Event) -> SeenScan:
    """What the carrier saw, by its own number of the parcel."""
    seller = event.plot.purchase.seller
    match scan.role:
        case ParcelRole.OUTBOUND:
            parcel = event.plot.purchase.parcel
            carrier, number = parcel.carrier, parcel.tracking_number
        case ParcelRole.RETURN:
            label = request.returned.label if request.returned else None
            if label is None:
                raise StoryError(f"{request.key} has no return that could be scanned.")
            carrier, number = label.carrier, label.tracking_number
        case ParcelRole.REPLACEMENT:
            carrier, number = Carrier.UPS, _replacement_number(request.key)
    return SeenScan(carrier, number, scan.kind, event.at, f"{seller.city}, {seller.region}")


def _replacement_number(key: RequestKey) -> str:
    return f"REPLACEMENT-{key}"
