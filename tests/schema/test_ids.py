"""An id is what was given out, or a clear complaint; an id of another kind names nothing."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema import ids
from schema.ids import LIMITS, BadId
from tests.schema.world import World


@given(st.data())
def test_every_id_reads_back(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(sorted(LIMITS)))
    key = tuple(data.draw(st.integers(1, limit)) for limit in LIMITS[kind])
    assert ids.decode(ids.encode(kind, *key)).parts == key


@given(st.text())
def test_any_other_text_is_malformed(text: str) -> None:
    with pytest.raises(BadId):
        ids.decode(text)


def written(plain: str) -> str:
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


MALFORMED = [
    "", "1", "ß", "\0", written("User"), written("User:"), written("User:0"), written("User:-1"),
    written("User:1:2"), written("User:01"), written("User:+1"), written("User: 1"), written("User:1_0"),
    written(f"User:{2**63}"), written("SupportRequest:1:2147483648"), written("Nothing:1"),
    written("User:1") + "=", written("User:\u0661"),
]  # fmt: skip


@pytest.mark.parametrize("text", MALFORMED)
def test_a_malformed_id_is_malformed(text: str) -> None:
    with pytest.raises(BadId):
        ids.decode(text)


@pytest.mark.parametrize("text", ["", "1", "ß", written("User:01"), written(f"User:{2**63}")])
@pytest.mark.parametrize(
    "root", ["node(id: $id)", "thread(id: $id)", "order(id: $id)", "supportRequest(id: $id)"]
)
async def test_a_query_says_so(world: World, root: str, text: str) -> None:
    result = await world.execute(f"query($id: ID!) {{ {root} {{ id }} }}", world.support, id=text)
    assert [error.extensions["code"] for error in result.errors] == ["BAD_USER_INPUT"]
    assert "not an id" in result.errors[0].message
    assert result.errors[0].extensions["field"] == ["id"]


async def test_of_many_ids_the_malformed_one_is_named(world: World) -> None:
    document = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    result = await world.execute(document, world.support, ids=[ids.encode("User", 1), "garbage"])
    assert result.errors[0].extensions["field"] == ["ids", "1"]


async def test_an_id_of_another_kind_names_nothing(world: World) -> None:
    order = await world.order()
    found = await world.run(
        "query($id: ID!) { thread(id: $id) { id } supportRequest(id: $id) { id } order(id: $id) { id } }",
        world.seller,
        id=order["id"],
    )
    assert found == {"thread": None, "supportRequest": None, "order": {"id": order["id"]}}


async def test_nodes_keep_their_order_and_leave_gaps(world: World) -> None:
    order = await world.order()
    given = [ids.encode("Order", 999, 1), order["id"], ids.encode("Journal", 1, 1), order["id"]]
    found = await world.run(
        "query($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }", world.buyer, ids=given
    )
    node = {"id": order["id"], "__typename": "Order"}
    assert found["nodes"] == [None, node, None, node]


async def test_a_hundred_nodes_at_once_and_no_more(world: World) -> None:
    given = [ids.encode("Order", 1, number) for number in range(1, 102)]
    result = await world.execute("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", world.buyer, ids=given)
    assert "At most 100" in result.errors[0].message


@pytest.mark.parametrize(
    "root",
    ['user(username: "a\\u0000")', 'supportRequest(number: "\\u0000")'],
)
async def test_a_text_that_no_database_holds_is_refused(world: World, root: str) -> None:
    result = await world.execute(f"{{ {root} {{ id }} }}", world.support)
    assert [error.extensions["code"] for error in result.errors] == ["BAD_USER_INPUT"]


async def test_a_request_is_found_by_the_number_people_say(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    query = "query($number: String) { supportRequest(number: $number) { id } }"
    found = await world.run(query, world.buyer, number=request["number"])
    assert found["supportRequest"] == {"id": request["id"]}
    for nothing in ("R1", "R0-1", "R999999999999999999-1", "7", request["number"] + "0"):
        assert (await world.run(query, world.buyer, number=nothing))["supportRequest"] is None
