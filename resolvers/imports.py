"""Importing orders: many at once, each taken or rejected alone, safe to repeat.

Decides who may import and what a row's result says. What a row changes is decided beside the rows that are
there.
"""

from collections.abc import Mapping, Sequence

from domain.imports import ImportedOrder, contradictions
from domain.words import ImportStatus
from resolvers.mutate import Receipt, Refused, Write
from resolvers.parties import require_platform
from storage.imports import upsert_orders

Row = int
"""A row's place in the call."""


async def import_orders(
    write: Write, orders: Mapping[Row, ImportedOrder], faults: Mapping[Row, Sequence[Refused]]
) -> dict[Row, Receipt]:
    """Import rows in order; `faults` are those that could not even be read. Give a result for each."""
    require_platform(write)
    at = await write.now()
    refused = {row: list(found) for row, found in faults.items()}
    for row, order in orders.items():
        found = [Refused.of(refusal, "orders", str(row)) for refusal in contradictions(order, at=at)]
        if found:
            refused[row] = found
    taken = {row: order for row, order in orders.items() if row not in refused}
    imported = await upsert_orders(write.connection, list(taken.values()), at=at)
    results = {row: _result(ImportStatus.REJECTED, None, found) for row, found in refused.items()}
    for row, outcome in zip(taken, imported, strict=True):
        found = [Refused.of(outcome.refusal, "orders", str(row))] if outcome.refusal else []
        results[row] = _result(outcome.status, outcome.order, found)
    return results


def _result(status: ImportStatus, order: tuple[int, int] | None, refused: Sequence[Refused]) -> Receipt:
    return {"status": status, "order": order, "refused": [each.dump() for each in refused]}
