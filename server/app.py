"""The application: every address Amends answers at, put together from its parts.

Decides which part answers where. Made from the environment, so that each of several processes makes its own.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from strawberry import Schema

from domain.viewer import Viewer
from realtime.cursors import Cursors
from realtime.doorbell import make_doorbell
from realtime.hub import Hub
from resolvers.context import Context
from resolvers.feeds import is_visible
from schema.fast import plans
from schema.graph import graph as amends_graph
from server import errors, garbage, logs, pages
from server.answers import Answers
from server.attachments import Attachments
from server.background import working
from server.compiled import Compiled
from server.connections import Connections
from server.draining import draining
from server.files import FileStore, open_store
from server.graph_view import GraphView
from server.health import is_ready
from server.keys import make_keys
from server.links import SignedLinks
from server.live_limits import LiveLimits
from server.measured import Measured
from server.operations import Operations, Visible
from server.origins import Origins
from server.revocations import Revocations
from server.secret import load_secret
from server.settings import Settings, load_settings
from server.sockets import Sockets
from server.sse import EventStreams
from server.statements import Statements
from server.straight import METHODS, Straight
from server.viewers import Viewers
from storage.engine import make_engine
from storage.versions import Versions

DEFAULT_PUBLIC_URL = "http://127.0.0.1:8000"
DAY_SECONDS = 86400
GRAPH = "/graphql"
MB = 2**20


def from_environment() -> Starlette:
    """Make the application of one serving process."""
    settings = load_settings()
    logs.configure(settings)
    engine = make_engine(settings.database_url or "", pool_size=settings.pool_size)
    app = make_app(settings, engine, secret=load_secret(settings), files=open_store(settings))
    garbage.settle()
    return app


def make_app(
    settings: Settings,
    engine: AsyncEngine,
    *,
    secret: str,
    files: FileStore,
    graph: Schema = amends_graph,
    visible: Visible = is_visible,
    limits: LiveLimits = LiveLimits(),  # noqa: B008 it cannot change
) -> Starlette:
    """Put the parts together; a worker's loop runs beside the requests.

    `visible` says whom an event of a subscription may be told to, at the moment it is told.
    """
    public_url = settings.public_url or DEFAULT_PUBLIC_URL
    links = SignedLinks(public_url, secret)
    bell = make_doorbell(
        settings.broadcast_url or "memory://", engine.url.render_as_string(hide_password=False)
    )
    hub = Hub(engine, Cursors(secret), bell)
    connections = Connections(limits)
    revocations = Revocations(engine, connections.revoke)
    viewers = Viewers(engine, make_keys(settings, secret), revocations.is_revoked)
    attachments = Attachments(engine, files, links)

    def context_for(viewer: Viewer | None, last_event_id: str | None = None) -> Context:
        return Context(
            engine=engine,
            viewer=viewer,
            links=links,
            sandbox=settings.is_sandbox,
            hub=hub,
            last_event_id=last_event_id,
        )

    statements = Statements(graph, links, context_for)
    compiled = Compiled(plans()) if settings.compiled and graph is amends_graph else None
    answers = _answers(settings, engine) if graph is amends_graph else None
    measured = Measured.of(settings, visible)
    operations = Operations(
        graph, context_for, measured.visible, introspection=settings.is_sandbox, compiled=compiled
    )
    view = GraphView(
        operations,
        viewers.identify,
        EventStreams(operations, connections, limits),
        body_limit_bytes=settings.body_limit_bytes,
        answers=answers,
        metered=measured.metered,
    )
    measured.show_house(engine, connections, hub)
    measured.show_answers(compiled, answers)
    origins = Origins(public_url, _cors_origins(settings))
    sockets = Sockets(operations, viewers.identify, connections, origins, limits)

    async def alive(_: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def ready(_: Request) -> Response:
        if connections.is_draining:
            return JSONResponse({"status": "the server is being restarted"}, 503)
        if await is_ready(engine):
            return JSONResponse({"status": "ready"})
        return JSONResponse({"status": "the database is not there, or not migrated"}, 503)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        try:
            async with (
                bell,
                hub.running(),
                working(engine, hub.ring),
                revocations.watching(),
                draining(connections),
                measured.taking(),
            ):
                yield
        finally:
            await engine.dispose()

    return Straight(
        GRAPH,
        view,
        routes=[
            Route(GRAPH, view, methods=sorted(METHODS)),
            WebSocketRoute(GRAPH, sockets.serve),
            *pages.routes(public_url, graph),
            Route("/healthz", alive),
            Route("/readyz", ready),
            *measured.routes(),
            Route("/uploads/{id:int}", attachments.upload, methods=["PUT"]),
            Route("/attachments/{id:int}", attachments.show),
            Route("/statements/{seller_id:int}/{year:int}-{month:int}.csv", statements.show),
        ],
        middleware=_cors(settings),
        exception_handlers=dict(errors.HANDLERS),
        lifespan=lifespan,
    )


def _answers(settings: Settings, engine: AsyncEngine) -> Answers | None:
    if not settings.answer_cache:
        return None
    schema = amends_graph._schema  # noqa: SLF001 as its own extensions do
    return Answers(schema, engine, Versions(engine), most_bytes=settings.answer_cache_mb * MB)


def _cors(settings: Settings) -> list[Middleware]:
    """Tokens travel in a header that no browser sends by itself: an origin gains nothing by being let in."""
    origins = _cors_origins(settings)
    if not origins:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=["GET", "POST", "PUT"],
            allow_headers=["authorization", "content-type", "if-none-match", "last-event-id"],
            expose_headers=["etag"],
            max_age=DAY_SECONDS,
        )
    ]


def _cors_origins(settings: Settings) -> list[str]:
    return [origin.strip() for origin in settings.cors_origins.split(",") if origin.strip()]
