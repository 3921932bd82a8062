"""The whole application passes graphql-http's audit of GraphQL-over-HTTP: every one of its rules."""

import json
from pathlib import Path

from schema.graph import graph
from tests.live.node import run
from tests.server.live import live


async def test_every_audit_of_graphql_over_http_passes(database_url: str, tmp_path: Path) -> None:
    async with live(database_url, tmp_path, graph=graph) as served:
        output = await run("audit.mjs", f"http://{served.host}/graphql")
    results = [json.loads(line) for line in output.splitlines()]
    assert [result for result in results if result["status"] != "ok"] == []
    assert len(results) == 61
