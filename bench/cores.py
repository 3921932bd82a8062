"""Who runs where: the server under test on one processor, the database and the load on the others.

Decides the split. Where the system cannot pin, or there is one processor, everything runs anywhere, and the
report says so.
"""

import os
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psutil


@cache
def split() -> tuple[frozenset[int], frozenset[int]]:
    """The server's processor, and the others, of those that there were when it was first asked."""
    every = sorted(os.sched_getaffinity(0))
    first, *others = every
    return frozenset({first}), frozenset(others or every)


@contextmanager
def on(processors: AbstractSet[int]) -> Iterator[None]:
    """Start on these what is started in the block: a child runs where its parent did."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, processors)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def database_process(url: str) -> int | None:
    """The process whose children a database's backends are, if it is reached over a socket in its folder."""
    host = parse_qs(urlsplit(url).query).get("host", [""])[0]
    pid_file = Path(host) / "postmaster.pid"
    if not host.startswith("/") or not pid_file.exists():
        return None
    return int(pid_file.read_text().split("\n", 1)[0])


def pin_database(url: str, processors: AbstractSet[int]) -> bool:
    """Move a database that is reached over a socket in its own folder; whether that could be done.

    Backends that it starts from now on run where it does.
    """
    pid = database_process(url)
    if pid is None:
        return False
    postmaster = psutil.Process(pid)
    for process in (postmaster, *postmaster.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            process.cpu_affinity(sorted(processors))
    return True


def seconds_used(pids: list[int]) -> float:
    """The processor time that these processes and their children have used."""
    used = 0.0
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            parent = psutil.Process(pid)
            for process in (parent, *parent.children(recursive=True)):
                with suppress(psutil.NoSuchProcess):
                    times = process.cpu_times()
                    used += times.user + times.system
    return used
