"""The page of measurements says what its JSON says, and the command says clearly what it does not know."""

import json
import os
import re
import subprocess
import sys
from typing import Any

import pytest

from bench import command, cores, figures, report
from bench.servers import SERVERS, what_is_missing

HAS_PAGE = pytest.mark.skipif(not report.KEPT.exists(), reason="nothing was measured yet")


def seen(server: str, what: str, load: str, rate: float) -> dict[str, Any]:
    return {
        "what": what,
        "server": server,
        "load": load,
        "round": 1,
        "rate": rate,
        "p50_ms": 2.0,
        "p99_ms": 5.0,
        "answers": 100,
        "failed": 0,
        "server_ms": 1.5,
        "database_ms": 0.7,
        "asked_rate": None,
    }


def run_of(*loads: dict[str, Any]) -> dict[str, Any]:
    return {
        "command": "./amends bench",
        "date": "2026-03-01T12:00:00Z",
        "machine": {"processor": "A", "processors": 2, "memory_gib": 4.0, "system": "Linux 6"},
        "processors": {"server": [0], "others": [1], "database_pinned": True},
        "versions": {"Python": "3.11.7"},
        "plan": {"connections": 16, "refunds": 600},
        "servers": {name: {"title": SERVERS[name].title, "of": SERVERS[name].of} for name in SERVERS},
        "seen": list(loads),
    }


@HAS_PAGE
def test_the_page_is_what_its_json_says() -> None:
    run = json.loads(report.KEPT.read_text("utf-8"))
    said = report.page(run, report.live(), report.anatomy(), report.growth())
    assert report.PAGE.read_text("utf-8") == said, "run ./amends bench --report"


@HAS_PAGE
def test_every_picture_of_the_page_is_there() -> None:
    for picture in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", report.PAGE.read_text("utf-8")):
        assert (report.PAGE.parent / picture).exists(), picture


def test_a_median_and_its_ratios_stand_in_the_table() -> None:
    run = run_of(
        *(seen("amends", "inbox", "full", rate) for rate in (300.0, 900.0, 600.0)),
        seen("yoga", "inbox", "full", 400.0),
        seen("apollo", "inbox", "full", 200.0),
        seen("raw", "inbox", "full", 750.0),
    )
    page = report.page(run, None)
    assert "| Amends | 600 | 300 to 900 | 1.50 | 0.80 | 2.00 | 5.00 | 1.500 |" in page
    assert "| inbox | Yoga with graphql-jit | 1.50 (≥ 1.50) | 0.80 (≥ 0.80) |" in page


def test_peers_as_documented_have_a_column_of_their_own() -> None:
    run = run_of(
        seen("amends", "inbox", "full", 600.0),
        seen("yoga", "inbox", "full", 400.0),
        seen("mercurius-loaders", "inbox", "full", 200.0),
        seen("yoga-dataloader", "inbox", "full", 150.0),
        seen("raw", "inbox", "full", 750.0),
    )
    page = report.page(run, None)
    head = "| page | best peer on Node | times that (aim) | times best Node as documented | times raw (aim) |"
    assert head in page
    assert "| inbox | Yoga with graphql-jit | 1.50 (≥ 1.50) | 3.00 | 0.80 (≥ 0.80) |" in page


def test_a_peer_as_documented_is_never_the_best_on_node() -> None:
    run = run_of(
        seen("amends", "node", "full", 300.0),
        seen("apollo", "node", "full", 200.0),
        seen("yoga-dataloader", "node", "full", 600.0),
    )
    assert figures.best_on_node(run, "node") == ("apollo", 200.0)
    assert figures.best_as_documented(run, "node") == ("yoga-dataloader", 600.0)
    assert figures.reached(run, "node") == (1.5, 0.5, None)


def test_an_unchanged_page_from_its_bytes_stands_apart() -> None:
    run = run_of(seen("amends", "inbox", "full", 500.0), seen("amends-kept", "inbox", "full", 9_000.0))
    before, _, apart = report.page(run, None).partition("## An unchanged page from its bytes")
    assert "9,000" not in before
    assert "| inbox | 9,000 |" in apart


def test_answers_that_failed_are_told() -> None:
    load = {**seen("raw", "node", "full", 10.0), "failed": 3}
    assert "Raw Starlette + asyncpg + orjson: 3 answers failed." in report.page(run_of(load), None)


def test_live_figures_are_shown_as_far_as_there_are_any() -> None:
    live = {"command": "python -m bench.live", "servers": [{"name": "Amends", "rate": 8000, "p99_ms": 120.5}]}
    page = report.page(run_of(seen("raw", "node", "full", 10.0)), live)
    assert "| Amends | 8,000 | 120 |" in page
    assert "KiB per idle follower" not in page


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--servers", "nobody"), "invalid choice: 'nobody'"),
        (("--pages", "inbox", "front"), "invalid choice: 'front'"),
        (("--rounds", "many"), "invalid int value: 'many'"),
        (("--fast",), "unrecognized arguments: --fast"),
    ],
)
def test_what_is_not_known_is_refused_by_name(
    words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        command.main(words)
    assert left.value.code == 2
    assert said in capsys.readouterr().err


def test_without_node_its_servers_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert what_is_missing([SERVERS["raw"]]) is None
    sentence = what_is_missing([SERVERS["raw"], SERVERS["yoga"]])
    assert sentence is not None
    assert sentence.startswith("yoga: Node.js 20")


TELL_QUEUE = "import os; print(os.sched_getscheduler(0))"
ASK_FOR_QUEUE = "import os; os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))"


@pytest.mark.skipif(not hasattr(os, "sched_getscheduler"), reason="this system has no such queues")
def test_what_is_measured_goes_before_all_else_where_the_system_lets_it_and_only_then() -> None:
    before = os.sched_getscheduler(0)
    may = (
        subprocess.run([sys.executable, "-c", ASK_FOR_QUEUE], capture_output=True, check=False).returncode
        == 0
    )
    with cores.before_all_else("postgresql://somebody@elsewhere/a_database") as is_first:
        assert is_first == may
        expected = os.SCHED_RR if may else before
        assert os.sched_getscheduler(0) == expected
        child = subprocess.run([sys.executable, "-c", TELL_QUEUE], capture_output=True, check=True, text=True)
        assert int(child.stdout) == expected, "what is started in the block stands in the same queue"
    assert os.sched_getscheduler(0) == before
