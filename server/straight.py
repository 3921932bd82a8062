"""An application that hands what its graph is asked straight to it, past the routes and what is around them.

Decides whose word is taken for whom a request comes from: a proxy's that is trusted. What goes wrong before
an answer begins is answered as it is around any other route.
"""

import os
from typing import Any, Final

from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from server.graph_view import RAISED, GraphView

METHODS: Final = frozenset({"GET", "POST"})
BY_PROXY: Final = frozenset({b"x-forwarded-for", b"x-forwarded-proto"})
TRUSTED: Final = "FORWARDED_ALLOW_IPS"
"""Names the addresses of trusted proxies, as uvicorn has it; the own machine's unless set."""


class Straight(Starlette):
    """Routes, of which the graph's is asked first, unless something is to be around it."""

    def __init__(self, path: str, view: GraphView, **options: Any) -> None:
        super().__init__(**options)
        self._path = path
        self._view = view
        trusted = os.environ.get(TRUSTED, "127.0.0.1")
        others: Any = super().__call__
        self._others: Any = ProxyHeadersMiddleware(others, trusted_hosts=trusted)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or serve one socket."""
        if (
            scope["type"] != "http"
            or scope["path"] != self._path
            or scope["method"] not in METHODS
            or self.user_middleware
            or any(name in BY_PROXY for name, _ in scope["headers"])
        ):
            await self._others(scope, receive, send)
            return
        try:
            response = await self._view.answer(scope, receive)
        except Exception as error:  # noqa: BLE001 raised again where whoever answers it is around
            scope[RAISED] = error
            response = super().__call__
        await response(scope, receive, send)
