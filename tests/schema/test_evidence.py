"""What a party shows: what the buyer says on opening, and what the seller shows against a returned item."""

from typing import Any

import pytest

from domain.viewer import Viewer
from tests.schema.world import World

DISPUTE = "query($id: ID!) { supportRequest(id: $id) { returnShipment { dispute { evidence { id } } } } }"


async def _evidence(world: World, viewer: Viewer, request: dict[str, Any]) -> list[str]:
    found = (await world.run(DISPUTE, viewer, id=request["id"]))["supportRequest"]
    return [each["id"] for each in found["returnShipment"]["dispute"]["evidence"]]


async def _dispute(world: World, request: dict[str, Any], photo: str) -> dict[str, Any]:
    returns = "request { id }"
    fields = {"requestId": request["id"], "condition": "DAMAGED", "text": "Torn.", "attachmentIds": [photo]}
    return await world.do("disputeReturn", world.seller, returns, **fields)


async def test_what_a_seller_shows_in_a_dispute_is_seen_by_both_parties_and_support(world: World) -> None:
    request = await world.return_in_review()
    photo = await world.photo(world.seller)

    assert (await _dispute(world, request, photo))["userErrors"] == []

    for viewer in (world.buyer, world.seller, world.partner, world.support):
        assert await _evidence(world, viewer, request) == [photo]
    assert await _evidence(world, world.platform, request) == []


async def test_a_dispute_takes_no_photo_of_somebody_else(world: World) -> None:
    request = await world.return_in_review()
    photo = await world.photo(world.stranger)

    refused = await _dispute(world, request, photo)

    assert [error["code"] for error in refused["userErrors"]] == ["ATTACHMENT_REJECTED"]
    assert (await world.request(request["id"]))["status"] == "RETURN_IN_REVIEW"


@pytest.mark.parametrize("reason", ["DEFECTIVE", "OTHER"])
async def test_opening_asks_for_a_description_exactly_where_eligibility_says_so(
    world: World, reason: str
) -> None:
    order = await world.delivered_order()
    document = (
        f"query($id: ID!) {{ order(id: $id) {{ eligibility(reason: {reason}) {{ descriptionRequired }} }} }}"
    )
    asked = (await world.run(document, world.buyer, id=order["id"]))["order"]["eligibility"]

    opening = {"orderId": order["id"], "reason": reason, "description": " "}
    answer = await world.do("openSupportRequest", world.buyer, "request { description }", **opening)

    assert [error["code"] for error in answer["userErrors"]] == (
        ["REQUIRED"] if asked["descriptionRequired"] else []
    )
