"""The ways a request can go, as the article tells them, from the buyer's call to the last word."""

from datetime import datetime, timedelta
from typing import Any

from domain.businesstime import business_time_between
from domain.policy import CURRENT
from tests.policy import quotes
from tests.schema.world import RETURN_ADDRESS, World, usd


async def business_hours_left(world: World, due_at: str) -> float:
    """The business hours from the world's present to an instant."""
    left = business_time_between(await world.now(), datetime.fromisoformat(due_at), CURRENT.calendar)
    return round(left / timedelta(hours=1), 1)


@quotes(
    "When a buyer requests help with an order in-app, the request will be sent directly to the seller's "
    "Inbox.",
    "if a seller does not respond within 48 business hours, it may impact your account standing",
)
async def test_a_request_goes_to_the_seller_who_has_48_business_hours(world: World) -> None:
    request = await world.open_request(await world.delivered_order())

    assert (request["handledBy"], request["turn"]) == ("SELLER", "SELLER")
    assert await business_hours_left(world, request["dueAt"]) == 48
    inbox = await world.run(
        "{ viewer { inbox(tab: CUSTOMER_SUPPORT) { nodes { unread request { id } } } } }", world.seller
    )
    assert inbox["viewer"]["inbox"]["nodes"] == [{"unread": True, "request": {"id": request["id"]}}]

    await world.advance_to(request["dueAt"])
    standing = await world.run(
        "{ viewer { seller { standing { missed { nodes { dueAt } } } } } }", world.seller
    )
    assert standing["viewer"]["seller"]["standing"]["missed"]["nodes"] == [{"dueAt": request["dueAt"]}]


