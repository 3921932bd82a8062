"""Notifications in the app: who has them, how they are read, and that they come live with what they tell of.

Spec §9: "In-app, e-mail and webhook, from the same event"; "never before the commit".
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

from domain.viewer import Viewer
from domain.words import FeedType
from resolvers import feeds
from resolvers.context import Context
from server.links import SignedLinks
from tests.schema.world import World, usd

PATIENCE_SECONDS = 10
NOTIFICATION = "id event text readAt createdAt request { id } thread { id }"


async def notified(world: World, viewer: Viewer, arguments: str = "") -> list[dict[str, Any]]:
    """Give what a viewer was notified of, latest first."""
    document = f"{{ viewer {{ notifications{arguments} {{ nodes {{ {NOTIFICATION} }} }} }} }}"
    nodes: list[dict[str, Any]] = (await world.run(document, viewer))["viewer"]["notifications"]["nodes"]
    return nodes


async def read(world: World, viewer: Viewer, **which: Any) -> int:
    """Mark notifications read; give how many are left."""
    left: int = await world.ok("markNotificationsRead", viewer, "unreadCount", **which)
    return left


async def test_a_new_request_notifies_its_seller_with_the_request_and_its_thread(world: World) -> None:
    request = await world.open_request(await world.delivered_order())

    (notification,) = await notified(world, world.seller)

    assert notification["event"] == "REQUEST_OPENED"
    assert notification["text"] == f"New request {request['number']}: a buyer asks for your help."
    assert notification["request"] == {"id": request["id"]}
    assert notification["thread"] == request["thread"]
    assert notification["readAt"] is None
    assert await notified(world, world.buyer) == []


async def test_the_latest_comes_first_and_pages_go_on_from_there(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    for _ in range(3):
        await world.ok(
            "sendMessage", world.buyer, "message { id }", threadId=request["thread"]["id"], body="Hello?"
        )
    document = """query($after: String) { viewer { notifications(first: 2, after: $after) {
        totalCount pageInfo { hasNextPage endCursor } nodes { event } } } }"""
    seen, after = [], None
    for _ in range(2):
        page = (await world.run(document, world.seller, after=after))["viewer"]["notifications"]
        assert page["totalCount"] == 4
        seen += [node["event"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
    assert page["pageInfo"]["hasNextPage"] is False
    assert seen == ["MESSAGE_POSTED"] * 3 + ["REQUEST_OPENED"]


async def test_a_ruling_that_refunds_and_closes_is_one_notification_for_each_party(world: World) -> None:
    request = await world.escalated()
    before = [len(await notified(world, party)) for party in (world.buyer, world.seller)]
    await world.rule(request, "REFUND", "SELLER")
    for party, known in zip((world.buyer, world.seller), before, strict=True):
        latest, *earlier = await notified(world, party)
        assert len(earlier) == known
        assert latest["event"] == "REQUEST_RULED"


async def test_a_deadline_that_runs_out_notifies_both(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    await world.advance_to(request["dueAt"])
    for party in (world.buyer, world.seller):
        latest = (await notified(world, party))[0]
        assert (latest["event"], latest["createdAt"]) == ("DEADLINE_MISSED", request["dueAt"])


async def test_a_direct_message_notifies_the_other_participant_alone(world: World) -> None:
    thread = await world.ok("startDirectThread", world.stranger, "thread { id }", username="ann", body="Hi!")
    (notification,) = await notified(world, world.seller)
    assert (notification["event"], notification["request"]) == ("MESSAGE_POSTED", None)
    assert notification["thread"] == {"id": thread["id"]}
    assert await notified(world, world.stranger) == []
    await world.ok("sendMessage", world.seller, "message { id }", threadId=thread["id"], body="Hello.")
    assert len(await notified(world, world.stranger)) == 1


async def test_the_end_of_an_enrollment_and_an_admission_from_the_list_are_told_to_the_seller(
    world: World,
) -> None:
    async def enroll(status: str) -> None:
        await world.ok(
            "setEnrollment", world.platform, "seller { __typename }", username="ann", status=status
        )

    await enroll("NOT_ENROLLED")
    await world.ok("joinWaitlist", world.seller, "seller { __typename }")
    await enroll("ENROLLED")
    await enroll("ENROLLED")

    told = await notified(world, world.seller)
    assert [(each["event"], each["request"], each["thread"]) for each in told] == [
        ("ENROLLMENT_CHANGED", None, None)
    ] * 2
    assert "is on for you" in told[0]["text"]
    assert "has ended" in told[1]["text"]


async def test_what_is_refused_notifies_nobody(world: World) -> None:
    order = await world.delivered_order()
    request = await world.open_request(order)
    assert await world.refused_opening(order) == "REQUEST_ALREADY_OPEN"
    taken = await world.open_request(await world.delivered_order())
    parcel = {"carrier": "UPS", "trackingNumber": "1Z1", "buyerAgreed": True}
    await world.ok("sendReplacement", world.seller, requestId=taken["id"], **parcel)
    code = await world.refused("sendReplacement", world.seller, requestId=request["id"], **parcel)
    assert code == "TRACKING_IN_USE"


async def test_some_are_read_then_all(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    for words in ("One.", "Two."):
        await world.ok(
            "sendMessage", world.buyer, "message { id }", threadId=request["thread"]["id"], body=words
        )
    latest, *_ = await notified(world, world.seller)

    assert await read(world, world.seller, ids=[latest["id"]]) == 2
    marked, *others = await notified(world, world.seller)
    assert marked["readAt"] is not None
    assert [each["readAt"] for each in others] == [None, None]

    await world.advance("PT1H")
    assert await read(world, world.seller, all=True) == 0
    again, *others = await notified(world, world.seller)
    assert again == marked, "what was read before keeps its instant"
    assert all(each["readAt"] for each in others)


async def test_reading_is_refused_for_what_is_not_there_not_named_or_of_others(world: World) -> None:
    await world.open_request(await world.delivered_order())
    (own,) = await notified(world, world.seller)
    await world.ok("startDirectThread", world.seller, "thread { id }", username="stan", body="Hi!")
    (foreign,) = await notified(world, world.stranger)

    refused = world.refused
    assert await refused("markNotificationsRead", world.seller) == "REQUIRED"
    assert await refused("markNotificationsRead", world.seller, ids=[]) == "REQUIRED"
    assert await refused("markNotificationsRead", world.seller, ids=[own["id"], foreign["id"]]) == "NOT_FOUND"
    assert await refused("markNotificationsRead", world.seller, ids=[own["id"]], all=True) == "INVALID"
    assert await refused("markNotificationsRead", world.partner, all=True) == "NOT_ALLOWED"
    assert await refused("markNotificationsRead", world.platform, all=True) == "NOT_ALLOWED"
    assert (await notified(world, world.seller))[0]["readAt"] is None


async def test_the_same_key_reads_once(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    assert await read(world, world.seller, all=True, idempotencyKey="mine") == 0
    await world.ok(
        "sendMessage", world.buyer, "message { id }", threadId=request["thread"]["id"], body="And?"
    )
    assert await read(world, world.seller, all=True, idempotencyKey="mine") == 1


async def test_a_partner_and_support_see_none_of_the_sellers(world: World) -> None:
    await world.open_request(await world.delivered_order())
    for viewer in (world.partner, world.support, world.platform):
        assert await notified(world, viewer) == []


@asynccontextmanager
async def inbox_of(world: World, viewer: Viewer) -> AsyncIterator[AsyncIterator[feeds.FeedItem]]:
    """Follow all that concerns a viewer while the block runs, from where it is up to date."""
    links = SignedLinks("https://amends.test", "a secret of the tests")
    context = Context(world.engine, viewer, links, sandbox=True, hub=world.hub)
    async with world.hub.running():
        stream: Any = await feeds.follow_inbox(context, None)
        async with aclosing(stream):
            assert isinstance(await anext(stream), feeds.ReadyRow)
            yield stream


async def notifications_in(world: World, viewer: Viewer, stream: Any, count: int) -> list[tuple[int, bool]]:
    """Wait for this many notifications; give their numbers, and whether the viewer may be told of each."""
    found: list[tuple[int, bool]] = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(found) < count:
            row = await anext(stream)
            if isinstance(row, feeds.FeedRow) and row.type is FeedType.NOTIFICATION:
                links = SignedLinks("https://amends.test", "a secret of the tests")
                context = Context(world.engine, viewer, links, sandbox=True, hub=world.hub)
                assert row.event.notification_number is not None
                found.append((row.event.notification_number, await feeds.is_visible(context, row)))
    return found


async def test_a_notification_is_told_live_to_its_owner_and_to_no_tool_of_theirs(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    async with inbox_of(world, world.buyer) as stream:
        offer = {"requestId": request["id"], "amount": usd("30.00"), "note": "Sorry."}
        await world.ok("offerPartialRefund", world.seller, **offer)
        assert await notifications_in(world, world.buyer, stream, 1) == [(1, True)]
    async with inbox_of(world, world.seller) as stream:
        await world.ok("withdrawRequest", world.buyer, requestId=request["id"])
        assert await notifications_in(world, world.partner, stream, 1) == [(2, False)]


async def test_reading_is_told_to_the_viewers_other_tabs_and_reading_again_is_not(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    await world.ok(
        "sendMessage", world.buyer, "message { id }", threadId=request["thread"]["id"], body="Hello?"
    )
    async with inbox_of(world, world.seller) as stream:
        await read(world, world.seller, all=True)
        assert await notifications_in(world, world.seller, stream, 2) == [(1, True), (2, True)]
    events = await world.count("events", "type = 'NOTIFICATION'")
    await read(world, world.seller, all=True)
    assert await world.count("events", "type = 'NOTIFICATION'") == events
