"""How each step of a story becomes a call, by whom, on which request.

Decides which use case a deed is. Keeps what the calls answered: the keys of orders and requests.
"""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial

from demo.casting import Plan, Plot, Talk
from demo.people import AGENTS, Seller
from demo.photos import Album
from demo.script import Assign, ChargeBack, ClaimDecided, Note, RefundReported, Scan, Step, TimePasses
from demo.stage import Moment, Stage
from domain.commands import (
    AskForDetails,
    Command,
    DecideClaim,
    DisputeReturn,
    ExplainNoRefund,
    RetryRefund,
    SendMessage,
    SendReplacement,
)
from domain.values import RequestKey
from domain.words import Carrier, ClaimStatus, ImportStatus, ParcelRole, Party, RefundStatus
from resolvers import conversation, reports, requests, scans, support
from resolvers.reports import RefundReport
from storage.load import load_requests, lock_request
from storage.settle import settle_due

WITH_PHOTOS = AskForDetails | DisputeReturn | ExplainNoRefund | SendMessage | SendReplacement
Act = Callable[[Stage], Awaitable[None]]


class StoryError(Exception):
    """A story asks for what cannot be: the demo is wrong, not the marketplace."""


class Actor:
    """Everyone in the demo, acting as the plan says."""

    def __init__(self, plan: Plan, album: Album) -> None:
        self._plan = plan
        self._album = album
        self._orders: dict[str, tuple[int, int]] = {}
        self._requests: dict[str, RequestKey] = {}

    def bought(self, external_id: str, seller_id: int, order_id: int) -> None:
        """Remember the key of an imported order."""
        self._orders[external_id] = seller_id, order_id

    def events(self, since: datetime, until: datetime) -> Iterator[tuple[Seller, datetime, Act]]:
        """What people do in that time, by the seller it concerns."""
        for number, plot in enumerate(self._plan.plots):
            seller = plot.purchase.seller
            agent = AGENTS[number % len(AGENTS)]
            if since < plot.opened_at <= until:
                yield seller, plot.opened_at, partial(self._open, plot)
            for at, step in plot.steps:
                if since < at <= until:
                    yield seller, at, partial(self._do, plot, agent, at, step)
        for talk in self._plan.talks:
            if since < talk.words[0][0] <= until:
                yield talk.seller, talk.words[0][0], partial(self._talk, talk)

    async def _open(self, plot: Plot, stage: Stage) -> None:
        write = await stage.member(plot.purchase.buyer.username, plot.opened_at)
        photos = await self._album.attach(write, plot.photos)
        command = replace(plot.opening, attachment_ids=photos)
        receipt = await requests.open_request(write, *self._orders[plot.purchase.external_id], command)
        self._requests[plot.purchase.external_id] = RequestKey(*receipt["request"])

    async def _do(self, plot: Plot, agent: str, at: datetime, step: Step, stage: Stage) -> None:
        key = self._requests[plot.purchase.external_id]
        match step.by:
            case Party.BUYER:
                write = await stage.member(plot.purchase.buyer.username, at)
            case Party.SELLER:
                write = await stage.member(plot.purchase.seller.username, at, own_labels=step.labelled)
            case Party.SUPPORT:
                write = await stage.agent(agent, at)
            case Party.CARRIER | Party.PAYMENTS | Party.CLOCK:
                write = stage.platform(at)
        await self._make(write, key, plot, step)

    async def _make(self, write: Moment, key: RequestKey, plot: Plot, step: Step) -> None:
        match step.deed:
            case TimePasses():
                request = await lock_request(write.connection, key)
                assert request is not None, "it was opened before"
                await settle_due(write.connection, request, write.at)
            case Assign():
                await support.assign(write, key, write.viewer.account_id, if_version=None)
            case Note(body):
                await support.add_note(write, key, body)
            case ChargeBack():
                await reports.report_chargeback(write, plot.purchase.external_id, write.at)
            case RefundReported(settled):
                status = RefundStatus.SETTLED if settled else RefundStatus.FAILED
                await reports.report_refunds(write, [RefundReport(key, status, write.at)])
            case RetryRefund():
                await reports.retry_refund(write, key)
            case ClaimDecided(approved):
                await self._decide_claim(write, key, approved=approved)
            case Scan():
                await self._scan(write, key, plot, step.deed)
            case command:
                await requests.act(write, key, await self._completed(write, key, command, step.photos))

    async def _completed(self, write: Moment, key: RequestKey, command: Command, photos: int) -> Command:
        """The command with what only the stage knows: its photos, its tracking number."""
        if photos and isinstance(command, WITH_PHOTOS):
            command = replace(command, attachment_ids=await self._album.attach(write, photos))
        if isinstance(command, SendReplacement):
            command = replace(command, tracking_number=_replacement_number(key))
        return command

    async def _scan(self, write: Moment, key: RequestKey, plot: Plot, scan: Scan) -> None:
        parcel = plot.purchase.parcel
        match scan.role:
            case ParcelRole.OUTBOUND:
                carrier, number = parcel.carrier, parcel.tracking_number
            case ParcelRole.RETURN:
                carrier, number = Carrier.USPS, f"RETURN-{key}"
            case ParcelRole.REPLACEMENT:
                carrier, number = Carrier.UPS, _replacement_number(key)
        seen = scans.Scan(0, carrier, number, scan.kind, write.at, place=plot.purchase.seller.city)
        result = (await scans.report_scans(write, [seen]))[0]
        if result["status"] is not ImportStatus.CREATED:
            raise StoryError(f"{seen} was not taken: {result['refused']}")

    async def _decide_claim(self, write: Moment, key: RequestKey, *, approved: bool) -> None:
        """The carrier pays what it covers, or nothing."""
        claim = (await load_requests(write.connection, [key]))[key].claim
        if claim is None or claim.status is not ClaimStatus.FILED:
            raise StoryError(f"The claim of {key} is not filed: {claim}")
        paid = claim.coverage if approved else None
        await reports.report_claim_decision(write, key, DecideClaim(approved, paid, write.at))

    async def _talk(self, talk: Talk, stage: Stage) -> None:
        """A direct conversation, from its first word to its last; none with someone who never bought."""
        if await stage.company.member(stage.connection, talk.buyer.username) is None:
            return
        (first_at, _, first), *others = talk.words
        write = await stage.member(talk.buyer.username, first_at)
        receipt = await conversation.start_direct_thread(write, talk.seller.username, first)
        owner_id, thread_id = receipt["thread"][:2]
        for at, by, words in others:
            username = talk.buyer.username if by is Party.BUYER else talk.seller.username
            write = await stage.member(username, at)
            await conversation.send_message(write, owner_id, thread_id, SendMessage(words))


def _replacement_number(key: RequestKey) -> str:
    return f"REPLACEMENT-{key}"
