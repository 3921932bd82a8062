"""How answers are written: JSON, under the media type that the client prefers."""

from typing import Any

import orjson
from starlette.requests import Request

JSON = "application/json"
GRAPHQL_RESPONSE = "application/graphql-response+json"


def encode(document: Any) -> bytes:
    """Write JSON."""
    return orjson.dumps(document)


def preferred_type(request: Request) -> str:
    """Choose between plain JSON and the media type of GraphQL responses, which has honest status codes."""
    best, chosen = 0.0, JSON
    for choice in request.headers.get("accept", "").split(","):
        name, *parameters = (part.strip().lower() for part in choice.split(";"))
        quality = next((weight(part) for part in parameters if part.startswith("q=")), 1.0)
        if name in (JSON, GRAPHQL_RESPONSE) and (
            quality > best or (quality == best and name == GRAPHQL_RESPONSE)
        ):
            best, chosen = quality, name
    return chosen


def weight(parameter: str) -> float:
    """Read `q=0.5`; what is no number weighs nothing."""
    try:
        return float(parameter.removeprefix("q="))
    except ValueError:
        return 0.0
