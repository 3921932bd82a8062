"""The graph over HTTP: one request in, one response out, with the statuses of GraphQL-over-HTTP.

Decides the order: read, outline, believe, run, describe. Knows no field of the schema.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from graphql import GraphQLError
from graphql.language import OperationType
from starlette.requests import Request
from starlette.responses import Response
from strawberry import Schema

from server.auth import BadToken
from server.documents import outline
from server.encoding import GRAPHQL_RESPONSE, encode, preferred_type
from server.errors import describe, is_bug, refuse
from server.requests import BadRequest, Operation, read_operation

CODES = {413: "TOO_LARGE", 415: "UNSUPPORTED_MEDIA_TYPE"}

MakeContext = Callable[[Request], Awaitable[Any]]


class GraphView:
    """`/graphql` over one schema; `make_context` says who is calling, or raises BadToken."""

    def __init__(
        self, graph: Schema, make_context: MakeContext, *, body_limit_bytes: int, introspection: bool
    ) -> None:
        self._graph = graph
        self._make_context = make_context
        self._body_limit_bytes = body_limit_bytes
        self._introspection = introspection

    async def answer(self, request: Request) -> Response:
        """Run the operation a request carries."""
        media_type = preferred_type(request)
        try:
            operation = await read_operation(request, body_limit_bytes=self._body_limit_bytes)
            context = await self._make_context(request)
        except BadRequest as bad:
            code = CODES.get(bad.status, "BAD_REQUEST")
            return refuse(bad.status, bad.message, code, path=bad.path, media_type=media_type)
        except BadToken as bad_token:
            challenge = {"www-authenticate": "Bearer"}
            return refuse(401, str(bad_token), "UNAUTHENTICATED", media_type=media_type, headers=challenge)
        try:
            self._check(request, operation)
        except GraphQLError as error:
            return _respond({"errors": [error.formatted]}, media_type, ran=False)
        except BadRequest as bad:
            headers = {"allow": "POST"}
            return refuse(bad.status, bad.message, "BAD_REQUEST", media_type=media_type, headers=headers)
        return await self._run(operation, context, media_type)

    def _check(self, request: Request, operation: Operation) -> None:
        document = outline(operation.query)
        kind = document.choose(operation.name)
        if kind is OperationType.SUBSCRIPTION:
            raise GraphQLError("Subscriptions are not served over plain HTTP.")
        if request.method == "GET" and kind is not OperationType.QUERY:
            raise BadRequest(405, "GET may only read: send mutations by POST.")
        if document.introspects and not self._introspection:
            raise GraphQLError("Introspection is off here; the schema is at /schema.graphql.")

    async def _run(self, operation: Operation, context: Any, media_type: str) -> Response:
        result = await self._graph.execute(
            operation.query,
            variable_values=operation.variables,
            context_value=context,
            operation_name=operation.name,
        )
        errors = result.errors or []
        ran = result.data is not None or any(error.path is not None for error in errors)
        body: dict[str, Any] = {"data": result.data} if ran else {}
        if errors:
            body["errors"] = describe(errors)
        failed = not ran and any(is_bug(error) for error in errors)
        return _respond(body, media_type, ran=ran, failed=failed)


def _respond(body: dict[str, Any], media_type: str, *, ran: bool, failed: bool = False) -> Response:
    """Plain JSON answers every well-formed request with 200; the newer media type can afford the truth."""
    status = 200
    if failed:
        status = 500
    elif not ran and media_type == GRAPHQL_RESPONSE:
        status = 400
    return Response(encode(body), status, media_type=media_type)
