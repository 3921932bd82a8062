"""The inbox as clients page, filter, search and count it."""

from typing import Any

import pytest

from domain.viewer import Viewer
from tests.schema.world import World


async def inbox(world: World, viewer: Viewer, arguments: str = "") -> list[str]:
    """The subjects of an inbox, in order."""
    found = await world.run(f"{{ viewer {{ inbox{arguments} {{ nodes {{ subject kind }} }} }} }}", viewer)
    return [node["subject"] for node in found["viewer"]["inbox"]["nodes"]]


async def counts(world: World, viewer: Viewer, tab: str = "ALL_MESSAGES") -> dict[str, int]:
    asked = f"{{ viewer {{ inboxCounts(tab: {tab}) {{ total unread dueSoon overdue }} }} }}"
    found: dict[str, int] = (await world.run(asked, viewer))["viewer"]["inboxCounts"]
    return found


async def about(world: World, title: str, **changes: Any) -> dict[str, Any]:
    request: dict[str, Any] = await world.open_request(await world.delivered_order(title=title), **changes)
    return request


async def test_what_is_due_first_comes_first_and_what_is_never_due_last(world: World) -> None:
    await about(world, "First")
    await world.advance("PT2H")
    await about(world, "Second")
    await world.ok("startDirectThread", world.stranger, "thread { id }", username="ann", body="Hello")
    latest, due = await inbox(world, world.seller), await inbox(world, world.seller, "(sort: DUE_FIRST)")
    assert [title for title in latest if "Card" not in title][1:] != due[:2]
    assert "First" in due[0]
    assert "Second" in due[1]
    assert len(latest) == len(due) == 3


async def test_a_search_looks_at_words_titles_names_and_numbers(world: World) -> None:
    lamp = await about(world, "Brass lamp", description="It flickers at night.")
    await about(world, "Wool scarf", description="A thread is loose.")
    for words, found in {
        "lamp": 1, "flickers": 1, "scarf": 1, "bob": 2, lamp["number"]: 1, "lamp scarf": 0, '"at night"': 1,
        "lamp or scarf": 2, "nothing": 0, "  ": 2, "!!!": 0, "@1": 0,
    }.items():  # fmt: skip
        literal = words.replace('"', '\\"')
        assert len(await inbox(world, world.seller, f'(search: "{literal}")')) == found, words


async def test_a_search_finds_only_what_is_in_the_searchers_inbox(world: World) -> None:
    await about(world, "Brass lamp")
    assert await inbox(world, world.stranger, '(search: "lamp")') == []
    assert await inbox(world, world.support, '(search: "lamp")') == []


@pytest.mark.parametrize(
    ("filter_", "found"),
    [
        ("statuses: [AWAITING_SELLER]", 2),
        ("statuses: [CLOSED]", 1),
        ("statuses: []", 0),
        ("reasons: [ITEM_MISSING]", 1),
        ("kinds: [SUPPORT]", 3),
        ("kinds: [DIRECT, CANCELLATION]", 0),
        ("unread: true", 3),
        ("unread: false", 0),
        ("overdue: true", 1),
        ("overdue: false", 2),
        ("archived: true", 0),
        ("archived: null", 3),
        ('dueBefore: "2000-01-01T00:00:00Z"', 0),
        ('dueBefore: "2099-01-01T00:00:00Z"', 2),
    ],
)
async def test_a_filter_narrows_the_inbox(world: World, filter_: str, found: int) -> None:
    await about(world, "Old", reason="ITEM_MISSING")
    await world.advance("P3D")
    closed = await about(world, "Closed")
    await world.ok("withdrawRequest", world.buyer, requestId=closed["id"])
    await about(world, "New")
    assert len(await inbox(world, world.seller, f"(filter: {{{filter_}}})")) == found


async def test_the_counts_tell_what_is_due_soon_from_what_is_overdue(world: World) -> None:
    await about(world, "Overdue")
    await world.advance("PT30H")
    await about(world, "Later")
    await world.advance("PT20H")
    assert await counts(world, world.seller) == {"total": 2, "unread": 2, "dueSoon": 0, "overdue": 1}
    await world.advance("PT6H")
    assert await counts(world, world.seller) == {"total": 2, "unread": 2, "dueSoon": 1, "overdue": 1}
    assert await counts(world, world.buyer) | {"unread": 0} == {
        "total": 2,
        "unread": 0,
        "dueSoon": 0,
        "overdue": 0,
    }


async def test_purchases_are_not_in_the_sellers_tab(world: World) -> None:
    await about(world, "Sold")
    assert len(await inbox(world, world.buyer, "(tab: CUSTOMER_SUPPORT)")) == 0
    assert len(await inbox(world, world.seller, "(tab: CUSTOMER_SUPPORT)")) == 1
    assert (await counts(world, world.buyer, "CUSTOMER_SUPPORT"))["total"] == 0
