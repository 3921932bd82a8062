"""What a run's JSON comes to: medians over the rounds, and ratios to the best peer and to the limit.

Decides nothing about how it is shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

from bench.asking import EVERYTHING
from bench.rounds import FULL, HALF, PEER_HALF
from bench.servers import AMENDS, DOCUMENTED, KEPT, RAW

Run = Mapping[str, Any]

AIMS: Final[Mapping[str, tuple[float, float | None]]] = {
    "inbox": (1.5, 0.80),
    "thread": (1.2, 0.80),
    "ledger": (1.2, 0.75),
    "node": (1.2, 0.75),
    "send-message": (1.0, None),
    "refund-in-full": (1.0, None),
}
"""What Amends is to reach: times the best peer on Node, times the raw server."""


@dataclass(frozen=True, slots=True)
class Row:
    """One server on one page."""

    server: str
    title: str
    rate: float
    spread: tuple[float, float]
    to_node: float | None
    to_raw: float | None
    p50_ms: float
    p99_ms: float
    half_p99_ms: float | None
    peer_half_p99_ms: float | None
    server_ms: float
    database_ms: float | None
    failed: int


def names(run: Run) -> list[str]:
    """What was asked for, in the order of the pages."""
    asked = {seen["what"] for seen in run["seen"]}
    return [what for what in EVERYTHING if what in asked]


def rows(run: Run, what: str, *, kept: bool = False) -> list[Row]:
    """The servers that answered a page, fastest first; those that serve bytes they kept stand apart."""
    found = [
        server
        for server in run["servers"]
        if _values(run, what, server, FULL, "rate") and (server == KEPT) is kept
    ]
    return sorted((_row(run, what, server) for server in found), key=lambda row: -row.rate)


def best_on_node(run: Run, what: str) -> tuple[str, float] | None:
    """The fastest peer on Node that was tuned by hand, and what it answers."""
    return _best_of(run, what, [server for server in _on_node(run) if server not in DOCUMENTED])


def best_as_documented(run: Run, what: str) -> tuple[str, float] | None:
    """The fastest peer on Node that is written as its documentation teaches, and what it answers."""
    return _best_of(run, what, [server for server in _on_node(run) if server in DOCUMENTED])


def reached(run: Run, what: str) -> tuple[float | None, float | None, float | None]:
    """What Amends comes to, times the best peer on Node, the best as documented, and the raw server."""
    mine = [row for row in rows(run, what) if row.server == AMENDS]
    if not mine:
        return (None, None, None)
    taught = best_as_documented(run, what)
    return (mine[0].to_node, mine[0].rate / taught[1] if taught else None, mine[0].to_raw)


def _on_node(run: Run) -> list[str]:
    return [server for server, facts in run["servers"].items() if facts["of"] == "node"]


def _best_of(run: Run, what: str, servers: Sequence[str]) -> tuple[str, float] | None:
    rates = {
        server: median(values) for server in servers if (values := _values(run, what, server, FULL, "rate"))
    }
    return max(rates.items(), key=lambda each: each[1]) if rates else None


def _row(run: Run, what: str, server: str) -> Row:
    rates = _values(run, what, server, FULL, "rate")
    rate, peer = median(rates), best_on_node(run, what)
    raw = _values(run, what, RAW, FULL, "rate")
    return Row(
        server=server,
        title=run["servers"][server]["title"],
        rate=rate,
        spread=(min(rates), max(rates)),
        to_node=rate / peer[1] if peer else None,
        to_raw=rate / median(raw) if raw else None,
        p50_ms=median(_values(run, what, server, FULL, "p50_ms")),
        p99_ms=median(_values(run, what, server, FULL, "p99_ms")),
        half_p99_ms=_median(_values(run, what, server, HALF, "p99_ms")),
        peer_half_p99_ms=_median(_values(run, what, server, PEER_HALF, "p99_ms")),
        server_ms=median(_values(run, what, server, FULL, "server_ms")),
        database_ms=_median([each for each in _values(run, what, server, FULL, "database_ms") if each]),
        failed=sum(_values(run, what, server, None, "failed")),
    )


def _values(run: Run, what: str, server: str, load: str | None, name: str) -> list[Any]:
    return [
        seen[name]
        for seen in run["seen"]
        if (seen["what"], seen["server"]) == (what, server) and load in (None, seen["load"])
    ]


def _median(values: Sequence[float]) -> float | None:
    return median(values) if values else None
