"""Nobody is told what they may not know: by no stream, live or replayed, on no process, with no old token."""

import asyncio
import subprocess
import time
from contextlib import AsyncExitStack
from typing import Any

import pytest

from domain.words import Scope
from realtime.cursors import Cursors
from tests.live.conftest import House
from tests.live.people import People, bearer_of
from tests.live.processes import ROOT, SECRET
from tests.live.watching import Watch, cursor_at, watching
from tests.server.live import Live
from tests.server.stage import Stage, eventually

MONEY = {"LEDGER_POSTED", "LEDGER_HOLD_CHANGED", "CLAIM_CHANGED", "RATING_CHANGED"}
SECRET_WORDS = "The buyer has asked five times before."
REVOKED_WITHIN_SECONDS = 5

pytestmark = pytest.mark.xdist_group("house")


async def test_a_revoked_token_ends_its_sockets_on_every_process_and_is_believed_no_more(
    house: House, world: People
) -> None:
    revoked, other = bearer_of(world.buyer), bearer_of(world.buyer)
    async with AsyncExitStack() as stack:
        sockets = [
            await stack.enter_async_context(Live(Stage(), host).socket(revoked))
            for host in (*house.hosts, *house.hosts)
        ]
        witness = await stack.enter_async_context(watching(house.hosts[0], other))
        for socket in sockets:
            await socket.begin("1", "subscription { inboxEvents { __typename } }")
            assert (await socket.receive())["payload"]["data"] == {"inboxEvents": {"__typename": "Ready"}}
        said = await asyncio.to_thread(amends, house, "token", "--revoke", revoked)
        revoked_at = time.monotonic()
        assert said.startswith("Revoked: ")
        ends = await asyncio.gather(*(socket.ended() for socket in sockets))
        assert time.monotonic() - revoked_at < REVOKED_WITHIN_SECONDS
        assert ends == [(4403, "The token was revoked.")] * 4
        for host in house.hosts:
            async with Live(Stage(), host).http(revoked) as http:
                answer = await http.post("/graphql", json={"query": "{ viewer { role } }"})
                assert (answer.status_code, "revoked" in answer.text) == (401, True)
        assert await witness.follow("inboxEvents"), "the same account's other token goes on"


async def test_a_narrowed_token_counts_at_once_live_and_replayed(house: House, world: People) -> None:
    after = await world.inbox_cursor(world.seller)
    wide, reading, counting = (
        bearer_of(world.acting_for(world.seller, scopes))
        for scopes in (
            {Scope.REQUESTS_READ, Scope.LEDGER_READ},
            {Scope.REQUESTS_READ},
            {Scope.LEDGER_READ},
        )
    )
    async with watching(house.hosts[0], wide) as reader, watching(house.hosts[1], wide) as counter:
        inbox = await reader.follow("inboxEvents", after=after)
        ledger = await reader.follow("ledgerEvents", after=after)
        other_inbox = await counter.follow("inboxEvents", after=after)
        await world.refunded_with_words("Before.")
        for watch, id_ in ((reader, inbox), (counter, other_inbox)):
            await watch.hears(id_, "Before.")
            assert {"LEDGER_POSTED", "MESSAGE_POSTED"} <= set(watch.kinds(id_))
        assert "LEDGER_POSTED" in reader.kinds(ledger)
        before = {id_: len(reader.items[id_]) for id_ in (inbox, ledger)}
        before_other = len(counter.items[other_inbox])

        await reader.renew(reading)
        await counter.renew(counting)
        await world.refunded_with_words("Later.")
        await reader.hears(inbox, "Later.")
        told = reader.items[inbox][before[inbox] :]
        assert {item["__typename"] for item in told} == {"RequestEvent", "MessageEvent", "RatingEvent"}
        assert {item["__typename"] for item in reader.items[ledger][before[ledger] :]} == set()
        code, sentence = await reader.refusal("ledgerEvents", after=after)
        assert (code, "ledger:read" in sentence) == ("NOT_ALLOWED", True)
        replayed = await reader.follow("inboxEvents", after=after)
        assert not [item for item in reader.events(replayed) if item["__typename"] == "LedgerEvent"]
        assert "MESSAGE_POSTED" in reader.kinds(replayed)

        replayed = await counter.follow("inboxEvents", after=after)
        assert {item["__typename"] for item in counter.events(replayed)} == {"LedgerEvent"}
        later = counter.items[other_inbox][before_other:]
        assert {item["__typename"] for item in later} == {"LedgerEvent"}
        assert not any("Later." in text for text in counter.said)

        await reader.renew(wide)
        everything = await reader.follow("inboxEvents", after=after)
        hidden = {event["sequence"] for event in reader.events(everything)} - {
            event["sequence"] for event in reader.events(inbox)
        }
        await world.refunded_with_words("Again.")
        assert hidden
        await eventually(lambda: reader.events(ledger)[-1]["sequence"] > max(hidden))
        heard = {event["sequence"] for event in reader.events(ledger)}
        assert not hidden & heard, "what was passed over stays passed over"


