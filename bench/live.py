"""How live the feed is: memory of idle followers, and how long from a commit to the frame, at growing rates.

Decides what is followed and written. The server is `./amends serve` on one processor; this process (clients
and writer) and the database are on the others. Each event is a real change: a seller marks a conversation
unread, or reads it, and all tabs of that seller are told.
"""

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import median, quantiles

import psutil
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from bench.serving import Served, served
from domain.words import ViewerRole
from realtime.doorbell import Doorbell, make_doorbell
from server.auth import issue_token
from storage import inbox
from storage.engine import make_engine
from storage.tables import accounts, inbox_entries
from storage.transaction import transaction

EVENTS = """subscription { inboxEvents { __typename
  ... on Ready { cursor }
  ... on FeedEvent { cursor sequence at }
  ... on ThreadStateEvent { thread { id unread } } } }"""
CONNECTING_AT_ONCE = 50
LATE_SECONDS = 0.25
SETTLE_SECONDS = 2.0
MOST_PENDING = 100


@dataclass(slots=True)
class Seller:
    """A seller whose inbox is followed, and a conversation in it."""

    account_id: int
    username: str
    owner_id: int
    thread_id: int
    committed: dict[str, float] = field(default_factory=dict)  # the event's own instant → when it was durable


def main() -> None:
    """Measure, and print what came out as one line for each step."""
    parser = argparse.ArgumentParser(description="Measure the live feed over real sockets.")
    parser.add_argument("--sellers", type=int, default=200)
    parser.add_argument("--tabs", type=int, default=10, help="followers of each seller's inbox")
    parser.add_argument(
        "--rates", type=int, nargs="+", default=[10, 25, 50, 100, 200], help="events a second"
    )
    parser.add_argument("--seconds", type=float, default=10, help="how long each rate is held")
    chosen = parser.parse_args()
    with served(broadcast_url="postgres://", processors=[0]) as server:
        os.sched_setaffinity(0, set(range(1, os.cpu_count() or 1)) or {0})
        asyncio.run(measure(server, chosen))


async def measure(server: Served, chosen: argparse.Namespace) -> None:
    """Connect everyone, then write faster and faster."""
    engine = make_engine(server.database_url, pool_size=20)
    sellers = await find_sellers(engine, chosen.sellers)
    before = memory(server.pid)
    latencies: list[float] = []
    async with make_doorbell("postgres://", server.database_url) as bell:
        followers = await everyone(server, sellers, chosen.tabs, latencies)
        after = memory(server.pid)
        each = (after - before) / len(followers) / 2**10
        tell(
            f"{len(followers)} idle followers: {each:.1f} KiB each"
            f" ({before / 2**20:.0f} MiB before, {after / 2**20:.0f} MiB after)"
        )
        for rate in chosen.rates:
            latencies.clear()
            written = await write(engine, bell, sellers, rate, chosen.seconds)
            expected = written * chosen.tabs
            await settle(latencies, expected)
            report(rate, written / chosen.seconds, latencies, expected)
            if len(latencies) < expected or quantiles(latencies, n=100)[98] > LATE_SECONDS:
                break
    for follower in followers:
        follower.cancel()
    await asyncio.gather(*followers, return_exceptions=True)
    await engine.dispose()


async def find_sellers(engine: AsyncEngine, most: int) -> list[Seller]:
    """Sellers with a conversation in their inbox."""
    entries = inbox_entries.c
    some = (
        sa.select(accounts.c.id, accounts.c.username, entries.owner_id, sa.func.min(entries.thread_id))
        .join(inbox_entries, entries.account_id == accounts.c.id)
        .where(entries.owner_id == accounts.c.id)
        .group_by(accounts.c.id, accounts.c.username, entries.owner_id)
        .order_by(accounts.c.id)
        .limit(most)
    )
    async with engine.connect() as connection:
        found = [Seller(*row) for row in await connection.execute(some)]
    if len(found) < most:
        sys.exit(f"There are {len(found)} sellers here: run ./amends demo --scale 50 first.")
    return found


