"""The pages that people write, and what is in them: GraphQL, commands, settings, links."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])

BLOCK = re.compile(r"^```(?P<info>[^\n]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
BODY = re.compile(r"-d '(\{.*?\})'$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Example:
    """A GraphQL document, whose it is (none: it is not run), and the variables printed below it."""

    page: Path
    line: int
    document: str
    viewer: str | None
    variables: dict[str, Any] | None

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def examples() -> Iterator[Example]:
    """Give every GraphQL block of every page, and what the curl commands send."""
    for page in PAGES:
        text = page.read_text("utf-8")
        blocks = list(BLOCK.finditer(text))
        for block, following in zip_longest(blocks, blocks[1:]):
            language, _, viewer = block["info"].partition(" ")
            line = text.count("\n", 0, block.start()) + 1
            if language == "graphql":
                takes_variables = re.search(r"\$\w+: [^,)]*!", block["text"]) is not None
                variables = json.loads(following["text"]) if takes_variables and following else None
                yield Example(page, line, block["text"], viewer or None, variables)
            for body in BODY.findall(block["text"]):
                sent = json.loads(body)
                yield Example(page, line, sent["query"], None, sent.get("variables"))
