"""How answers are written: JSON, under the media type that the client prefers."""

from functools import lru_cache
from typing import Any

import orjson

JSON = "application/json"
GRAPHQL_RESPONSE = "application/graphql-response+json"
EVENT_STREAM = "text/event-stream"


def encode(document: Any) -> bytes:
    """Write JSON; instants are written in UTC, as the graph writes them."""
    return orjson.dumps(document, option=orjson.OPT_UTC_Z)


@lru_cache(maxsize=200)
def preferred_type(accept: str) -> str:
    """Choose between plain JSON, the media type of GraphQL responses, and an event stream.

    Of what is wanted alike, an answer goes before events, and honest status codes before plain JSON.
    """
    ranks = {EVENT_STREAM: 0, JSON: 1, GRAPHQL_RESPONSE: 2}
    wanted = {name: quality for name, quality in _accepted(accept).items() if name in ranks and quality > 0}
    return max(wanted, key=lambda name: (wanted[name], ranks[name]), default=JSON)


def takes_events(accept: str) -> bool:
    """Whether the client can read an event stream at all, if maybe not gladly."""
    return _accepted(accept).get(EVENT_STREAM, 0) > 0


def _accepted(accept: str) -> dict[str, float]:
    accepted: dict[str, float] = {}
    for choice in accept.split(","):
        name, *parameters = (part.strip().lower() for part in choice.split(";"))
        quality = next((weight(part) for part in parameters if part.startswith("q=")), 1.0)
        accepted[name] = max(accepted.get(name, 0), quality)
    return accepted


def weight(parameter: str) -> float:
    """Read `q=0.5`; what is no number weighs nothing."""
    try:
        return float(parameter.removeprefix("q="))
    except ValueError:
        return 0.0
