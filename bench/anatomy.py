"""What an answer's processor time is made of: the statement, its records, the plan, JSON, and what is around.

Decides how each part is measured alone: the statement by what its backend used; records by reading them again
and again; the plan and the application on records that were read before. Beside Amends' statement and records
stand those of the raw server.
"""

import argparse
import gc
import json
import shlex
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import asyncpg
import psutil
import uvloop
from graphql import parse

from bench import asking, machine, preparing
from bench.preparing import Measured
from domain.viewer import Viewer
from domain.words import ViewerRole
from resolvers.context import Context
from schema.fast import plans
from server.app import make_app
from server.encoding import encode
from server.files import open_store
from server.links import SignedLinks
from server.migrated import migrated_database
from server.secret import load_secret
from server.settings import load_settings
from storage.engine import make_engine
from storage.reads.reader import READING, reader_of

TIMES: Final = 400
ROUNDS: Final = 5
LARGEST: Final = 2**31 - 1
VARIABLES: Final = {"thread": ("number",), "node": ("id",)}
WARM: Final = 3
"""Once to plan, once to prepare, once to remember."""

Statement = tuple[str, Sequence[Any]]
Doing = Callable[[], Awaitable[Any]]


def main() -> None:
    """Take every page apart, print what came out, and write it down."""
    parser = argparse.ArgumentParser(description="Take the processor time of the pages apart.")
    parser.add_argument("--json", type=Path, help="where to write what came out")
    chosen = parser.parse_args()
    with migrated_database(load_settings()) as url:
        pages = uvloop.run(take_apart(url))
    for each in pages:
        sys.stdout.write("  ".join(f"{key} {value}" for key, value in each.items()) + "\n")
    if chosen.json is not None:
        found = {
            "command": "python -m bench.anatomy " + shlex.join(sys.argv[1:]),
            "date": datetime.now(UTC).date().isoformat(),
            "machine": machine.machine(),
            "pages": pages,
        }
        chosen.json.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


async def take_apart(url: str) -> list[dict[str, Any]]:
    """Give microseconds of processor time for each page and part."""
    connection = await preparing.connect(url)
    seller = await preparing.measured(connection)
    await connection.close()
    gc.disable()
    return [await Page(url, name, seller).take_apart() for name in asking.PAGES]


class Page:
    """One page, asked for by the measured seller."""

    def __init__(self, url: str, name: str, seller: Measured) -> None:
        self._url, self._name, self._seller = url, name, seller
        known = seller.as_variables()
        self._variables = {each: known[each] for each in VARIABLES.get(name, ())}
        self._engine = make_engine(url, pool_size=2)

    async def take_apart(self) -> dict[str, Any]:
        """Measure each part."""
        document = parse(asking.document(self._name))
        viewer = Viewer(ViewerRole.MEMBER, self._seller.account_id, preparing.SELLER)
        links = SignedLinks("http://127.0.0.1", "of nobody")

        async def plan() -> Any:
            context = Context(self._engine, viewer, links, sandbox=False)
            return await plans().prepared(document, self._variables, None).run(context)

        statement = await self._remembered(plan)
        data = await plan()
        app = self._app()
        await app()

        async def write() -> None:
            encode({"data": data})

        parts = {"plan": await _used(plan), "json": await _used(write)}
        parts["application"] = round(await _used(app) - parts["plan"] - parts["json"], 1)
        await self._engine.dispose()
        ours, raw = await self._read(*statement), await self._read(*self._raw())
        return {
            "page": self._name,
            "statement": ours[0],
            "raw_statement": raw[0],
            "records": ours[1],
            "raw_records": raw[1],
            **parts,
        }

    async def _remembered(self, plan: Doing) -> Statement:
        """From now on, answer the page's one statement with what it said; give the statement."""
        reader, said = reader_of(self._engine), dict[str, tuple[Sequence[Any], Any]]()
        run = reader.run

        async def remember(text: str, arguments: Sequence[Any]) -> Any:
            if text not in said:
                said[text] = arguments, await run(text, arguments)
            return said[text][1]

        for _ in range(WARM):
            said.clear()
            reader.run = remember  # type: ignore[method-assign]
            await plan()
        [(text, (arguments, _))] = said.items()
        return text, arguments

    def _app(self) -> Doing:
        settings = load_settings(answer_cache=False)
        secret = load_secret(settings)
        app = make_app(settings, self._engine, secret=secret, files=open_store(settings))
        request = asking.request(
            preparing.token_of(secret, preparing.SELLER),
            asking.body(asking.document(self._name), self._variables),
        )
        head, _, body = request.partition(b"\r\n\r\n")
        headers = [tuple(line.split(b": ", 1)) for line in head.split(b"\r\n")[1:]]
        scope: dict[str, Any] = {"type": "http", "http_version": "1.1", "method": "POST", "path": "/graphql"}
        scope |= {"raw_path": b"/graphql", "query_string": b"", "root_path": "", "scheme": "http"}

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            assert message.get("status", 200) == 200, message

        async def ask() -> None:
            await app({**scope, "headers": headers, "state": {}}, receive, send)

        return ask

    def _raw(self) -> Statement:
        text = (Path(__file__).parent / "statements" / f"{self._name}.sql").read_text("utf-8")
        account, number = self._seller.account_id, self._seller.request_number
        arguments: dict[str, Sequence[Any]] = {
            "inbox": (account, 51, None, None, None),
            "thread": (account, number, account, 51),
            "ledger": (account, 101, LARGEST),
            "node": (account, number, account),
        }
        return text, arguments[self._name]

    async def _read(self, text: str, arguments: Sequence[Any]) -> tuple[float, float]:
        """What a statement takes of its backend, and what its records take of whoever reads them."""
        connection = await asyncpg.connect(preparing.plain(self._url), server_settings=dict(READING))
        statement = await connection.prepare(text)
        backend = psutil.Process(connection.get_server_pid())
        await statement.fetch(*arguments)
        before = backend.cpu_times()
        records = await _used(lambda: statement.fetch(*arguments))
        after = backend.cpu_times()
        seconds = after.user + after.system - before.user - before.system
        await connection.close()
        return round(seconds / (TIMES * ROUNDS) * 1e6, 1), records


async def _used(do: Doing) -> float:
    """The microseconds of one of many, in the best of some rounds."""
    best = []
    for _ in range(ROUNDS):
        before = time.process_time()
        for _ in range(TIMES):
            await do()
        best.append(time.process_time() - before)
    return round(min(best) / TIMES * 1e6, 1)


if __name__ == "__main__":
    main()
