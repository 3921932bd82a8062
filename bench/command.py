"""`./amends bench`: what is asked for, in order: a database, servers that agree, a measurement, a page.

Decides what is taken on the command line. Everything else is its neighbours'.
"""

import argparse
import asyncio
import json
import shlex
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx
import uvloop

from bench import asking, cores, equal, growth, machine, preparing, report
from bench.preparing import SELLER
from bench.rounds import Bench, Place, Plan, as_records, refunds_needed
from bench.servers import AMENDS, KEPT, LOGS, RAW, SERVERS, Server, running, what_is_missing
from server.migrated import migrated_database
from server.secret import load_secret
from server.settings import load_settings

DESCRIPTION: Final = """Measure Amends beside its peers over HTTP, on one database: load one first, with
AMENDS_DATA_DIR=/tmp/amends-bench ./amends demo --scale 50. The machine should have nothing else to do."""


def main(arguments: Sequence[str], command: str = "./amends bench") -> None:
    """Measure, or write the page anew."""
    chosen = parser(command).parse_args(arguments)
    if chosen.report:
        for path in report.write(chosen.json or report.KEPT, plots=not chosen.without_plots):
            say(f"written: {path}")
        return
    servers = [SERVERS[name] for name in dict.fromkeys(chosen.servers)]
    missing = what_is_missing(servers)
    if missing:
        sys.exit(missing)
    plan = Plan(
        chosen.rounds, chosen.seconds, chosen.warm_up, chosen.connections, chosen.refunds, chosen.seed
    )
    run = measure(plan, servers, list(dict.fromkeys(chosen.pages)), chosen)
    run = {"command": shlex.join([*command.split(), *without_file(arguments)]), **run}
    path = chosen.json or LOGS / f"{run['date'].replace(':', '')}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(run, indent=1, ensure_ascii=False) + "\n", "utf-8")
    say(report.summary(run))
    say(f"written: {path}; --report --json {path} makes the page of it.")


def without_file(arguments: Sequence[str]) -> list[str]:
    """What was said, but for where the run's file goes: that is nobody else's."""
    kept = list(arguments)
    if "--json" in kept:
        at = kept.index("--json")
        del kept[at : at + 2]
    return kept


def parser(command: str) -> argparse.ArgumentParser:
    """What may be said."""
    made = argparse.ArgumentParser(prog=command, description=DESCRIPTION)
    add = made.add_argument
    add(
        "--pages",
        nargs="+",
        metavar="PAGE",
        choices=asking.EVERYTHING,
        default=asking.EVERYTHING,
        help=f"what is asked for, of {', '.join(asking.EVERYTHING)}",
    )
    add(
        "--servers",
        nargs="+",
        metavar="SERVER",
        choices=list(SERVERS),
        default=list(SERVERS),
        help=f"who is asked, of {', '.join(SERVERS)}",
    )
    add("--rounds", type=int, default=5, help="how often each server is visited (5)")
    add("--seconds", type=float, default=5, help="how long each load lasts (5)")
    add("--warm-up", type=float, default=3, help="seconds of load before each, not counted (3)")
    add("--connections", type=int, default=16, help="requests under way at full load (16)")
    add("--refunds", type=int, default=600, help="refunds of each visit: counted, not timed (600)")
    add("--seed", type=int, default=7, help="of the order in which the servers are visited (7)")
    add("--without-half", action="store_true", help="measure at full load alone")
    add("--growth", action="store_true", help="also how the inbox grows with rows and processes")
    add(
        "--growing",
        nargs="+",
        metavar="SERVER",
        choices=[name for name in SERVERS if name != KEPT and not asking.has_own_words(name, "inbox")],
        default=["amends", "mercurius", "raw"],
        help="of whom that is measured (amends mercurius raw)",
    )
    add("--messages", type=int, nargs="+", help="also beside so many messages, in a database of its own")
    add("--json", type=Path, help="the run's file: written by a run, read by --report")
    add("--report", action="store_true", help="write docs/performance.md anew from a run's file")
    add("--without-plots", action="store_true", help="leave the pictures of the page as they are")
    return made


