"""What a client is told of what went wrong: its own mistakes in full, our bugs by a reference alone.

Decides which is which. The reference is found in the log, beside the traceback.
"""

import uuid
from collections.abc import Sequence
from typing import Any

import structlog
from graphql import GraphQLError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from server.encoding import JSON, encode
from storage.engine import is_away

SENTENCE = "Something went wrong on our side; the reference is {}."
AWAY = (
    "The database cannot be reached at the moment. Whether anything was done is not known: ask again, a "
    "mutation with the same idempotencyKey."
)

log = structlog.get_logger("amends.graph")


def describe(errors: Sequence[GraphQLError]) -> list[dict[str, Any]]:
    """Give the errors as the response carries them."""
    return [_mask(error) if is_bug(error) else dict(error.formatted) for error in errors]


def is_bug(error: GraphQLError) -> bool:
    """Whether nobody meant this error for a client: an exception of ours, in a field or around the whole."""
    if error.original_error is None or isinstance(error.original_error, GraphQLError):
        return False
    return error.path is not None or error.nodes is None


def is_database_away(error: GraphQLError) -> bool:
    """Whether it is the database that was missing: the same may work again soon."""
    return error.original_error is not None and is_away(error.original_error)


def _mask(error: GraphQLError) -> dict[str, Any]:
    if is_database_away(error):
        log.warning("database_away", path=error.path)
        sentence, extensions = AWAY, {"code": "UNAVAILABLE"}
    else:
        reference = _report(error.original_error, error.path)
        sentence, extensions = SENTENCE.format(reference), {"code": "INTERNAL", "reference": reference}
    masked = GraphQLError(sentence, error.nodes, path=error.path, extensions=extensions)
    return dict(masked.formatted)


def _report(error: Exception | None, path: Sequence[str | int] | None = None) -> str:
    reference = uuid.uuid4().hex[:12]
    log.error("bug", reference=reference, path=path, exc_info=error)
    return reference


def told_bug(error: Exception) -> str:
    """Write down a bug, and give the sentence that its client is told; a database that is away is none."""
    return AWAY if is_away(error) else SENTENCE.format(_report(error))


async def answer_bug(_: Request, error: Exception) -> Response:
    """Answer a request that broke outside the graph."""
    if is_away(error):
        return refuse(503, AWAY, "UNAVAILABLE", headers={"retry-after": "1"})
    return refuse(500, told_bug(error), "INTERNAL")


async def answer_http_error(_: Request, error: Exception) -> Response:
    """Answer an address or a method that is not there."""
    assert isinstance(error, HTTPException)
    headers = dict(error.headers) if error.headers else None
    code = "NOT_FOUND" if error.status_code == 404 else "BAD_REQUEST"
    return refuse(error.status_code, f"{error.detail}.", code, headers=headers)


async def answer_nobody(_: Request, _error: Exception) -> Response:
    """The client has gone away in the middle of its request: nobody reads this."""
    return Response(status_code=400)


HANDLERS = {
    Exception: answer_bug,
    HTTPException: answer_http_error,
    ClientDisconnect: answer_nobody,
}


def refuse(
    status: int,
    message: str,
    code: str,
    *,
    path: Sequence[str | int] | None = None,
    media_type: str = JSON,
    headers: dict[str, str] | None = None,
) -> Response:
    """Answer a request that did not run, in the shape of a GraphQL response."""
    extensions: dict[str, Any] = {"code": code}
    if path:
        extensions["field"] = [str(step) for step in path]
    body = {"errors": [{"message": message, "extensions": extensions}]}
    return Response(encode(body), status, headers, media_type)
