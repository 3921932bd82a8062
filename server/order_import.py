"""Orders from a file into the graph: batches through `importOrders`, and each rejected line with its reason.

Decides how a batch that cannot even be read is split until the lines at fault stand alone. What makes an
order right is decided by the graph, the same for everybody.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from strawberry import Schema

from server.errors import is_bug
from server.order_files import Line

BATCH_ORDERS = 250
REJECTED = "REJECTED"
PLACE = re.compile(r"^Variable '\$orders' has invalid value at \[0\](\.|: )")  # the line stands alone by then
FOUND = re.compile(r", found: \{.*")  # the line itself is kept beside the reason
MUTATION = """
mutation ImportOrders($orders: [ImportOrderInput!]!) {
  importOrders(input: {orders: $orders}) {
    results { status userErrors { message field } }
    userErrors { message field }
  }
}
"""


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one line: CREATED, UPDATED, UNCHANGED or REJECTED, and then why."""

    line: Line
    status: str
    reason: str | None = None


class OrderImport:
    """Imports lines; each batch is an operation with a context of its own."""

    def __init__(self, graph: Schema, make_context: Callable[[], Any]) -> None:
        self._graph = graph
        self._make_context = make_context

    async def run(self, lines: list[Line]) -> list[Imported]:
        """Import one batch; the results are in the lines' order."""
        unread = [Imported(line, REJECTED, line.problem) for line in lines if line.order is None]
        imported = await self._send([line for line in lines if line.order is not None])
        return sorted(unread + imported, key=lambda result: result.line.number)

    async def _send(self, lines: list[Line]) -> list[Imported]:
        if not lines:
            return []
        answer = await self._graph.execute(
            MUTATION, {"orders": [line.order for line in lines]}, context_value=self._make_context()
        )
        for error in answer.errors or []:
            if is_bug(error):
                raise RuntimeError("The import was broken off.") from error.original_error
        payload = answer.data and answer.data["importOrders"]
        if payload and len(payload["results"]) == len(lines):
            return [_result(line, row) for line, row in zip(lines, payload["results"], strict=True)]
        if len(lines) > 1:  # one line at fault would otherwise take the whole batch with it
            half = len(lines) // 2
            return await self._send(lines[:half]) + await self._send(lines[half:])
        problems = payload["userErrors"] if payload else [error.formatted for error in answer.errors or []]
        return [Imported(lines[0], REJECTED, _reason(problems))]


def _result(line: Line, row: dict[str, Any]) -> Imported:
    problems = row["userErrors"]
    return Imported(line, row["status"], _reason(problems) if problems else None)


def _reason(problems: list[Any]) -> str:
    return "; ".join(
        _place(problem) + FOUND.sub("", PLACE.sub("", problem["message"])) for problem in problems
    )


def _place(problem: dict[str, Any]) -> str:
    """Name the field within the line; where the line was in its batch is nobody's business."""
    field = problem.get("field") or []
    within = field[2:] if field[:1] == ["orders"] else field
    return ".".join(within) + ": " if within else ""
