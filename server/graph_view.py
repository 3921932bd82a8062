"""The graph over HTTP: one request in, one response out, with the statuses of GraphQL-over-HTTP.

Decides the order: read, believe, check, run, describe; whether an answer or events come back; and that a GET
whose answer the client has already is told only that. Knows no field of the schema.
"""

from collections import OrderedDict
from collections.abc import Callable
from time import perf_counter
from typing import Final

from graphql import GraphQLError
from graphql.language import OperationType
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from domain.viewer import Viewer
from server import sse
from server.answers import Answers, Asked, Written
from server.auth import BadToken
from server.encoding import EVENT_STREAM, GRAPHQL_RESPONSE, preferred_type, takes_events
from server.errors import refuse
from server.operations import Operations, Outcome
from server.requests import BadRequest, Head, Operation, operation_in, read_sent
from server.sockets import Identify
from server.viewers import Caller
from server.wire import reply

CODES = {413: "TOO_LARGE", 415: "UNSUPPORTED_MEDIA_TYPE"}
NO_KIND, OK, ERRORS, REFUSED, FAILED = "none", "ok", "errors", "refused", "failed"
UNCHANGED, BEGUN = "unchanged", "begun"
"""What becomes of an operation, as the metrics tell it."""

RAISED: Final = "amends.raised"
"""Where a request carries what went wrong with it before it came to be routed."""

MOST_REMEMBERED: Final = 1_000
LONGEST_REMEMBERED_BYTES: Final = 10_000
TO_ONE_ALONE: Final = [
    (b"cache-control", b"private, no-cache"),
    (b"vary", b"authorization, accept"),
]
"""A browser may keep an answer, and asks each time whether it still holds; nobody on the way may."""


Metered = Callable[[str, str, float | None], None]
"""Takes the kind of an operation, what came of it, and after how many seconds; a stream is never done."""


class GraphView:
    """`/graphql` over one graph; `identify` says who is calling, or raises BadToken."""

    def __init__(
        self,
        operations: Operations,
        identify: Identify,
        streams: sse.EventStreams,
        *,
        body_limit_bytes: int,
        answers: Answers | None = None,
        metered: Metered | None = None,
    ) -> None:
        self._operations = operations
        self._identify = identify
        self._streams = streams
        self._body_limit_bytes = body_limit_bytes
        self._answers = answers
        self._metered = metered
        self._remembered: OrderedDict[tuple[str, bytes], Asked] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if RAISED in scope:
            raise scope[RAISED]
        response = await self.answer(scope, receive)
        await response(scope, receive, send)

    async def answer(self, scope: Scope, receive: Receive) -> ASGIApp:
        """Give what answers one request."""
        began = perf_counter()
        kind, outcome, response = await self._answer(scope, receive)
        if self._metered is not None:
            self._metered(kind, outcome, None if outcome == BEGUN else perf_counter() - began)
        return response

    async def _answer(self, scope: Scope, receive: Receive) -> tuple[str, str, ASGIApp]:
        """Run the operation a request carries; say of which kind it was, and what came of it."""
        head = Head(scope)
        wanted = preferred_type(head.get(b"accept") or "")
        # What does not run is no event: it is told with its status.
        media_type = GRAPHQL_RESPONSE if wanted == EVENT_STREAM else wanted
        try:
            asked, caller = await self._understand(head, receive)
        except BadRequest as bad:
            return NO_KIND, REFUSED, _refuse(bad, media_type)
        except BadToken as bad_token:
            challenge = {"www-authenticate": "Bearer"}
            no = refuse(401, str(bad_token), "UNAUTHENTICATED", media_type=media_type, headers=challenge)
            return NO_KIND, REFUSED, no
        except GraphQLError as error:
            not_run = Outcome({"errors": [error.formatted]}, ran=False, failed=False)
            return NO_KIND, *_respond(head, Written(not_run), media_type)
        kind = asked.kind.value
        if asked.kind is OperationType.SUBSCRIPTION:
            return kind, BEGUN, self._streams.follow(Request(scope), asked.operation, caller)
        if wanted == EVENT_STREAM:
            outcome = await self._operations.run(asked.operation, caller.viewer)
            said, response = _respond(head, Written(outcome), media_type)
            return kind, said, sse.once(outcome.body) if outcome.ran else response
        return kind, *_respond(head, await self._written(asked, caller.viewer), media_type)

    async def _understand(self, head: Head, receive: Receive) -> tuple[Asked, Caller]:
        """Give what is asked for and by whom; raises BadRequest, BadToken, GraphQLError."""
        sent = await read_sent(head, receive, body_limit_bytes=self._body_limit_bytes)
        authorization = head.get(b"authorization")
        asked = self._remembered.get((head.method, sent))
        if asked is not None:
            return asked, await self._identify(authorization)
        operation = operation_in(head.method, sent)
        caller = await self._identify(authorization)
        kind = self._check(head, self._operations.check(operation))
        return self._remember(head.method, sent, operation, kind), caller

    async def _written(self, asked: Asked, viewer: Viewer | None) -> Written:
        operations, operation = self._operations, asked.operation
        if self._answers is None or asked.kind is not OperationType.QUERY:
            return Written(await operations.run(operation, viewer))
        return await self._answers.written(asked, viewer, lambda: operations.run(operation, viewer))

    def _remember(self, method: str, sent: bytes, operation: Operation, kind: OperationType) -> Asked:
        """Keep what a query was understood as, to be understood at once when it comes again."""
        asked = self._answers.asked(operation, kind) if self._answers else Asked(operation, kind)
        if asked.kind is OperationType.QUERY and len(sent) <= LONGEST_REMEMBERED_BYTES:
            self._remembered[method, sent] = asked
            if len(self._remembered) > MOST_REMEMBERED:
                self._remembered.popitem(last=False)
        return asked

    def _check(self, head: Head, kind: OperationType) -> OperationType:
        if kind is OperationType.SUBSCRIPTION and not takes_events(head.get(b"accept") or ""):
            raise GraphQLError(
                "Subscriptions are not served over plain HTTP: open a socket (graphql-transport-ws), "
                "or ask for server-sent events with Accept: text/event-stream."
            )
        if head.method == "GET" and kind is OperationType.MUTATION:
            raise BadRequest(405, "GET may only read: send mutations by POST.")
        return kind


