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
from starlette.routing import Route

from domain.viewer import Viewer
from resolvers.context import Context
from schema.graph import graph
from server import errors, logs, pages
from server.attachments import Attachments
from server.background import working
from server.files import FileStore, open_store
from server.graph_view import GraphView
from server.health import is_ready
from server.keys import make_keys
from server.links import SignedLinks
from server.secret import load_secret
from server.settings import Settings, load_settings
from server.statements import Statements
from server.viewers import Viewers
from storage.engine import make_engine

DEFAULT_PUBLIC_URL = "http://127.0.0.1:8000"
DAY_SECONDS = 86400


def from_environment() -> Starlette:
    """Make the application of one serving process."""
    settings = load_settings()
    logs.configure(settings)
    engine = make_engine(settings.database_url or "", pool_size=settings.pool_size)
    return make_app(settings, engine, secret=load_secret(settings), files=open_store(settings))


def make_app(settings: Settings, engine: AsyncEngine, *, secret: str, files: FileStore) -> Starlette:
    """Put the parts together; a worker's loop runs beside the requests."""
    public_url = settings.public_url or DEFAULT_PUBLIC_URL
    links = SignedLinks(public_url, secret)
    viewers = Viewers(engine, make_keys(settings, secret))
    attachments = Attachments(engine, files, links)

    def context_for(viewer: Viewer | None) -> Context:
        return Context(engine=engine, viewer=viewer, links=links, sandbox=settings.is_sandbox)

    async def make_context(request: Request) -> Context:
        return context_for(await viewers.identify(request.headers.get("authorization")))

    statements = Statements(graph, links, context_for)

    view = GraphView(
        graph,
        make_context,
        body_limit_bytes=settings.body_limit_bytes,
        introspection=settings.is_sandbox,
    )

    async def alive(_: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def ready(_: Request) -> Response:
        if await is_ready(engine):
            return JSONResponse({"status": "ready"})
        return JSONResponse({"status": "the database is not there, or not migrated"}, 503)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        try:
            async with working(engine):
                yield
        finally:
            await engine.dispose()

    return Starlette(
        routes=[
            *pages.routes(public_url, graph),
            Route("/graphql", view.answer, methods=["GET", "POST"]),
            Route("/healthz", alive),
            Route("/readyz", ready),
            Route("/uploads/{id:int}", attachments.upload, methods=["PUT"]),
            Route("/attachments/{id:int}", attachments.show),
            Route("/statements/{seller_id:int}/{year:int}-{month:int}.csv", statements.show),
        ],
        middleware=_cors(settings),
        exception_handlers=dict(errors.HANDLERS),
        lifespan=lifespan,
    )


def _cors(settings: Settings) -> list[Middleware]:
    """Tokens travel in a header that no browser sends by itself: an origin gains nothing by being let in."""
    origins = [origin.strip() for origin in settings.cors_origins.split(",") if origin.strip()]
    if not origins:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=["GET", "POST", "PUT"],
            allow_headers=["authorization", "content-type"],
            max_age=DAY_SECONDS,
        )
    ]
