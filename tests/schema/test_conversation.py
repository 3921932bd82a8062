"""Conversations and each participant's own view of them."""

from typing import Any

from tests.policy import quotes
from tests.schema.world import World

THREAD = "thread { id unread unreadCount archived lastReadNumber }"
INBOX = "{ viewer { inbox { nodes { id unread archived } } } }"


async def inbox(world: World, viewer: Any) -> list[dict[str, Any]]:
    """Give a viewer's inbox, the archive aside."""
    found: list[dict[str, Any]] = (await world.run(INBOX, viewer))["viewer"]["inbox"]["nodes"]
    return found


@quotes(
    "You can manage your Inbox by marking messages unread to return to later, or by archiving a "
    "conversation.",
    "An archived conversation will return to your main Inbox if you send a new message",
)
async def test_a_conversation_is_read_marked_unread_archived_and_comes_back(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    thread = {"threadId": request["thread"]["id"]}
    assert (await inbox(world, world.seller))[0]["unread"] is True

    read = await world.ok("markThreadRead", world.seller, THREAD, **thread)
    assert (read["unread"], read["unreadCount"]) == (False, 0)
    assert (await world.ok("markThreadUnread", world.seller, THREAD, **thread))["unread"] is True
    assert (await world.ok("archiveThread", world.seller, THREAD, **thread))["archived"] is True
    assert await inbox(world, world.seller) == []

    await world.ok("sendMessage", world.seller, "message { id }", **thread, body="Let me look.")

    assert [(found["unread"], found["archived"]) for found in await inbox(world, world.seller)] == [
        (False, False)
    ]


@quotes(
    "Customer Support Requests are found in your Inbox",
    'All Customer Support Requests related to your sales can be found in the "Customer Support" tab',
    'The "All Messages" tab will also include any social DMs',
)
async def test_one_tab_holds_the_sales_requests_the_other_everything(world: World) -> None:
    sale = await world.open_request(await world.delivered_order())
    bought = await world.open_request(await world.delivered_order(seller="sue", buyer="ann"), by=world.seller)
    direct = await world.ok("startDirectThread", world.stranger, THREAD, username="ann", body="Hello!")

    async def tab(name: str) -> set[str]:
        document = f"{{ viewer {{ inbox(tab: {name}) {{ nodes {{ id }} }} }} }}"
        nodes = (await world.run(document, world.seller))["viewer"]["inbox"]["nodes"]
        return {node["id"] for node in nodes}

    assert await tab("CUSTOMER_SUPPORT") == {sale["thread"]["id"]}
    assert await tab("ALL_MESSAGES") == {sale["thread"]["id"], bought["thread"]["id"], direct["id"]}


async def test_an_archived_conversation_comes_back_when_the_other_side_writes(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    thread = {"threadId": request["thread"]["id"]}
    await world.ok("archiveThread", world.buyer, THREAD, **thread)

    await world.ok("sendMessage", world.seller, "message { id }", **thread, body="Which part?")

    assert [found["unread"] for found in await inbox(world, world.buyer)] == [True]
    archived = await world.ok("archiveThread", world.buyer, THREAD, **thread)
    assert archived["archived"] is True
    assert (await world.ok("unarchiveThread", world.buyer, THREAD, **thread))["archived"] is False


async def test_reading_up_to_a_message_leaves_the_later_ones_unread(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    thread = {"threadId": request["thread"]["id"]}
    await world.ok("markThreadRead", world.seller, THREAD, **thread)
    numbers = [
        (await world.ok("sendMessage", world.buyer, "message { number }", **thread, body="More."))["number"]
        for _ in range(3)
    ]
    assert numbers == list(range(numbers[0], numbers[0] + 3))

    read = await world.ok("markThreadRead", world.seller, THREAD, **thread, upToNumber=numbers[0])

    assert (read["unreadCount"], read["lastReadNumber"]) == (2, numbers[0])
    too_far = await world.refused("markThreadRead", world.seller, **thread, upToNumber=numbers[-1] + 1)
    assert too_far == "INVALID"


async def test_two_members_have_one_direct_conversation(world: World) -> None:
    first = await world.ok("startDirectThread", world.buyer, THREAD, username="ann", body="Nice cards!")
    again = await world.ok("startDirectThread", world.seller, THREAD, username="bob", body="Thanks!")
    assert first["id"] == again["id"]

    thread = {"threadId": first["id"]}
    said = await world.ok("sendMessage", world.buyer, "message { number body }", **thread, body="More?")
    assert said == {"number": 3, "body": "More?"}
    assert [found["id"] for found in await inbox(world, world.seller)] == [first["id"]]
    for outsider in (world.stranger, world.support):
        assert await world.refused("sendMessage", outsider, **thread, body="Hello") == "NOT_FOUND"

    assert await world.refused("startDirectThread", world.buyer, username="bob", body="Me?") == "INVALID"
    assert await world.refused("startDirectThread", world.buyer, username="nobody", body="Hi") == "NOT_FOUND"
    assert await world.refused("startDirectThread", world.buyer, username="sam", body="Hi") == "NOT_FOUND"


async def test_a_closed_conversation_is_written_in_for_fourteen_days(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    words = {"threadId": request["thread"]["id"], "body": "Thank you."}
    await world.ok("refundInFull", world.seller, requestId=request["id"], message="Sorry!")
    await world.advance("P13D")
    await world.ok("sendMessage", world.buyer, "message { id }", **words)
    await world.advance("P1D")
    assert await world.refused("sendMessage", world.buyer, **words) == "THREAD_READ_ONLY"


async def test_an_answer_names_the_place_for_the_bytes(world: World) -> None:
    upload = await world.ok(
        "createUpload",
        world.buyer,
        "upload { url method headers { name value } expiresAt attachment { id filename byteSize } }",
        filename="crack.mp4",
        contentType="video/mp4",
        byteSize=1234,
    )
    assert upload["url"].startswith("https://amends.test/uploads/")
    assert (upload["method"], upload["headers"]) == ("PUT", [{"name": "content-type", "value": "video/mp4"}])
    assert (upload["attachment"]["filename"], upload["attachment"]["byteSize"]) == ("crack.mp4", 1234)

    request = await world.open_request(await world.delivered_order())
    unsent = {
        "threadId": request["thread"]["id"],
        "body": "See.",
        "attachmentIds": [upload["attachment"]["id"]],
    }
    assert await world.refused("sendMessage", world.buyer, **unsent) == "ATTACHMENT_REJECTED"
