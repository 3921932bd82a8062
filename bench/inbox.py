"""How long a full inbox page takes, beside the least that the same server can answer.

Decides what is asked and how it is told. The database is whatever the settings name, loaded before.
"""

import argparse
import asyncio
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path
from statistics import median, quantiles

import httpx
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from server.app import make_app
from server.database import database
from server.files import open_store
from server.secret import load_secret
from server.settings import load_settings
from storage.engine import make_engine

HOUSE = Path(__file__).resolve().parent.parent
WARM_UP = 20
BASELINE = "{ __typename }"
PAGE = """{ viewer { inbox(tab: CUSTOMER_SUPPORT, first: 50) { totalCount nodes {
  subject unread unreadCount lastActivityAt
  lastMessage { number body createdAt author { displayName } }
  request {
    number status reason outcome dueAt overdue
    order { externalId title price { amount currencyCode } }
    buyer { displayName }
    ledgerEntries { component amount { amount } balanceAfter { amount } }
  }
} } } }"""


def main() -> None:
    """Measure, and print three lines."""
    parser = argparse.ArgumentParser(description="Measure the inbox page over HTTP.")
    parser.add_argument("--times", type=int, default=200, help="how often each query is asked")
    times = parser.parse_args().times
    with served() as (url, token):
        client = httpx.Client(headers={"authorization": f"Bearer {token}"})
        page, baseline = measure(client, f"{url}/graphql", times)
        rows = len(ask(client, f"{url}/graphql", PAGE)["data"]["viewer"]["inbox"]["nodes"])
        statements = asyncio.run(count_statements(token))
    lines = [
        f"{name:<11} p50 {median(spent):7.2f} ms   p95 {quantiles(spent, n=20)[-1]:7.2f} ms"
        for name, spent in (("inbox page", page), ("baseline", baseline))
    ]
    ratio = median(page) / median(baseline)
    lines.append(f"{rows} rows; {ratio:.1f} times the baseline; {statements} SQL statements")
    sys.stdout.write("\n".join([*lines, ""]))


@contextmanager
def served() -> Iterator[tuple[str, str]]:
    """Serve while the block runs; give the address and the seller's token, as the greeting tells them."""
    command = [str(HOUSE / "amends"), "serve", "--port", "0", "--no-demo"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 our own launcher
    try:
        assert server.stdout is not None, "it is piped"
        greeting = "".join(takewhile(lambda line: "Stop with" not in line, server.stdout))
        url = re.search(r"Amends is at (\S+)", greeting)
        token = re.search(r"seller \(\S+\)\s+(\S+)", greeting)
        if url is None or token is None:
            sys.exit("There is no demo here: run ./amends demo --scale 50 first.")
        wait_for(f"{url[1]}/readyz")
        yield url[1], token[1]
    finally:
        server.terminate()
        server.wait()


def wait_for(url: str) -> None:
    """Wait until the server answers."""
    for _ in range(200):
        try:
            if httpx.get(url).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    sys.exit(f"{url} does not answer.")


def measure(client: httpx.Client, url: str, times: int) -> tuple[list[float], list[float]]:
    """Ask for the page and the baseline in turn; give the milliseconds each took."""
    for _ in range(WARM_UP):
        ask(client, url, PAGE)
    page, baseline = [], []
    for _ in range(times):
        page.append(timed(client, url, PAGE))
        baseline.append(timed(client, url, BASELINE))
    return page, baseline


def timed(client: httpx.Client, url: str, query: str) -> float:
    """How many milliseconds one answer takes."""
    began = time.perf_counter()
    ask(client, url, query)
    return (time.perf_counter() - began) * 1000


def ask(
    client: httpx.Client, url: str, query: str
) -> dict[str, dict[str, dict[str, dict[str, list[object]]]]]:
    """Ask, and fail on any error."""
    response = client.post(url, json={"query": query})
    answer = response.json()
    if "errors" in answer:
        sys.exit(str(answer["errors"]))
    return answer  # type: ignore[no-any-return]  # JSON is what it is


async def count_statements(token: str) -> int:
    """How many SQL statements one page takes, in an application of this process."""
    settings = load_settings()
    with database(settings) as database_url:
        engine = make_engine(database_url)
        app = make_app(settings, engine, secret=load_secret(settings), files=open_store(settings))
        transport = httpx.ASGITransport(app)
        headers = {"authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://bench", headers=headers) as client:
            with counted(engine) as statements:
                (await client.post("/graphql", json={"query": PAGE})).raise_for_status()
        await engine.dispose()
    return len(statements)


@contextmanager
def counted(engine: AsyncEngine) -> Iterator[list[str]]:
    """Gather the statements that are run while the block runs."""
    statements: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        statements.append(statement)

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine.sync_engine, "before_cursor_execute", note)


if __name__ == "__main__":
    main()
