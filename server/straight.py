"""An application that hands what its graph is asked straight to it, past the routes and what is around them.

Decides nothing else: what goes wrong before an answer begins is answered as it is around any other route.
"""

from typing import Any, Final

from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from server.graph_view import RAISED, GraphView

METHODS: Final = frozenset({"GET", "POST"})


class Straight(Starlette):
    """Routes, of which the graph's is asked first, unless something is to be around it."""

    def __init__(self, path: str, view: GraphView, **options: Any) -> None:
        super().__init__(**options)
        self._path = path
        self._view = view

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or serve one socket."""
        if (
            scope["type"] != "http"
            or scope["path"] != self._path
            or scope["method"] not in METHODS
            or self.user_middleware
        ):
            await super().__call__(scope, receive, send)
            return
        try:
            response = await self._view.answer(scope, receive)
        except Exception as error:  # noqa: BLE001 raised again where whoever answers it is around
            scope[RAISED] = error
            response = super().__call__
        await response(scope, receive, send)
