"""The real thing: processes, sockets, signals, and a database that stops with them."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 240

pytestmark = pytest.mark.xdist_group("serve")  # one data folder, one demo


class Serving:
    """A running `serve`, and what it printed before it was ready."""

    def __init__(self, process: subprocess.Popen[str], greeting: str, url: str) -> None:
        self.process = process
        self.greeting = greeting
        self.url = url

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"{self.url}{path}", timeout=PATIENCE_SECONDS)

    def ask(self, query: str, token: str | None = None, **variables: object) -> httpx.Response:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        body = {"query": query, "variables": variables}
        return httpx.post(f"{self.url}/graphql", json=body, headers=headers, timeout=PATIENCE_SECONDS)

    def token(self, name: str) -> str:
        found = re.search(
            rf"^ *{name}[^\n]*?(eyJ\S+)", self.greeting, re.MULTILINE | re.IGNORECASE | re.DOTALL
        )
        assert found is not None, self.greeting
        return found[1]


def command(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AMENDS_")}
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "server.cli", *arguments],
        env=environment | {"AMENDS_DATA_DIR": str(folder), "PYTHONPATH": str(ROOT)},
        cwd="/",
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(folder: Path, *arguments: str) -> str:
    process = command(folder, *arguments)
    output, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0, errors
    return output


def greeting_of(process: subprocess.Popen[str]) -> str:
    """Wait until a process says how to stop it: then it is ready."""
    assert process.stdout is not None
    assert process.stderr is not None
    greeting = ""
    for line in process.stdout:
        greeting += line
        if "Stop with" in line:
            return greeting
    pytest.fail(process.stderr.read())


@contextmanager
def serving(folder: Path, *arguments: str) -> Iterator[Serving]:
    process = command(folder, "serve", "--port", "0", *arguments)
    try:
        greeting = greeting_of(process)
        url = re.search(r"http://127\.0\.0\.1:\d+", greeting)
        assert url is not None
        yield Serving(process, greeting, url[0])
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(PATIENCE_SECONDS)
        process.communicate()


def is_running(folder: Path) -> bool:
    return (folder / "postgres" / "postmaster.pid").exists()


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="amends-serve-", dir="/tmp", ignore_cleanup_errors=True) as name:
        yield Path(name)


def test_serve_answers_over_http_and_leaves_nothing_running(folder: Path) -> None:
    with serving(folder) as served:
        assert served.get("/healthz").json() == {"status": "alive"}
        assert served.get("/readyz").json() == {"status": "ready"}
        assert "<h1>Amends</h1>" in served.get("/").text
        assert "graphiql" in served.get("/graphiql").text
        assert served.get("/schema.graphql").text == (ROOT / "schema.graphql").read_text()
        for name, role in [
            ("buyer", "MEMBER"),
            ("seller", "MEMBER"),
            ("support", "SUPPORT"),
            ("platform", "PLATFORM"),
        ]:
            answer = served.ask("{ viewer { role } }", served.token(name))
            assert answer.json() == {"data": {"viewer": {"role": role}}}
        first_query = re.search(r"^curl .*$", served.greeting, re.MULTILINE)
        assert first_query is not None
        pasted = subprocess.run(first_query[0], shell=True, check=True, capture_output=True, text=True)  # noqa: S602
        assert "errors" not in json.loads(pasted.stdout)
        assert is_running(folder)
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(PATIENCE_SECONDS) == 0
    assert not is_running(folder)


def test_a_later_start_loads_nothing_twice(folder: Path) -> None:
    with serving(folder) as served:
        orders = served.ask("{ viewer { sales { totalCount } } }", served.token("seller")).json()
        assert orders["data"]["viewer"]["sales"]["totalCount"] > 0
        served.process.send_signal(signal.SIGINT)
        assert served.process.wait(PATIENCE_SECONDS) == 0
    assert not is_running(folder)
    with serving(folder) as served:
        assert served.ask("{ viewer { sales { totalCount } } }", served.token("seller")).json() == orders
        served.process.send_signal(signal.SIGINT)
        _, log = served.process.communicate(timeout=PATIENCE_SECONDS)
    assert "Loading" not in log


def test_several_processes_serve_one_database_and_end_together(folder: Path) -> None:
    with serving(folder, "--workers", "2") as served:
        assert served.ask("{ __typename }").json() == {"data": {"__typename": "Query"}}
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(PATIENCE_SECONDS) == 0
    assert not is_running(folder)


def test_a_taken_port_is_told_in_one_line(folder: Path) -> None:
    with serving(folder) as served:
        port = served.url.rpartition(":")[2]
        second = command(folder, "serve", "--port", port)
        _, errors = second.communicate(timeout=PATIENCE_SECONDS)
        assert second.returncode == 1
        assert errors.count("\n") == 1
        assert errors.startswith(f"Cannot listen on 127.0.0.1:{port}")


def test_the_doctor_finds_nothing_wrong_with_a_fresh_house(folder: Path) -> None:
    output = run(folder, "doctor")
    assert "ill" not in output.split()
    for subject in ("Database", "Migrations", "Clock", "Storage", "Keys"):
        assert subject in output


def test_a_worker_ends_cleanly_when_told_to(folder: Path) -> None:
    process = command(folder, "worker")
    assert "deadlines" in greeting_of(process)
    assert is_running(folder)
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0, errors
    assert not is_running(folder)


def test_tokens_are_for_somebody_in_particular(folder: Path) -> None:
    assert run(folder, "token", "--platform", "--ttl", "5m").count(".") == 2
    both = command(folder, "token", "--platform", "--user", "ana")
    _, errors = both.communicate(timeout=PATIENCE_SECONDS)
    assert both.returncode == 2
    assert "exactly one" in errors
    nobody = command(folder, "token", "--user", "nobody at all")
    _, errors = nobody.communicate(timeout=PATIENCE_SECONDS)
    assert nobody.returncode == 2
    assert "nobody here is named" in errors
    assert run(folder, "token", "--support", "newcomer", "--ttl", "7d").count(".") == 2


def test_a_token_is_revoked_whole_or_by_its_id(folder: Path) -> None:
    token = run(folder, "token", "--platform").strip()
    revoked = run(folder, "token", "--revoke", token)
    assert revoked == run(folder, "token", "--revoke", revoked.removeprefix("Revoked: ").strip())
    with serving(folder) as served:
        refused = served.ask("{ __typename }", token)
        assert (refused.status_code, "revoked" in refused.text) == (401, True)
        assert served.ask("{ __typename }", served.token("platform")).status_code == 200


def test_a_wrong_setting_stops_the_start_with_one_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = os.environ | {"AMENDS_POOL_SIZE": "many", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "server.cli", "serve"],
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("AMENDS_POOL_SIZE")


def test_a_key_set_that_cannot_be_read_stops_the_start_before_anything_is_promised(tmp_path: Path) -> None:
    settings = {"AMENDS_JWKS": str(tmp_path / "missing"), "AMENDS_DATA_DIR": str(tmp_path)}
    environment = os.environ | settings | {"PYTHONPATH": str(ROOT)}
    start = [sys.executable, "-m", "server.cli", "serve", "--port", "0"]
    done = subprocess.run(start, env=environment, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith("AMENDS_JWKS")
