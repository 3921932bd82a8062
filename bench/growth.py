"""How it grows: the inbox with its rows and with processes, and pages with the number of messages.

Decides the sizes, and how a database is filled with millions of messages: PostgreSQL copies words into the
conversations of everyone but the measured seller, in a database of its own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import repeat
from statistics import median
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import uvloop

from bench import asking, cores, preparing
from bench.rounds import Bench, Place, Plan, Seen, tell, timed
from bench.servers import Server, running

ROWS: Final = (1, 10, 50, 100)
PROCESSES: Final = (1, 2)
ROUNDS_AT_MOST: Final = 3
DATABASE: Final = "bench_messages"
WITH_MESSAGES: Final = ("inbox", "thread", "send-message")
MISSING: Final = "SELECT greatest($1 - count(*), 0) FROM messages"
THREADS: Final = "SELECT count(*) FROM threads WHERE owner_id <> $1"
MORE: Final = """INSERT INTO messages
  (owner_id, thread_id, number, author_id, party, kind, body, created_at, search)
SELECT t.owner_id, t.id, t.last_message_number + place, t.member_id, 'BUYER', 'TEXT', said.body,
  t.last_activity_at, array_to_tsvector(ARRAY['@' || t.owner_id, '@' || t.member_id])
    || to_tsvector('simple', said.body)
FROM threads t
CROSS JOIN generate_series(1, $2::int) AS place
CROSS JOIN LATERAL (SELECT 'Note ' || place || ' about parcel ' || t.id || ', for the file.' AS body) said
WHERE t.owner_id <> $1"""
LONGER: Final = "UPDATE threads SET last_message_number = last_message_number + $2 WHERE owner_id <> $1"
INDEX: Final = "CREATE INDEX ix_messages_search ON messages USING gin (search)"


def rows(place: Place, plan: Plan, servers: Sequence[Server]) -> list[dict[str, Any]]:
    """The inbox with few rows and many."""
    bench, (core, _) = Bench(place, plan, servers, ["inbox"]), cores.split()
    found: dict[tuple[str, int], list[Seen]] = {}
    for number in range(1, min(plan.rounds, ROUNDS_AT_MOST) + 1):
        for server in servers:
            with running(server, place.database_url, place.secret, core) as up:
                for size in ROWS:
                    body = bench.body(server, "inbox")
                    body["query"] = body["query"].replace("first: 50", f"first: {size}")
                    asked = repeat(asking.request(bench.page_token(), body, server.path))
                    seen = _seen(plan, up, asked, server, "inbox", number)
                    found.setdefault((server.name, size), []).append(seen)
    return [_record(size, seen) for (_, size), seen in found.items()]


def processes(place: Place, plan: Plan, servers: Sequence[Server]) -> list[dict[str, Any]]:
    """The inbox from one process and from two, each with a processor where there are as many."""
    bench = Bench(place, plan, servers, ["inbox"])
    server_core, others = cores.split()
    every = sorted(server_core | others)
    found: dict[tuple[str, int], list[Seen]] = {}
    for number in range(1, min(plan.rounds, ROUNDS_AT_MOST) + 1):
        for server in servers:
            for size in PROCESSES:
                core = frozenset(every[:size])
                with running(server, place.database_url, place.secret, core, processes=size) as up:
                    seen = _seen(plan, up, bench.requests(server, "inbox"), server, "inbox", number)
                    found.setdefault((server.name, size), []).append(seen)
    return [_record(size, seen) for (_, size), seen in found.items()]


def messages(
    place: Place, plan: Plan, servers: Sequence[Server], names: Sequence[str], sizes: Sequence[int]
) -> list[dict[str, Any]]:
    """Pages and a change, of those asked for, beside more and more messages."""
    names = [what for what in WITH_MESSAGES if what in names]
    uvloop.run(_begin(place.database_url))
    there = replace(place, database_url=_named(place.database_url, DATABASE))
    core, _ = cores.split()
    found: dict[tuple[str, str, int], list[Seen]] = {}
    for size in sorted(sizes):
        uvloop.run(_fill(there.database_url, size, place.seller.account_id))
        bench = Bench(there, plan, servers, names)
        for number in range(1, min(plan.rounds, ROUNDS_AT_MOST) + 1):
            for server in servers:
                with running(server, there.database_url, there.secret, core) as up:
                    for what in names:
                        if what in server.answers:
                            seen = _seen(plan, up, bench.requests(server, what), server, what, number)
                            found.setdefault((server.name, what, size), []).append(seen)
    uvloop.run(_drop(place.database_url))
    return [_record(size, seen) for (_, _, size), seen in found.items()]


def _seen(plan: Plan, up: Any, requests: Iterator[bytes], server: Server, what: str, number: int) -> Seen:
    outcome, server_ms, database_ms = timed(plan, up, requests)
    seen = Seen(
        what, server.name, "growth", number, round(outcome.rate, 2), round(outcome.milliseconds(50), 3),
        round(outcome.milliseconds(99), 3), len(outcome.took), outcome.failed, server_ms, database_ms,
    )  # fmt: skip
    tell(seen)
    return seen


def _record(size: int, seen: Sequence[Seen]) -> dict[str, Any]:
    return {
        "size": size,
        "server": seen[0].server,
        "what": seen[0].what,
        "rate": median(each.rate for each in seen),
        "p50_ms": median(each.p50_ms for each in seen),
        "p99_ms": median(each.p99_ms for each in seen),
        "server_ms": median(each.server_ms for each in seen),
        "database_ms": median(each.database_ms or 0.0 for each in seen),
        "failed": sum(each.failed for each in seen),
    }


async def _begin(url: str) -> None:
    """Make the database anew, as a copy of the one that was laid ready."""
    await _drop(url)
    connection = await preparing.connect(_named(url, "postgres"))
    name = urlsplit(url).path.removeprefix("/")
    await connection.execute(f'CREATE DATABASE {DATABASE} TEMPLATE "{name}"')
    await connection.close()


async def _drop(url: str) -> None:
    connection = await preparing.connect(_named(url, "postgres"))
    await connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
    await connection.close()


async def _fill(url: str, size: int, seller_id: int) -> None:
    """Let there be about so many messages, past the triggers that watch over single writes."""
    connection = await preparing.connect(url)
    missing = await connection.fetchval(MISSING, size)
    each = missing // max(await connection.fetchval(THREADS, seller_id), 1)
    if each:
        await connection.execute("SET session_replication_role = replica; DROP INDEX ix_messages_search")
        await connection.execute(MORE, seller_id, each, timeout=3_600)
        await connection.execute(LONGER, seller_id, each, timeout=3_600)
        await connection.execute(INDEX, timeout=3_600)
    await connection.execute("VACUUM (ANALYZE)", timeout=3_600)
    await connection.close()


def _named(url: str, database: str) -> str:
    """The same server, another database."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{database}"))