def measure(
    plan: Plan, servers: list[Server], names: list[str], chosen: argparse.Namespace
) -> dict[str, Any]:
    """Lay the database ready, compare the answers, and visit everyone."""
    settings = load_settings()
    secret = load_secret(settings)
    server_core, others = cores.split()
    with cores.on(others), migrated_database(settings) as url:
        pinned = cores.pin_database(url, others)
        address = preparing.plain(url)
        place, version = uvloop.run(lay_ready(address, secret, refunds_needed(plan, servers, names)))
        bench = Bench(place, plan, servers, names)
        say("Comparing the answers …")
        agree(bench, place, servers, names)
        bench.at_full()
        is_first = False
        if not chosen.without_half:
            with cores.before_all_else(url) as is_first:
                bench.at_half({what: best_peer(bench, servers, what) for what in names})
        grown = growing(place, plan, servers, names, chosen)
        seen = as_records(bench.seen)
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "machine": machine.machine(),
        "processors": {
            "server": sorted(server_core),
            "others": sorted(others),
            "database_pinned": pinned,
            "first_at_half_load": is_first,
        },
        "versions": machine.versions(version),
        "plan": {
            "rounds": plan.rounds,
            "seconds": plan.seconds,
            "warm_up_seconds": plan.warm_up_seconds,
            "connections": plan.connections,
            "refunds": plan.refunds,
            "seed": plan.seed,
        },
        "servers": {server.name: {"title": server.title, "of": server.of} for server in servers},
        "seen": seen,
        "growth": grown,
    }


def growing(
    place: Place, plan: Plan, servers: list[Server], names: list[str], chosen: argparse.Namespace
) -> dict[str, list[dict[str, Any]]]:
    """What was asked for of how it grows."""
    who = [server for server in servers if server.name in chosen.growing]
    grown = {}
    if chosen.growth:
        grown["rows"] = growth.rows(place, plan, who)
        grown["processes"] = growth.processes(place, plan, who)
    if chosen.messages:
        grown["messages"] = growth.messages(place, plan, who, names, chosen.messages)
    return grown


async def lay_ready(url: str, secret: str, refunds: int) -> tuple[Place, str]:
    """Fill in what is missing in the database; give where everything is, and the database's version."""
    server_core, _ = cores.split()
    connection = await preparing.connect(url)
    try:
        say("Laying the database ready …")
        with running(SERVERS[AMENDS], url, secret, server_core) as up:
            headers = {"authorization": f"Bearer {preparing.token_of(secret, SELLER)}"}
            address = f"http://127.0.0.1:{up.ports[0]}"
            async with httpx.AsyncClient(base_url=address, headers=headers, timeout=60) as client:
                seller = await preparing.lay_pages_ready(connection, client)
        ready = await preparing.lay_changes_ready(connection, seller, refunds)
        version = ".".join(map(str, connection.get_server_version()[:2]))
    finally:
        await connection.close()
    return Place(url, secret, seller, SELLER, ready), version


def agree(bench: Bench, place: Place, servers: list[Server], names: list[str]) -> None:
    """Leave with a sentence unless every server says what Amends says."""
    expected: dict[str, Any] = {}
    core, _ = cores.split()
    first = SERVERS[AMENDS]
    for server in (first, *(server for server in servers if server is not first)):
        with running(server, place.database_url, place.secret, core) as up:
            for what in (name for name in names if name in server.answers):
                if what in asking.PAGES:
                    token, body = bench.page_token(), bench.body(server, what)
                else:
                    token, body = bench.change_of(server, what)
                said = asyncio.run(equal.answer(up.ports[0], server, token, body, what))
                said = said if what in asking.PAGES else equal.without_the_call(said)
                wrong = equal.difference(expected.setdefault(what, said), said)
                if wrong:
                    sys.exit(f"{server.title} does not say what Amends says of {what}: {wrong}")


def best_peer(bench: Bench, servers: list[Server], what: str) -> float:
    """What the best peer on Node answers; without any, the raw server."""
    peers = [server for server in servers if server.of == "node"] or [SERVERS[RAW]]
    return max(bench.median_rate(server.name, what) for server in peers)


def say(line: str) -> None:
    """Print at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    with closing(sys.stdout):
        main(sys.argv[1:], "python -m bench.command")
