"""How long a full inbox page takes, beside the least that the same server can answer.

Decides what is asked and how it is told. The database is whatever the settings name, loaded before.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median, quantiles

import httpx
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from bench.serving import served
from server.app import make_app
from server.database import database
from server.files import open_store
from server.secret import load_secret
from server.settings import load_settings
from storage.engine import make_engine
from storage.reads.reader import reader_of

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
    with served() as server:
        url, token = server.url, server.seller_token
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
    stop = reader_of(engine).listen(lambda statement, _: statements.append(statement))
    yield statements
    stop()
    event.remove(engine.sync_engine, "before_cursor_execute", note)


if __name__ == "__main__":
    main()
