"""A seller's monthly statement as CSV, behind a signed link that expires.

Decides how the lines are laid out. What they are is asked of the graph, as the seller would ask.
"""

import csv
import io
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from strawberry import Schema

from domain.viewer import Viewer
from domain.words import ViewerRole
from resolvers.context import Context
from server.errors import refuse
from server.links import SignedLinks

STATEMENT = """
query Statement($year: Int!, $month: Int!) {
  viewer { seller { ledger { statement(year: $year, month: $month) {
    opening { ...money } lines { component amount { ...money } } closing { ...money }
  } } } }
}
fragment money on Money { amount currencyCode }
"""


class Statements:
    """The endpoint; `make_context` gives an operation's context for any viewer."""

    def __init__(self, graph: Schema, links: SignedLinks, make_context: Callable[[Viewer], Context]) -> None:
        self._graph = graph
        self._links = links
        self._make_context = make_context

    async def show(self, request: Request) -> Response:
        """Give the lines of one month of one seller."""
        if not self._links.opens(request):
            return refuse(403, "This link is not valid, or no longer.", "LINK_NOT_VALID")
        seller_id, year, month = (request.path_params[name] for name in ("seller_id", "year", "month"))
        seller = Viewer(ViewerRole.MEMBER, seller_id, None)
        answer = await self._graph.execute(
            STATEMENT, {"year": year, "month": month}, context_value=self._make_context(seller)
        )
        if answer.errors:
            raise RuntimeError("A statement could not be made.") from answer.errors[0]
        desk = answer.data and answer.data["viewer"]["seller"]
        if not desk:
            return refuse(404, "There is no such statement.", "NOT_FOUND")
        return Response(
            _write(desk["ledger"]["statement"]),
            media_type="text/csv",
            headers={"content-disposition": f'attachment; filename="statement-{year:04}-{month:02}.csv"'},
        )


def _write(statement: dict[str, Any]) -> str:
    lines = [(line["component"], line["amount"]) for line in statement["lines"]]
    output = io.StringIO()
    writer = csv.writer(output)
    writer.writerow(["line", "amount", "currency"])
    for name, money in [("OPENING", statement["opening"]), *lines, ("CLOSING", statement["closing"])]:
        writer.writerow([name, money["amount"], money["currencyCode"]])
    return output.getvalue()
