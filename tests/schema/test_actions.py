"""What may be done with a request is remembered, and never for longer than it is so."""

from collections.abc import Awaitable, Callable
from typing import Any

from tests.schema.test_statements import counted
from tests.schema.world import World

ACTIONS = """query($id: ID!) { supportRequest(id: $id) {
  availableActions { action allowed until blockedBecause { code message } }
} }"""
OTHER_ADDRESS = {
    "name": "Ann",
    "line1": "2 Side Street",
    "city": "Austin",
    "region": "TX",
    "postalCode": "73302",
    "countryCode": "US",
}


async def offered(world: World, id_: str, *, by_plan: bool) -> list[Any]:
    """What each party is offered."""
    world.by_plan = by_plan
    people = (world.buyer, world.seller, world.support)
    answers = [await world.run(ACTIONS, viewer, id=id_) for viewer in people]
    world.by_plan = False
    return [answer["supportRequest"]["availableActions"] for answer in answers]


async def statements(world: World, id_: str) -> int:
    """How many statements it takes to tell the seller, a minute later: a computer's clock may be set back."""
    await world.advance("PT1M")
    world.by_plan = True
    with counted(world.engine) as executed:
        await world.run(ACTIONS, world.seller, id=id_)
    world.by_plan = False
    return len(executed)


async def test_what_may_be_done_is_remembered_while_nothing_changes(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    await offered(world, request["id"], by_plan=True)
    assert await statements(world, request["id"]) == 1


async def test_what_happens_to_another_request_is_found_out_without_asking_the_domain(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    await offered(world, request["id"], by_plan=True)
    await world.open_request(await world.delivered_order())
    assert await statements(world, request["id"]) == 2
    assert await statements(world, request["id"]) == 1


async def test_what_may_be_done_is_never_remembered_for_longer_than_it_is_so(world: World) -> None:
    order = await world.delivered_order()
    request = await world.open_request(order, "DAMAGED_IN_TRANSIT")
    key = {"requestId": request["id"]}

    async def returned() -> None:
        waiting = await world.request(request["id"])
        await world.scan(waiting["returnShipment"], "ACCEPTED", "DELIVERED")

    happenings: list[Callable[[], Awaitable[Any]]] = [
        lambda: world.ok("updateReturnAddress", world.seller, "seller { __typename }", address=OTHER_ADDRESS),
        lambda: world.advance("P1D"),
        lambda: world.advance("P2D"),
        lambda: world.ok("askForDetails", world.seller, **key, message="Which side?"),
        lambda: world.ok("refundOnReturn", world.seller, **key),
        returned,
        lambda: world.advance("P9D"),
        lambda: world.advance("P13D"),
        lambda: world.advance("P2D"),
    ]
    seen = []
    for happen in happenings:
        await happen()
        by_plan = await offered(world, request["id"], by_plan=True)
        assert by_plan == await offered(world, request["id"], by_plan=False)
        seen.append(by_plan)
    assert len({str(each) for each in seen}) > len(happenings) // 2
