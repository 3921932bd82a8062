"""What becomes of every sentence of the article: the tests that hold it, or why there is nothing to hold.

Reads the tests' source, not their collection: whatever stands in a `@quotes(...)` is what the page shows.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.policy.article import sentence_of, sentences
from tests.policy.no_behaviour import NO_BEHAVIOUR

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "policy-coverage.md"
PENDING = Path(__file__).with_name("pending.txt")

HEAD = """\
# The article, sentence by sentence

Written by `python -m tests.policy.coverage`; a test keeps it current. Every sentence of the article
(`tests/policy/article.txt`) is held by the tests named beside it, or asks nothing of the product: then it
says why.

| sentence | held by, or why there is nothing to hold |
|---|---|
"""


def tests_by_sentence() -> dict[str, list[str]]:
    """The tests that quote each sentence, named as `path::name`, in order of path and line."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        name = path.relative_to(ROOT).as_posix()
        for test, fragment in _quotes_in(ast.parse(path.read_text(encoding="utf-8"))):
            holders = found.setdefault(sentence_of(fragment), [])
            if f"{name}::{test}" not in holders:
                holders.append(f"{name}::{test}")
    return found


def reasons_by_sentence() -> dict[str, str]:
    """Why each of the sentences without behaviour has none."""
    return {
        sentence_of(fragment): reason for reason, fragments in NO_BEHAVIOUR.items() for fragment in fragments
    }


def uncovered() -> list[str]:
    """The sentences that neither a test nor a reason covers, in the article's order."""
    covered = tests_by_sentence().keys() | reasons_by_sentence().keys()
    return [sentence for sentence in sentences() if sentence not in covered]


def pending() -> list[str]:
    """The sentences known to wait for their test."""
    return PENDING.read_text(encoding="utf-8").splitlines() if PENDING.exists() else []


def page() -> str:
    """The coverage page's text."""
    tests, reasons = tests_by_sentence(), reasons_by_sentence()
    rows = []
    for sentence in sentences():
        holders = "<br>".join(f"`{test}`" for test in tests.get(sentence, []))
        rows.append(f"| {_escaped(sentence)} | {holders or reasons.get(sentence, '**no test yet**')} |\n")
    return HEAD + "".join(rows)


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("*", "\\*")


def _quotes_in(tree: ast.AST, prefix: str = "") -> Iterator[tuple[str, str]]:
    for node in ast.iter_child_nodes(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) in {"quotes", "policy.quotes"}:
                for argument in decorator.args:
                    yield prefix + node.name, ast.literal_eval(argument)
        if isinstance(node, ast.ClassDef):
            yield from _quotes_in(node, f"{prefix}{node.name}::")


def main() -> None:
    """Write the page and forget what is pending no more."""
    left = uncovered()
    if left:
        PENDING.write_text("".join(f"{sentence}\n" for sentence in left), encoding="utf-8")
    else:
        PENDING.unlink(missing_ok=True)
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
