"""How live the feed is: memory of idle followers, and how long from a commit to the frame, at growing rates.

Decides what is followed, how fast is written, and when a server has had enough: frames are lost, or the p99
passes 250 ms. The server has one processor to itself; the database, the writer and the followers share the
rest. Where these can do no more, the writing falls behind what was asked, and the steps end there.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import platform
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from typing import Any

import psutil
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from bench import live_followers
from bench.live_equal import agree
from bench.live_followers import Asked, Tab, Taken
from bench.live_servers import CONTENDERS, PEER, Contender, House
from bench.live_writer import Seller, Writer, find_sellers
from domain.words import ViewerRole
from realtime.doorbell import make_doorbell
from server.auth import issue_token
from server.database import database
from server.secret import load_secret
from server.settings import load_settings
from storage import epochs
from storage.engine import make_engine

EVENTS = """subscription { inboxEvents { __typename
  ... on Ready { cursor }
  ... on FeedEvent { cursor sequence at }
  ... on ThreadStateEvent { thread { id unread } } } }"""
RATES = [250, 500, 1000, 1500, 2000, 3000, 4000, 5000, 6000, 8000, 10000, 12000]
LATE_MS = 250
GROWING = 0.9
IDLE_SECONDS = 2.0
SERVER, REST = [0], list(range(1, os.cpu_count() or 1)) or [0]

NOTHING = {"rate": 0.0, "p50_ms": 0.0, "p99_ms": 0.0}

Step = dict[str, float]


@dataclass(frozen=True, slots=True)
class Round:
    """One server, once: what an idle follower holds, and each rate that was tried."""

    kib: float
    steps: list[Step]


def main() -> None:
    """Measure, print one line for each step, and write all of it down."""
    parser = argparse.ArgumentParser(description="Measure the live feed over real sockets.")
    parser.add_argument("--servers", nargs="+", default=list(CONTENDERS), choices=list(CONTENDERS))
    parser.add_argument("--sellers", type=int, default=200)
    parser.add_argument("--tabs", type=int, default=10, help="followers of each seller's inbox")
    parser.add_argument("--rates", type=int, nargs="+", default=RATES, help="events a second")
    parser.add_argument("--seconds", type=float, default=5, help="how long each rate is held")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--json", type=Path, help="where to write what came out")
    chosen = parser.parse_args()
    os.sched_setaffinity(0, REST)
    with database(load_settings()) as url:
        asyncio.run(measure(url, chosen))


async def measure(url: str, chosen: argparse.Namespace) -> None:
    """Take the servers in turn, round after round."""
    engine = make_engine(url, pool_size=20)
    house = House(url, await epochs.current(engine), SERVER)
    sellers = await find_sellers(engine, chosen.sellers)
    rounds: dict[str, list[Round]] = {name: [] for name in chosen.servers}
    async with make_doorbell("postgres://", url) as bell:
        writer = Writer(engine, bell, sellers)
        await agree(chosen.servers, house, writer, tab_of(sellers[0]), EVENTS)
        for _ in range(chosen.rounds):
            for name in chosen.servers:
                rounds[name].append(await one(name, house, writer, sellers, chosen))
    if chosen.json is not None:
        found = {
            "command": "python -m bench.live " + shlex.join(sys.argv[1:]),
            "date": datetime.now(UTC).date().isoformat(),
            "machine": machine(),
            "versions": await versions(engine),
            "servers": [summary(name, each, chosen.tabs) for name, each in rounds.items()],
        }
        chosen.json.write_text(json.dumps(found, indent=2) + "\n")
    await engine.dispose()


async def one(
    name: str, house: House, writer: Writer, sellers: Sequence[Seller], chosen: argparse.Namespace
) -> Round:
    """Measure one server once, until it cannot keep up."""
    tabs = [tab for seller in sellers for tab in [tab_of(seller)] * chosen.tabs]
    with CONTENDERS[name](house) as server:
        before = memory(server.pid)
        with following(server, tabs) as crowd:
            await asyncio.sleep(IDLE_SECONDS)
            found = Round((memory(server.pid) - before) / len(tabs) / 2**10, [])
            tell(f"{name}: {len(tabs)} idle followers, {found.kib:.1f} KiB each on {before / 2**20:.0f} MiB")
            for rate in chosen.rates:
                step = await take_step(server, crowd, writer, rate, chosen)
                found.steps.append(step)
                tell(f"{name}: " + ", ".join(f"{key} {value:g}" for key, value in step.items()))
                if not is_good(step) or step["rate"] < GROWING * max(each["rate"] for each in found.steps):
                    break
    return found


def tab_of(seller: Seller) -> Tab:
    """Give what a follower of a seller's inbox says of itself: a token to Amends, a number to the others."""
    token = issue_token(load_secret(load_settings()), seller.username, ViewerRole.MEMBER, ttl_seconds=7200)
    return Tab({"authorization": f"Bearer {token}", "account": seller.account_id})


