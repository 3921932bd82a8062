"""A request is decided under the policy it was opened under, whatever policy is current by then."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from domain import policy
from domain.policy import CURRENT
from tests.schema.world import World

OLD = replace(
    CURRENT, version="2025-01", escalate_decline_within_business_days=1, write_after_close_within_days=2
)


@pytest.fixture
def two_policies(monkeypatch: pytest.MonkeyPatch) -> None:
    """The policy there is, and an older one."""
    monkeypatch.setattr(policy, "POLICIES", {CURRENT.version: CURRENT, OLD.version: OLD})


@pytest.mark.usefixtures("two_policies")
async def test_a_request_keeps_its_clocks_and_its_thread_the_days_of_its_own_policy(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    assert await world.count("requests", f"policy_version = '{CURRENT.version}'") == 1
    async with world.engine.begin() as connection:
        older = sa.text("UPDATE requests SET policy_version = :version")
        await connection.execute(older, {"version": OLD.version})

    declined = await world.ok(
        "explainNoRefund", world.seller, requestId=request["id"], message="It was shown on camera."
    )
    assert await world.advance_to(declined["dueAt"]) == 1
    assert (await world.request(request["id"]))["outcome"] == "NOT_REFUNDED"

    assert await _writable(world, request["thread"]["id"]) is True
    await world.advance("P2D")
    assert await _writable(world, request["thread"]["id"]) is False
    words = {"threadId": request["thread"]["id"], "body": "Still there?"}
    assert await world.refused("sendMessage", world.buyer, **words) == "THREAD_READ_ONLY"


@pytest.mark.usefixtures("two_policies")
async def test_a_new_request_is_opened_under_the_current_policy(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    found = await world.run(
        "query($id: ID!) { supportRequest(id: $id) { policyVersion } }", world.buyer, id=request["id"]
    )
    assert found["supportRequest"]["policyVersion"] == CURRENT.version


async def _writable(world: World, thread_id: str) -> bool:
    document = "query($id: ID!) { thread(id: $id) { writable } }"
    writable: bool = (await world.run(document, world.buyer, id=thread_id))["thread"]["writable"]
    return writable
