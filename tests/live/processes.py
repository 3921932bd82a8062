"""Processes that serve, as operators start them: each a child with a log of its own, all on one database."""

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
import pytest

from tests.conftest import _execute, _named, _numbers

ROOT = Path(__file__).parents[2]
SECRET = "a secret of the tests, long enough for HS256"
PATIENCE_SECONDS = 60


def environment_of(database_url: str, folder: Path, **settings: str) -> dict[str, str]:
    """Give the variables that a child of these settings starts with."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AMENDS_")}
    chosen = {
        "database_url": database_url,
        "data_dir": str(folder),
        "secret": SECRET,
        "sandbox": "true",
        "pool_size": "6",
        "log_format": "json",
        "log_level": "warning",
    } | settings
    named = {f"AMENDS_{name.upper()}": value for name, value in chosen.items()}
    return inherited | named | {"PYTHONPATH": str(ROOT)}


class Process:
    """One `serve`: where it answers, and what it wrote to its log."""

    def __init__(self, environment: dict[str, str]) -> None:
        # a pipe that nobody reads would fill up
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 closed when the process has ended
        self._child = subprocess.Popen(
            [sys.executable, "-P", "-m", "server.cli", "serve", "--port", "0", "--no-demo"],
            env=environment,
            cwd="/",
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        self.host = ""

    def wait_until_it_serves(self) -> None:
        """Read its address; it says that before it answers, and whoever asks meanwhile waits."""
        assert self._child.stdout is not None
        found = (re.search(r"http://(127\.0\.0\.1:\d+)", line) for line in self._child.stdout)
        self.host = next((match[1] for match in found if match), "")
        if not self.host:
            self._child.wait(PATIENCE_SECONDS)
            pytest.fail(f"serve did not start: {self._said()[-2000:]}")

    def ask_to_end(self) -> None:
        """Send it the signal that a restart begins with."""
        if self._child.poll() is None:
            self._child.send_signal(signal.SIGTERM)

    def end(self) -> list[str]:
        """Wait for its end, and give the errors that it logged, or all it said if it ended by itself."""
        assert self._child.stdout is not None
        try:
            code = self._child.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self._child.kill()
            code = self._child.wait()
        self._child.stdout.close()
        said = self._said()
        self._log.close()
        if code not in (0, -signal.SIGTERM):
            return [f"It ended with {code}: {said}"]
        lines = [orjson.loads(line) for line in said.splitlines() if line.startswith("{")]
        return [f"{line['event']}: {line.get('exception')}" for line in lines if line["level"] == "error"]

    def _said(self) -> str:
        self._log.seek(0)
        return self._log.read().decode()


@contextmanager
def serving(
    count: int, environment: dict[str, str], *, tolerated: tuple[str, ...] = ()
) -> Iterator[list[Process]]:
    """Serve from so many processes while the block runs; none may log an error that is not tolerated."""
    processes = [Process(environment) for _ in range(count)]
    try:
        for process in processes:
            process.wait_until_it_serves()
        yield processes
    except BaseException as failure:
        failure.add_note("\n".join(["The processes logged:", *_errors_of(processes, tolerated)]))
        raise
    assert _errors_of(processes, tolerated) == []


def _errors_of(processes: list[Process], tolerated: tuple[str, ...]) -> list[str]:
    for process in processes:
        process.ask_to_end()
    errors = [error for process in processes for error in process.end()]
    return [error for error in errors if not error.startswith(tolerated or "\n")]


@contextmanager
def database_of_a_file(postgres: str, template: str) -> Iterator[str]:
    """Give a fresh, migrated, empty database while the block runs: for processes that several tests share."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    _execute(postgres, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    try:
        yield _named(postgres, name)
    finally:
        _execute(postgres, f"DROP DATABASE {name} WITH (FORCE)")
