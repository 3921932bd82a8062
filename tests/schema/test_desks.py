"""The seller's desk and Support's: settings, replies, assignments, notes."""

from tests.policy import quotes
from tests.schema.world import RETURN_ADDRESS, World


async def test_replies_are_kept_changed_and_forgotten(world: World) -> None:
    returns = "savedReply { id title body }"
    kept = await world.ok("saveReply", world.seller, returns, title="Hello", body="Hello {buyer}")
    changed = await world.ok("saveReply", world.seller, returns, id=kept["id"], title="Hi", body="Hi {buyer}")
    assert changed == {"id": kept["id"], "title": "Hi", "body": "Hi {buyer}"}
    sue = await world.member("sue")
    assert await world.refused("saveReply", sue, id=kept["id"], title="Mine", body="Mine") == "NOT_FOUND"
    assert await world.refused("deleteSavedReply", sue, savedReplyId=kept["id"]) == "NOT_FOUND"

    gone = await world.ok("deleteSavedReply", world.seller, "deletedId", savedReplyId=kept["id"])

    assert gone == kept["id"]
    assert await world.refused("deleteSavedReply", world.seller, savedReplyId=kept["id"]) == "NOT_FOUND"


async def test_a_label_keeps_the_address_it_was_made_with(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    await world.ok("refundOnReturn", world.seller, requestId=request["id"])

    moved = await world.ok(
        "updateReturnAddress",
        world.seller,
        "seller { returnAddress { city line2 } }",
        address=RETURN_ADDRESS | {"city": "Dallas", "line2": " "},
    )

    assert moved["returnAddress"] == {"city": "Dallas", "line2": None}
    document = "query($id: ID!) { supportRequest(id: $id) { returnShipment { returnTo { city } } } }"
    found = await world.run(document, world.seller, id=request["id"])
    assert found["supportRequest"]["returnShipment"]["returnTo"] == {"city": "Austin"}


async def test_an_assignment_is_a_new_version_seen_by_support_alone(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    found = await world.run(
        '{ sam: user(username: "sam") { id } bob: user(username: "bob") { id } }', world.support
    )
    returns = "request { version assignee { username } }"
    asked = {"requestId": request["id"]}

    assigned = await world.ok("assignRequest", world.support, returns, **asked, assigneeId=found["sam"]["id"])

    assert assigned == {"version": request["version"] + 1, "assignee": {"username": "sam"}}
    again = await world.ok("assignRequest", world.support, returns, **asked, assigneeId=found["sam"]["id"])
    assert again == assigned
    assert (
        await world.refused("assignRequest", world.support, **asked, assigneeId=found["bob"]["id"])
        == "INVALID"
    )
    stale = {"ifVersion": request["version"]}
    assert await world.refused("assignRequest", world.support, **asked, **stale) == "STALE_VERSION"
    seen = await world.run(
        "query($id: ID!) { supportRequest(id: $id) { assignee { username } } }",
        world.seller,
        id=request["id"],
    )
    assert seen["supportRequest"]["assignee"] is None
    nobody = await world.ok("assignRequest", world.support, returns, **asked)
    assert nobody["assignee"] is None


async def test_notes_are_for_support_alone(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    returns = "request { internalNotes { body author { username } } }"
    for body in ("One.", "Two."):
        noted = await world.ok("addInternalNote", world.support, returns, requestId=request["id"], body=body)
    assert [note["body"] for note in noted["internalNotes"]] == ["One.", "Two."]
    document = "query($id: ID!) { supportRequest(id: $id) { internalNotes { body } } }"
    for party in (world.buyer, world.seller, world.platform):
        seen = await world.run(document, party, id=request["id"])
        assert seen["supportRequest"]["internalNotes"] == []


async def test_taking_over_locks_the_conversation(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    taken = await world.ok(
        "takeOverRequest", world.support, requestId=request["id"], message="We look into it."
    )
    assert (taken["status"], taken["escalations"][0]["cause"]) == ("UNDER_REVIEW", "TAKEN_OVER")
    words = {"threadId": request["thread"]["id"], "body": "Hello?"}
    assert await world.refused("sendMessage", world.seller, **words) == "THREAD_LOCKED"
    assert await world.refused("refundInFull", world.seller, requestId=request["id"]) == "INVALID_STATE"


async def test_an_outdated_view_is_not_acted_on(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    asked = {"requestId": request["id"], "ifVersion": request["version"]}
    await world.ok("askForDetails", world.seller, **asked, message="Which part?")

    assert await world.refused("refundInFull", world.seller, **asked) == "STALE_VERSION"
    assert await world.refused("withdrawRequest", world.buyer, **asked) == "STALE_VERSION"
    assert await world.refused("refundInFull", world.stranger, **asked) == "NOT_FOUND"


async def test_the_buyers_word_on_the_support_can_be_changed_for_a_while(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    asked = {"requestId": request["id"]}
    assert await world.refused("answerSurvey", world.buyer, **asked, satisfied=True) == "INVALID_STATE"
    await world.ok("refundInFull", world.seller, **asked)
    returns = "request { satisfactionAnswer { satisfied comment } }"

    await world.ok("answerSurvey", world.buyer, returns, **asked, satisfied=False, comment="Slow.")
    changed = await world.ok("answerSurvey", world.buyer, returns, **asked, satisfied=True)

    assert changed["satisfactionAnswer"] == {"satisfied": True, "comment": None}
    await world.advance("P14D")
    assert await world.refused("answerSurvey", world.buyer, **asked, satisfied=False) == "SURVEY_CLOSED"


@quotes(
    "This score does not include your general buyer reviews or marketplace ratings.",
    "Your Satisfaction score is not public to buyers and does not affect your Account Health",
)
async def test_satisfaction_counts_these_answers_alone_and_is_the_sellers_to_see(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    await world.ok("refundInFull", world.seller, requestId=request["id"])
    await world.ok("answerSurvey", world.buyer, requestId=request["id"], satisfied=False)

    own = "{ viewer { seller { satisfaction { answers positive score } standing { met } } } }"
    desk = (await world.run(own, world.seller))["viewer"]["seller"]
    assert desk["satisfaction"] == {"answers": 1, "positive": 0, "score": 0.0}
    assert desk["standing"]["met"] is True

    public = '{ user(username: "ann") { desk { satisfaction { answers } } } }'
    for other in (world.buyer, world.stranger, None):
        assert (await world.run(public, other))["user"] == {"desk": None}


@quotes(
    "Full visibility into trackability of support requests",
    "You can also find support requests related to a specific order from the Orders page",
    "refunds tooling so sellers can work with buyers to find a fair outcome without needing to ask for "
    "assistance",
)
async def test_a_request_is_found_from_its_order_and_tells_its_whole_story(world: World) -> None:
    order = await world.delivered_order()
    request = await world.open_request(order)
    await world.ok("refundInFull", world.seller, requestId=request["id"], message="Sorry!")
    document = """query($id: ID!) { order(id: $id) { supportRequests { nodes {
        id dueAt turn closedAt
        timeline { nodes { __typename ... on StatusChange { toStatus by } ... on RefundChange { by } } }
        availableActions { action allowed }
    } } } }"""

    nodes = (await world.run(document, world.seller, id=order["id"]))["order"]["supportRequests"]["nodes"]

    assert [node["id"] for node in nodes] == [request["id"]]
    story = nodes[0]["timeline"]["nodes"]
    changes = [(entry["toStatus"], entry["by"]) for entry in story if entry["__typename"] == "StatusChange"]
    assert changes == [("AWAITING_SELLER", "BUYER"), ("CLOSED", "SELLER")]
    assert {entry["__typename"] for entry in story} >= {"MessagePosted", "RefundChange", "LedgerPosting"}
    assert nodes[0]["availableActions"] == [{"action": "SEND_MESSAGE", "allowed": True}]