@quotes(
    "The buyer may escalate the request to Whatnot Support, and our team will investigate the buyer's refund"
)
async def test_a_buyer_may_go_to_support_once_the_seller_was_silent(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    asked = {"requestId": request["id"], "text": "Nobody answers."}
    assert await world.refused("escalateRequest", world.buyer, **asked) == "INVALID_STATE"

    await world.advance_to(request["dueAt"])
    escalated = await world.ok("escalateRequest", world.buyer, **asked)

    assert (escalated["status"], escalated["escalations"][0]["cause"]) == ("UNDER_REVIEW", "NO_RESPONSE")
    queue = await world.run("{ supportQueue { nodes { id } } }", world.support)
    assert queue["supportQueue"]["nodes"] == [{"id": request["id"]}]


@quotes("The conversation will be closed and buyer/seller can no longer communicate in the thread")
async def test_an_escalated_conversation_is_closed_to_both_sides(world: World) -> None:
    request = await world.escalated()
    words = {"threadId": request["thread"]["id"], "body": "Please!"}

    assert await world.refused("sendMessage", world.buyer, **words) == "THREAD_LOCKED"
    assert await world.refused("sendMessage", world.seller, **words) == "THREAD_LOCKED"
    said = await world.ok("sendMessage", world.support, "message { party author { username } }", **words)
    assert said["party"] == "SUPPORT"


@quotes(
    "The buyer has 5 days to drop off their return package.",
    "buyers have 5 business days to drop off their return",
    "By default, all returns will go to the Return Address you've set in your account settings.",
)
async def test_a_return_has_five_business_days_and_goes_to_the_sellers_address(world: World) -> None:
    request = await world.open_request(await world.delivered_order())

    waiting = await world.ok("refundOnReturn", world.seller, requestId=request["id"])

    assert waiting["returnShipment"]["status"] == "AWAITING_DROP_OFF"
    assert await business_hours_left(world, waiting["returnShipment"]["dropOffBy"]) == 120
    document = "query($id: ID!) { supportRequest(id: $id) { returnShipment { returnTo { line1 city } } } }"
    found = await world.run(document, world.buyer, id=request["id"])
    address = found["supportRequest"]["returnShipment"]["returnTo"]
    assert address == {name: RETURN_ADDRESS[name] for name in ("line1", "city")}


async def test_a_return_needs_somewhere_to_go(world: World) -> None:
    order = await world.delivered_order(seller="sue", buyer="bob")
    request = await world.open_request(order)
    sue = await world.member("sue")
    assert await world.refused("refundOnReturn", sue, requestId=request["id"]) == "RETURN_ADDRESS_REQUIRED"


@quotes(
    "If the package isn't dropped off within that window, the refund request will be cancelled.",
    "the return will be canceled and you will not be charged",
)
async def test_a_return_not_dropped_off_is_cancelled(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    await world.ok("refundOnReturn", world.seller, requestId=request["id"])

    await world.advance("P9D")

    closed = await world.request(request["id"])
    assert (closed["outcome"], closed["fundedBy"]) == ("RETURN_NOT_SENT", "NOBODY")
    assert await world.ledger() == []


@quotes("After the seller receives the return package, they have 48 hours to review the returned items.")
async def test_a_seller_has_48_business_hours_to_look_at_a_return(world: World) -> None:
    request = await world.return_in_review()
    assert (request["status"], request["turn"]) == ("RETURN_IN_REVIEW", "SELLER")
    assert await business_hours_left(world, request["returnShipment"]["reviewBy"]) == 48


@quotes(
    "If the seller disputes the return, the request will be put on hold and escalated to Whatnot Support.",
    "Disputing the returned items will notify Whatnot Support and put the request on hold",
)
async def test_a_disputed_return_goes_to_support_and_costs_nothing_yet(world: World) -> None:
    request = await world.return_in_review()

    disputed = await world.ok(
        "disputeReturn",
        world.seller,
        requestId=request["id"],
        condition="EMPTY_PARCEL",
        text="Nothing in it.",
    )

    assert (disputed["status"], disputed["escalations"][0]["cause"]) == ("UNDER_REVIEW", "RETURN_DISPUTED")
    assert await world.ledger() == []
    assert (await world.balance())["held"] == "105.50"

    upheld = await world.rule(request, "UPHOLD", "NOBODY")
    assert upheld["outcome"] == "RETURN_REJECTED"
    assert (await world.balance())["held"] == "0.00"


@quotes(
    "The buyer has 48 hours to respond to the partial refund offer.",
    "Once the offer is sent, you are not able to edit it.",
)
async def test_an_offer_waits_48_business_hours_and_is_never_edited(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    asked = {"requestId": request["id"]}
    offered = await world.ok("offerPartialRefund", world.seller, **asked, amount=usd("30.00"))
    assert await business_hours_left(world, offered["offers"][0]["expiresAt"]) == 48
    assert (
        await world.refused("offerPartialRefund", world.seller, **asked, amount=usd("40.00"))
        == "INVALID_STATE"
    )

    await world.advance_to(offered["offers"][0]["expiresAt"])

    expired = await world.request(request["id"])
    assert (expired["status"], expired["offers"][0]["status"]) == ("AWAITING_BUYER", "EXPIRED")
    late = {"offerId": offered["offers"][0]["id"]}
    assert await world.refused("acceptOffer", world.buyer, **asked, **late) == "INVALID_STATE"


@quotes(
    "If the buyer declines, they will automatically be approved for a full refund if they return the item",
    "The buyer will have 5 days to ship their return.",
)
async def test_declining_an_offer_approves_a_full_refund_on_return(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    offered = await world.ok("offerPartialRefund", world.seller, requestId=request["id"], amount=usd("30.00"))

    declined = await world.ok(
        "declineOffer", world.buyer, requestId=request["id"], offerId=offered["offers"][0]["id"]
    )

    assert (declined["status"], declined["offers"][0]["status"]) == ("AWAITING_RETURN", "DECLINED")
    assert await business_hours_left(world, declined["returnShipment"]["dropOffBy"]) == 120
    assert (await world.balance())["held"] == "105.50"


async def test_an_offer_of_another_request_is_not_taken(world: World) -> None:
    one = await world.open_request(await world.delivered_order())
    two = await world.open_request(await world.delivered_order())
    offered = await world.ok("offerPartialRefund", world.seller, requestId=one["id"], amount=usd("30.00"))
    await world.ok("offerPartialRefund", world.seller, requestId=two["id"], amount=usd("1.00"))

    mixed = {"requestId": two["id"], "offerId": offered["offers"][0]["id"]}
    assert await world.refused("acceptOffer", world.buyer, **mixed) == "OFFER_NOT_OPEN"


@quotes(
    "and confirm the buyer is willing to accept the replacement before processing it",
    "The seller needs to generate a shipping label and upload the tracking information when submitting a "
    "response.",
)
async def test_a_replacement_needs_the_buyers_word_and_a_tracking_number(world: World) -> None:
    order = await world.delivered_order()
    request = await world.open_request(order)
    sent = {"requestId": request["id"], "carrier": "UPS", "trackingNumber": "NEW1", "buyerAgreed": True}

    assert (
        await world.refused("sendReplacement", world.seller, **sent | {"buyerAgreed": False})
        == "AGREEMENT_REQUIRED"
    )
    assert (
        await world.refused("sendReplacement", world.seller, **sent | {"trackingNumber": " "})
        == "TRACKING_REQUIRED"
    )
    used = {"carrier": order["carrier"], "trackingNumber": order["trackingNumber"]}
    assert await world.refused("sendReplacement", world.seller, **sent | used) == "TRACKING_IN_USE"

    waiting = await world.ok("sendReplacement", world.seller, **sent)
    assert waiting["status"] == "AWAITING_REPLACEMENT"


@quotes(
    "If the replacement is not sent within 48 hours, Whatnot may authorize the buyer to send the original "
    "item"
)
async def test_support_may_let_the_buyer_return_the_item_when_no_replacement_comes(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    asked = {"requestId": request["id"]}
    parcel = {"carrier": "UPS", "trackingNumber": "NEW1", "buyerAgreed": True}
    waiting = await world.ok("sendReplacement", world.seller, **asked, **parcel)
    assert await business_hours_left(world, waiting["dueAt"]) == 48
    assert await world.refused("authorizeReturn", world.support, **asked) == "INVALID_STATE"

    await world.advance_to(waiting["dueAt"])
    returning = await world.ok("authorizeReturn", world.support, **asked)

    assert returning["status"] == "AWAITING_RETURN"
    assert await business_hours_left(world, returning["returnShipment"]["dropOffBy"]) == 120


@quotes("The buyer can escalate the request to Whatnot Support for a second look.")
async def test_an_explanation_can_be_taken_to_support(world: World) -> None:
    request = await world.escalated()
    assert (request["status"], request["escalations"][0]["cause"]) == ("UNDER_REVIEW", "DECLINED")


@quotes("The seller can request additional details, photos, or videos to better understand the buyer issue.")
async def test_details_asked_for_pass_the_turn_and_come_back(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    asked = await world.ok("askForDetails", world.seller, requestId=request["id"], message="Which part?")
    assert (asked["status"], asked["turn"]) == ("AWAITING_BUYER", "BUYER")

    photo = await world.photo(world.buyer)
    returns = "message { attachments { id contentType } } request { status turn }"
    payload = await world.do(
        "sendMessage",
        world.buyer,
        returns,
        threadId=request["thread"]["id"],
        body="This.",
        attachmentIds=[photo],
    )

    assert payload["request"] == {"status": "AWAITING_SELLER", "turn": "SELLER"}
    assert payload["message"]["attachments"] == [{"id": photo, "contentType": "image/jpeg"}]
    again = {"threadId": request["thread"]["id"], "body": "Again.", "attachmentIds": [photo]}
    assert await world.refused("sendMessage", world.buyer, **again) == "ATTACHMENT_REJECTED"


@quotes(
    "Missing and wrong item requests from purchases of consumable products will be sent to Whatnot Support"
)
async def test_consumables_go_to_support(world: World) -> None:
    order = await world.delivered_order(consumable=True)
    request = await world.open_request(order, "ITEM_MISSING")
    assert (request["handledBy"], request["status"]) == ("SUPPORT", "UNDER_REVIEW")
    words = {"threadId": request["thread"]["id"], "body": "Hello"}
    assert await world.refused("sendMessage", world.seller, **words) == "THREAD_READ_ONLY"
    await world.ok("sendMessage", world.buyer, "message { id }", **words)


@quotes("We require buyers to include photos of the item when submitting the request, so you should check")
async def test_photos_are_required_where_the_reason_needs_them(world: World) -> None:
    order = await world.delivered_order()
    assert await world.refused_opening(order, "NOT_AS_DESCRIBED") == "EVIDENCE_REQUIRED"
    video = await world.photo(world.buyer, "video/mp4")
    assert (
        await world.refused_opening(order, "NOT_AS_DESCRIBED", attachmentIds=[video]) == "EVIDENCE_REQUIRED"
    )
    someone_elses = await world.photo(world.seller)
    refused = await world.refused_opening(order, "NOT_AS_DESCRIBED", attachmentIds=[someone_elses])
    assert refused == "ATTACHMENT_REJECTED"

    photo = await world.photo(world.buyer)
    request = await world.open_request(order, "NOT_AS_DESCRIBED", attachmentIds=[photo])
    document = "query($id: ID!) { supportRequest(id: $id) { evidence { id } } }"
    found = await world.run(document, world.seller, id=request["id"])
    assert found["supportRequest"]["evidence"] == [{"id": photo}]


@quotes(
    "If a buyer needs additional help with their support request or cancellation request, they are able to "
    "escalate"
)
async def test_a_declined_cancellation_can_be_escalated_and_ruled(world: World) -> None:
    order = await world.order()
    request = await world.ok(
        "openCancellationRequest", world.buyer, orderId=order["id"], description="Changed my mind."
    )
    await world.ok("declineCancellation", world.seller, requestId=request["id"], message="Packed.")
    await world.ok("escalateRequest", world.buyer, requestId=request["id"], text="Please.")

    closed = await world.rule(request, "REFUND", "SELLER")

    assert (closed["outcome"], closed["fundedBy"]) == ("ORDER_CANCELLED", "SELLER")


async def test_a_cancellation_ends_when_the_parcel_is_mailed(world: World) -> None:
    order = await world.order()
    request = await world.ok(
        "openCancellationRequest", world.buyer, orderId=order["id"], description="Changed my mind."
    )

    moved = await world.scan(order, "ACCEPTED")

    assert moved == [{"id": request["id"], "status": "CLOSED"}]
    assert (await world.request(request["id"]))["outcome"] == "NOT_REFUNDED"
    assert await world.refused(
        "openCancellationRequest", world.buyer, orderId=order["id"], description="Again"
    ) == ("ALREADY_MAILED")


@quotes(
    "USPS automated claims allow you to recover costs for lost, stuck, or damaged packages after refunding "
    "the buyer."
)
async def test_a_claim_brings_back_what_the_seller_was_charged(world: World) -> None:
    request = await world.open_request(await world.delivered_order(), "DAMAGED_IN_TRANSIT")
    await world.ok("refundInFull", world.seller, requestId=request["id"], fileClaim=True)
    await world.advance("P14D")
    claim = await _claim(world, request["id"])
    assert (claim["status"], claim["coverage"]["amount"]) == ("FILED", "99.00")

    decided = {"claimId": claim["id"], "approved": True, "paid": usd("99.00")}
    await world.ok("reportClaimDecision", world.platform, **decided, at=(await world.now()).isoformat())

    assert (await world.ledger())[-1] == ("CLAIM_CREDIT", "99.00")
    assert await world.journal("CLAIM_APPROVED") == {"carrier_claims": -9900, "seller": 9900}


async def test_a_claim_is_refused_where_it_does_not_apply(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    call = {"requestId": request["id"], "fileClaim": True}
    assert await world.refused("refundInFull", world.seller, **call) == "CLAIM_NOT_ELIGIBLE"


async def _claim(world: World, id_: str) -> dict[str, Any]:
    document = "query($id: ID!) { supportRequest(id: $id) { claim { id status coverage { amount } } } }"
    found: dict[str, Any] = (await world.run(document, world.seller, id=id_))["supportRequest"]["claim"]
    return found


@quotes(
    "Where refund fraud is suspected, Whatnot will step in, and you will not have to handle the buyer's "
    "request."
)
async def test_a_flagged_buyers_requests_go_to_support_and_nobody_says_why(world: World) -> None:
    found = await world.run('{ user(username: "bob") { id } }', world.support)
    flag = {"userId": found["user"]["id"], "reason": "Returns empty boxes."}
    flagged = await world.ok("flagBuyer", world.support, "user { abuseFlag { reason } }", **flag)
    assert flagged["abuseFlag"] == {"reason": "Returns empty boxes."}

    order = await world.delivered_order()
    asked = "query($id: ID!) { order(id: $id) { eligibility(reason: DEFECTIVE) { handledBy } } }"
    foreseen = [
        (await world.run(asked, viewer, id=order["id"]))["order"]["eligibility"]["handledBy"]
        for viewer in (world.buyer, world.seller, world.support)
    ]
    assert foreseen == ["SUPPORT", "SELLER", "SUPPORT"]  # a seller cannot probe for suspicion

    request = await world.open_request(order)

    assert request["handledBy"] == "SUPPORT"
    cause = "query($id: ID!) { supportRequest(id: $id) { routingCause } }"
    seen = [
        (await world.run(cause, viewer, id=request["id"]))["supportRequest"]["routingCause"]
        for viewer in (world.buyer, world.seller, world.support)
    ]
    assert seen == [None, None, "SUSPECTED_ABUSE"]

    cleared = await world.ok("clearBuyer", world.support, "user { abuseFlag { reason } }", **flag)
    assert cleared["abuseFlag"] is None
    assert (await world.open_request(await world.delivered_order()))["handledBy"] == "SELLER"