async def test_notes_and_assignments_reach_support_alone(house: House, world: People) -> None:
    request = await world.to_support()
    queue_after = await world.queue_cursor()
    streams = [
        ("inboxEvents", None),
        ("requestEvents", request["id"]),
        ("threadEvents", request["thread"]["id"]),
    ]
    parties = {
        "buyer": world.buyer,
        "seller": world.seller,
        "partner": world.partner,
    }
    async with AsyncExitStack() as stack:
        desk = await stack.enter_async_context(watching(house.hosts[1], world.bearer(world.support)))
        queue = await desk.follow("supportQueueEvents", after=queue_after)
        watches: dict[str, Watch] = {}
        followed: dict[tuple[str, str], tuple[str, str]] = {}
        for place, (name, viewer) in enumerate(parties.items()):
            watch = watches[name] = await stack.enter_async_context(
                watching(house.hosts[place % 2], world.bearer(viewer))
            )
            cursors = [await world.inbox_cursor(viewer), *await world.request_cursors(request["id"], viewer)]
            for (stream, of), cursor in zip(streams, cursors, strict=True):
                followed[name, stream] = await watch.follow(stream, of=of, after=cursor), cursor

        named = {"requestId": request["id"]}
        await world.ok("addInternalNote", world.support, "request { id }", **named, body=SECRET_WORDS)
        agent = (await world.run("{ viewer { user { id } } }", world.support))["viewer"]["user"]["id"]
        await world.ok("assignRequest", world.support, "request { id }", **named, assigneeId=agent)
        await world.ok(
            "addInternalNote", world.support, "request { id }", **named, body=f"{SECRET_WORDS} Six."
        )
        await world.say(world.support, request, "We look into it.")

        await desk.hears(queue, "MESSAGE_POSTED")
        told = dict(zip(desk.kinds(queue), desk.events(queue), strict=True))
        assert told["INTERNAL_NOTE_ADDED"]["note"] == {"body": f"{SECRET_WORDS} Six."}
        assert told["REQUEST_ASSIGNED"]["assignee"] == {"username": world.support.username}
        assert desk.kinds(queue)[:3] == ["INTERNAL_NOTE_ADDED", "REQUEST_ASSIGNED", "INTERNAL_NOTE_ADDED"]
        for (name, stream), (id_, cursor) in followed.items():
            watch, of = watches[name], dict(streams)[stream]
            await watch.hears(id_, "We look into it.")
            again = await watch.follow(stream, of=of, after=cursor)
            for told_in in (id_, again):
                kinds = set(watch.kinds(told_in)) - {"THREAD_STATE_CHANGED"}
                assert kinds == {"MESSAGE_POSTED"}, (name, stream)
                assert_dense(watch, told_in, cursor)
        for watch in watches.values():
            assert not any(SECRET_WORDS in text for text in watch.said)


