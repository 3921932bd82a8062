"""From an HTTP request to the GraphQL request it carries, or the status that says why there is none.

Decides by GraphQL-over-HTTP. Knows no schema and no viewer.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NoReturn

import orjson
from starlette.datastructures import QueryParams
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope

UNSTORABLE = "holds a character that is not text (U+0000 or half of a surrogate pair)"
NO_QUERY = "query must be a GraphQL document."


class BadRequest(Exception):  # noqa: N818 HTTP's own word
    """The request carries nothing to run; the message is a sentence for the client."""

    def __init__(self, status: int, message: str, path: list[str | int] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.path = path


@dataclass(frozen=True, slots=True)
class Operation:
    """What a client asks to run."""

    query: str
    variables: dict[str, Any] | None
    name: str | None
    ready: list[Any] = field(default_factory=list, compare=False, repr=False)
    """What has been made ready to run it, once it was run: whoever asks the same again asks with this."""


def operation_in(method: str, sent: bytes) -> Operation:
    """Give the operation in what was sent by this method; raises BadRequest."""
    if method == "GET":
        return _stated({name: _from_query(name, value) for name, value in QueryParams(sent).items()})
    return _stated(parse(sent))


class Head:
    """What comes before a request's body; a name that is said twice means what was said first."""

    __slots__ = ("_headers", "method", "query")

    def __init__(self, scope: Scope) -> None:
        self.method: str = scope["method"]
        self.query: bytes = scope["query_string"]
        self._headers: dict[bytes, bytes] = dict(reversed(scope["headers"]))

    def get(self, name: bytes) -> str | None:
        """What a header says, if it is there; its name in small letters."""
        said = self._headers.get(name)
        return None if said is None else said.decode("latin-1")


async def read_sent(head: Head, receive: Receive, *, body_limit_bytes: int) -> bytes:
    """Read what holds the operation: a GET's query or a POST's body; raises BadRequest."""
    if head.method == "GET":
        return head.query
    if not _is_json(head.get(b"content-type") or ""):
        raise BadRequest(415, "Send the request as application/json, in UTF-8.")
    return await read_body(receive, limit_bytes=body_limit_bytes)


@lru_cache(maxsize=200)
def _is_json(content_type: str) -> bool:
    media_type, _, parameters = content_type.partition(";")
    charset = parameters.strip().lower().removeprefix("charset=").strip('"')
    return media_type.strip().lower() == "application/json" and charset in ("", "utf-8")


def _stated(fields: Any) -> Operation:
    operation = operation_of(fields)
    if not operation.query.strip():
        raise BadRequest(400, NO_QUERY, ["query"])
    return operation


async def read_body(receive: Receive, *, limit_bytes: int) -> bytes:
    """Read the whole body, or stop as soon as it is over the limit; raises BadRequest, ClientDisconnect."""
    body, is_whole = b"", False
    while not is_whole:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        is_whole = not message.get("more_body", False)
        if len(body) > limit_bytes:
            raise BadRequest(413, f"The request is larger than {limit_bytes} bytes.")
    return body


def _from_query(name: str, value: str) -> Any:
    return parse(value.encode()) if name in ("variables", "extensions") and value else value


def parse(body: bytes, *, name: str = "The body") -> Any:
    """Parse JSON, called `name` in a refusal; what PostgreSQL could never store is refused with its place."""
    try:
        document = orjson.loads(body)
        if rb"\u0000" not in body:
            return document
    except orjson.JSONDecodeError:
        document = _parse_leniently(body, name)
    for path in _unstorable(document):
        raise BadRequest(400, f"{'.'.join(map(str, path)) or 'The request'} {UNSTORABLE}.", path)
    return document


def _parse_leniently(body: bytes, name: str) -> Any:
    """Parse what only lone surrogates may keep from being JSON, so that their place can be told."""

    def refuse(constant: str) -> NoReturn:
        raise ValueError(constant)

    try:
        document = json.loads(body, parse_constant=refuse)
    except (ValueError, RecursionError):
        raise BadRequest(400, f"{name} is not JSON.") from None
    if not any(_unstorable(document)):
        raise BadRequest(400, f"{name} is not JSON.")
    return document


def _unstorable(document: Any) -> Iterator[list[str | int]]:
    waiting: list[tuple[list[str | int], Any]] = [([], document)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, str):
            if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
                yield path
        elif isinstance(value, dict):
            waiting.extend(([*path, key], inner) for key, inner in value.items())
            waiting.extend((path, key) for key in value)
        elif isinstance(value, list):
            waiting.extend(([*path, index], inner) for index, inner in enumerate(value))


def operation_of(fields: Any) -> Operation:
    """Take the operation out of what a client sent, whichever way it came; raises BadRequest."""
    if isinstance(fields, list):
        raise BadRequest(400, "Batches are not taken: send one operation a request.")
    if not isinstance(fields, Mapping):
        raise BadRequest(400, "The request must be a JSON object with a query.")
    query, variables = fields.get("query"), fields.get("variables")
    name, extensions = fields.get("operationName"), fields.get("extensions")
    if not isinstance(query, str):
        raise BadRequest(400, NO_QUERY, ["query"])
    if not (variables is None or isinstance(variables, dict)):
        raise BadRequest(400, "variables must be an object.", ["variables"])
    if not (name is None or isinstance(name, str)):
        raise BadRequest(400, "operationName must be a string.", ["operationName"])
    if not (extensions is None or isinstance(extensions, dict)):
        raise BadRequest(400, "extensions must be an object.", ["extensions"])
    return Operation(query, variables, name or None)
