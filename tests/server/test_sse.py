"""Event streams: what graphql-sse expects of a server, in distinct connections mode."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from graphql import GraphQLError

from server.live_limits import LiveLimits
from tests.server.live import Live, live, nothing_logged, platform_token
from tests.server.stage import PATIENCE_SECONDS, Told, eventually

FOLLOW = "subscription { told { text } }"
EVENTS = {"accept": "text/event-stream"}
QUICK = LiveLimits(keep_alive_seconds=0.2, send_seconds=1, connections_per_viewer=1)


@pytest.fixture
async def served(database_url: str, tmp_path: Path) -> AsyncIterator[Live]:
    async with live(database_url, tmp_path) as served:
        yield served


@pytest.fixture
async def quick(database_url: str, tmp_path: Path) -> AsyncIterator[Live]:
    async with live(database_url, tmp_path, limits=QUICK) as served:
        yield served


class Stream:
    """The events of one answer."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.aiter_lines()

    async def block(self) -> list[str]:
        """Give the lines up to the next empty one; none at the end."""
        lines: list[str] = []
        async with asyncio.timeout(PATIENCE_SECONDS):
            async for line in self._lines:
                if not line:
                    break
                lines.append(line)
        return lines

    async def event(self) -> list[str]:
        """Give the lines of the next event, past all comments; none at the end."""
        while (lines := await self.block()) == [":"]:
            pass
        return lines


@asynccontextmanager
async def following(
    http: httpx.AsyncClient, query: str = FOLLOW, *, method: str = "POST", **headers: str
) -> AsyncIterator[Stream]:
    carried: dict[str, Any] = {"params" if method == "GET" else "json": {"query": query}}
    async with http.stream(method, "/graphql", headers=EVENTS | headers, **carried) as response:
        yield Stream(response)


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_subscription_is_told_as_events_and_completes(served: Live, method: str) -> None:
    async with nothing_logged(), served.http() as http, following(http, method=method) as stream:
        assert stream.response.status_code == 200
        headers = stream.response.headers
        assert headers["content-type"] == "text/event-stream; charset=utf-8"
        assert (headers["cache-control"], headers["x-accel-buffering"]) == ("no-cache", "no")
        await served.stage.followed_by(1)
        served.stage.tell(Told(text="zwei\nZeilen", cursor="c1"))
        event, identity, data = await stream.event()
        assert (event, identity) == ("event: next", "id: c1")
        assert json.loads(data.removeprefix("data: ")) == {"data": {"told": {"text": "zwei\nZeilen"}}}
        served.stage.tell(Told(text="b"))
        assert await stream.event() == ["event: next", 'data: {"data":{"told":{"text":"b"}}}']
        served.stage.tell(None)
        assert await stream.event() == ["event: complete", "data:"]
        assert await stream.event() == []
    await served.stage.followed_by(0)


async def test_the_last_event_id_is_where_the_stream_goes_on(served: Live) -> None:
    async with served.http() as http:
        async with following(http, **{"last-event-id": "c7"}):
            await served.stage.followed_by(1)
        async with following(http, **{"last-event-id": ""}):
            await eventually(lambda: len(served.stage.last_event_ids) == 2)
    assert served.stage.last_event_ids == ["c7", None]


async def test_queries_and_mutations_are_one_event_and_completion(served: Live) -> None:
    served.stage.released.set()
    async with nothing_logged(), served.http(platform_token()) as http:
        for query, data in [
            ("{ role }", {"role": "PLATFORM"}),
            ('mutation { change(name: "a") }', {"change": "a"}),
        ]:
            async with following(http, query) as stream:
                assert stream.response.headers["content-type"] == "text/event-stream; charset=utf-8"
                event, told = await stream.event()
                assert event == "event: next"
                assert json.loads(told.removeprefix("data: ")) == {"data": data}
                assert await stream.event() == ["event: complete", "data:"]


