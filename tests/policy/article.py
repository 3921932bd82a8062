"""The article as a sequence of sentences, and which of them a fragment is quoted from."""

import re
from functools import cache
from pathlib import Path

ARTICLE = Path(__file__).with_name("article.txt")
PLAIN = str.maketrans(
    {"\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-"}
)
SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")


def plain(text: str) -> str:
    """The text with single spaces, straight quotes and short hyphens."""
    return " ".join(text.translate(PLAIN).split())


@cache
def sentences() -> tuple[str, ...]:
    """The article's distinct sentences, plain, in order; a row of a table is one."""
    found: dict[str, None] = {}
    for line in ARTICLE.read_text(encoding="utf-8").splitlines():
        statement = plain(line).removeprefix("-").strip(" |")
        found.update(dict.fromkeys(part for part in SENTENCE_END.split(statement) if part))
    return tuple(found)


@cache
def sentence_of(fragment: str) -> str:
    """The one sentence that the fragment is, or is part of. Raises ValueError for none or several."""
    quoted = plain(fragment)
    if quoted in sentences():
        return quoted
    holding = [sentence for sentence in sentences() if quoted in sentence]
    if not holding:
        raise ValueError(f"not a part of any one sentence of the article: {fragment!r}")
    if len(holding) > 1:
        raise ValueError(f"quote more: {len(holding)} sentences of the article contain {fragment!r}")
    return holding[0]
