"""What becomes of every sentence of the article: held by tests, with nothing to hold, or not held yet.

Reads the tests' source, not their collection: whatever stands in a `@quotes(...)` is what the page shows.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from tests.policy.article import sentence_of, sentences
from tests.policy.no_behaviour import NO_BEHAVIOUR
from tests.policy.not_yet import NOT_YET

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "policy-coverage.md"

HEAD = """\
# The article, sentence by sentence

Written by `python -m tests.policy.coverage`; a test keeps it current. Every sentence of the article
(`tests/policy/article.txt`) is held by the tests named beside it, or asks nothing of the product: then it
says why.{exception}

| sentence | held by, or why there is nothing to hold |
|---|---|
"""
FOOT = """\

## Not held yet: {count} of {all}

| sentence | what is missing |
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
    return _by_sentence(NO_BEHAVIOUR)


def missing_by_sentence() -> dict[str, str]:
    """What is missing for each of the sentences that the product does not hold yet."""
    return _by_sentence(NOT_YET)


def uncovered() -> list[str]:
    """The sentences that neither a test nor a reason covers, in the article's order."""
    covered = tests_by_sentence().keys() | reasons_by_sentence().keys()
    return [sentence for sentence in sentences() if sentence not in covered]


def page() -> str:
    """The coverage page's text."""
    tests, reasons, missing = tests_by_sentence(), reasons_by_sentence(), missing_by_sentence()
    held = [sentence for sentence in sentences() if sentence not in missing]
    told = {sentence: "<br>".join(f"`{test}`" for test in tests[sentence]) for sentence in tests} | reasons
    text = HEAD.format(exception=_exception(len(missing))) + _rows(held, told)
    if missing:
        text += FOOT.format(count=len(missing), all=len(sentences())) + _rows(list(missing), missing)
    return text


def _exception(count: int) -> str:
    return f" The {count} that are not held yet stand at the end." if count else ""


def _by_sentence(fragments_by_reason: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    return {
        sentence_of(fragment): reason
        for reason, fragments in fragments_by_reason.items()
        for fragment in fragments
    }


def _rows(which: Iterable[str], told: Mapping[str, str]) -> str:
    return "".join(f"| {_escaped(sentence)} | {told.get(sentence, '**no test**')} |\n" for sentence in which)


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
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
