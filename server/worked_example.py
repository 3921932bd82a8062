"""The example of the page about the executor, worked out: its code and its statement, as they are now.

Decides how both are laid out for reading. The document stands here, so that it is the one that is compiled.
"""

import re
import subprocess
import sys
from typing import Final

from graphql import parse

from executor.plans import Plans
from executor.wants import Wants
from schema.fast import plans
from storage.prepared import Prepared
from storage.reads.sets import Reading

DOCUMENT: Final = """{
  supportRequest(number: "R11-67") {
    status
    dueAt
    overdue
    order { title price { amount } }
    refunds { status amount { amount } }
  }
}"""
BREAKS: Final = re.compile(r" (?=(?:LEFT OUTER JOIN|(?<!OUTER )JOIN|FROM|WHERE|AND|ORDER BY)\b)|\n")


def document() -> str:
    """The document."""
    return f"```graphql\n{DOCUMENT}\n```\n"


def code() -> str:
    """What is generated for the request, field by field."""
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length", "110", "-"]
    laid_out = subprocess.run(  # noqa: S603 the house's own formatter
        command, input=_request()[0], capture_output=True, text=True, check=True
    )
    return f"```python\n{laid_out.stdout}```\n"


def statement() -> str:
    """The statement that reads all of it."""
    text = re.sub(r"CAST\(coalesce\(.*?\) AS BIGINT\)", "…", _request()[1], flags=re.DOTALL)
    lines = [line.strip() for line in BREAKS.split(text) if line.strip()]
    return "```sql\n" + "\n".join(lines) + "\n```\n"


def _request() -> tuple[str, str]:
    known: Plans = plans()
    root = known.prepared(parse(DOCUMENT), None, None).selection
    (step,) = root.steps
    assert step.resolve is not None, "a request is resolved"
    assert isinstance(step.wants, Wants), "and read from one source"
    assert isinstance(step.resolve.source, Reading), "by its key"
    assert step.shape.selection is not None, "it is an object"
    return step.shape.selection.source, Prepared(step.resolve.source.wanted(step.wants)).text
