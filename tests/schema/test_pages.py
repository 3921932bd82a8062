"""Walking a list page by page gives the whole list, whatever the sizes and whichever way, and bad pages are
refused.
"""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schema.ids import encode
from tests.schema.world import World

LISTS = {
    "messages": ("buyer", "thread(id: $id) { messages(PAGE) ROWS }"),
    "latest inbox": ("seller", "viewer { inbox(PAGE) ROWS }"),
    "what is due first": ("seller", "viewer { inbox(sort: DUE_FIRST PAGE) ROWS }"),
    "purchases": ("buyer", "viewer { purchases(PAGE) ROWS }"),
    "ledger": ("seller", "viewer { seller { ledger { entries(PAGE) ROWS } } }"),
    "timeline": ("support", "supportRequest(id: $request) { timeline(PAGE) ENTRIES }"),
    "queue": ("support", "supportQueue(PAGE) ROWS"),
}
ROWS = """{ edges { cursor node { ... on Node { id } } } nodes { __typename }
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount }"""
ENTRIES = ROWS.replace("Node", "TimelineItem")


async def page(world: World, names: dict[str, str], name: str, **arguments: Any) -> dict[str, Any]:
    """Read one page of a list."""
    result = await execute(world, names, name, **arguments)
    assert not result.errors, result.errors
    found: Any = result.data
    while "edges" not in found:
        found = next(iter(found.values()))
    return dict(found)


async def execute(world: World, names: dict[str, str], name: str, **arguments: Any) -> Any:
    viewer, query = LISTS[name]
    written = ", ".join(f"{key}: {_literal(value)}" for key, value in arguments.items() if value is not None)
    body = query.replace("PAGE", written).replace("ROWS", ROWS).replace("ENTRIES", ENTRIES)
    variables = {key: value for key, value in names.items() if f"${key})" in body}
    head = f"query({', '.join(f'${key}: ID!' for key in variables)}) " if variables else ""
    return await world.execute(f"{head}{{ {body} }}", getattr(world, viewer), **variables)


def _literal(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def keys(found: dict[str, Any]) -> list[str]:
    return [edge["node"]["id"] for edge in found["edges"]]


async def some_of_everything(world: World) -> dict[str, str]:
    """Let there be some rows in every list; give the ids that the lists are of."""
    requests = [await world.open_request(await world.delivered_order()) for _ in range(4)]
    await world.ok("refundInFull", world.seller, requestId=requests[0]["id"])
    for request in requests[1:]:
        await world.ok("takeOverRequest", world.support, requestId=request["id"], message="Let us see.")
    thread = await world.ok("startDirectThread", world.buyer, "thread { id }", username="ann", body="Hello")
    for number in range(6):
        await world.ok(
            "sendMessage", world.buyer, "message { id }", threadId=thread["id"], body=f"And {number}"
        )
    await world.open_request(await world.delivered_order())
    return {"id": thread["id"], "request": requests[0]["id"]}


@pytest.fixture
async def names(world: World) -> dict[str, str]:
    """Give the ids of what the lists are of."""
    return await some_of_everything(world)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(list(LISTS)),
    sizes=st.lists(st.integers(1, 4), min_size=1, max_size=3),
    backward=st.booleans(),
)
async def test_a_walk_gives_the_whole_list(
    world: World, names: dict[str, str], name: str, sizes: list[int], backward: bool
) -> None:
    whole = keys(await page(world, names, name, first=100))
    assert len(whole) == len(set(whole)) > 2
    walked: list[str] = []
    cursor, step = None, 0
    while True:
        size = sizes[step % len(sizes)]
        if backward:
            found = await page(world, names, name, last=size, before=cursor)
            walked = keys(found) + walked
        else:
            found = await page(world, names, name, first=size, after=cursor)
            walked += keys(found)
        info = found["pageInfo"]
        assert found["totalCount"] == len(whole)
        assert len(found["nodes"]) == len(found["edges"]) <= size
        assert (info["startCursor"], info["endCursor"]) == (
            found["edges"][0]["cursor"],
            found["edges"][-1]["cursor"],
        )
        assert info["hasPreviousPage" if backward else "hasNextPage"] == (len(walked) < len(whole))
        cursor, step = info["startCursor" if backward else "endCursor"], step + 1
        if len(walked) >= len(whole):
            break
    assert walked == whole


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"first": 1, "last": 1}, "not for both"),
        ({"first": 101}, "from 0 to 100"),
        ({"last": -1}, "from 0 to 100"),
        ({"after": "never given"}, "not a cursor"),
        ({"after": ""}, "not a cursor"),
        ({"after": "ß"}, "not a cursor"),
        ({"before": encode("User", 1)}, "not a cursor"),
        ({"after": "cHVyY2hhc2VzOjE6MTox"}, "not a cursor"),  # of the list of purchases
        ({"after": "bWVzc2FnZXM6OTk5OTk5OTk5OTk5OTk5"}, "not a cursor"),  # beyond any number
    ],
)
async def test_a_page_that_cannot_be_is_refused(
    world: World, arguments: dict[str, Any], complaint: str
) -> None:
    thread = await world.ok("startDirectThread", world.buyer, "thread { id }", username="ann", body="Hello")
    result = await execute(world, {"id": thread["id"]}, "messages", **arguments)
    assert [error.extensions["code"] for error in result.errors] == ["BAD_USER_INPUT"]
    assert complaint in result.errors[0].message
    assert result.errors[0].extensions["field"] == [list(arguments)[-1]]


async def test_a_page_of_nothing_still_says_what_there_is(world: World) -> None:
    thread = await world.ok("startDirectThread", world.buyer, "thread { id }", username="ann", body="Hello")
    found = await page(world, {"id": thread["id"]}, "messages", first=0)
    assert (found["edges"], found["totalCount"], found["pageInfo"]["hasNextPage"]) == ([], 1, True)
