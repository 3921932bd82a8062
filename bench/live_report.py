"""The live feed's part of the page, from what `bench.live` wrote.

Decides which of its figures are shown; takes what is there, and leaves out what is not.
"""

from collections.abc import Mapping
from typing import Any, Final

COLUMNS: Final = {
    "name": "server",
    "rate": "events/s at p99 < 250 ms",
    "events_per_second": "events/s at p99 < 250 ms",
    "frames_per_second": "frames/s",
    "p50_ms": "p50 ms",
    "p99_ms": "p99 ms",
    "kib_per_follower": "KiB per idle follower",
}


def section(run: Mapping[str, Any]) -> str:
    """A table of the servers, with the command."""
    servers = run.get("servers") or []
    if not servers:
        return ""
    shown = [name for name in COLUMNS if any(server.get(name) is not None for server in servers)]
    head = [COLUMNS[name] for name in shown]
    rows = [[_cell(server.get(name)) for name in shown] for server in servers]
    rule = ["---", *("---:" for _ in head[1:])]
    table = "".join(f"| {' | '.join(cells)} |\n" for cells in (head, rule, *rows))
    command = f"\n    {run['command']}\n" if run.get("command") else ""
    return f"## Live: commit to frame\n\n{table}{command}"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, int | float):
        return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"
    return str(value)