class _Ready:
    """A response whose head and body need no more work."""

    def __init__(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        self._status, self._headers, self._body = status, headers, body

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        if not reply(send, self._status, self._headers, self._body):
            await send({"type": "http.response.start", "status": self._status, "headers": self._headers})
            await send({"type": "http.response.body", "body": self._body})


def _refuse(bad: BadRequest, media_type: str) -> Response:
    code = CODES.get(bad.status, "BAD_REQUEST")
    headers = {"allow": "POST"} if bad.status == 405 else None
    return refuse(bad.status, bad.message, code, path=bad.path, media_type=media_type, headers=headers)


def _to_get(head: Head, written: Written, media_type: str) -> tuple[str, _Ready]:
    """Tell a client that has this answer already that it still holds."""
    tag = written.tag
    headers = [*TO_ONE_ALONE, (b"etag", tag.encode())]
    known = head.get(b"if-none-match")
    if known is not None and _names(known, tag):
        return UNCHANGED, _Ready(304, headers, b"")
    return OK, _Ready(200, headers + _of_content(written, media_type), written.body)


def _of_content(written: Written, media_type: str) -> list[tuple[bytes, bytes]]:
    length = str(len(written.body)).encode()
    return [(b"content-length", length), (b"content-type", media_type.encode())]


def _names(known: str, tag: str) -> bool:
    """Whether what a client knows is this: weak or strong makes no difference to a GET."""
    tags = [each.strip().removeprefix("W/") for each in known.split(",")]
    return tags == ["*"] or tag.removeprefix("W/") in tags


def _respond(head: Head, written: Written, media_type: str) -> tuple[str, ASGIApp]:
    """Plain JSON answers every well-formed request with 200; the newer media type can afford the truth."""
    if head.method == "GET" and written.is_whole:
        return _to_get(head, written, media_type)
    if written.failed:
        status, said = 500, FAILED
    elif written.ran:
        status, said = 200, OK if written.is_whole else ERRORS
    else:
        status, said = 400 if media_type == GRAPHQL_RESPONSE else 200, REFUSED
    return said, _Ready(status, _of_content(written, media_type), written.body)
