"""Over real HTTP: a GET is told when nothing has changed, and nothing old is served, whoever asks where."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.words import Scope, ViewerRole
from schema.graph import graph
from server.auth import issue_token
from tests.live.processes import SECRET as THEIR_SECRET
from tests.live.processes import environment_of, serving
from tests.schema.kept import laid_out
from tests.schema.world import World
from tests.server.live import authorization, live, token

INBOX = "{ viewer { inbox { totalCount nodes { subject unreadCount lastMessage { number } } } } }"
SAID = "query($id: ID!) { thread(id: $id) { lastMessage { number } } }"
SAY = "mutation($input: SendMessageInput!) { sendMessage(input: $input) { message { number } } }"
GRAPHQL = "application/graphql-response+json"
WRITERS, READERS, MESSAGES = 3, 6, 25


@pytest.fixture
async def world(engine: AsyncEngine) -> World:
    """A world with one request in it."""
    return await laid_out(engine)


@pytest.fixture
async def http(world: World, database_url: str, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of its seller's."""
    async with (
        live(database_url, tmp_path, graph=graph) as server,
        server.http(token("ann"), accept="application/json") as http,
    ):
        yield http


async def get(http: httpx.AsyncClient, query: str = INBOX, **headers: str) -> httpx.Response:
    return await http.get("/graphql", params={"query": query}, headers=headers)


async def test_a_get_of_what_is_known_is_told_that_it_still_holds(
    http: httpx.AsyncClient, world: World
) -> None:
    first = await get(http)
    tag = first.headers["etag"]
    assert first.headers["cache-control"] == "private, no-cache"
    assert first.headers["vary"] == "authorization, accept"
    again = await get(http, **{"if-none-match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert "content-type" not in again.headers
    await world.open_request(await world.delivered_order())
    changed = await get(http, **{"if-none-match": tag})
    assert (changed.status_code, changed.json()["data"]["viewer"]["inbox"]["totalCount"]) == (200, 1)
    assert changed.headers["etag"] != tag


@pytest.mark.parametrize(
    ("known", "status"),
    [("*", 304), ("{tag}", 304), ("{bare}", 304), ('"other", {tag}', 304), ('"other"', 200), ("", 200)],
)
async def test_tags_are_compared_weakly_and_in_lists(
    http: httpx.AsyncClient, known: str, status: int
) -> None:
    tag = (await get(http)).headers["etag"]
    assert tag.startswith('W/"')
    told = known.format(tag=tag, bare=tag.removeprefix("W/"))
    assert (await get(http, **{"if-none-match": told})).status_code == status


async def test_a_post_is_answered_whole(http: httpx.AsyncClient) -> None:
    got = await get(http)
    posted = await http.post("/graphql", json={"query": INBOX}, headers={"if-none-match": "*"})
    assert (posted.status_code, posted.content) == (200, got.content)
    assert "etag" not in posted.headers


async def test_each_media_type_is_named_as_it_was_asked_for(http: httpx.AsyncClient) -> None:
    plain, newer = await get(http), await get(http, accept=GRAPHQL)
    assert plain.content == newer.content
    assert (plain.headers["content-type"], newer.headers["content-type"]) == ("application/json", GRAPHQL)


async def test_errors_have_no_tag(http: httpx.AsyncClient) -> None:
    for query in ("{ nothing }", '{ policy(version: "never was") { version } }'):
        answer = await get(http, query)
        assert "errors" in answer.json()
        assert "etag" not in answer.headers


async def test_what_a_token_may_not_read_is_not_served_from_what_another_may(
    http: httpx.AsyncClient,
) -> None:
    balance = "{ viewer { seller { ledger { balance { posted { amount } } } } } }"
    owner = await get(http, balance)
    reader = token("ann", ViewerRole.PARTNER, Scope.REQUESTS_READ)
    narrow = await get(http, balance, **authorization(reader), **{"if-none-match": owner.headers["etag"]})
    assert "errors" not in owner.json()
    assert "errors" in narrow.json()
    asked = "{ viewer { user { username } } }"
    own, other = await get(http, asked), await get(http, asked, **authorization(token("stan")))
    assert [each.json()["data"]["viewer"]["user"]["username"] for each in (own, other)] == ["ann", "stan"]
    assert own.headers["etag"] != other.headers["etag"]
    nobody = await get(http, authorization="Bearer nothing")
    assert nobody.status_code == 401


async def test_with_the_setting_off_everything_is_made_anew_and_tags_still_hold(
    world: World, database_url: str, tmp_path: Path
) -> None:
    async with (
        live(database_url, tmp_path, graph=graph, answer_cache=False) as server,
        server.http(token("ann")) as http,
    ):
        tag = (await get(http)).headers["etag"]
        assert (await get(http, **{"if-none-match": tag})).status_code == 304
        await world.open_request(await world.delivered_order())
        assert (await get(http, **{"if-none-match": tag})).status_code == 200


# ── never older than a commit that was over before the question ──


async def test_no_answer_is_older_than_a_commit_that_was_over_before(
    world: World, database_url: str, tmp_path: Path
) -> None:
    async with live(database_url, tmp_path, graph=graph) as server:
        await race(world, [f"http://{server.host}"], token)


async def test_nor_is_one_of_another_process(world: World, database_url: str, tmp_path: Path) -> None:
    def their_token(name: str) -> str:
        return issue_token(THEIR_SECRET, name, ViewerRole.MEMBER, ttl_seconds=600)

    environment = environment_of(database_url, tmp_path, broadcast_url="postgres://")
    with serving(2, environment) as processes:
        await race(world, [f"http://{process.host}" for process in processes], their_token)


async def race(world: World, hosts: list[str], token_of: Any) -> None:
    """Writers write at one host or the other; readers remember what was over when they began to ask."""
    request = await world.open_request(await world.delivered_order())
    thread = request["thread"]["id"]
    over, old, asked, unchanged = 0, [], 0, 0
    writing = WRITERS

    async def write(number: int) -> None:
        nonlocal over, writing
        name = ("ann", "bob")[number % 2]
        async with client(hosts[number % len(hosts)], token_of(name)) as http:
            for _ in range(MESSAGES):
                said = {"input": {"threadId": thread, "body": "Hello"}}
                answer = await http.post("/graphql", json={"query": SAY, "variables": said})
                over = max(over, answer.json()["data"]["sendMessage"]["message"]["number"])
        writing -= 1

    async def read(number: int) -> None:
        nonlocal asked, unchanged
        name = ("bob", "ann")[number % 2]
        params = {"query": SAID, "variables": f'{{"id": "{thread}"}}'}
        tag, known = "", 0
        async with client(hosts[number // 2 % len(hosts)], token_of(name)) as http:
            while writing:
                least = over
                answer = await http.get("/graphql", params=params, headers={"if-none-match": tag})
                asked += 1
                if answer.status_code == 304:
                    unchanged += 1
                else:
                    tag = answer.headers["etag"]
                    known = answer.json()["data"]["thread"]["lastMessage"]["number"]
                if known < least:
                    old.append((known, least))

    async with asyncio.TaskGroup() as group:
        for number in range(WRITERS):
            group.create_task(write(number))
        for number in range(READERS):
            group.create_task(read(number))
    assert old == []
    assert unchanged > 0, f"of {asked} questions none met an unchanged answer: nothing was raced for"


def client(host: str, bearer: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=host, headers=authorization(bearer), timeout=60)
