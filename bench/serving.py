"""A server to measure: `./amends serve` on a loaded database, in processes of its own.

Decides how it is started and on which processors it runs.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

import httpx

HOUSE = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Served:
    """A server that answers."""

    url: str
    pid: int


@contextmanager
def served(*, broadcast_url: str, processors: Sequence[int]) -> Iterator[Served]:
    """Serve while the block runs, on these processors."""
    server = subprocess.Popen(  # noqa: S603 our own launcher
        [str(HOUSE / "amends"), "serve", "--port", "0", "--no-demo"],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"AMENDS_BROADCAST_URL": broadcast_url},
    )
    try:
        assert server.stdout is not None, "it is piped"
        greeting = "".join(takewhile(lambda line: "Stop with" not in line, server.stdout))
        url = re.search(r"Amends is at (\S+)", greeting)
        if url is None or "seller (" not in greeting:
            sys.exit("There is no demo here: run ./amends demo --scale 50 first.")
        wait_for(f"{url[1]}/readyz")
        os.sched_setaffinity(server.pid, processors)
        yield Served(url[1], server.pid)
    finally:
        server.terminate()
        server.wait()


def wait_for(url: str) -> None:
    """Wait until the server answers."""
    for _ in range(200):
        try:
            if httpx.get(url).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    sys.exit(f"{url} does not answer.")
