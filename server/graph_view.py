"""The graph over HTTP: one request in, one response out, with the statuses of GraphQL-over-HTTP.

Decides the order: read, believe, check, run, describe; and whether an answer or events come back. Knows no
field of the schema.
"""

from graphql import GraphQLError
from graphql.language import OperationType
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from server import sse
from server.auth import BadToken
from server.encoding import EVENT_STREAM, GRAPHQL_RESPONSE, encode, preferred_type, takes_events
from server.errors import refuse
from server.operations import Operations, Outcome
from server.requests import BadRequest, Operation, read_operation
from server.sockets import Identify

CODES = {413: "TOO_LARGE", 415: "UNSUPPORTED_MEDIA_TYPE"}


class GraphView:
    """`/graphql` over one graph; `identify` says who is calling, or raises BadToken."""

    def __init__(
        self, operations: Operations, identify: Identify, streams: sse.EventStreams, *, body_limit_bytes: int
    ) -> None:
        self._operations = operations
        self._identify = identify
        self._streams = streams
        self._body_limit_bytes = body_limit_bytes

    async def answer(self, request: Request) -> ASGIApp:
        """Run the operation a request carries."""
        wanted = preferred_type(request)
        # What does not run is no event: it is told with its status.
        media_type = GRAPHQL_RESPONSE if wanted == EVENT_STREAM else wanted
        try:
            operation = await read_operation(request, body_limit_bytes=self._body_limit_bytes)
            caller = await self._identify(request.headers.get("authorization"))
            kind = self._check(request, operation)
        except BadRequest as bad:
            code = CODES.get(bad.status, "BAD_REQUEST")
            headers = {"allow": "POST"} if bad.status == 405 else None
            return refuse(
                bad.status, bad.message, code, path=bad.path, media_type=media_type, headers=headers
            )
        except BadToken as bad_token:
            challenge = {"www-authenticate": "Bearer"}
            return refuse(401, str(bad_token), "UNAUTHENTICATED", media_type=media_type, headers=challenge)
        except GraphQLError as error:
            not_run = Outcome({"errors": [error.formatted]}, ran=False, failed=False)
            return _respond(not_run, media_type)
        if kind is OperationType.SUBSCRIPTION:
            return self._streams.follow(request, operation, caller)
        outcome = await self._operations.run(operation, caller.viewer)
        if wanted == EVENT_STREAM and outcome.ran:
            return sse.once(outcome.body)
        return _respond(outcome, media_type)

    def _check(self, request: Request, operation: Operation) -> OperationType:
        kind = self._operations.check(operation)
        if kind is OperationType.SUBSCRIPTION and not takes_events(request):
            raise GraphQLError(
                "Subscriptions are not served over plain HTTP: open a socket (graphql-transport-ws), "
                "or ask for server-sent events with Accept: text/event-stream."
            )
        if request.method == "GET" and kind is OperationType.MUTATION:
            raise BadRequest(405, "GET may only read: send mutations by POST.")
        return kind


def _respond(outcome: Outcome, media_type: str) -> Response:
    """Plain JSON answers every well-formed request with 200; the newer media type can afford the truth."""
    status = 200
    if outcome.failed:
        status = 500
    elif not outcome.ran and media_type == GRAPHQL_RESPONSE:
        status = 400
    return Response(encode(outcome.body), status, media_type=media_type)
