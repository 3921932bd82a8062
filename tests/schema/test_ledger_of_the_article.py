"""The article's ledger table, row by row, to the cent: what a seller is charged, and when."""

from tests.policy import quotes
from tests.schema.world import World, usd

FULL = [("PAYOUT_REVERSAL", "-88.35"), ("BUYER_SHIPPING", "-7.00"), ("PROCESSING_FEE", "-3.65")]
FULL_WITH_RETURN = [*FULL, ("RETURN_SHIPPING", "-6.50")]


@quotes(
    "Full refund without a return | After you offer the refund | Total payout + buyer paid shipping + "
    "payment",
    "Where you are charged for refunds, the amount will be deducted from your Whatnot ledger",
)
async def test_a_full_refund_is_charged_when_it_is_offered(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    assert await world.ledger() == []

    closed = await world.ok("refundInFull", world.seller, requestId=request["id"])

    assert (closed["status"], closed["outcome"], closed["fundedBy"]) == ("CLOSED", "REFUNDED", "SELLER")
    assert await world.ledger() == FULL
    assert await world.journal("FULL_REFUND") == {
        "seller": -9900,
        "commission": -800,
        "tax": -800,
        "buyer_refunds": 11500,
    }
    assert [refund["amount"]["amount"] for refund in closed["refunds"]] == ["115.00"]


@quotes(
    "Full refund after the item is returned | After you confirm the return or 48 business hours after return",
    "you will not be charged for the return until you confirm the returned items in your Inbox",
)
async def test_a_refund_on_return_is_charged_when_the_return_is_confirmed(world: World) -> None:
    request = await world.return_in_review()
    assert await world.ledger() == []
    assert (await world.balance())["held"] == "105.50"

    closed = await world.ok("confirmReturn", world.seller, requestId=request["id"])

    assert (closed["outcome"], closed["returnShipment"]["confirmedBy"]) == ("REFUNDED_AFTER_RETURN", "SELLER")
    assert await world.ledger() == FULL_WITH_RETURN
    assert (await world.balance())["held"] == "0.00"
    assert await world.journal("RETURN_CONFIRMED") == {
        "seller": -10550,
        "commission": -800,
        "tax": -800,
        "return_shipping": 650,
        "buyer_refunds": 11500,
    }
    assert await world.journal("LABEL_USED") == {"return_shipping": -650, "clearing": 650}


@quotes("Refunds will be issued to buyers after you confirm receipt of the item or 48 business hours after")
async def test_silence_confirms_a_return_and_is_charged_the_same(world: World) -> None:
    request = await world.return_in_review()

    await world.advance_to(request["dueAt"])

    closed = await world.request(request["id"])
    assert (closed["outcome"], closed["returnShipment"]["confirmedBy"]) == ("REFUNDED_AFTER_RETURN", "CLOCK")
    assert await world.ledger() == FULL_WITH_RETURN


@quotes("Send a replacement item | N/A | N/A (sellers must purchase a shipping label")
async def test_a_replacement_costs_the_seller_nothing_here(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    parcel = {"carrier": "UPS", "trackingNumber": "SECOND1"}
    await world.ok("sendReplacement", world.seller, requestId=request["id"], buyerAgreed=True, **parcel)

    await world.scan(parcel, "ACCEPTED", "DELIVERED")

    closed = await world.request(request["id"])
    assert (closed["status"], closed["outcome"], closed["fundedBy"]) == ("CLOSED", "REPLACED", "NOBODY")
    assert await world.ledger() == []


@quotes("Offer a partial refund | After buyer accepts the partial refund offer | Partial refund amount")
async def test_a_partial_refund_is_charged_when_the_buyer_accepts(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    offered = await world.ok("offerPartialRefund", world.seller, requestId=request["id"], amount=usd("30.00"))
    assert (offered["status"], await world.ledger()) == ("OFFER_PENDING", [])

    offer = offered["offers"][0]["id"]
    closed = await world.ok("acceptOffer", world.buyer, requestId=request["id"], offerId=offer)

    assert (closed["outcome"], closed["offers"][0]["status"]) == ("PARTIALLY_REFUNDED", "ACCEPTED")
    assert await world.ledger() == [("PARTIAL_REFUND", "-30.00")]
    assert await world.journal("PARTIAL_REFUND") == {"seller": -3000, "buyer_refunds": 3000}


async def test_a_full_refund_after_a_partial_one_charges_what_is_left(world: World) -> None:
    order = await world.delivered_order()
    request = await world.open_request(order)
    offered = await world.ok("offerPartialRefund", world.seller, requestId=request["id"], amount=usd("30.00"))
    await world.ok("acceptOffer", world.buyer, requestId=request["id"], offerId=offered["offers"][0]["id"])

    again = await world.open_request(order)
    await world.ok("refundInFull", world.seller, requestId=again["id"])

    assert await world.ledger() == [
        ("PARTIAL_REFUND", "-30.00"),
        ("PAYOUT_REVERSAL", "-58.35"),
        ("BUYER_SHIPPING", "-7.00"),
        ("PROCESSING_FEE", "-3.65"),
    ]
    assert await world.journal("FULL_REFUND") == {
        "seller": -6900,
        "commission": -800,
        "tax": -800,
        "buyer_refunds": 8500,
    }
    assert await world.refused_opening(order) == "NOTHING_LEFT_TO_REFUND"


@quotes("No refund or replacement offered* | N/A | No charge from Whatnot")
async def test_an_explanation_costs_nothing(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    declined = await world.ok(
        "explainNoRefund", world.seller, requestId=request["id"], message="It was shown on camera."
    )
    assert declined["status"] == "DECLINED"

    await world.advance_to(declined["dueAt"])

    assert (await world.request(request["id"]))["outcome"] == "NOT_REFUNDED"
    assert await world.ledger() == []


@quotes("*Please note that if a buyer escalates a request and Whatnot Support determines the buyer should be")
async def test_support_may_charge_the_seller_for_a_ruling(world: World) -> None:
    request = await world.escalated()

    closed = await world.rule(request, "REFUND", "SELLER")

    assert (closed["outcome"], closed["fundedBy"]) == ("REFUNDED", "SELLER")
    assert closed["escalations"][0]["ruling"]["overturned"] is True
    assert await world.ledger() == FULL


async def test_the_platform_may_pay_instead(world: World) -> None:
    request = await world.escalated()

    closed = await world.rule(request, "REFUND", "PLATFORM")

    assert (closed["outcome"], closed["fundedBy"]) == ("REFUNDED", "PLATFORM")
    assert closed["escalations"][0]["ruling"]["overturned"] is False
    assert await world.ledger() == []
    assert await world.journal("PLATFORM_REFUND") == {
        "platform_support": -10700,
        "tax": -800,
        "buyer_refunds": 11500,
    }


async def test_the_platform_may_pay_a_part(world: World) -> None:
    request = await world.escalated()

    closed = await world.rule(request, "REFUND", "PLATFORM", amount=usd("30.00"))

    assert closed["outcome"] == "PARTIALLY_REFUNDED"
    assert await world.journal("PLATFORM_REFUND") == {"platform_support": -3000, "buyer_refunds": 3000}


async def test_the_platform_may_pay_for_a_return_and_its_label(world: World) -> None:
    request = await world.escalated()
    waiting = await world.rule(request, "REFUND_ON_RETURN", "PLATFORM")
    assert (waiting["status"], (await world.balance())["held"]) == ("AWAITING_RETURN", "0.00")
    await world.scan(waiting["returnShipment"], "ACCEPTED", "DELIVERED")

    closed = await world.ok("confirmReturn", world.seller, requestId=request["id"])

    assert (closed["outcome"], closed["fundedBy"]) == ("REFUNDED_AFTER_RETURN", "PLATFORM")
    assert await world.ledger() == []
    assert await world.accounts() == {
        "clearing": 650 - 11500,
        "seller": 8835,
        "commission": 800,
        "processing": 365,
        "tax": 0,
        "shipping": 700,
        "platform_support": -10700 - 650,
        "buyer_refunds": 11500,
        "return_shipping": 0,
    }


async def test_a_return_that_is_never_sent_costs_nothing(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    waiting = await world.ok("refundOnReturn", world.seller, requestId=request["id"])
    assert (await world.balance())["held"] == "105.50"

    await world.advance_to(waiting["returnShipment"]["dropOffBy"])
    assert (await world.request(request["id"]))["status"] == "AWAITING_RETURN"
    await world.advance("P4D")

    closed = await world.request(request["id"])
    assert (closed["outcome"], closed["returnShipment"]["status"]) == ("RETURN_NOT_SENT", "NOT_SENT")
    assert await world.ledger() == []
    assert (await world.balance())["held"] == "0.00"


async def test_refunding_without_waiting_pays_the_label_only_once_it_was_used(world: World) -> None:
    unused = await world.open_request(await world.delivered_order())
    await world.ok("refundOnReturn", world.seller, requestId=unused["id"])
    await world.ok("refundWithoutWaiting", world.seller, requestId=unused["id"])
    assert await world.ledger() == FULL

    used = await world.return_in_review()
    await world.ok("refundWithoutWaiting", world.seller, requestId=used["id"])
    assert await world.ledger() == [*FULL, *FULL_WITH_RETURN]


@quotes("Chargebacks: You will not be responsible for any chargebacks initiated by buyers.")
async def test_a_chargeback_is_the_platforms_before_during_and_without_a_request(world: World) -> None:
    bare = await world.delivered_order()
    assert (await world.charge_back(bare))["chargedBackAt"] is not None
    assert await world.journal("CHARGEBACK") == {"platform_support": -11500, "clearing": 11500}
    assert await world.refused_opening(bare) == "ORDER_CHARGED_BACK"

    order = await world.delivered_order()
    request = await world.open_request(order)
    await world.ok("refundOnReturn", world.seller, requestId=request["id"])
    await world.charge_back(order)
    closed = await world.request(request["id"])
    assert (closed["outcome"], closed["fundedBy"]) == ("CHARGED_BACK", "NOBODY")
    assert (await world.balance())["held"] == "0.00"

    before = await world.snapshot()
    await world.charge_back(order)
    assert await world.snapshot() == before
    assert await world.ledger() == []


async def test_a_chargeback_after_a_refund_takes_only_what_was_left(world: World) -> None:
    order = await world.delivered_order()
    request = await world.open_request(order)
    offered = await world.ok("offerPartialRefund", world.seller, requestId=request["id"], amount=usd("30.00"))
    await world.ok("acceptOffer", world.buyer, requestId=request["id"], offerId=offered["offers"][0]["id"])

    await world.charge_back(order)

    assert await world.journal("CHARGEBACK") == {"platform_support": -8500, "clearing": 8500}
    assert await world.ledger() == [("PARTIAL_REFUND", "-30.00")]

    refunded = await world.delivered_order()
    await world.ok("refundInFull", world.seller, requestId=(await world.open_request(refunded))["id"])
    await world.charge_back(refunded)
    assert await world.count("journals", "kind = 'CHARGEBACK'") == 1
