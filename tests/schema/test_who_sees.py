"""What everybody sees of every type: what may not be seen is null, be it a node or a field."""

from typing import Any

import pytest

from domain.viewer import Viewer
from domain.words import Scope
from schema import ids
from schema.graph import graph
from tests.schema.test_every_field import lived_in
from tests.schema.world import World

EVERYBODY = ["nobody", "stranger", "buyer", "seller", "partner", "ledger_partner", "support", "platform"]
PARTIES = {"buyer", "seller", "partner", "support"}
SELLERS = {"seller", "partner", "support", "platform"}
MONEY = {"seller", "partner", "ledger_partner", "support", "platform"}

# Who finds a node of each type by its id.
NODES = {
    "User": set(EVERYBODY),
    "SavedReply": {"seller", "partner", "support"},
    "Order": PARTIES | {"platform"},
    "Shipment": PARTIES | {"platform"},
    "SupportRequest": PARTIES | {"platform"},
    "PartialRefundOffer": PARTIES | {"platform"},
    "Refund": PARTIES | {"platform"},
    "CarrierClaim": SELLERS,
    "InternalNote": {"support"},
    "Thread": PARTIES | {"platform"},
    "Message": PARTIES,
    "Attachment": PARTIES,
    "LedgerHold": {"seller", "partner", "support", "platform"},
    "LedgerEntry": MONEY,
    "Notification": {"seller"},
}

# Of what is reached: who is given something by a field that is not for all, and where it is found.
FIELDS = {
    "order { payout { amount } }": SELLERS,
    "order { commission { amount } }": SELLERS,
    "order { processingFee { amount } }": SELLERS,
    "routingCause": set(),
    "assignee { id }": {"support"},
    "claim { id }": set(),
    "ledgerEntries { id }": {"seller", "partner", "support", "platform"},
    "internalNotes { id }": {"support"},
    "evidence { id }": PARTIES,
    "thread { lastMessage { id } }": PARTIES,
    "satisfactionAnswer { satisfied }": PARTIES - {"support"},
    "availableActions { action }": {"support", "seller", "partner", "buyer"},
    "responsePreview(response: {kind: RULE_REFUND}) { allowed }": {"seller", "partner", "support"},
    "seller { desk { enrollment { status } } }": {"seller", "partner", "support", "platform"},
    "buyer { abuseFlag { reason } }": {"support"},
}
TIMELINE_FOR_SELLERS = {"LedgerPosting", "ClaimChange"}


def viewer_of(world: World, name: str) -> Viewer | None:
    if name == "nobody":
        return None
    if name == "ledger_partner":
        return world.acting_for(world.seller, {Scope.LEDGER_READ})
    viewer: Viewer = getattr(world, name)
    return viewer


async def examples(world: World) -> dict[str, str]:
    """One id of each type that has one, of the same seller and buyer."""
    found = {"SupportRequest": (await lived_in(world))["request"]}
    await world.ok(
        "assignRequest",
        world.support,
        requestId=found["SupportRequest"],
        assigneeId=await _me(world, world.support),
    )
    data = await world.run(
        """query($id: ID!) {
          supportRequest(id: $id) {
            order { id shipment { id } } buyer { id } offers { id } refunds { id } internalNotes { id }
            thread { id messages(first: 1) { nodes { id } } } evidence { id } ledgerEntries { id }
          }
          carrierClaims { nodes { id } }
          user(username: "ann") { desk { savedReplies { id } ledger { holds { id } } } }
        }""",
        world.support,
        id=found["SupportRequest"],
    )
    told = await world.run("{ viewer { notifications(first: 1) { nodes { id } } } }", world.seller)
    request, desk = data["supportRequest"], data["user"]["desk"]
    return found | {
        "User": request["buyer"]["id"],
        "SavedReply": desk["savedReplies"][0]["id"],
        "Order": request["order"]["id"],
        "Shipment": request["order"]["shipment"]["id"],
        "PartialRefundOffer": request["offers"][0]["id"],
        "Refund": request["refunds"][0]["id"],
        "CarrierClaim": data["carrierClaims"]["nodes"][0]["id"],
        "InternalNote": request["internalNotes"][0]["id"],
        "Thread": request["thread"]["id"],
        "Message": request["thread"]["messages"]["nodes"][0]["id"],
        "Attachment": request["evidence"][0]["id"],
        "LedgerHold": desk["ledger"]["holds"][0]["id"],
        "LedgerEntry": request["ledgerEntries"][0]["id"],
        "Notification": told["viewer"]["notifications"]["nodes"][0]["id"],
    }


