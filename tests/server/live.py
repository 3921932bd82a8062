"""The whole application on a real server, over a stage, and clients that speak to it."""

import asyncio
import json
import logging
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa
import uvicorn
from strawberry import Schema
from structlog.testing import capture_logs
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from domain.words import Scope, ViewerRole
from server.app import make_app
from server.auth import issue_token
from server.files import open_store
from server.live_limits import LiveLimits
from server.operations import Visible
from server.settings import Settings
from server.wire import UVICORN
from storage.engine import make_engine
from storage.tables import accounts
from tests.server.stage import PATIENCE_SECONDS, Stage, eventually

SECRET = "a secret of the tests, long enough"
AT = datetime(2026, 1, 5, tzinfo=UTC)


def token(name: str = "ana", role: ViewerRole = ViewerRole.MEMBER, *scopes: Scope, ttl: int = 600) -> str:
    """Make a token."""
    return issue_token(SECRET, name, role, ttl_seconds=ttl, scopes=frozenset(scopes))


def platform_token(*scopes: Scope, ttl: int = 600) -> str:
    """Make a token that needs no account."""
    return token("platform", ViewerRole.PLATFORM, *scopes, ttl=ttl)


class Socket:
    """A client of graphql-transport-ws."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def send(self, frame: object) -> None:
        with suppress(ConnectionClosed):  # what the server says to it is still to be read
            await self.connection.send(frame if isinstance(frame, str | bytes) else json.dumps(frame))

    async def receive(self) -> dict[str, Any]:
        """Give the next frame that is no ping."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                frame: dict[str, Any] = json.loads(await self.connection.recv())
                if frame != {"type": "ping"}:
                    return frame

    async def init(self, bearer: str | None = None) -> dict[str, Any]:
        """Begin, and give the acknowledgement."""
        await self.send({"type": "connection_init"} | ({"payload": authorization(bearer)} if bearer else {}))
        return await self.receive()

    async def begin(self, id_: str, query: str, **variables: object) -> None:
        payload = {"query": query, "variables": variables}
        await self.send({"type": "subscribe", "id": id_, "payload": payload})

    async def ask(self, id_: str, query: str, **variables: object) -> Any:
        """Run a query or a mutation and give its payload."""
        await self.begin(id_, query, **variables)
        answer = await self.receive()
        assert (answer["id"], answer["type"]) == (id_, "next"), answer
        assert await self.receive() == {"id": id_, "type": "complete"}
        return answer["payload"]

    async def ended(self) -> tuple[int, str]:
        """Wait for the close frame, whatever comes before it."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                try:
                    await self.connection.recv()
                except ConnectionClosed as closed:
                    received = closed.rcvd
                    return (received.code, received.reason) if received else (1006, "")


def authorization(bearer: str) -> dict[str, str]:
    return {"authorization": f"Bearer {bearer}"}


@dataclass
class Live:
    """A running server and its stage."""

    stage: Stage
    host: str

    @asynccontextmanager
    async def socket(
        self,
        bearer: str | None = None,
        *,
        subprotocols: Sequence[str] | None = ("graphql-transport-ws",),
        begun: bool = True,
        **options: Any,
    ) -> AsyncIterator[Socket]:
        """Open a socket; by default it is begun."""
        offered = None if subprotocols is None else [Subprotocol(name) for name in subprotocols]
        url = f"ws://{self.host}/graphql"
        async with connect(
            url, subprotocols=offered, proxy=None, ping_interval=None, **options
        ) as connection:
            opened = Socket(connection)
            if begun:
                assert (await opened.init(bearer))["type"] == "connection_ack"
            yield opened

    def http(self, bearer: str | None = None, **headers: str) -> httpx.AsyncClient:
        """Open a client."""
        given = (authorization(bearer) if bearer else {}) | headers
        return httpx.AsyncClient(base_url=f"http://{self.host}", headers=given, timeout=PATIENCE_SECONDS)


@asynccontextmanager
async def live(
    database_url: str,
    folder: Path,
    *,
    limits: LiveLimits | None = None,
    graph: Schema | None = None,
    visible: Visible | None = None,
    **settings: Any,
) -> AsyncIterator[Live]:
    """Serve a stage on a free port, over a database; or another graph."""
    stage = Stage()
    chosen = Settings(database_url=database_url, sandbox=True, data_dir=folder, **settings)
    server = server_of(stage, chosen, limits or LiveLimits(), graph, visible)
    listener = socket.create_server(("127.0.0.1", 0))
    task = asyncio.create_task(server._serve([listener]))
    try:
        await eventually(lambda: server.started or task.done())
        yield Live(stage, f"127.0.0.1:{listener.getsockname()[1]}")
    finally:
        server.should_exit = True
        await task


def server_of(
    stage: Stage,
    settings: Settings,
    limits: LiveLimits,
    graph: Schema | None = None,
    visible: Visible | None = None,
) -> uvicorn.Server:
    """Put the application together over a stage."""
    app = make_app(
        settings,
        make_engine(settings.database_url or ""),
        secret=SECRET,
        files=open_store(settings),
        graph=graph or stage.graph(),
        visible=visible or stage.visible,
        limits=limits,
    )
    options: dict[str, Any] = {"log_config": None, "access_log": False, "timeout_graceful_shutdown": 10}
    return uvicorn.Server(uvicorn.Config(app, **options, **UVICORN))


async def add_members(database_url: str, *names: str) -> None:
    """Let there be accounts of these names."""
    engine = make_engine(database_url)
    try:
        async with engine.begin() as connection:
            rows = [{"username": name, "display_name": name, "created_at": AT} for name in names]
            await connection.execute(sa.insert(accounts), rows)
    finally:
        await engine.dispose()


@asynccontextmanager
async def nothing_logged() -> AsyncIterator[None]:
    """Fail if anything worse than a note reaches the log in the block."""
    records: list[logging.LogRecord] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = records.append  # type: ignore[assignment,method-assign]  # a list is all it takes
    logging.getLogger().addHandler(handler)
    try:
        with capture_logs() as entries:
            yield
    finally:
        logging.getLogger().removeHandler(handler)
    assert [record.getMessage() for record in records] == []
    assert [entry for entry in entries if entry["log_level"] in ("warning", "error")] == []