async def everyone(
    server: Served, sellers: Sequence[Seller], tabs: int, latencies: list[float]
) -> list[asyncio.Task[None]]:
    """Let all tabs follow; give their tasks once the last is up to date."""
    at_once = asyncio.Semaphore(CONNECTING_AT_ONCE)
    ready = asyncio.Semaphore(0)
    tasks = [
        asyncio.create_task(follow(server, seller, at_once, ready, latencies))
        for seller in sellers
        for _ in range(tabs)
    ]
    for _ in tasks:
        await ready.acquire()
    return tasks


async def follow(
    server: Served,
    seller: Seller,
    at_once: asyncio.Semaphore,
    ready: asyncio.Semaphore,
    latencies: list[float],
) -> None:
    """One tab, and how long after its commit each event came."""
    token = issue_token(server.secret, seller.username, ViewerRole.MEMBER, ttl_seconds=3600)
    async with at_once:
        socket = await connect(
            server.url.replace("http", "ws") + "/graphql",
            subprotocols=[Subprotocol("graphql-transport-ws")],
            compression=None,
            ping_interval=None,
        )
        await begin(socket, token)
    async with socket:
        async for text in socket:
            now = time.perf_counter()
            frame = json.loads(text)
            if frame["type"] == "ping":
                await socket.send('{"type":"pong"}')
                continue
            event = frame["payload"]["data"]["inboxEvents"]
            if event["__typename"] == "Ready":
                ready.release()
            else:
                latencies.append(now - seller.committed.get(event["at"], now))


async def begin(socket: ClientConnection, token: str) -> None:
    """Say who follows, and what."""
    await socket.send(
        json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}})
    )
    await socket.recv()
    await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": {"query": EVENTS}}))


async def write(
    engine: AsyncEngine, bell: Doorbell, sellers: Sequence[Seller], rate: int, seconds: float
) -> int:
    """Change conversations in turn, so many a second; give how many changes there were to tell of."""
    began = time.perf_counter()
    count = round(rate * seconds)
    pending: set[asyncio.Task[int]] = set()
    told = 0
    for number in range(count):
        await asyncio.sleep(max(began + number / rate - time.perf_counter(), 0))
        task = asyncio.create_task(change(engine, bell, sellers[number % len(sellers)]))
        pending.add(task)
        if len(pending) > MOST_PENDING:
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            told += sum(task.result() for task in done)
    return told + sum(await asyncio.gather(*pending))


async def change(engine: AsyncEngine, bell: Doorbell, seller: Seller) -> int:
    """Mark a conversation unread or read in turn; give how many events that was, none if it was so."""
    at = datetime.now(UTC)
    before = len(seller.committed)
    key = seller.account_id, seller.owner_id, seller.thread_id
    async with transaction(engine, lambda names: committed(bell, names, seller, at)) as connection:
        if len(seller.committed) % 2:
            await inbox.mark_read(connection, *key, up_to_number=1, at=at)
        else:
            await inbox.mark_unread(connection, *key, at=at)
    return len(seller.committed) - before


def committed(bell: Doorbell, names: Collection[str], seller: Seller, at: datetime) -> None:
    """Note when it became durable, then ring."""
    if not names:
        return
    seller.committed[at.isoformat().replace("+00:00", "Z")] = time.perf_counter()
    bell.ring(names)


async def settle(latencies: list[float], expected: int) -> None:
    """Wait for the last frames, as long as any come."""
    seen = -1
    while len(latencies) < expected and len(latencies) > seen:
        seen = len(latencies)
        await asyncio.sleep(SETTLE_SECONDS)


def report(rate: int, reached: float, latencies: Sequence[float], expected: int) -> None:
    """Print one step."""
    milliseconds = [1000 * latency for latency in latencies]
    tell(
        f"{rate:>5} events/s asked, {reached:7.1f} written, {len(latencies):>7} of {expected} frames, commit"
        f" to frame p50 {median(milliseconds):7.1f} ms, p99 {quantiles(milliseconds, n=100)[98]:7.1f} ms"
    )


def tell(line: str) -> None:
    """Print at once: a step takes a while."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def memory(pid: int) -> int:
    """What a process and its children hold, in bytes."""
    process = psutil.Process(pid)
    return sum(
        each.memory_info().rss for each in (process, *process.children(recursive=True)) if is_ours(each)
    )


def is_ours(process: psutil.Process) -> bool:
    """Not the embedded database's."""
    return "python" in process.name()


if __name__ == "__main__":
    main()
