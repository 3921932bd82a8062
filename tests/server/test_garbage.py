"""Whatever a client sends, it gets a close frame with a reason, or an answer; and the log stays quiet."""

import asyncio
import base64
import json
import os
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server import socket_frames
from server.live_limits import LiveLimits
from tests.server.live import Live, live, nothing_logged
from tests.server.stage import PATIENCE_SECONDS

ROUNDS = 60
TEXTS = (
    "",
    "1",
    "x" * 201,
    "\0",
    "\ud800",
    "type",
    "query",
    "{ role }",
    "{",
    "Bearer x",
    "subscription { told { text } }",
)
TYPES = ("connection_init", "subscribe", "complete", "ping", "pong", "next", "error", "connection_ack", "")


@pytest.fixture
async def served(database_url: str, tmp_path: Path) -> AsyncIterator[Live]:
    async with live(database_url, tmp_path) as served:
        yield served


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(TEXTS) | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(TEXTS) | st.text(max_size=5), inner)
    ),
    max_leaves=6,
)
frames = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(TYPES) | json_values,
        "id": json_values,
        "payload": json_values
        | st.fixed_dictionaries(
            {}, optional={"query": json_values, "variables": json_values, "authorization": json_values}
        ),
    },
)


@given(frames.map(json.dumps) | json_values.map(json.dumps) | st.text() | st.binary())
@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_frame_is_read_or_refused_with_a_sentence(sent: str | bytes) -> None:
    reason = _refusal_of({"text": sent} if isinstance(sent, str) else {"bytes": sent})
    assert reason is None or 0 < len(reason.encode()) <= 123


def _refusal_of(message: dict[str, Any]) -> str | None:
    try:
        socket_frames.read(message, LiveLimits())
    except socket_frames.BadFrame as bad:
        return bad.close.reason
    return None


@pytest.mark.parametrize("is_begun", [False, True])
async def test_garbage_is_answered_or_closed_with_a_reason(served: Live, is_begun: bool) -> None:
    chance = random.Random(7)  # noqa: S311 the same garbage each time
    async with nothing_logged():
        for _ in range(ROUNDS):
            async with served.socket(begun=is_begun) as socket:
                for _ in range(chance.randint(1, 6)):
                    await socket.send(_garbage(chance))
                await socket.send("the end")
                code, reason = await socket.ended()
                assert code in (4400, 4401, 4403, 4409, 4429)
                assert reason
        await served.stage.followed_by(0)


async def test_bytes_that_are_no_frames_end_with_a_close_frame(served: Live) -> None:
    chance = random.Random(7)  # noqa: S311 the same garbage each time
    async with nothing_logged():
        for _ in range(ROUNDS):
            # what leaves the server waiting for more is ended by what can be no frame at all
            answer = await _answer_to(served, chance.randbytes(chance.randint(1, 300)), b"\xff" * 1000)
            assert answer[:1] in (b"", b"\x88", b"\x8a"), answer  # a close frame, or first the pong to a ping


async def test_a_text_frame_that_is_no_text_is_closed_as_the_standard_asks(served: Live) -> None:
    mask = b"\0\0\0\0"
    whole = (b"\x81\x82" + mask + b"\xff\xfe",)
    in_parts = (b"\x01\x81" + mask + b"\xff", b"\x80\x81" + mask + b"\xfe")
    async with nothing_logged():
        for frames_ in (whole, in_parts):
            answer = await _answer_to(served, *frames_)
            assert answer[:1] == b"\x88"
            assert answer[2:] == (1007).to_bytes(2, "big") + b"A text frame must be UTF-8."


async def _answer_to(served: Live, *sent: bytes) -> bytes:
    reader, writer = await _upgraded(served)
    for part in sent:
        writer.write(part)
    writer.write_eof()
    async with asyncio.timeout(PATIENCE_SECONDS):
        answer = await reader.read()
    writer.close()
    return answer


async def _upgraded(served: Live) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection(*served.host.split(":"))
    key = base64.b64encode(os.urandom(16)).decode()
    lines = [
        "GET /graphql HTTP/1.1",
        f"Host: {served.host}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {key}",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Protocol: graphql-transport-ws",
    ]
    writer.write("\r\n".join([*lines, "", ""]).encode())
    await reader.readuntil(b"\r\n\r\n")
    return reader, writer


def _garbage(chance: random.Random) -> str | bytes:
    kind = chance.random()
    if kind < 0.1:
        return chance.randbytes(20)
    if kind < 0.2:
        return "".join(map(chr, chance.choices(range(1, 0xD7FF), k=10)))
    if kind < 0.3:
        return json.dumps(_value(chance, 3))
    frame: dict[str, Any] = {"type": chance.choice(TYPES)}
    if chance.random() < 0.8:
        frame["id"] = chance.choice(("1", "2", _value(chance, 1)))
    if chance.random() < 0.8:
        payload = {
            name: _value(chance, 2) for name in chance.sample(("query", "variables", "operationName", "x"), 2)
        }
        frame["payload"] = chance.choice((payload, {"query": chance.choice(TEXTS)}, _value(chance, 2)))
    return json.dumps(frame)


def _value(chance: random.Random, depth: int) -> Any:
    kind = chance.randint(0, 6 if depth else 4)
    match kind:
        case 0:
            return None
        case 1:
            return chance.random() * 10**6
        case 2:
            return chance.getrandbits(chance.choice((1, 70)))
        case 3 | 4:
            return chance.choice(TEXTS)
        case 5:
            return [_value(chance, depth - 1) for _ in range(3)]
    return {chance.choice(TEXTS): _value(chance, depth - 1) for _ in range(3)}
