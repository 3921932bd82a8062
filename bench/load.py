"""The load: as many requests as a server answers, or so many a second, over connections that stay open.

Decides when a request is sent and what an answer took. Refuses to know what is asked: a request is bytes. An
answer that is not what was hoped for counts as failed, and a failed one spoils a measurement.
"""

import asyncio
import gc
import re
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import cycle
from typing import cast

HEAD_ENDS = b"\r\n\r\n"
LENGTH = b"content-length:"
LAST_CHUNK = b"0\r\n\r\n"
GOOD = b"HTTP/1.1 200"
ERRORS = b'"errors":'
REFUSED = re.compile(rb'"userErrors":\s*\[\s*\{')
LOOKED_AT = 600
PATIENCE_SECONDS = 30


@dataclass(slots=True)
class Outcome:
    """What a load came to: how long each answer took, in seconds, and over what time they came."""

    took: list[float] = field(default_factory=list)
    failed: int = 0
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.took) / self.seconds if self.seconds else 0.0

    def milliseconds(self, percent: float) -> float:
        """How long it took at most for so many of a hundred answers."""
        ordered = sorted(self.took)
        return 1000 * ordered[min(int(len(ordered) * percent / 100), len(ordered) - 1)] if ordered else 0.0


class Line(asyncio.Protocol):
    """One connection, with one request under way at most."""

    def __init__(self, answered: "Callable[[Line, bool], None]") -> None:
        self.since = 0.0
        self._answered = answered
        self._transport: asyncio.Transport
        self._parts: list[bytes] = []
        self._missing = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way out."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by inheritance

    def ask(self, request: bytes, since: float) -> None:
        """Send a request; `since` is when it should have been sent."""
        self.since = since
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Count what is still to come, by the length that was announced."""
        if self._parts:
            self._parts.append(data)
            if self._missing < 0:
                complete = data.endswith(LAST_CHUNK)
            else:
                self._missing -= len(data)
                complete = self._missing <= 0
        else:
            self._parts.append(data)
            complete = self._begin(data)
        if complete:
            parts, self._parts = self._parts, []
            self._answered(self, _is_good(parts))

    def connection_lost(self, _: Exception | None) -> None:
        """A server that hangs up has failed."""
        self._answered(self, False)

    def close(self) -> None:
        """Hang up, without a word to anybody."""
        self._answered = lambda _line, _good: None
        self._transport.close()

    def _begin(self, data: bytes) -> bool:
        ends = data.find(HEAD_ENDS)
        head = data[:ends].lower()
        at = head.find(LENGTH)
        if at < 0:
            self._missing = -1
            return data.endswith(LAST_CHUNK)
        stop = head.find(b"\r", at)
        length = int(head[at + len(LENGTH) : stop if stop > 0 else None])
        self._missing = length - (len(data) - ends - len(HEAD_ENDS))
        return self._missing <= 0


def _is_good(parts: list[bytes]) -> bool:
    """Whether it is an answer without errors, which stand at either end, and without a refusal."""
    first, last = parts[0], parts[-1]
    if not first.startswith(GOOD):
        return False
    if REFUSED.search(first, 0, LOOKED_AT):
        return False
    return ERRORS not in first[:LOOKED_AT] and ERRORS not in last[-LOOKED_AT:]


async def at_full(
    ports: Sequence[int], requests: Iterator[bytes], *, connections: int, seconds: float, count: int = 0
) -> Outcome:
    """Ask again on each connection as soon as it is answered: for so long, or so many times if `count`."""
    outcome = Outcome()
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()
    open_lines = connections
    began = time.perf_counter()
    ends = began + (PATIENCE_SECONDS * 10 if count else seconds)
    asked = connections

    def answered(line: Line, good: bool) -> None:
        nonlocal asked, open_lines
        now = time.perf_counter()
        outcome.took.append(now - line.since)
        outcome.failed += not good
        if now < ends and (not count or asked < count) and good:
            asked += 1
            line.ask(next(requests), now)
            return
        open_lines -= 1
        if not open_lines and not done.done():
            done.set_result(None)

    lines = await _connect(ports, connections, answered)
    with _no_pauses():
        began = time.perf_counter()
        ends = began + (PATIENCE_SECONDS * 10 if count else seconds)
        for line in lines:
            line.ask(next(requests), began)
        await asyncio.wait_for(done, PATIENCE_SECONDS * 10 if count else seconds + PATIENCE_SECONDS)
        outcome.seconds = time.perf_counter() - began
    for line in lines:
        line.close()
    return outcome


async def at_rate(
    ports: Sequence[int], requests: Iterator[bytes], *, connections: int, seconds: float, rate: float
) -> Outcome:
    """Ask so many times a second, whatever the server does: who waits for a connection is waiting too.

    What is not answered within as long again counts with the time that it has waited by then.
    """
    outcome = Outcome()
    idle: deque[Line] = deque()
    waiting: deque[float] = deque()
    under_way = 0
    empty = asyncio.Event()

    def answered(line: Line, good: bool) -> None:
        nonlocal under_way
        outcome.took.append(time.perf_counter() - line.since)
        outcome.failed += not good
        under_way -= 1
        if waiting:
            under_way += 1
            line.ask(next(requests), waiting.popleft())
        else:
            idle.append(line)
            if not under_way:
                empty.set()

    lines = await _connect(ports, connections, answered)
    idle.extend(lines)
    with _no_pauses():
        began = time.perf_counter()
        for number in range(round(rate * seconds)):
            due = began + number / rate
            await asyncio.sleep(max(due - time.perf_counter(), 0))  # who is late still lets answers come in
            if idle:
                under_way += 1
                idle.popleft().ask(next(requests), due)
            else:
                waiting.append(due)
        empty.clear()
        if under_way:
            with suppress(TimeoutError):
                await asyncio.wait_for(empty.wait(), seconds)
        outcome.seconds = time.perf_counter() - began
        busy = [line.since for line in lines if line not in idle]
        outcome.took.extend(began + outcome.seconds - since for since in (*busy, *waiting))
    for line in lines:
        line.close()
    return outcome


async def _connect(
    ports: Sequence[int], connections: int, answered: Callable[[Line, bool], None]
) -> list[Line]:
    loop = asyncio.get_running_loop()
    made = []
    for _, port in zip(range(connections), cycle(ports), strict=False):
        _, line = await loop.create_connection(lambda: Line(answered), "127.0.0.1", port)
        made.append(line)
    return made


class _no_pauses:  # noqa: N801 it reads as a word: with no pauses
    """Keep the load's own garbage collector out of the figures."""

    def __enter__(self) -> None:
        gc.collect()
        gc.freeze()
        gc.disable()

    def __exit__(self, *_: object) -> None:
        gc.enable()
        gc.unfreeze()
