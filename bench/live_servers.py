"""What the live measurement measures: Amends, graphql-ws on Node and a bare socket, over one database.

Decides how each is started, alone on its processors.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from bench.serving import served
from server.secret import load_secret
from server.settings import load_settings

PEER = Path(__file__).resolve().parent / "peers" / "live"


@dataclass(frozen=True, slots=True)
class Contender:
    """A server that listens."""

    url: str
    pid: int


@dataclass(frozen=True, slots=True)
class House:
    """What all of them share."""

    database_url: str
    epoch: str
    processors: Sequence[int]


@contextmanager
def amends(house: House) -> Iterator[Contender]:
    """`./amends serve`, hearing of commits from the database as the others do."""
    with served(broadcast_url="postgres://", processors=house.processors) as server:
        yield Contender(server.url, server.pid)


def graphql_ws(house: House) -> AbstractContextManager[Contender]:
    """graphql-ws and ws on Node, with graphql-js."""
    if not (PEER / "node_modules").is_dir():
        sys.exit("Install the peer first: npm ci --prefix bench/peers/live")
    parts = urlsplit(house.database_url)
    named = parse_qs(parts.query)
    place = {
        "FEED_HOST": named.get("host", [parts.hostname or ""])[0],
        "FEED_PORT": str(parts.port or 5432),
        "FEED_DATABASE": parts.path.removeprefix("/"),
        "FEED_USER": parts.username or "",
        "FEED_PASSWORD": parts.password or "",
    }
    return _started(house, ["node", str(PEER / "graphql-ws.mjs")], place)


def bare(house: House) -> AbstractContextManager[Contender]:
    """A uvicorn application that sends bytes and knows no graph."""
    return _started(house, [sys.executable, "-m", "bench.live_bare"], {"FEED_URL": house.database_url})


CONTENDERS = {"amends": amends, "graphql-ws": graphql_ws, "bare": bare}


@contextmanager
def _started(house: House, command: Sequence[str], place: Mapping[str, str]) -> Iterator[Contender]:
    shared = {"FEED_SECRET": load_secret(load_settings()), "FEED_EPOCH": house.epoch}
    environment = {**os.environ, **shared, **place}
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)  # noqa: S603 our own
    try:
        os.sched_setaffinity(server.pid, house.processors)
        assert server.stdout is not None, "it is piped"
        url = server.stdout.readline().strip()
        if not url:
            sys.exit(f"{command[0]} did not start.")
        yield Contender(url, server.pid)
    finally:
        server.terminate()
        server.wait()
