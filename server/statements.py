"""A seller's monthly statement as CSV, behind a signed link that expires."""

import csv
import io

from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.requests import Request
from starlette.responses import Response

from server.errors import refuse
from server.links import SignedLinks


class Statements:
    """The endpoint, over one database."""

    def __init__(self, engine: AsyncEngine, links: SignedLinks) -> None:
        self._engine = engine
        self._links = links

    async def show(self, request: Request) -> Response:
        """Give the lines of one month."""
        if not self._links.opens(request):
            return refuse(403, "This link is not valid, or no longer.", "LINK_NOT_VALID")
        raise NotImplementedError