@contextmanager
def following(server: Contender, tabs: Sequence[Tab]) -> Iterator[Connection]:
    """Let a crowd follow while the block runs; it is complete when the block begins."""
    spawn = multiprocessing.get_context("spawn")
    pipe, theirs = spawn.Pipe()
    crowd = spawn.Process(target=live_followers.main, args=(theirs, server.url, EVENTS, tabs, REST))
    crowd.start()
    theirs.close()
    try:
        pipe.recv()
        yield pipe
        pipe.send(None)
    finally:
        crowd.join(timeout=10)
        crowd.kill()


async def take_step(
    server: Contender, crowd: Connection, writer: Writer, rate: int, chosen: argparse.Namespace
) -> Step:
    """Hold one rate for a while; give what was written, what came, and how late."""
    used = processor_seconds(server.pid)
    written = await writer.write(rate, chosen.seconds)
    expected = written.events * chosen.tabs
    crowd.send(Asked(expected, written.committed))
    taken: Taken = await asyncio.to_thread(crowd.recv)
    used = processor_seconds(server.pid) - used
    late = taken.latencies
    return {
        "asked": rate,
        "rate": round(written.events / written.seconds, 1),
        "frames": taken.frames,
        "lost": expected - taken.frames,
        "p50_ms": round(1000 * late[len(late) // 2], 1) if late else 0.0,
        "p99_ms": round(1000 * late[len(late) * 99 // 100], 1) if late else 0.0,
        "processor_us_per_frame": round(used * 1e6 / max(taken.frames, 1), 1),
    }


def is_good(step: Step) -> bool:
    """Whether everything that was written came, and in time."""
    return not step["lost"] and step["p99_ms"] < LATE_MS


def summary(name: str, rounds: Sequence[Round], tabs: int) -> dict[str, Any]:
    """Give a server's medians over the rounds; its rate is the highest that it kept up with."""
    best = [
        max((step for step in each.steps if is_good(step)), key=lambda step: step["rate"], default=NOTHING)
        for each in rounds
    ]
    middle = {key: median(step[key] for step in best) for key in NOTHING}
    return {
        "name": name,
        **middle,
        "frames_per_second": middle["rate"] * tabs,
        "kib_per_follower": round(median(each.kib for each in rounds), 1),
        "steps": [each.steps for each in rounds],
    }


async def versions(engine: AsyncEngine) -> dict[str, str]:
    """Give what was measured with."""
    async with engine.connect() as connection:
        server = (await connection.execute(sa.text("SHOW server_version"))).scalar_one()
    node = await asyncio.create_subprocess_exec("node", "--version", stdout=asyncio.subprocess.PIPE)
    said = (await node.communicate())[0].decode().strip()
    peers = json.loads((PEER / "package.json").read_text())["dependencies"]
    ours = {name: version(name) for name in ("uvicorn", "uvloop", "websockets", "strawberry-graphql")}
    python = {"python": platform.python_version(), "postgresql": server, "node": said}
    return python | ours | {name: peers[name] for name in ("graphql", "graphql-ws", "ws")}


def machine() -> str:
    """Say on what, in a few words."""
    with Path("/proc/cpuinfo").open() as lines:
        model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    memory_size = psutil.virtual_memory().total / 2**30
    return f"{os.cpu_count()} processors, {model or platform.machine()}, {memory_size:.0f} GiB"


def tell(line: str) -> None:
    """Print at once: a step takes a while."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def memory(pid: int) -> int:
    """What a server holds, in bytes; its database is a process of its own."""
    return int(psutil.Process(pid).memory_info().rss)


def processor_seconds(pid: int) -> float:
    """How long a server has been computing."""
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


if __name__ == "__main__":
    main()
