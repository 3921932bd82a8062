"""What is asked: four pages and two changes, as they go over the wire.

Decides the documents and how a request is written. The same bytes go to every server whose schema is Amends'.
"""

import json
import re
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).parent
OPERATION: Final = re.compile(r"^(?:query|mutation)\s+(\w+)", re.MULTILINE)
PAGES: Final = ("inbox", "thread", "ledger", "node")
CHANGES: Final = ("send-message", "refund-in-full")
EVERYTHING: Final = (*PAGES, *CHANGES)


def has_own_words(server: str, name: str) -> bool:
    """Whether a server's schema is another, so that it is asked for the same in other words."""
    return (HERE / "peers" / server / f"{name}.graphql").is_file()


def document(name: str, server: str = "amends") -> str:
    """The text of a document, in the words of a server's schema."""
    folder = HERE / "peers" / server if has_own_words(server, name) else HERE / "documents"
    return (folder / f"{name}.graphql").read_text("utf-8")


def operation(query: str) -> str:
    """The name of a document's operation."""
    found = OPERATION.search(query)
    assert found is not None, "every document names its operation"
    return found[1]


def body(query: str, variables: dict[str, Any]) -> dict[str, Any]:
    """What is posted."""
    return {"query": query, "operationName": operation(query), "variables": variables}


def request(token: str, asked: dict[str, Any], path: str = "/graphql") -> bytes:
    """A whole request of HTTP."""
    content = json.dumps(asked, separators=(",", ":")).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
        f"accept: application/json\r\nauthorization: Bearer {token}\r\ncontent-length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content
