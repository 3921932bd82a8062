"""Who answers: Amends in its variants, its peers, and the limit.

Decides how each is started and what it answers. All have the same contract: DATABASE_URL, PORT and
AMENDS_SECRET in the environment, and POST /graphql.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench import cores
from bench.asking import EVERYTHING, PAGES
from server.settings import Settings

ROOT: Final = Path(__file__).resolve().parent.parent
PEERS: Final = ROOT / "bench" / "peers"
LOGS: Final = ROOT / "bench" / "results"
STARTS_WITHIN_SECONDS: Final = 60
ENDS_WITHIN_SECONDS: Final = 20


@dataclass(frozen=True, slots=True)
class Server:
    """One that is measured; `of` is amends, python or node."""

    name: str
    title: str
    of: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    answers: tuple[str, ...] = EVERYTHING
    path: str = "/graphql"


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers, in as many processes as it was asked for."""

    ports: tuple[int, ...]
    pids: list[int]
    database: int | None
    """The database's process, where it can be found."""


def _amends(name: str, title: str, answers: tuple[str, ...], **settings: str) -> Server:
    command = (sys.executable, "-P", "-m", "server.cli", "serve", "--no-demo", "--port", "{port}")
    known = {key: value for key, value in settings.items() if key in Settings.model_fields}
    return Server(
        name, title, "amends", command, {f"AMENDS_{key.upper()}": known[key] for key in known}, answers
    )


def _python(name: str, title: str, answers: tuple[str, ...] = EVERYTHING) -> Server:
    return Server(name, title, "python", (sys.executable, "-P", "-m", f"bench.{name}"), {}, answers)


def _node(name: str, title: str, answers: tuple[str, ...] = EVERYTHING) -> Server:
    environment = {"NODE_ENV": "production"}
    return Server(name, title, "node", ("node", str(PEERS / f"{name}.mjs")), environment, answers)


SERVERS: Final[Mapping[str, Server]] = {
    server.name: server
    for server in (
        _amends("amends", "Amends", EVERYTHING, answer_cache="false"),
        _amends("amends-kept", "Amends, unchanged page from its bytes", PAGES, answer_cache="true"),
        _amends("amends-plain", "Amends, plain executor", PAGES, answer_cache="false", compiled="false"),
        _node("yoga", "Yoga with graphql-jit"),
        _node("mercurius", "Mercurius with JIT"),
        _node("apollo", "Apollo Server 5"),
        _node("postgraphile", "PostGraphile 5"),
        _node("mercurius-loaders", "Mercurius with JIT and its loaders", PAGES),
        _node("yoga-dataloader", "Yoga with graphql-jit and DataLoader", PAGES),
        _python("idiomatic", "Strawberry as its docs teach"),
        _python("raw", "Raw Starlette + asyncpg + orjson"),
    )
}
AMENDS: Final = "amends"
RAW: Final = "raw"
KEPT: Final = "amends-kept"
DOCUMENTED: Final = frozenset({"mercurius-loaders", "yoga-dataloader"})
"""Those on Node that are written as their documentation teaches; the others are tuned by hand."""


def what_is_missing(servers: list[Server]) -> str | None:
    """One line that says what must be there first, or nothing."""
    node = [server for server in servers if server.of == "node"]
    if not node:
        return None
    names = ", ".join(server.name for server in node)
    without = "or leave them out: --servers amends raw idiomatic"
    if shutil.which("node") is None:
        return f"{names}: Node.js 20 or newer is needed; {without}."
    absent = [server.name for server in node if not Path(server.command[1]).exists()]
    if absent:
        return f"There is no {', '.join(absent)} in bench/peers; {without}."
    if not (PEERS / "node_modules").is_dir():
        return f"{names}: run npm ci --ignore-scripts in bench/peers; {without}."
    return None


@contextmanager
def running(
    server: Server, database_url: str, secret: str, processors: AbstractSet[int], *, processes: int = 1
) -> Iterator[Running]:
    """Let a server answer while the block runs."""
    with ExitStack() as stack:
        started = [
            stack.enter_context(_one(server, database_url, secret, processors, number))
            for number in range(processes)
        ]
        yield Running(
            tuple(port for port, _ in started),
            [pid for _, pid in started],
            cores.database_process(database_url),
        )


@contextmanager
def _one(
    server: Server, database_url: str, secret: str, processors: AbstractSet[int], number: int
) -> Iterator[tuple[int, int]]:
    port = _free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AMENDS_")},
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": database_url,
        "PORT": str(port),
        "AMENDS_SECRET": secret,
        **server.environment,
    }
    if server.of == "amends":
        environment["AMENDS_DATABASE_URL"] = database_url
        environment["AMENDS_DATA_DIR"] = str(LOGS / "data")
        environment["AMENDS_LOG_LEVEL"] = "warning"
    LOGS.mkdir(exist_ok=True)
    log = LOGS / f"{server.name}-{number}.log"
    command = [part.format(port=port) for part in server.command]
    with log.open("w") as output, cores.on(processors):
        process = subprocess.Popen(  # noqa: S603 the servers listed above
            command, stdout=output, stderr=subprocess.STDOUT, env=environment, cwd=ROOT
        )
    try:
        _wait_for(port, process, server, log)
        yield port, process.pid
    finally:
        process.terminate()
        try:
            process.wait(ENDS_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int, process: subprocess.Popen[bytes], server: Server, log: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0 and _is_serving(server, log):
                return
        time.sleep(0.05)
    tail = "\n".join(log.read_text("utf-8", "replace").splitlines()[-10:])
    raise SystemExit(f"{server.title} did not start:\n{tail}")


def _is_serving(server: Server, log: Path) -> bool:
    """Amends takes its port before it serves, and says when it does; so do the peers."""
    said = log.read_text("utf-8", "replace")
    return ("Stop with" if server.of == "amends" else "ready") in said
