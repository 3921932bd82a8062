"""What a client is told of what went wrong: its own mistakes in full, our bugs by a reference alone.

Decides which is which. The reference is found in the log, beside the traceback.
"""

import uuid
from collections.abc import Sequence
from typing import Any

import structlog
from graphql import GraphQLError
from starlette.responses import Response

from server.encoding import JSON, encode

log = structlog.get_logger("amends.graph")


def describe(errors: Sequence[GraphQLError]) -> list[dict[str, Any]]:
    """Give the errors as the response carries them."""
    return [_mask(error) if is_bug(error) else dict(error.formatted) for error in errors]


def is_bug(error: GraphQLError) -> bool:
    """Whether nobody meant this error for a client: an exception of ours, in a field or around the whole."""
    if error.original_error is None or isinstance(error.original_error, GraphQLError):
        return False
    return error.path is not None or error.nodes is None


def _mask(error: GraphQLError) -> dict[str, Any]:
    reference = uuid.uuid4().hex[:12]
    log.error("bug", reference=reference, path=error.path, exc_info=error.original_error)
    masked = GraphQLError(
        f"Something went wrong on our side; the reference is {reference}.",
        error.nodes,
        path=error.path,
        extensions={"code": "INTERNAL", "reference": reference},
    )
    return dict(masked.formatted)


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