@pytest.mark.parametrize(
    ("query", "status", "sentence"),
    [
        ("", 400, "query must be"),
        ("{", 400, "Syntax Error"),
        ("subscription { nothing }", 400, "Cannot query field"),
        ("subscription($t: String!) { told(topic: $t) { text } }", 400, "Variable '$t'"),
        ("subscription a { told { text } } subscription b { told { text } }", 400, "several operations"),
    ],
)
async def test_what_does_not_run_is_told_with_its_status_in_json(
    served: Live, query: str, status: int, sentence: str
) -> None:
    async with nothing_logged(), served.http() as http, following(http, query) as stream:
        assert stream.response.status_code == status
        assert stream.response.headers["content-type"].endswith("json")
        assert sentence in (await stream.response.aread()).decode()


async def test_a_bad_token_and_a_changing_get_have_their_status(served: Live) -> None:
    async with served.http("nonsense") as http, following(http) as stream:
        assert stream.response.status_code == 401
    async with served.http() as http, following(http, "mutation { change }", method="GET") as stream:
        assert stream.response.status_code == 405


async def test_a_subscription_needs_a_client_that_takes_events(served: Live) -> None:
    async with served.http() as http:
        for accept in ("application/json", "*/*", "text/event-stream;q=0"):
            answer = await http.post("/graphql", json={"query": FOLLOW}, headers={"accept": accept})
            assert "Accept: text/event-stream" in answer.json()["errors"][0]["message"]
        # one that takes them only if need be gets them for what needs them, and an answer otherwise
        either = "application/graphql-response+json, application/json, text/event-stream"
        async with following(http, accept=either) as stream:
            assert stream.response.headers["content-type"] == "text/event-stream; charset=utf-8"
        async with following(http, "{ role }", accept=either) as stream:
            assert stream.response.headers["content-type"] == "application/graphql-response+json"


@pytest.mark.parametrize(
    ("error", "sentence"),
    [(GraphQLError("Read again."), "Read again."), (KeyError("swordfish"), "reference")],
)
async def test_a_stream_that_fails_says_so_and_completes(
    served: Live, error: Exception, sentence: str
) -> None:
    async with served.http() as http, following(http) as stream:
        await served.stage.followed_by(1)
        served.stage.tell(error)
        event, data = await stream.event()
        assert event == "event: next"
        assert sentence in data
        assert "swordfish" not in data
        assert await stream.event() == ["event: complete", "data:"]


async def test_a_stream_without_news_shows_that_it_lives(quick: Live) -> None:
    async with quick.http() as http, following(http) as stream:
        for _ in range(3):
            assert await stream.block() == [":"]


async def test_a_client_that_leaves_leaves_nothing_behind(served: Live) -> None:
    before = len(asyncio.all_tasks())
    async with nothing_logged():
        async with served.http() as http, following(http), following(http):
            await served.stage.followed_by(2)
        await served.stage.followed_by(0)
        await eventually(lambda: len(asyncio.all_tasks()) <= before)


async def test_a_viewer_has_so_many_streams_and_no_more(quick: Live) -> None:
    async with nothing_logged(), quick.http(platform_token()) as http, following(http):
        await quick.stage.followed_by(1)
        async with following(http) as second:
            assert second.response.status_code == 429
            assert second.response.headers["retry-after"] == "1"


async def test_a_client_that_stops_reading_is_cut_off_and_harms_nobody(quick: Live) -> None:
    host, port = quick.host.split(":")
    body = json.dumps({"query": "subscription { flood(size: 100000) { text } }"})
    head = (
        f"POST /graphql HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nContent-Length: {len(body)}\r\n"
    )
    async with nothing_logged(), quick.http(platform_token()) as http, following(http) as reading:
        await quick.stage.followed_by(1)
        _, writer = await asyncio.open_connection(host, int(port), limit=1000)
        writer.write(f"{head}Content-Type: application/json\r\n\r\n{body}".encode())
        await eventually(lambda: quick.stage.floods == 1)
        await eventually(lambda: quick.stage.floods == 0)
        assert quick.stage.flooded * 100_000 < 20_000_000  # no more than the system's own buffers
        quick.stage.tell(Told(text="b"))
        assert await reading.event() == ["event: next", 'data: {"data":{"told":{"text":"b"}}}']
        writer.transport.abort()
