"""Who runs where, and before whom: the server under test on one processor, database and load on the others.

Decides the split, and that what is measured may go before what else the machine does. Where the system cannot
pin, or there is one processor, everything runs anywhere, and the report says so.
"""

import os
from collections.abc import Iterator, Sequence
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
    for process in _family(pid):
        with suppress(psutil.NoSuchProcess):
            process.cpu_affinity(sorted(processors))
    return True


@contextmanager
def before_all_else(url: str) -> Iterator[bool]:
    """Let load, database and what is started in the block run before the rest of the machine; say if they do.

    Between themselves they take turns. What a machine does beside, some milliseconds at a time, else decides
    when the latest of a hundred answers comes, whoever answers.
    """
    database = database_process(url)
    try:
        _queue(database, os.SCHED_RR, 1)
    except (AttributeError, PermissionError):  # another system, or nobody who may
        yield False
        return
    try:
        yield True
    finally:
        _queue(database, os.SCHED_OTHER, 0)


def seconds_used(pids: list[int]) -> float:
    """The processor time that these processes and their children have used."""
    used = 0.0
    for pid in pids:
        for process in _family(pid):
            with suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                used += times.user + times.system
    return used


def _queue(database: int | None, policy: int, priority: int) -> None:
    """Put a database's processes and this one into one of the system's queues; what they start is put there.

    This one comes last: whoever may not move the database's has moved nothing.
    """
    others = [] if database is None else [process.pid for process in _family(database)]
    for pid in (*others, 0):
        with suppress(ProcessLookupError):
            os.sched_setscheduler(pid, policy, os.sched_param(priority))


def _family(pid: int) -> Sequence[psutil.Process]:
    """A process, if there is still one, and what it has started."""
    try:
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []
