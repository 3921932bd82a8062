"""What the platform reports: facts kept once, in any order, whatever they move."""

import base64
from datetime import timedelta
from typing import Any

from tests.schema.world import World, usd

SCANS = "results { trackingNumber status requests { id status } userErrors { code field } }"


async def scan(world: World, parcel: dict[str, Any], kind: str, **hours_ago: float) -> dict[str, Any]:
    """Give one scan of a parcel, so long ago."""
    at = await world.now() - timedelta(**hours_ago)
    return {
        "carrier": parcel["carrier"],
        "trackingNumber": parcel["trackingNumber"],
        "kind": kind,
        "at": at.isoformat(),
    }


async def test_a_scan_is_kept_once(world: World) -> None:
    order = await world.order()
    scans = [await scan(world, order, "DELIVERED", minutes=5)]

    first = await world.ok("reportScans", world.platform, SCANS, scans=scans)
    before = await world.snapshot()
    again = await world.ok("reportScans", world.platform, SCANS, scans=scans)

    assert [result["status"] for result in first + again] == ["CREATED", "UNCHANGED"]
    assert await world.snapshot() == before


async def test_a_tracking_number_has_one_spelling(world: World) -> None:
    order = await world.order()
    scans = [await scan(world, order, "DELIVERED", minutes=5)]
    number = scans[0]["trackingNumber"]
    scans[0]["trackingNumber"] = " ".join(number.lower())

    results = await world.ok("reportScans", world.platform, SCANS, scans=scans)

    assert [(result["trackingNumber"], result["status"]) for result in results] == [(number, "CREATED")]


async def test_scans_are_taken_or_rejected_one_by_one(world: World) -> None:
    order = await world.order()
    unknown = {"carrier": "USPS", "trackingNumber": "NOWHERE"}
    scans = [
        await scan(world, order, "DELIVERED", minutes=-5),
        await scan(world, unknown, "ACCEPTED"),
        await scan(world, order, "ACCEPTED", minutes=30),
        await scan(world, order, "LOST") | {"trackingNumber": ""},
    ]

    results = await world.ok("reportScans", world.platform, SCANS, scans=scans)

    assert [(result["status"], result["userErrors"]) for result in results] == [
        ("REJECTED", [{"code": "INVALID", "field": ["scans", "0", "at"]}]),
        ("REJECTED", [{"code": "NOT_FOUND", "field": ["scans", "1", "trackingNumber"]}]),
        ("CREATED", []),
        ("REJECTED", [{"code": "REQUIRED", "field": ["scans", "3", "trackingNumber"]}]),
    ]
    assert await world.count("scans") == 1


