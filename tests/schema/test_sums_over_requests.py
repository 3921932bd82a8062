"""What holds beyond one request: an order's next one, a parcel's claims together, refunds that failed."""

from typing import Any

from tests.schema.world import World

CLAIM = "request { id claim { status coverage { amount } } }"


async def _replaced(world: World, order: dict[str, Any]) -> None:
    request = await world.open_request(order)
    parcel = {"carrier": "UPS", "trackingNumber": f"AGAIN{request['number']}"}
    await world.ok("sendReplacement", world.seller, requestId=request["id"], buyerAgreed=True, **parcel)
    await world.scan(parcel, "ACCEPTED", "DELIVERED")


async def test_a_replacement_that_was_delivered_opens_the_filing_window_again(world: World) -> None:
    kept, order = await world.delivered_order(), await world.delivered_order()
    await world.advance("P13D")
    await _replaced(world, order)
    await world.advance("P13D")

    assert await world.refused_opening(kept) == "WINDOW_CLOSED"
    assert (await world.open_request(order))["status"] == "AWAITING_SELLER"


async def test_the_claims_of_one_parcel_together_cover_its_insurance_and_no_more(world: World) -> None:
    parcel = {
        "externalId": "one parcel",
        "carrier": "USPS",
        "trackingNumber": "ONEPARCEL",
        "platformLabel": True,
    }
    orders = [await world.order(shipment=parcel) for _ in range(3)]
    await world.scan(orders[0], "ACCEPTED", "DELIVERED")
    requests = [await world.open_request(order, "DAMAGED_IN_TRANSIT") for order in orders]

    claims = []
    for request in requests[:2]:
        given = await world.ok("refundInFull", world.seller, CLAIM, requestId=request["id"], fileClaim=True)
        claims.append((given["claim"]["status"], given["claim"]["coverage"]["amount"]))

    assert claims == [("SCHEDULED", "99.00"), ("SCHEDULED", "1.00")]
    third = {"requestId": requests[2]["id"], "fileClaim": True}
    assert await world.refused("refundInFull", world.seller, **third) == "CLAIM_NOT_ELIGIBLE"


async def test_a_failed_refund_stays_in_the_lists_until_it_was_sent_again(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    closed = await world.ok("refundInFull", world.seller, requestId=request["id"])
    refund = {"refundId": closed["refunds"][0]["id"]}
    failed = refund | {"status": "FAILED", "at": (await world.now()).isoformat()}
    await world.ok("reportRefunds", world.platform, "accepted", refunds=[failed])
    await world.advance("P40D")

    assert await _failed(world) == {
        "support": ([refund["refundId"]], [request["id"]]),
        "platform": [refund["refundId"]],
    }

    await world.ok("retryRefund", world.platform, "refund { id }", **refund)
    assert await _failed(world) == {"support": ([], []), "platform": []}


async def _failed(world: World) -> dict[str, Any]:
    refunds = "{ refunds(status: FAILED) { nodes { id } } }"
    queue = "{ supportQueue(filter: {failedRefunds: true}) { nodes { id } } }"

    async def ids(document: str, viewer: Any) -> list[str]:
        (found,) = (await world.run(document, viewer)).values()
        return [node["id"] for node in found["nodes"]]

    supports = (await ids(refunds, world.support), await ids(queue, world.support))
    return {"support": supports, "platform": await ids(refunds, world.platform)}


async def test_a_number_serves_one_parcel_whichever_it_is(world: World) -> None:
    order = await world.delivered_order()
    other = await world.delivered_order()
    returning = await world.open_request(other)
    waiting = await world.ok("refundOnReturn", world.seller, requestId=returning["id"])
    request = await world.open_request(order)

    for taken in (other, waiting["returnShipment"], order):
        number = {"carrier": taken["carrier"], "trackingNumber": taken["trackingNumber"]}
        fields = {"requestId": request["id"], "buyerAgreed": True, **number}
        assert await world.refused("sendReplacement", world.seller, **fields) == "TRACKING_IN_USE"

    parcel = {"carrier": "UPS", "trackingNumber": "SECOND"}
    await world.ok("sendReplacement", world.seller, requestId=request["id"], buyerAgreed=True, **parcel)
    shipment = {"externalId": "new", "platformLabel": True, **parcel}
    imported = await world.import_row(await world.order_row(shipment=shipment))
    assert [error["code"] for error in imported["userErrors"]] == ["TRACKING_IN_USE"]
