"""Calls that come from inside: the command line speaks to the graph as the platform does."""

from sqlalchemy.ext.asyncio import AsyncEngine

from domain.viewer import Viewer
from domain.words import Scope, ViewerRole
from resolvers.context import Context, Links
from server.auth import PLATFORM


def platform_context(engine: AsyncEngine, links: Links) -> Context:
    """Give the context of one operation of the platform's own."""
    viewer = Viewer(ViewerRole.PLATFORM, None, PLATFORM, frozenset({Scope.PLATFORM_WRITE}))
    return Context(engine=engine, viewer=viewer, links=links, sandbox=False)