async def test_scans_in_any_order_tell_the_same_story(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    waiting = await world.ok("refundOnReturn", world.seller, requestId=request["id"])
    await world.advance("PT20H")
    parcel = waiting["returnShipment"]
    scans = [await scan(world, parcel, "DELIVERED", hours=1), await scan(world, parcel, "ACCEPTED", hours=9)]

    results = await world.ok("reportScans", world.platform, SCANS, scans=scans)

    assert [result["requests"][0]["status"] for result in results] == ["RETURN_IN_REVIEW"] * 2
    assert await world.count("journals", "kind = 'LABEL_USED'") == 1


async def test_one_parcel_moves_every_cancellation_on_it(world: World) -> None:
    one = await world.order_row()
    two = (await world.order_row()) | {"shipment": one["shipment"]}
    placed = [(await world.import_row(row))["order"]["id"] for row in (one, two)]
    for id_ in placed:
        await world.ok("openCancellationRequest", world.buyer, orderId=id_, description="No more.")

    moved = await world.scan(one["shipment"], "ACCEPTED")

    assert [request["status"] for request in moved] == ["CLOSED", "CLOSED"]


async def test_an_import_is_safe_to_repeat(world: World) -> None:
    row = await world.order_row()
    assert (await world.import_row(row))["status"] == "CREATED"
    before = await world.snapshot()
    assert (await world.import_row(row))["status"] == "UNCHANGED"
    assert await world.snapshot() == before
    assert (await world.import_row(row | {"title": "Another title"}))["status"] == "UPDATED"

    rejected = await world.import_row(row | {"price": usd("1.00")})
    assert (rejected["status"], rejected["userErrors"][0]["field"][:3]) == (
        "REJECTED",
        ["orders", "0", "price"],
    )


async def test_nothing_is_reported_of_a_refund_that_was_never_given(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    named = base64.urlsafe_b64decode(request["id"] + "==").decode().replace("SupportRequest", "Refund")
    refund = {"refundId": base64.urlsafe_b64encode(named.encode()).decode().rstrip("=")}
    report = refund | {"status": "SETTLED", "at": (await world.now()).isoformat()}

    assert await world.refused("reportRefunds", world.platform, refunds=[report]) == "NOT_FOUND"
    assert await world.refused("retryRefund", world.platform, **refund) == "NOT_FOUND"


async def test_a_refund_settles_or_fails_and_is_sent_again(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    closed = await world.ok("refundInFull", world.seller, requestId=request["id"])
    report = {"refundId": closed["refunds"][0]["id"], "at": (await world.now()).isoformat()}

    async def told(status: str) -> int:
        accepted: int = await world.ok(
            "reportRefunds", world.platform, "accepted", refunds=[report | {"status": status}]
        )
        return accepted

    assert await told("FAILED") == 1
    failed = await world.run("{ refunds(status: FAILED) { nodes { id } } }", world.support)
    assert failed["refunds"]["nodes"] == [{"id": report["refundId"]}]
    retried = await world.ok("retryRefund", world.support, "refund { status }", refundId=report["refundId"])
    assert retried == {"status": "PENDING"}
    assert await world.count("timeline", "refund_status = 'PENDING' AND by = 'SUPPORT'") == 1
    assert await told("SETTLED") == 1
    before = await world.snapshot()
    assert await told("SETTLED") == 1
    assert await world.snapshot() == before
    assert await world.journal("REFUND_SETTLED") == {"buyer_refunds": -11500, "clearing": 11500}
    late = await world.refused("retryRefund", world.support, refundId=report["refundId"])
    assert late == "INVALID_STATE"

    pending = await world.do(
        "reportRefunds", world.platform, "accepted", refunds=[report | {"status": "PENDING"}]
    )
    assert (pending["accepted"], pending["userErrors"][0]["field"]) == (0, ["refunds", "0", "status"])


async def test_payouts_are_posted_once_and_all_or_none(world: World) -> None:
    at = (await world.now()).isoformat()
    payout = {"externalId": "p-1", "username": "ann", "amount": usd("10.00"), "at": at}

    assert await world.ok("reportTransfers", world.platform, "accepted", transfers=[payout, payout]) == 2
    assert await world.ok("reportTransfers", world.platform, "accepted", transfers=[payout]) == 1

    assert await world.ledger() == [("TRANSFER_OUT", "-10.00")]
    other = payout | {"externalId": "p-2"}
    for bad, code in (
        (payout | {"amount": usd("11.00")}, "INVALID"),
        (other | {"username": "nobody"}, "NOT_FOUND"),
        (other | {"amount": usd("0.00")}, "INVALID"),
        (other | {"amount": {"amount": "5.00", "currencyCode": "EUR"}}, "CURRENCY_MISMATCH"),
        (other | {"at": (await world.now() + timedelta(hours=1)).isoformat()}, "INVALID"),
    ):
        refused = await world.refused(
            "reportTransfers", world.platform, transfers=[other | {"externalId": "p-3"}, bad]
        )
        assert refused == code, bad


async def test_a_journal_is_corrected_once_and_exactly(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    await world.ok("refundInFull", world.seller, requestId=request["id"])
    document = "{ viewer { seller { ledger { entries(first: 1) { nodes { journalId } } } } } }"
    nodes = (await world.run(document, world.seller))["viewer"]["seller"]["ledger"]["entries"]["nodes"]
    call = {"journalId": nodes[0]["journalId"], "reason": "Wrong order."}
    posted = (await world.balance())["posted"]

    entries = await world.ok(
        "correctLedger",
        world.support,
        "entries { component amount { amount } journalId description }",
        **call,
    )

    assert [(entry["component"], entry["amount"]["amount"]) for entry in entries] == [
        ("CORRECTION", "88.35"),
        ("CORRECTION", "7.00"),
        ("CORRECTION", "3.65"),
    ]
    assert float((await world.balance())["posted"]) == float(posted) + 99
    assert await world.refused("correctLedger", world.support, **call) == "INVALID"
    correction = call | {"journalId": entries[0]["journalId"]}
    assert await world.refused("correctLedger", world.support, **correction) == "INVALID"


async def test_a_label_comes_from_the_platform_outside_the_sandbox(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    world.sandbox = False
    waiting = await world.ok("refundOnReturn", world.seller, requestId=request["id"])
    assert (waiting["returnShipment"]["status"], waiting["dueAt"]) == ("AWAITING_LABEL", None)
    awaited = await world.run("{ returnsAwaitingLabel { nodes { id } } }", world.platform)
    assert awaited["returnsAwaitingLabel"]["nodes"] == [{"id": request["id"]}]
    label = {
        "requestId": request["id"],
        "carrier": "UPS",
        "trackingNumber": "BACK1",
        "labelUrl": "https://labels.example.com/1.pdf",
        "cost": usd("9.10"),
    }
    euros = label | {"cost": {"amount": "9.10", "currencyCode": "EUR"}}
    assert await world.refused("reportReturnLabel", world.platform, **euros) == "CURRENCY_MISMATCH"

    labelled = await world.ok("reportReturnLabel", world.platform, **label)

    assert (labelled["returnShipment"]["status"], labelled["returnShipment"]["trackingNumber"]) == (
        "AWAITING_DROP_OFF",
        "BACK1",
    )
    assert (await world.balance())["held"] == "108.10"
    before = await world.snapshot()
    await world.ok("reportReturnLabel", world.platform, **label)
    assert await world.snapshot() == before
    other = label | {"trackingNumber": "BACK2"}
    assert await world.refused("reportReturnLabel", world.platform, **other) == "INVALID"


async def test_the_platform_admits_sellers_from_the_waiting_list(world: World) -> None:
    desk = "seller { enrollment { status since } }"
    assert await world.refused("joinWaitlist", world.seller) == "NOT_ALLOWED"
    out = await world.ok("setEnrollment", world.platform, desk, username="ann", status="NOT_ENROLLED")
    assert out["enrollment"] == {"status": "NOT_ENROLLED", "since": None}
    request = await world.open_request(await world.delivered_order())
    assert request["handledBy"] == "SUPPORT"

    waiting = await world.ok("joinWaitlist", world.seller, desk)
    assert waiting["enrollment"]["status"] == "WAITLISTED"
    assert await world.ok("joinWaitlist", world.seller, desk) == waiting

    admitted = await world.ok("setEnrollment", world.platform, desk, username="ann", status="ENROLLED")
    assert admitted["enrollment"]["status"] == "ENROLLED"
    handed = await world.ok("handToSeller", world.support, requestId=request["id"], message="Yours now.")
    assert (handed["handledBy"], handed["status"]) == ("SELLER", "AWAITING_SELLER")
