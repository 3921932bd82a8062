"""The measurement: every server in every round, in an order of its own, one after the other.

Decides what is measured of whom, and for how long. A visit starts the server, warms it, loads it and stops
it, so that no two servers ever run at once. What it gives is what was seen, visit by visit; medians are the
report's.
"""

import gc
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import cycle, repeat
from statistics import median
from typing import Any, Final

import uvloop

from bench import asking, cores, load
from bench.load import Outcome
from bench.preparing import Measured, Open, token_of
from bench.servers import Running, Server, running
from schema.ids import encode

WARM_UP_REFUNDS: Final = 48
FULL, HALF, PEER_HALF = "full", "half", "peer-half"
LINES_AT_RATE: Final = 64


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured."""

    rounds: int
    seconds: float
    warm_up_seconds: float
    connections: int
    refunds: int
    seed: int


@dataclass(frozen=True, slots=True)
class Seen:
    """One load of one server."""

    what: str
    server: str
    load: str
    round: int
    rate: float
    p50_ms: float
    p99_ms: float
    answers: int
    failed: int
    server_ms: float
    """Processor time of the server for an answer."""
    database_ms: float | None = None
    """That of the database."""
    asked_rate: float | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """The database, who is looked at, and what may be changed."""

    database_url: str
    secret: str
    seller: Measured
    username: str
    open: Sequence[Open]


class Bench:
    """One measurement of some servers."""

    def __init__(self, place: Place, plan: Plan, servers: Sequence[Server], names: Sequence[str]) -> None:
        self._place, self._plan, self._servers, self._names = place, plan, servers, names
        self._server_core, self._others = cores.split()
        self._random = random.Random(plan.seed)  # noqa: S311 an order, no secret
        self._tokens: dict[str, str] = {}
        self._refundable = iter(place.open)
        self.seen: list[Seen] = []

    def at_full(self) -> None:
        """Visit everyone with as much as they answer."""
        for number, server in self._visits():
            with running(server, self._place.database_url, self._place.secret, self._server_core) as up:
                for what in self._asked_of(server):
                    self._load(server, up, what, FULL, number, None)

    def at_half(self, best_peer_of: dict[str, float]) -> None:
        """Visit everyone with half of what they answered, and with half of what the best peer did."""
        for number, server in self._visits():
            pages = [what for what in self._asked_of(server) if what in asking.PAGES]
            with running(server, self._place.database_url, self._place.secret, self._server_core) as up:
                for what in pages:
                    own = self.median_rate(server.name, what) / 2
                    self._load(server, up, what, HALF, number, own)
                    peers = best_peer_of.get(what, 0) / 2
                    if 0 < peers < self.median_rate(server.name, what):
                        self._load(server, up, what, PEER_HALF, number, peers, is_warm=True)

    def median_rate(self, server: str, what: str) -> float:
        """What a server answered at full load, over the rounds."""
        rates = [
            seen.rate for seen in self.seen if (seen.server, seen.what, seen.load) == (server, what, FULL)
        ]
        return median(rates) if rates else 0.0

    def requests(self, server: Server, what: str) -> Iterator[bytes]:
        """The requests of a load; changes go to another conversation, or request, each time."""
        if what in asking.PAGES:
            token = self._token(self._place.username)
            return repeat(asking.request(token, self.body(server, what), server.path))
        if what == "send-message":
            return cycle([self._change(server, what, each) for each in self._place.open[:2000]])
        return (self._change(server, what, each) for each in self._refundable)

    def body(self, server: Server, what: str) -> dict[str, Any]:
        """A page as it is asked for."""
        seller, query = self._place.seller, asking.document(what, server.name)
        if asking.has_own_words(server.name, what):
            return asking.body(query, seller.as_variables())
        variables = {"thread": {"number": seller.number}, "node": {"id": seller.id}}.get(what, {})
        return asking.body(query, variables)

    def change_of(self, server: Server, what: str) -> tuple[str, dict[str, Any]]:
        """One change, and whose token makes it."""
        one = next(self._refundable) if what == "refund-in-full" else self._place.open[0]
        return self._token(one.username), self._change_body(server, what, one)

    def page_token(self) -> str:
        """The token of who looks at the pages."""
        return self._token(self._place.username)

    def _visits(self) -> Iterator[tuple[int, Server]]:
        for number in range(1, self._plan.rounds + 1):
            order = list(self._servers)
            self._random.shuffle(order)
            for server in order:
                yield number, server

    def _asked_of(self, server: Server) -> list[str]:
        return [what for what in self._names if what in server.answers]

    def _load(
        self,
        server: Server,
        up: Running,
        what: str,
        kind: str,
        number: int,
        rate: float | None,
        *,
        is_warm: bool = False,
    ) -> None:
        count = self._plan.refunds if what == "refund-in-full" else 0
        outcome, server_ms, database_ms = timed(
            self._plan, up, self.requests(server, what), rate=rate, count=count, is_warm=is_warm
        )
        seen = Seen(
            what, server.name, kind, number, round(outcome.rate, 2), round(outcome.milliseconds(50), 3),
            round(outcome.milliseconds(99), 3), len(outcome.took), outcome.failed,
            server_ms, database_ms, rate and round(rate, 2),
        )  # fmt: skip
        self.seen.append(seen)
        tell(seen)
        gc.collect()

    def _change(self, server: Server, what: str, one: Open) -> bytes:
        token = self._token(one.username)
        return asking.request(token, self._change_body(server, what, one), server.path)

    def _change_body(self, server: Server, what: str, one: Open) -> dict[str, Any]:
        if what == "send-message":
            words = {
                "threadId": encode("Thread", one.seller_id, one.thread_id),
                "body": "One moment, please.",
            }
            return asking.body(asking.document(what, server.name), {"input": words})
        asked = {"requestId": encode("SupportRequest", one.seller_id, one.number)}
        return asking.body(asking.document(what, server.name), {"input": asked})

    def _token(self, username: str) -> str:
        if username not in self._tokens:
            self._tokens[username] = token_of(self._place.secret, username)
        return self._tokens[username]


def timed(
    plan: Plan,
    up: Running,
    requests: Iterator[bytes],
    *,
    rate: float | None = None,
    count: int = 0,
    is_warm: bool = False,
) -> tuple[Outcome, float, float | None]:
    """Warm, unless that was done, then load; give what came of it, and the server's and the database's time.

    Both are processor time in milliseconds, for an answer.

    `rate`: so many a second instead of all that is answered; `count`: so many, however long they take.
    """
    lines = plan.connections
    warm_ups = WARM_UP_REFUNDS if count else 0
    if not is_warm:
        uvloop.run(
            load.at_full(up.ports, requests, connections=lines, seconds=plan.warm_up_seconds, count=warm_ups)
        )
    database = [] if up.database is None else [up.database]
    before, before_there = cores.seconds_used(up.pids), cores.seconds_used(database)
    outcome = uvloop.run(
        load.at_full(up.ports, requests, connections=lines, seconds=plan.seconds, count=count)
        if rate is None
        else load.at_rate(up.ports, requests, connections=LINES_AT_RATE, seconds=plan.seconds, rate=rate)
    )
    used, used_there = cores.seconds_used(up.pids) - before, cores.seconds_used(database) - before_there
    many = max(len(outcome.took), 1) / 1000
    return outcome, round(used / many, 4), round(used_there / many, 4) if database else None


def refunds_needed(plan: Plan, servers: Sequence[Server], names: Sequence[str]) -> int:
    """How many requests are refunded in all: those of the loads, of the warming, and one each to compare."""
    if "refund-in-full" not in names:
        return 100
    who = sum("refund-in-full" in server.answers for server in servers)
    overlap = 2 * plan.connections
    return who * (plan.rounds * (plan.refunds + WARM_UP_REFUNDS + overlap) + 1)


def as_records(seen: Sequence[Seen]) -> list[dict[str, Any]]:
    """What was seen, as JSON has it."""
    return [asdict(each) for each in seen]


def tell(seen: Seen) -> None:
    """Say what was just seen."""
    failed = f"  {seen.failed} FAILED" if seen.failed else ""
    sys.stdout.write(
        f"round {seen.round}  {seen.server:<13} {seen.what:<15} {seen.load:<9} {seen.rate:9.1f}/s"
        f"  p50 {seen.p50_ms:8.2f} ms  p99 {seen.p99_ms:8.2f} ms  server {seen.server_ms:7.3f} ms"
        f"  database {seen.database_ms or 0:7.3f} ms{failed}\n"
    )
    sys.stdout.flush()
