"""From which web pages a socket may be opened: browsers ask nobody before they open one.

Decides by the `Origin` header alone. What is no browser sends none, and is let in: its token says who it is.
"""

from urllib.parse import urlsplit

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
PORTS = {"http": 80, "https": 443}


class Origins:
    """The origins that are let in: the public address's own, and those that the settings name."""

    def __init__(self, public_url: str, allowed: list[str]) -> None:
        self._takes_any = "*" in allowed
        self._known = {_normal(origin) for origin in allowed if origin != "*"} | set(_own(public_url))

    def let_in(self, origin: str | None) -> bool:
        """Whether a page of this origin may open a socket; None is no page at all."""
        return origin is None or self._takes_any or _normal(origin) in self._known


def _own(public_url: str) -> list[str]:
    """A machine's own names for itself are one: people type either."""
    own = _normal(public_url)
    scheme, _, rest = own.partition("://")
    name, _, port = rest.rpartition(":")
    return [f"{scheme}://{other}:{port}" for other in LOOPBACK] if name in LOOPBACK else [own]


def _normal(origin: str) -> str:
    try:
        parts = urlsplit(origin.strip().lower())
        port = parts.port or PORTS.get(parts.scheme)
    except ValueError:
        return origin
    name = f"[{parts.hostname}]" if parts.hostname and ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{name}:{port}"