async def test_a_buyer_is_told_nothing_of_the_sellers_money(house: House, world: People) -> None:
    buyers, sellers = await world.inbox_cursor(world.buyer), await world.inbox_cursor(world.seller)
    async with (
        watching(house.hosts[0], world.bearer(world.buyer)) as buyer,
        watching(house.hosts[1], world.bearer(world.seller)) as seller,
    ):
        inbox, desk = (
            await buyer.follow("inboxEvents", after=buyers),
            await seller.follow("inboxEvents", after=sellers),
        )
        request = await world.refunded_with_words("Have a nice day.")
        await buyer.hears(inbox, "Have a nice day.")
        await seller.hears(desk, "Have a nice day.")
        assert set(seller.kinds(desk)) >= {"LEDGER_POSTED", "CLAIM_CHANGED", "RATING_CHANGED"}
        of_request, _ = await world.request_cursors(request["id"], world.buyer)
        start = cursor_at(of_request, 0)
        replays = [
            await buyer.follow("inboxEvents", after=buyers),
            await buyer.follow("requestEvents", of=request["id"], after=start),
        ]
        for id_ in (inbox, *replays):
            assert not MONEY & set(buyer.kinds(id_)), id_
            assert all(event.get("request", {}).get("claim") is None for event in buyer.events(id_))
        assert_dense(buyer, inbox, buyers)
        assert_dense(seller, desk, sellers)
        assert await buyer.follow("ledgerEvents", after=buyers)
        assert not any("LedgerEvent" in text for text in buyer.said)


async def test_nobody_follows_what_they_do_not_see(house: House, world: People) -> None:
    request = await world.open_request(await world.sold(), by=world.buyer)
    thread = request["thread"]["id"]
    for host in house.hosts:
        async with watching(host, world.bearer(world.stranger)) as stranger:
            assert (await stranger.refusal("requestEvents", of=request["id"]))[0] == "NOT_FOUND"
            assert (await stranger.refusal("threadEvents", of=thread))[0] == "NOT_FOUND"
            assert (await stranger.refusal("supportQueueEvents"))[0] == "NOT_ALLOWED"
            invented = await stranger.refusal("requestEvents", of=thread)
            assert invented[0] == "NOT_FOUND"
        async with watching(host, world.bearer(world.buyer)) as buyer:
            assert (await buyer.refusal("supportQueueEvents"))[0] == "NOT_ALLOWED"
        async with watching(host, world.bearer(world.platform)) as platform:
            assert (await platform.refusal("supportQueueEvents"))[0] == "NOT_ALLOWED"


async def test_a_cursor_is_good_for_its_own_stream_alone_and_nobody_makes_one_up(
    house: House, world: People
) -> None:
    request = await world.open_request(await world.sold(), by=world.buyer)
    of_request, of_thread = await world.request_cursors(request["id"], world.buyer)
    own, sellers = await world.inbox_cursor(world.buyer), await world.inbox_cursor(world.seller)
    place = Cursors(SECRET).read(sellers)
    forged = Cursors("another secret of somebody else").write(place.stream, place.epoch, 0)
    async with watching(house.hosts[0], world.bearer(world.buyer)) as buyer:
        for cursor in (sellers, of_request, of_thread, await world.queue_cursor()):
            code, sentence = await buyer.refusal("inboxEvents", after=cursor)
            assert (code, "another feed" in sentence) == ("BAD_USER_INPUT", True), sentence
        for cursor in (forged, own[:-2], f"{own}AA", "nonsense", "", "é"):
            code, sentence = await buyer.refusal("inboxEvents", after=cursor)
            assert (code, "not a cursor" in sentence) == ("BAD_USER_INPUT", True), sentence
        assert (await buyer.refusal("requestEvents", of=request["id"], after=own))[0] == "BAD_USER_INPUT"
        assert await buyer.follow("inboxEvents", after=own) not in buyer.errors


