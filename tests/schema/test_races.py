"""Two at once, on a real database: exactly one wins, and the other is told why not."""

import asyncio
from typing import Any

import pytest

from tests.policy import quotes
from tests.schema.asking import REQUEST
from tests.schema.world import World, usd


def one_wins(*payloads: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """Give the one thing that was done, and the code of the only refusal."""
    done = [payload["request"] for payload in payloads if not payload["userErrors"]]
    codes = [error["code"] for payload in payloads for error in payload["userErrors"]]
    assert (len(done), len(codes)) == (1, len(payloads) - 1), payloads
    return done[0], codes[0]


@pytest.mark.parametrize("attempt", range(3))
async def test_accepting_an_offer_and_withdrawing_at_once(world: World, attempt: int) -> None:
    request = await world.open_request(await world.delivered_order())
    offered = await world.ok("offerPartialRefund", world.seller, requestId=request["id"], amount=usd("30.00"))
    offer = {"requestId": request["id"], "offerId": offered["offers"][0]["id"]}

    won, code = one_wins(
        *await asyncio.gather(
            world.do("acceptOffer", world.buyer, REQUEST, **offer),
            world.do("withdrawRequest", world.buyer, REQUEST, requestId=request["id"]),
        )
    )

    assert code == "INVALID_STATE"
    refunds = await world.count("refunds")
    assert refunds == (1 if won["outcome"] == "PARTIALLY_REFUNDED" else 0)


@quotes(
    "After the returned item is delivered to you, you will have 48 business hours to confirm the returned "
    "items"
)
async def test_confirming_a_return_while_the_clock_confirms_it(world: World) -> None:
    request = await world.return_in_review()

    confirmed, _ = await asyncio.gather(
        world.do("confirmReturn", world.seller, REQUEST, requestId=request["id"]),
        world.advance_to(request["dueAt"]),
    )

    closed = await world.request(request["id"])
    by = closed["returnShipment"]["confirmedBy"]
    assert (by == "SELLER") == (confirmed["userErrors"] == [])
    assert all(error["code"] == "INVALID_STATE" for error in confirmed["userErrors"])
    assert await world.count("journals", "kind = 'RETURN_CONFIRMED'") == 1
    assert await world.count("holds", "status = 'POSTED'") == 1


async def test_escalating_while_the_seller_refunds(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    await world.ok("explainNoRefund", world.seller, requestId=request["id"], message="It was shown.")

    won, code = one_wins(
        *await asyncio.gather(
            world.do("escalateRequest", world.buyer, REQUEST, requestId=request["id"], text="It was not."),
            world.do("refundInFull", world.seller, REQUEST, requestId=request["id"]),
        )
    )

    assert code == "INVALID_STATE"
    refunds = await world.count("refunds")
    assert (won["status"], refunds) in (("UNDER_REVIEW", 0), ("CLOSED", 1))


async def test_two_tabs_of_one_seller(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    version = {"requestId": request["id"], "ifVersion": request["version"]}

    won, code = one_wins(
        *await asyncio.gather(
            world.do("refundInFull", world.seller, REQUEST, **version),
            world.do("explainNoRefund", world.seller, REQUEST, **version, message="No."),
        )
    )

    assert code == "STALE_VERSION"
    assert won["status"] in ("CLOSED", "DECLINED")


async def test_a_refund_clicked_many_times_is_given_once(world: World) -> None:
    request = await world.open_request(await world.delivered_order())

    answers = await asyncio.gather(
        *(world.do("refundInFull", world.seller, REQUEST, requestId=request["id"]) for _ in range(5))
    )

    _, code = one_wins(*answers)
    assert code == "INVALID_STATE"
    assert await world.count("refunds") == 1


async def test_one_order_opens_one_request(world: World) -> None:
    order = await world.delivered_order()
    call = {"orderId": order["id"], "reason": "DEFECTIVE", "description": "Broken."}

    answers = await asyncio.gather(
        *(world.do("openSupportRequest", world.buyer, REQUEST, **call) for _ in range(4))
    )

    _, code = one_wins(*answers)
    assert code == "REQUEST_ALREADY_OPEN"


async def test_refunds_of_one_shipment_reported_and_charged_back_at_once(world: World) -> None:
    orders = [await world.delivered_order() for _ in range(3)]
    closed = []
    for order in orders:
        request = await world.open_request(order)
        closed.append(await world.ok("refundInFull", world.seller, requestId=request["id"]))
    at = (await world.now()).isoformat()
    reports = [{"refundId": request["refunds"][0]["id"], "status": "SETTLED", "at": at} for request in closed]

    await asyncio.gather(
        world.ok("reportRefunds", world.platform, "accepted", refunds=reports),
        world.ok("reportRefunds", world.platform, "accepted", refunds=reports[::-1]),
        *(world.charge_back(order) for order in orders),
    )

    assert await world.count("journals", "kind = 'REFUND_SETTLED'") == 3
    assert await world.count("refunds", "status = 'SETTLED'") == 3