async def _me(world: World, viewer: Viewer) -> str:
    assert viewer.account_id is not None
    return ids.encode("User", viewer.account_id)


def test_every_type_with_an_id_is_in_the_table() -> None:
    interface: Any = graph._schema.get_type("Node")
    assert {kind.name for kind in graph._schema.get_possible_types(interface)} == set(NODES)


async def test_everybody_sees_what_is_theirs_and_nothing_else(by_either: World) -> None:
    world = by_either
    known = await examples(world)
    seen: dict[str, set[str]] = {kind: set() for kind in NODES}
    given: dict[str, set[str]] = {field: set() for field in FIELDS}
    entries: dict[str, set[str]] = {}
    for name in EVERYBODY:
        viewer = viewer_of(world, name)
        for kind, id_ in known.items():
            node = (await world.run("query($id: ID!) { node(id: $id) { __typename } }", viewer, id=id_))[
                "node"
            ]
            if node:
                assert node["__typename"] == kind
                seen[kind].add(name)
        for field in FIELDS:
            document = f"query($id: ID!) {{ supportRequest(id: $id) {{ {field} }} }}"
            found = (await world.run(document, viewer, id=known["SupportRequest"]))["supportRequest"]
            if found is not None and _something(found):
                given[field].add(name)
        document = "query($id: ID!) { supportRequest(id: $id) { timeline { nodes { __typename } } } }"
        found = (await world.run(document, viewer, id=known["SupportRequest"]))["supportRequest"]
        entries[name] = {node["__typename"] for node in found["timeline"]["nodes"]} if found else set()
    assert seen == NODES
    assert given == FIELDS
    assert {name for name in EVERYBODY if entries[name] & TIMELINE_FOR_SELLERS} == SELLERS
    assert {name for name in EVERYBODY if "MessagePosted" in entries[name]} == PARTIES


def _something(found: dict[str, Any]) -> bool:
    """Whether the one thing asked for was given."""
    value: Any = found
    while isinstance(value, dict):
        value = next(iter(value.values()))
    return value not in (None, [])


@pytest.mark.parametrize("root", ["refunds", "carrierClaims", "returnsAwaitingLabel", "supportQueue"])
async def test_the_lists_of_support_and_the_platform_are_empty_to_members(
    by_either: World, root: str
) -> None:
    world = by_either
    await lived_in(world)
    asked = f"{{ {root} {{ totalCount nodes {{ __typename }} }} }}"
    for name in ("nobody", "stranger", "buyer", "seller", "partner"):
        assert (await world.run(asked, viewer_of(world, name)))[root] == {"totalCount": 0, "nodes": []}, name


async def test_a_token_too_narrow_for_the_ledger_is_told_so(by_either: World) -> None:
    world = by_either
    reader = world.acting_for(world.seller, {Scope.REQUESTS_READ})
    result = await world.execute("{ viewer { seller { ledger { balance { posted { amount } } } } } }", reader)
    assert [error.extensions["code"] for error in result.errors] == ["NOT_ALLOWED"]
    assert "ledger:read" in result.errors[0].message


async def test_a_partner_sees_the_sellers_sales_not_the_sellers_private_life(by_either: World) -> None:
    world = by_either
    await world.ok("startDirectThread", world.stranger, "thread { id }", username="ann", body="Hello")
    await world.open_request(await world.delivered_order())
    asked = """{ viewer { inbox { nodes { kind } } inboxCounts { total }
        purchases { totalCount } sales { totalCount } } }"""
    partner = (await world.run(asked, world.partner))["viewer"]
    assert [node["kind"] for node in partner["inbox"]["nodes"]] == ["SUPPORT"]
    assert partner["inboxCounts"] == {"total": 1}
    assert partner["purchases"] == {"totalCount": 0}
    assert partner["sales"]["totalCount"] > 0
