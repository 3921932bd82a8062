"""Every mutation, asked for by everybody: who may, and what the others are told.

What a caller cannot see does not exist; a caller who sees it but has no part in it is not allowed; and a
party for whom the transition table holds no such move is told where the request stands.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from domain.viewer import Viewer
from domain.words import Scope
from schema.emissions import OF_MUTATIONS
from schema.graph import graph
from tests.schema.world import RETURN_ADDRESS, World, usd

EVERYBODY = ("nobody", "stranger", "buyer", "seller", "support", "platform")
OK = "OK"
Input = dict[str, Any]
Prepare = Callable[[World], Awaitable[Input]]
Answers = dict[str, str]


def told(**answers: str) -> Answers:
    """What everybody is told: NOT_ALLOWED unless said otherwise."""
    return {who: answers.get(who, "NOT_ALLOWED") for who in EVERYBODY}


BUYERS_MOVE = told(stranger="NOT_FOUND", buyer=OK, seller="INVALID_STATE", support="INVALID_STATE")
SELLERS_MOVE = told(stranger="NOT_FOUND", buyer="INVALID_STATE", seller=OK, support="INVALID_STATE")
SUPPORTS_MOVE = told(stranger="NOT_FOUND", buyer="INVALID_STATE", seller="INVALID_STATE", support=OK)
SUPPORTS_WORK = told(stranger="NOT_FOUND", support=OK)
SUPPORTS_WORD = told(support=OK)
OPENING = told(
    stranger="NOT_FOUND",
    buyer=OK,
    seller="NOT_YOUR_ORDER",
    support="NOT_YOUR_ORDER",
    platform="NOT_YOUR_ORDER",
)
THREADS_WORDS = told(stranger="NOT_FOUND", buyer=OK, seller=OK, support=OK)
OWN_INBOX = told(stranger="NOT_FOUND", buyer=OK, seller=OK)
OWN_NEWS = told(stranger="NOT_FOUND", buyer="NOT_FOUND", seller=OK, support="NOT_FOUND")
REPORT = told(platform=OK)


async def _order(world: World) -> Input:
    order = await world.delivered_order()
    return {"orderId": order["id"], "reason": "DEFECTIVE", "description": "Broken."}


async def _fresh_order(world: World) -> Input:
    return {"orderId": (await world.order())["id"], "description": "Changed my mind."}


async def _opened(world: World, **more: Any) -> Input:
    return {"requestId": (await world.open_request(await world.delivered_order()))["id"]} | more


async def _offered(world: World) -> Input:
    asked = await _opened(world)
    offered = await world.ok("offerPartialRefund", world.seller, **asked, amount=usd("30.00"))
    return asked | {"offerId": offered["offers"][0]["id"]}


async def _declined(world: World) -> Input:
    asked = await _opened(world)
    await world.ok("explainNoRefund", world.seller, **asked, message="It was shown.")
    return asked | {"text": "It was not."}


async def _closed(world: World) -> Input:
    asked = await _opened(world)
    await world.ok("refundInFull", world.seller, **asked)
    return asked | {"satisfied": True}


async def _cancelling(world: World, **more: Any) -> Input:
    request = await world.ok("openCancellationRequest", world.buyer, **await _fresh_order(world))
    return {"requestId": request["id"]} | more


async def _returning(world: World) -> Input:
    asked = await _opened(world)
    await world.ok("refundOnReturn", world.seller, **asked)
    return asked


async def _reviewing(world: World, **more: Any) -> Input:
    return {"requestId": (await world.return_in_review())["id"]} | more


async def _escalated(world: World) -> Input:
    request = await world.escalated()
    return {"requestId": request["id"], "decision": "UPHOLD", "fundedBy": "NOBODY", "text": "We looked."}


async def _overdue_replacement(world: World) -> Input:
    asked = await _opened(world)
    parcel = {"carrier": "UPS", "trackingNumber": "SECOND1", "buyerAgreed": True}
    waiting = await world.ok("sendReplacement", world.seller, **asked, **parcel)
    await world.advance_to(waiting["dueAt"])
    return asked


async def _routed(world: World) -> Input:
    request = await world.open_request(await world.delivered_order(), "OTHER")
    return {"requestId": request["id"], "message": "This one is yours."}


async def _thread(world: World, **more: Any) -> Input:
    request = await world.open_request(await world.delivered_order())
    return {"threadId": request["thread"]["id"]} | more


async def _reply(world: World) -> Input:
    reply = await world.ok(
        "saveReply", world.seller, "savedReply { id }", title="Hello", body="Hello {buyer}"
    )
    return {"savedReplyId": reply["id"]}


async def _notified(world: World) -> Input:
    await _opened(world)
    found = await world.run("{ viewer { notifications(first: 1) { nodes { id } } } }", world.seller)
    return {"ids": [node["id"] for node in found["viewer"]["notifications"]["nodes"]]}


async def _not_enrolled(world: World) -> Input:
    await world.ok(
        "setEnrollment", world.platform, "seller { __typename }", username="ann", status="NOT_ENROLLED"
    )
    return {}


async def _bob(world: World) -> Input:
    found = await world.run('{ user(username: "bob") { id } }', world.support)
    return {"userId": found["user"]["id"], "reason": "Too many."}


async def _orders(world: World) -> Input:
    return {"orders": [await world.order_row()]}


async def _scans(world: World) -> Input:
    order = await world.order()
    scan = {name: order[name] for name in ("carrier", "trackingNumber")}
    return {"scans": [scan | {"kind": "DELIVERED", "at": (await world.now()).isoformat()}]}


async def _refund(world: World) -> Input:
    asked = await _opened(world)
    closed = await world.ok("refundInFull", world.seller, **asked)
    return {"refundId": closed["refunds"][0]["id"], "status": "FAILED", "at": (await world.now()).isoformat()}


async def _refunds(world: World) -> Input:
    return {"refunds": [await _refund(world)]}


async def _failed_refund(world: World) -> Input:
    report = await _refund(world)
    await world.ok("reportRefunds", world.platform, "accepted", refunds=[report])
    return {"refundId": report["refundId"]}


async def _unlabelled(world: World) -> Input:
    asked = await _opened(world)
    world.sandbox = False
    await world.ok("refundOnReturn", world.seller, **asked)
    label = {"carrier": "USPS", "trackingNumber": "BACK1", "labelUrl": "https://labels.example.com/1.pdf"}
    return asked | label | {"cost": usd("6.50")}


async def _transfers(world: World) -> Input:
    transfer = {"externalId": "payout-1", "username": "ann", "amount": usd("10.00")}
    return {"transfers": [transfer | {"at": (await world.now()).isoformat()}]}


async def _journal(world: World) -> Input:
    await _closed(world)
    entries = "{ viewer { seller { ledger { entries { nodes { journalId } } } } } }"
    found = await world.run(entries, world.seller)
    nodes = found["viewer"]["seller"]["ledger"]["entries"]["nodes"]
    return {"journalId": nodes[0]["journalId"], "reason": "Posted by mistake."}


async def _chargeback(world: World) -> Input:
    order = await world.order()
    return {"orderExternalId": order["externalId"], "at": (await world.now()).isoformat()}


async def _filed_claim(world: World) -> Input:
    request = await world.open_request(await world.delivered_order(), "DAMAGED_IN_TRANSIT")
    await world.ok("refundInFull", world.seller, requestId=request["id"], fileClaim=True)
    await world.advance("P15D")
    claim = await world.run(
        "query($id: ID!) { supportRequest(id: $id) { claim { id status } } }", world.support, id=request["id"]
    )
    found = claim["supportRequest"]["claim"]
    assert found["status"] == "FILED"
    now = (await world.now()).isoformat()
    return {"claimId": found["id"], "approved": True, "paid": usd("99.00"), "at": now}


def _given(**fields: Any) -> Prepare:
    async def prepare(_: World) -> Input:
        return fields

    return prepare


def _with(prepare: Callable[..., Awaitable[Input]], **more: Any) -> Prepare:
    async def prepared(world: World) -> Input:
        return await prepare(world, **more)

    return prepared


PARCEL = {"carrier": "UPS", "trackingNumber": "SECOND1", "buyerAgreed": True}
MUTATIONS: dict[str, tuple[Prepare, Answers]] = {
    "openSupportRequest": (_order, OPENING),
    "openCancellationRequest": (_fresh_order, OPENING),
    "acceptOffer": (_offered, BUYERS_MOVE),
    "declineOffer": (_offered, BUYERS_MOVE),
    "withdrawRequest": (_opened, BUYERS_MOVE),
    "escalateRequest": (_declined, BUYERS_MOVE),
    "answerSurvey": (_closed, BUYERS_MOVE),
    "refundInFull": (_opened, SELLERS_MOVE),
    "refundOnReturn": (_opened, SELLERS_MOVE),
    "offerPartialRefund": (_with(_opened, amount=usd("30.00")), SELLERS_MOVE),
    "sendReplacement": (_with(_opened, **PARCEL), SELLERS_MOVE),
    "explainNoRefund": (_with(_opened, message="It was shown."), SELLERS_MOVE),
    "askForDetails": (_with(_opened, message="Which part?"), SELLERS_MOVE),
    "refundWithoutWaiting": (_returning, SELLERS_MOVE),
    "confirmReturn": (_reviewing, SELLERS_MOVE),
    "disputeReturn": (_with(_reviewing, condition="DAMAGED", text="Torn."), SELLERS_MOVE),
    "approveCancellation": (_cancelling, SELLERS_MOVE),
    "declineCancellation": (_with(_cancelling, message="Packed already."), SELLERS_MOVE),
    "updateReturnAddress": (_given(address=RETURN_ADDRESS), told(seller=OK)),
    "saveReply": (_given(title="Hello", body="Hello {buyer}"), told(seller=OK)),
    "deleteSavedReply": (_reply, told(stranger="NOT_FOUND", buyer="NOT_FOUND", seller=OK)),
    "joinWaitlist": (_not_enrolled, told(seller=OK)),
    "sendMessage": (_with(_thread, body="Hello"), THREADS_WORDS),
    "startDirectThread": (_given(username="sue", body="Hello"), told(stranger=OK, buyer=OK, seller=OK)),
    "markThreadRead": (_thread, OWN_INBOX),
    "markThreadUnread": (_thread, OWN_INBOX),
    "archiveThread": (_thread, OWN_INBOX),
    "unarchiveThread": (_thread, OWN_INBOX),
    "indicateTyping": (_thread, OWN_INBOX),
    "markNotificationsRead": (_notified, OWN_NEWS),
    "createUpload": (
        _given(filename="a.jpg", contentType="image/jpeg", byteSize=10),
        told(stranger=OK, buyer=OK, seller=OK, support=OK),
    ),
    "assignRequest": (_opened, SUPPORTS_WORK),
    "ruleOnRequest": (_escalated, SUPPORTS_MOVE),
    "authorizeReturn": (_overdue_replacement, SUPPORTS_MOVE),
    "handToSeller": (_routed, SUPPORTS_MOVE),
    "takeOverRequest": (_with(_opened, message="We look into this."), SUPPORTS_MOVE),
    "addInternalNote": (_with(_opened, body="Seen before."), SUPPORTS_WORK),
    "flagBuyer": (_bob, SUPPORTS_WORD),
    "clearBuyer": (_bob, SUPPORTS_WORD),
    "importOrders": (_orders, REPORT),
    "reportScans": (_scans, REPORT),
    "reportRefunds": (_refunds, REPORT),
    "retryRefund": (_failed_refund, told(support=OK, platform=OK)),
    "reportReturnLabel": (_unlabelled, REPORT),
    "reportTransfers": (_transfers, REPORT),
    "correctLedger": (_journal, told(support=OK, platform=OK)),
    "reportChargeback": (_chargeback, REPORT),
    "reportClaimDecision": (_filed_claim, REPORT),
    "setEnrollment": (_given(username="ann", status="NOT_ENROLLED"), REPORT),
    "advanceTestClock": (
        _given(by="PT1H"),
        told(stranger=OK, buyer=OK, seller=OK, support=OK, platform=OK),
    ),
}


TIME = "advanceTestClock"
QUIET = {"markThreadRead", "unarchiveThread", "assignRequest", "reportScans", "reportChargeback"}
"""As they are prepared here, for somebody at least, nothing comes of these that a stream tells of."""


def test_no_mutation_is_forgotten() -> None:
    root = graph._schema.mutation_type
    assert root is not None
    assert set(root.fields) == set(MUTATIONS)
    assert set(root.fields) == {*OF_MUTATIONS, TIME}, "time itself tells nothing, its deadlines do"


@pytest.mark.parametrize("mutation", MUTATIONS)
async def test_who_may(world: World, mutation: str) -> None:
    prepare, answers = MUTATIONS[mutation]
    given = await prepare(world)
    before = await world.snapshot()

    for who in EVERYBODY:
        if answers[who] != OK:
            payload = await world.do(mutation, _viewer(world, who), "__typename", **given)
            assert [error["code"] for error in payload["userErrors"]] == [answers[who]], (who, payload)

    assert await world.snapshot() == before
    may = [who for who in EVERYBODY if answers[who] == OK]
    for who in may:
        given = given if who == may[0] else await prepare(world)
        heads = await world.heads()
        payload = await world.do(mutation, _viewer(world, who), "__typename", **given)
        assert payload["userErrors"] == [], (who, payload)
        if mutation != TIME:
            told = await world.told_since(heads)
            assert told <= OF_MUTATIONS[mutation]
            assert mutation in QUIET or bool(told) == bool(OF_MUTATIONS[mutation]), who


def _viewer(world: World, who: str) -> Viewer | None:
    viewer: Viewer | None = None if who == "nobody" else getattr(world, who)
    return viewer


async def test_a_partner_app_needs_its_scopes(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    reader = world.acting_for(world.seller, {Scope.REQUESTS_READ})
    ledger = world.acting_for(world.seller, {Scope.LEDGER_READ})
    elsewhere = world.acting_for(world.stranger, {Scope.REQUESTS_READ, Scope.REQUESTS_RESPOND})
    asked = {"requestId": request["id"]}

    assert await world.refused("refundInFull", reader, **asked) == "NOT_ALLOWED"
    assert await world.refused("refundInFull", ledger, **asked) == "NOT_FOUND"
    assert await world.refused("refundInFull", elsewhere, **asked) == "NOT_FOUND"
    thread = {"threadId": request["thread"]["id"], "body": "Hello"}
    assert await world.refused("sendMessage", reader, **thread) == "NOT_ALLOWED"
    assert await world.refused("updateReturnAddress", world.partner, address=RETURN_ADDRESS) == "NOT_ALLOWED"
    assert await world.refused("importOrders", world.partner, orders=[]) == "NOT_ALLOWED"

    await world.ok("sendMessage", world.partner, "message { number }", **thread)
    assert (await world.ok("refundInFull", world.partner, **asked))["outcome"] == "REFUNDED"


async def test_outside_the_sandbox_the_clock_cannot_be_moved(world: World) -> None:
    world.sandbox = False
    assert await world.refused("advanceTestClock", world.support, by="PT1H") == "NOT_ALLOWED"