async def test_the_platform_follows_a_request_but_no_words(house: House, world: People) -> None:
    request = await world.open_request(await world.sold(), by=world.buyer, description="It hums at night.")
    cursor, thread_cursor = await world.request_cursors(request["id"], world.platform)
    async with watching(house.hosts[1], world.bearer(world.platform)) as platform:
        live = await platform.follow("requestEvents", of=request["id"], after=cursor_at(cursor, 0))
        of_thread = {"of": request["thread"]["id"], "after": cursor_at(thread_cursor, 0)}
        words = await platform.follow("threadEvents", **of_thread)
        await world.say(world.buyer, request, "Does it hum for you?")
        await world.say(world.seller, request, "It sings.")
        await world.ok(
            "refundInFull", world.seller, requestId=request["id"], message="Keep the humming lamp."
        )
        await platform.hears(live, "REQUEST_CLOSED")
        again = await platform.follow("requestEvents", of=request["id"], after=cursor_at(cursor, 0))
        for id_ in (live, again):
            assert {"REQUEST_OPENED", "REQUEST_CLOSED", "REFUND_CHANGED"} <= set(platform.kinds(id_))
            assert "MESSAGE_POSTED" not in platform.kinds(id_)
        assert platform.events(words) == []
        assert platform.events(await platform.follow("threadEvents", **of_thread)) == []
        said = "".join(platform.said)
        assert not [word for word in ("hum", "sings") if word in said]


async def test_typing_reaches_the_other_side_now_and_nobody_later(house: House, world: People) -> None:
    request = await world.open_request(await world.sold(), by=world.buyer)
    thread = request["thread"]["id"]
    _, cursor = await world.request_cursors(request["id"], world.buyer)
    world.homes[world.buyer] = house.hosts[0]
    async with AsyncExitStack() as stack:
        watches = {
            name: await stack.enter_async_context(watching(host, world.bearer(viewer)))
            for name, host, viewer in (
                ("buyer", house.hosts[0], world.buyer),
                ("buyer's other tab", house.hosts[1], world.buyer),
                ("seller", house.hosts[1], world.seller),
                ("seller's tool", house.hosts[0], world.partner),
            )
        }
        followed = {
            name: await watch.follow("threadEvents", of=thread, after=cursor)
            for name, watch in watches.items()
        }
        await world.ok("indicateTyping", world.buyer, "thread { id }", threadId=thread)
        for name in ("seller", "seller's tool"):
            await watches[name].hears(followed[name], "TypingEvent")
            (typing,) = typed(watches[name], followed[name])
            assert typing["user"] == {"username": world.buyer.username}
            assert typing["thread"] == {"id": thread}
        await world.ok("indicateTyping", world.partner, "thread { id }", threadId=thread)
        for name in ("buyer", "buyer's other tab"):
            await watches[name].hears(followed[name], "TypingEvent")
            (typing,) = typed(watches[name], followed[name])
            assert typing["user"] == {"username": world.seller.username}
        await world.say(world.buyer, request, "There.")
        for name, watch in watches.items():
            await watch.hears(followed[name], "There.")
            assert len(typed(watch, followed[name])) == 1, f"{name} is told of the other side alone"
            again = await watch.follow("threadEvents", of=thread, after=cursor)
            assert watch.kinds(again) == ["MESSAGE_POSTED"]
            assert typed(watch, again) == []


def amends(house: House, *words: str) -> str:
    """Run a command of ours as an operator does, and give what it printed."""
    command = [str(ROOT / "amends"), *words]
    return subprocess.run(command, env=house.environment, check=True, capture_output=True, text=True).stdout


def typed(watch: Watch, id_: str) -> list[dict[str, Any]]:
    return [item for item in watch.items[id_] if item["__typename"] == "TypingEvent"]


def assert_dense(watch: Watch, id_: str, after: str) -> None:
    """What is kept from somebody leaves no gap in what they are told."""
    sequences = [event["sequence"] for event in watch.events(id_)]
    first = Cursors(SECRET).read(after).sequence + 1
    assert sequences == list(range(first, first + len(sequences)))
