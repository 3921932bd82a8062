"""Whether all say the same, before anything is timed.

Decides what equal is: value by value, as JSON. Of a change, the instants and numbers that are of the call
itself are left out.
"""

import json
import subprocess
from typing import Any, Final

import httpx

from bench import asking
from bench.servers import PEERS, Server

OF_THE_CALL: Final = frozenset({"number", "createdAt", "closedAt", "version", "amount"})
SHAPE: Final = PEERS / "shape.mjs"


async def answer(port: int, server: Server, token: str, asked: dict[str, Any], what: str) -> Any:
    """Ask once, and give the data as Amends' schema has it."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
        headers = {"authorization": f"Bearer {token}"}
        response = await client.post(server.path, json=asked, headers=headers)
    try:
        said = response.json()
    except ValueError:
        raise SystemExit(f"{server.title} answered {what} with {response.text[:300]}") from None
    if said.get("errors") or said.get("data") is None:
        raise SystemExit(f"{server.title} answered {what} with {json.dumps(said)[:600]}")
    return shaped(server, what, said["data"])


def shaped(server: Server, what: str, data: Any) -> Any:
    """What a server with a schema of its own said, in Amends' words."""
    if not asking.has_own_words(server.name, what):
        return data
    command = ["node", str(SHAPE), what]
    done = subprocess.run(  # noqa: S603 the peer's own mapping
        command, input=json.dumps(data), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{server.title}'s answer to {what} has no shape: {done.stderr[-500:]}")
    return json.loads(done.stdout)


def difference(expected: Any, given: Any, path: str = "data") -> str | None:
    """Where two answers differ first, in words; nothing if they are equal."""
    if isinstance(expected, dict) and isinstance(given, dict):
        if expected.keys() != given.keys():
            return f"{path} has {sorted(given)} instead of {sorted(expected)}"
        parts = [(f"{path}.{name}", expected[name], given[name]) for name in expected]
    elif isinstance(expected, list) and isinstance(given, list):
        if len(expected) != len(given):
            return f"{path} has {len(given)} instead of {len(expected)}"
        parts = [(f"{path}[{index}]", *both) for index, both in enumerate(zip(expected, given, strict=True))]
    elif type(expected) is type(given) and expected == given:
        return None
    else:
        return f"{path} is {given!r} instead of {expected!r}"
    found = (difference(one, other, where) for where, one, other in parts)
    return next((line for line in found if line), None)


def without_the_call(data: Any) -> Any:
    """An answer to a change without what differs from call to call."""
    if isinstance(data, dict):
        return {name: without_the_call(part) for name, part in data.items() if name not in OF_THE_CALL}
    return [without_the_call(part) for part in data] if isinstance(data, list) else data
