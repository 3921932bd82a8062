"""What an operator's monitoring is told, over real HTTP and by several processes."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.words import ViewerRole
from schema.graph import graph
from server.auth import issue_token
from server.metrics import MOST_REASONS, OTHER, Metrics
from tests.live.processes import SECRET, environment_of
from tests.schema.kept import laid_out
from tests.server.live import authorization, live, token

TOKEN = "a token for metrics"
INBOX = "{ viewer { inbox { totalCount } } }"


def read(text: str) -> dict[str, float]:
    """Give each sample by its name and labels."""
    return {
        sample.name + "".join(f" {value}" for _, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def numbers(http: httpx.AsyncClient) -> dict[str, float]:
    answer = await http.get("/metrics", headers=authorization(TOKEN))
    assert answer.headers["content-type"].startswith("text/plain")
    return read(answer.text)


async def test_it_tells_what_was_asked_and_what_answered(
    engine: AsyncEngine, database_url: str, tmp_path: Path
) -> None:
    await laid_out(engine)
    async with (
        live(database_url, tmp_path, graph=graph, metrics_token=TOKEN) as server,
        server.http(token("ann")) as http,
        server.socket(token("ann")),
    ):
        tag = ""
        for _ in range(3):
            answer = await http.get("/graphql", params={"query": INBOX}, headers={"if-none-match": tag})
            tag = answer.headers["etag"]
        await http.post("/graphql", json={"query": "{ nothing }"})
        await http.post("/graphql", json={"query": "mutation { joinWaitlist(input: {}) { __typename } }"})
        await http.get("/graphql", headers=authorization("nonsense"))
        found = await numbers(http)
    assert found["amends_http_operations_total query ok"] == 1
    assert found["amends_http_operations_total query unchanged"] == 2
    assert found["amends_http_operations_total mutation ok"] == 1
    assert found["amends_http_operation_seconds_count query"] >= 3
    assert found["amends_kept_answers_asked_total hit"] == 2
    assert found["amends_kept_answers_asked_total miss"] == 1
    assert found["amends_kept_answers"] == 1
    assert found["amends_kept_answers_bytes"] > 100
    assert found["amends_version_checks_total"] == 3
    assert found["amends_compiled_answers_total"] == 2
    assert found["amends_live_connections"] == 1
    assert found["amends_database_connections_most"] == 10


async def test_it_holds_nothing_of_a_client(engine: AsyncEngine, database_url: str, tmp_path: Path) -> None:
    await laid_out(engine)
    async with (
        live(database_url, tmp_path, graph=graph, metrics_token=TOKEN) as server,
        server.http(token("ann")) as http,
    ):
        for number in range(30):
            query = f"query Mine{number} {{ viewer {{ n{number}: user {{ username }} }} }}"
            await http.post("/graphql", json={"query": query})
        answer = await http.get("/metrics", headers=authorization(TOKEN))
    assert "ann" not in answer.text
    assert "Mine" not in answer.text
    assert len(answer.text.splitlines()) < 200


async def test_only_who_has_the_token_is_told(database_url: str, tmp_path: Path) -> None:
    async with (
        live(database_url, tmp_path, graph=graph, metrics_token=TOKEN) as server,
        server.http() as http,
    ):
        assert (await http.get("/metrics")).status_code == 401
        refused = await http.get("/metrics", headers=authorization(TOKEN + "x"))
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
        assert (await http.get("/metrics", headers=authorization(TOKEN))).status_code == 200


async def test_without_a_token_there_is_no_such_page(database_url: str, tmp_path: Path) -> None:
    async with live(database_url, tmp_path, graph=graph) as server, server.http() as http:
        assert (await http.get("/metrics")).status_code == 404


def test_many_reasons_are_put_together() -> None:
    metrics = Metrics()
    counted: dict[str, float] = {}
    metrics.count_each("amends_things", "Things", "reason", lambda: counted)
    for number in range(3 * MOST_REASONS):
        counted[f"reason {number}"] = 1
        metrics.take()
    found = read(metrics.told().decode())
    assert sum(value for name, value in found.items() if "_total" in name) == 3 * MOST_REASONS
    assert found[f"amends_things_total {OTHER}"] == 2 * MOST_REASONS


def test_what_was_taken_is_not_taken_twice() -> None:
    metrics, counted = Metrics(), [0]
    metrics.count("amends_things", "Things", lambda: counted[-1])
    for number in (3, 3, 5):
        counted.append(number)
        metrics.take()
    assert read(metrics.told().decode())["amends_things_total"] == 5


@contextmanager
def served_by_two(database_url: str, folder: Path) -> Iterator[str]:
    """Serve from two processes behind one address; give it."""
    environment = environment_of(database_url, folder, metrics_token=TOKEN)
    command = [
        sys.executable,
        "-P",
        "-m",
        "server.cli",
        "serve",
        "--port",
        "0",
        "--no-demo",
        "--workers",
        "2",
    ]
    with subprocess.Popen(command, env=environment, cwd="/", stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        found = (re.search(r"http://127\.0\.0\.1:\d+", line) for line in child.stdout)
        try:
            yield next(match[0] for match in found if match)
        finally:
            child.terminate()


async def test_each_of_several_processes_tells_the_sum(
    engine: AsyncEngine, database_url: str, tmp_path: Path
) -> None:
    await laid_out(engine)
    bearer = issue_token(SECRET, "ann", ViewerRole.MEMBER, ttl_seconds=600)

    async def told(url: str) -> float:
        async with httpx.AsyncClient(base_url=url, timeout=60) as http:  # to meet one or the other
            return (await numbers(http)).get("amends_http_operations_total query ok", 0)

    with served_by_two(database_url, tmp_path) as url:
        for _ in range(20):
            async with httpx.AsyncClient(base_url=url, headers=authorization(bearer), timeout=60) as http:
                assert (await http.get("/graphql", params={"query": INBOX})).status_code == 200
        assert [await told(url) for _ in range(8)] == [20.0] * 8
