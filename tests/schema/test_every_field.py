"""Whatever exists can be read: every field of every type answers, whoever asks, and without a bug."""

from domain.viewer import Viewer
from schema.graph import graph
from tests.schema.everything import all_of
from tests.schema.world import World

VIEWERS = ["buyer", "seller", "partner", "support", "platform", "stranger", "nobody"]


async def lived_in(world: World) -> dict[str, str]:
    """Let everything happen once; give the ids of one request and its surroundings."""
    order = await world.delivered_order()
    photo = await world.photo(world.buyer)
    request = await world.open_request(order, "DAMAGED_IN_TRANSIT", attachmentIds=[photo])
    key = {"requestId": request["id"]}
    await world.ok(
        "offerPartialRefund",
        world.seller,
        **key,
        amount={"amount": "20.00", "currencyCode": "USD"},
        note="Sorry.",
    )
    offered = await world.request(request["id"])
    await world.ok("declineOffer", world.buyer, **key, offerId=offered["offers"][0]["id"])
    waiting = await world.request(request["id"])
    await world.scan(waiting["returnShipment"], "ACCEPTED", "DELIVERED")
    proof = await world.photo(world.seller)
    await world.ok(
        "disputeReturn",
        world.seller,
        **key,
        condition="DAMAGED",
        text="It came back wet.",
        attachmentIds=[proof],
    )
    await world.ok("addInternalNote", world.support, **key, body="Looks fine to me.")
    await world.rule(request, "REFUND", "SELLER")
    await world.ok("answerSurvey", world.buyer, **key, satisfied=False, comment="Slow.")
    replaced = await world.open_request(await world.delivered_order())
    await world.ok(
        "sendReplacement",
        world.seller,
        requestId=replaced["id"],
        carrier="UPS",
        trackingNumber="1Z999",
        buyerAgreed=True,
    )
    claimed = await world.open_request(await world.delivered_order(), "DAMAGED_IN_TRANSIT")
    await world.ok("refundInFull", world.seller, requestId=claimed["id"], fileClaim=True)
    held = await world.open_request(await world.delivered_order())
    await world.ok("refundOnReturn", world.seller, requestId=held["id"])
    late = await world.open_request(await world.delivered_order())
    await world.advance("P3D")
    await world.ok("escalateRequest", world.buyer, requestId=late["id"], text="No answer.")
    await world.ok(
        "startDirectThread", world.stranger, "thread { id }", username="ann", body="Is it still there?"
    )
    await world.ok("saveReply", world.seller, "savedReply { id }", title="Hello", body="Hello, {buyer}.")
    await world.ok(
        "flagBuyer", world.support, "user { id }", userId=await user_id(world, "bob"), reason="Too many."
    )
    return {"request": request["id"], "order": order["id"]}


async def user_id(world: World, username: str) -> str:
    found = await world.run(
        "query($name: String!) { user(username: $name) { id } }", world.support, name=username
    )
    id_: str = found["user"]["id"]
    return id_


def viewer_of(world: World, name: str) -> Viewer | None:
    viewer: Viewer | None = None if name == "nobody" else getattr(world, name)
    return viewer


async def test_every_field_answers_whoever_asks(by_either: World) -> None:
    world = by_either
    ids = await lived_in(world)
    for name in VIEWERS:
        viewer = viewer_of(world, name)
        for variable, kind, root in (
            (ids["request"], "SupportRequest", "supportRequest(id: $id)"),
            (ids["order"], "Order", "order(id: $id)"),
        ):
            depth = int(name in ("buyer", "seller", "support"))
            document = f"query($id: ID!) {{ it: {root} {all_of(kind, depth=depth)} }}"
            found = await world.run(document, viewer, id=variable)
            assert (found["it"] is None) == (name in ("stranger", "nobody")), name
        for root, kind in (
            ('user(username: "ann")', "User"),
            ("policy", "Policy"),
            ("refunds", "RefundConnection"),
            ("carrierClaims", "CarrierClaimConnection"),
            ("supportQueue", "SupportRequestConnection"),
            ("returnsAwaitingLabel", "SupportRequestConnection"),
            *([("viewer", "Viewer")] if viewer else []),
        ):
            await world.run(f"{{ it: {root} {all_of(kind, depth=0)} }}", viewer)
        if viewer:
            told = all_of("NotificationConnection", depth=2)
            await world.run(f"{{ viewer {{ notifications {told} }} }}", viewer)


async def test_whoever_sends_no_token_is_told_to(world: World) -> None:
    result = await world.execute("{ viewer { role } }", None)
    assert [error.extensions["code"] for error in result.errors] == ["UNAUTHENTICATED"]


def test_every_root_is_read_above() -> None:
    roots = graph._schema.query_type
    assert roots is not None
    assert set(roots.fields) == {
        "viewer",
        "node",
        "nodes",
        "supportRequest",
        "thread",
        "order",
        "user",
        "policy",
        "refunds",
        "carrierClaims",
        "returnsAwaitingLabel",
        "testClock",
        "supportQueue",
        "supportQueueCursor",
    }
