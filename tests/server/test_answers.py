"""What is kept is what would be said now: whatever happens, whoever asks, and whatever time it is."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.viewer import Viewer
from domain.words import Scope
from storage import clock
from tests.schema.kept import laid_out
from tests.schema.test_who_may import EVERYBODY, MUTATIONS, OK, Input, _viewer
from tests.schema.world import World, usd
from tests.server.answering import EVERYTHING, Kitchen

INBOX = "{ viewer { inbox { totalCount nodes { subject unreadCount request { status version } } } } }"
BALANCE = "{ viewer { seller { ledger { balance { posted { amount } } } } } }"
LATE = "query($id: ID!) { supportRequest(id: $id) { overdue } }"
MAY = "query($id: ID!) { supportRequest(id: $id) { availableActions { action allowed } } }"
WRITABLE = "query($id: ID!) { thread(id: $id) { writable } }"
COUNTS = "{ viewer { inboxCounts { dueSoon overdue } } }"
NODE = "query($id: ID!) { node(id: $id) { id } }"
ADDRESS = "{ viewer { seller { returnAddress { city } } } }"


@pytest.fixture
async def kitchen(engine: AsyncEngine) -> Kitchen:
    """A world, and answers kept of it."""
    return Kitchen(await laid_out(engine))


@pytest.fixture
def world(kitchen: Kitchen) -> World:
    """The same world."""
    return kitchen.world


async def reach(world: World, at: datetime) -> None:
    """Let time pass, and nothing else: no clock fires."""
    async with world.engine.begin() as connection:
        await clock.reach(connection, at)


async def opened(world: World, **fields: Any) -> dict[str, Any]:
    request: dict[str, Any] = await world.open_request(await world.delivered_order(), **fields)
    return request


def told(body: dict[str, Any]) -> dict[str, Any]:
    """What a body says, whichever of several fields that are refused for one reason it names first."""
    reasons = {(error["message"], error["extensions"]["code"]) for error in body.get("errors", ())}
    return body | {"errors": reasons}


async def test_an_unchanged_answer_is_made_once(kitchen: Kitchen, world: World) -> None:
    await opened(world)
    first = await kitchen.ask(world.seller, INBOX)
    assert first["data"]["viewer"]["inbox"]["totalCount"] == 1
    assert await kitchen.ask(world.seller, INBOX) == first
    assert (kitchen.made, kitchen.answers.hits, kitchen.answers.misses) == (1, 1, 1)


@pytest.mark.parametrize("mutation", MUTATIONS)
async def test_what_is_served_after_a_mutation_is_what_would_be_said_now(
    kitchen: Kitchen, world: World, mutation: str
) -> None:
    prepare, answers = MUTATIONS[mutation]
    who = next(who for who in EVERYBODY if answers[who] == OK)
    given: Input = await prepare(world)
    people = (world.buyer, world.seller)
    for viewer in people:
        await kitchen.ask(viewer, EVERYTHING)
    payload = await world.do(mutation, _viewer(world, who), "__typename", **given)
    assert payload["userErrors"] == [], payload
    for viewer in people:
        assert await kitchen.ask(viewer, EVERYTHING) == await kitchen.anew(viewer, EVERYTHING)


async def test_what_changes_without_an_event_is_seen_at_once(kitchen: Kitchen, world: World) -> None:
    await kitchen.ask(world.seller, ADDRESS)
    assert await kitchen.is_kept(world.seller, ADDRESS)
    elsewhere = {"name": "Ann", "line1": "2 Main Street", "city": "Dallas", "region": "TX"}
    elsewhere |= {"postalCode": "75001", "countryCode": "US"}
    await world.ok("updateReturnAddress", world.seller, "seller { __typename }", address=elsewhere)
    answer = await kitchen.ask(world.seller, ADDRESS)
    assert answer["data"]["viewer"]["seller"]["returnAddress"] == {"city": "Dallas"}


async def test_another_name_of_somebody_is_seen_by_everybody_at_once(kitchen: Kitchen, world: World) -> None:
    named = '{ user(username: "bob") { displayName } }'
    await kitchen.ask(world.stranger, named)
    assert await kitchen.is_kept(world.stranger, named)
    row = await world.order_row()
    row["buyer"]["displayName"] = "Robert"
    await world.import_row(row)
    assert (await kitchen.ask(world.stranger, named))["data"]["user"]["displayName"] == "Robert"


async def test_whoever_shares_a_parcel_sees_its_scans_at_once(kitchen: Kitchen, world: World) -> None:
    parcel = {"externalId": "both", "carrier": "USPS", "trackingNumber": "BOTH1", "platformLabel": True}
    await world.order(shipment=parcel)
    await world.order(buyer="stan", shipment=parcel)
    scanned = "{ viewer { purchases { nodes { shipment { scans { kind } insuredFor { amount } } } } } }"
    for viewer in (world.buyer, world.stranger):
        await kitchen.ask(viewer, scanned)
        assert await kitchen.is_kept(viewer, scanned)
    await world.scan(parcel, "ACCEPTED")
    for viewer in (world.buyer, world.stranger):
        assert "ACCEPTED" in str(await kitchen.ask(viewer, scanned))
        assert await kitchen.is_kept(viewer, scanned)
    await world.order(shipment=parcel | {"insuredFor": usd("50.00")})
    for viewer in (world.buyer, world.stranger):
        assert "50.00" in str(await kitchen.ask(viewer, scanned))


# ── time ──


async def test_time_alone_ends_what_hangs_on_it(kitchen: Kitchen, world: World) -> None:
    request = await opened(world)
    due = datetime.fromisoformat(request["dueAt"])
    asked = [(LATE, {"id": request["id"]}), (MAY, {"id": request["id"]}), (COUNTS, {})]
    for viewer in (world.seller, world.buyer):
        for query, variables in asked:
            await kitchen.ask(viewer, query, **variables)
    await reach(world, due - timedelta(hours=30))
    for viewer in (world.seller, world.buyer):
        for query, variables in asked:
            await kitchen.ask(viewer, query, **variables)
            assert await kitchen.is_kept(viewer, query, **variables)
    await reach(world, due)
    for viewer in (world.seller, world.buyer):
        for query, variables in asked:
            answer = await kitchen.ask(viewer, query, **variables)
            assert answer == await kitchen.anew(viewer, query, **variables)
            assert not await kitchen.is_kept(viewer, query, **variables), "a clock waits to fire"
    assert (await kitchen.ask(world.seller, LATE, id=request["id"]))["data"]["supportRequest"]["overdue"]
    counts = (await kitchen.ask(world.seller, COUNTS))["data"]["viewer"]["inboxCounts"]
    assert counts == {"dueSoon": 0, "overdue": 1}


async def test_what_is_due_soon_is_counted_from_the_very_moment(kitchen: Kitchen, world: World) -> None:
    request = await opened(world)
    assert (await kitchen.ask(world.seller, COUNTS))["data"]["viewer"]["inboxCounts"]["dueSoon"] == 0
    soon = datetime.fromisoformat(request["dueAt"]) - timedelta(hours=24)  # no weekend is in between
    await reach(world, soon - timedelta(minutes=1))
    assert await kitchen.is_kept(world.seller, COUNTS)
    await reach(world, soon)
    assert (await kitchen.ask(world.seller, COUNTS))["data"]["viewer"]["inboxCounts"]["dueSoon"] == 1


async def test_the_end_of_a_closed_request_is_kept_to(kitchen: Kitchen, world: World) -> None:
    request = await opened(world)
    closed = await world.ok("refundInFull", world.seller, requestId=request["id"])
    ends = datetime.fromisoformat(closed["closedAt"]) + timedelta(days=14)
    asked = [(MAY, {"id": request["id"]}), (WRITABLE, {"id": request["thread"]["id"]})]
    await reach(world, ends - timedelta(hours=1))
    for query, variables in asked:
        before = await kitchen.ask(world.buyer, query, **variables)
        assert await kitchen.is_kept(world.buyer, query, **variables)
        assert "True" in str(before)
    await reach(world, ends)
    for query, variables in asked:
        after = await kitchen.ask(world.buyer, query, **variables)
        assert after == await kitchen.anew(world.buyer, query, **variables)
        assert "True" not in str(after)


@pytest.mark.parametrize("hours", [1, 7, 29])
async def test_at_no_hour_is_anything_served_that_would_not_be_said(
    kitchen: Kitchen, world: World, hours: int
) -> None:
    await world.open_request(await world.delivered_order())
    closed = await opened(world)
    await world.ok("refundInFull", world.seller, requestId=closed["id"])
    offered = await opened(world)
    await world.ok("offerPartialRefund", world.seller, requestId=offered["id"], amount=usd("30.00"))
    people = (world.buyer, world.seller)
    for step in range(30):
        for viewer in people:
            assert await kitchen.ask(viewer, EVERYTHING) == await kitchen.anew(viewer, EVERYTHING)
        if step % 3:
            await reach(world, await world.now() + timedelta(hours=hours))
        else:
            await world.advance(f"PT{hours}H")
    assert kitchen.answers.hits > 0


async def test_a_link_is_not_served_for_long(kitchen: Kitchen, world: World) -> None:
    photo = await world.photo(world.buyer)
    await opened(world, attachmentIds=[photo])
    linked = "{ viewer { inbox { nodes { request { evidence { url } } } } } }"
    await kitchen.ask(world.buyer, linked)
    assert await kitchen.is_kept(world.buyer, linked)
    await reach(world, await world.now() + timedelta(minutes=5))
    assert not await kitchen.is_kept(world.buyer, linked)


# ── whose answer it is ──


async def test_nobody_is_served_the_answer_of_another(kitchen: Kitchen, world: World) -> None:
    await opened(world)
    reader = world.acting_for(world.seller, {Scope.REQUESTS_READ})
    everybody = (world.seller, world.buyer, world.stranger, world.partner, reader)
    for viewer in everybody:
        for query in (INBOX, EVERYTHING):
            assert told(await kitchen.ask(viewer, query)) == told(await kitchen.anew(viewer, query))
    bodies = [str(await kitchen.ask(viewer, EVERYTHING)) for viewer in everybody]
    assert len(set(bodies)) == len(everybody)


async def test_a_token_without_the_scope_is_told_so_each_time(kitchen: Kitchen, world: World) -> None:
    reader = world.acting_for(world.seller, {Scope.REQUESTS_READ})
    assert "errors" not in await kitchen.ask(world.partner, BALANCE)
    assert "errors" in await kitchen.ask(reader, BALANCE)
    assert not await kitchen.is_kept(reader, BALANCE)
    assert await kitchen.is_kept(world.partner, BALANCE)


@pytest.mark.parametrize("who", ["support", "platform", "nobody"])
async def test_who_has_no_version_of_all_they_see_is_always_answered_anew(
    kitchen: Kitchen, world: World, who: str
) -> None:
    viewer: Viewer | None = None if who == "nobody" else getattr(world, who)
    await kitchen.ask(viewer, "{ policy { version } }")
    assert not await kitchen.is_kept(viewer, "{ policy { version } }")
    assert kitchen.answers.not_kept["viewer"] == 2


# ── what is not kept ──


async def test_errors_are_not_kept(kitchen: Kitchen, world: World) -> None:
    query = '{ policy(version: "never was") { version } }'
    assert "errors" in await kitchen.ask(world.buyer, query)
    assert not await kitchen.is_kept(world.buyer, query)
    assert kitchen.answers.not_kept["errors"] == 2


async def test_what_is_not_there_is_looked_for_each_time(kitchen: Kitchen, world: World) -> None:
    order = await world.order()
    await kitchen.ask(world.buyer, NODE, id=order["id"])
    assert await kitchen.is_kept(world.buyer, NODE, id=order["id"])
    await kitchen.ask(world.stranger, NODE, id=order["id"])
    assert not await kitchen.is_kept(world.stranger, NODE, id=order["id"])
    assert kitchen.answers.not_kept["absent"] == 2


async def test_a_field_that_hangs_on_others_is_asked_for_anew(kitchen: Kitchen, world: World) -> None:
    rating = "{ viewer { seller { supportRating { visible } } } }"
    await kitchen.ask(world.seller, rating)
    assert not await kitchen.is_kept(world.seller, rating)
    assert kitchen.answers.not_kept["field"] == 2


async def test_the_least_asked_for_makes_room(world: World) -> None:
    small = Kitchen(world, most_bytes=40_000)
    queries = [f"{INBOX} # {number:0>200}" for number in range(60)]
    for query in queries:
        await small.ask(world.seller, query)
        await small.ask(world.seller, queries[0])
    assert small.answers.bytes <= 40_000
    assert 1 < small.answers.count < 60
    assert await small.is_kept(world.seller, queries[0])
    assert await small.is_kept(world.seller, queries[-1])
    assert not await small.is_kept(world.seller, queries[1])


async def test_a_very_large_answer_takes_no_room_from_the_others(world: World) -> None:
    small = Kitchen(world, most_bytes=16_000)
    await small.ask(world.seller, EVERYTHING)
    assert not await small.is_kept(world.seller, EVERYTHING)
    assert small.answers.not_kept["size"] == 2


async def test_without_a_version_the_answer_is_made(
    kitchen: Kitchen, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await kitchen.ask(world.seller, INBOX)

    async def away(_: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(kitchen.versions, "_look", away)
    assert await kitchen.ask(world.seller, INBOX) == first
    assert kitchen.made == 2
    monkeypatch.undo()
    assert not await kitchen.is_kept(world.seller, INBOX), "another connection may lead elsewhere"
    assert await kitchen.is_kept(world.seller, INBOX)


async def test_those_who_ask_at_once_ask_the_database_together(kitchen: Kitchen, world: World) -> None:
    await kitchen.ask(world.seller, INBOX)
    asked = kitchen.versions.asked
    await asyncio.gather(*(kitchen.ask(world.seller, INBOX) for _ in range(50)))
    assert kitchen.versions.asked == asked + 1
    assert kitchen.made == 1
