"""What an operator's monitoring is told: how much is asked, how long it takes, and what answers it.

Decides the names, and that no label holds anything of a client's: no field, no id. Counts what passes by; of
what others count already it takes the numbers over when they are asked for. Of several processes, each writes
its numbers where all find them, and any of them tells the sum.
"""

import asyncio
import hmac
import os
from collections import Counter as Tally
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

import psutil
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from starlette.requests import Request
from starlette.responses import Response

from server.errors import refuse

SHARED_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that names the folder of several processes; set by `serve` for its children."""

TAKEN_EVERY_SECONDS: Final = 5.0
MOST_REASONS: Final = 50
OTHER: Final = "other"
SECONDS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)

Number = Callable[[], float]
Numbers = Callable[[], Mapping[str, float]]


class Metrics:
    """The numbers of one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._operations = self._counter(
            "amends_http_operations",
            "Operations over HTTP, by kind and by what came of them",
            "kind",
            "outcome",
        )
        self._seconds = Histogram(
            "amends_http_operation_seconds",
            "How long queries and mutations over HTTP took to be answered",
            ["kind"],
            registry=self.registry,
            buckets=SECONDS,
        )
        self._taken: list[Callable[[], None]] = []

    def _counter(self, name: str, description: str, *labels: str) -> Counter:
        return Counter(name, description, labels, registry=self.registry)

    def answered(self, kind: str, outcome: str, seconds: float | None) -> None:
        """Count an operation; `seconds` is None for a stream, which is never done."""
        self._operations.labels(kind, outcome).inc()
        if seconds is not None:
            self._seconds.labels(kind).observe(seconds)

    def count(self, name: str, description: str, number: Number) -> None:
        """Tell of a number that only grows, and is counted elsewhere."""
        counter = self._counter(name, description)
        self._taken.append(_growing(lambda: {"": number()}, lambda _, more: counter.inc(more)))

    def count_each(self, name: str, description: str, label: str, numbers: Numbers) -> None:
        """Tell of such numbers by one label; of very many labels, the later ones are put together."""
        counter = self._counter(name, description, label)
        self._taken.append(_growing(numbers, lambda key, more: counter.labels(key).inc(more)))

    def show(self, name: str, description: str, number: Number) -> None:
        """Tell of a number that grows and shrinks, measured elsewhere; of all processes, the sum."""
        gauge = Gauge(name, description, registry=self.registry, multiprocess_mode="livesum")
        self._taken.append(lambda: gauge.set(number()))

    def take(self) -> None:
        """Take over what others have counted since."""
        for take in self._taken:
            take()

    def told(self) -> bytes:
        """Give all numbers, as Prometheus reads them."""
        self.take()
        folder = os.environ.get(SHARED_FOLDER)
        if folder is None:
            return generate_latest(self.registry)
        _forget_the_dead(Path(folder))
        together = CollectorRegistry()
        MultiProcessCollector(together, folder)  # type: ignore[no-untyped-call]
        return generate_latest(together)

    @asynccontextmanager
    async def taking(self) -> AsyncIterator[None]:
        """Where there are several processes, write down what is counted here while the block runs."""
        if SHARED_FOLDER not in os.environ:
            yield
            return
        task = asyncio.create_task(self._take_over())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _take_over(self) -> None:
        while True:
            self.take()
            await asyncio.sleep(TAKEN_EVERY_SECONDS)


class MetricsView:
    """`/metrics`: for whoever has the token."""

    def __init__(self, metrics: Metrics, token: str) -> None:
        self._metrics = metrics
        self._token = f"Bearer {token}".encode()

    async def show(self, request: Request) -> Response:
        """Give the numbers."""
        given = request.headers.get("authorization", "").encode()
        if not hmac.compare_digest(given, self._token):
            challenge = {"www-authenticate": "Bearer"}
            return refuse(401, "Metrics are for who has their token.", "UNAUTHENTICATED", headers=challenge)
        return Response(self._metrics.told(), media_type=CONTENT_TYPE_LATEST)


def _growing(numbers: Numbers, add: Callable[[str, float], None]) -> Callable[[], None]:
    """Give what adds what has come since, each time it is called."""
    known: Tally[str] = Tally()

    def take() -> None:
        for key, now in _few(numbers(), known).items():
            more = now - known[key]
            if more > 0 or key not in known:
                add(key, more)
                known[key] = now  # type: ignore[assignment]  # a tally of whatever counts

    return take


def _few(numbers: Mapping[str, float], known: Iterable[str]) -> dict[str, float]:
    """Put together what would be too many labels."""
    kept = set(known)
    few: dict[str, float] = {}
    for key, number in numbers.items():
        if key not in kept and len(kept) >= MOST_REASONS:
            few[OTHER] = few.get(OTHER, 0) + number
            continue
        kept.add(key)
        few[key] = few.get(key, 0) + number
    return few


def _forget_the_dead(folder: Path) -> None:
    """What a process that has ended was doing is done; what it counted stays."""
    for file in folder.glob("gauge_livesum_*.db"):
        pid = int(file.stem.rpartition("_")[2])
        if not psutil.pid_exists(pid):
            mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]
