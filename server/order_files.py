"""Files of orders: JSON lines, or CSV whose columns are the same fields with dots (`buyer.username`).

Decides how a line becomes the input of the graph's `importOrders`. Whether an order is right is decided
there.
"""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WHOLE_NUMBERS = frozenset({"quantity"})
YES_OR_NO = {"true": True, "false": False}
BOOLEANS = frozenset({"consumable", "shipment.platformLabel"})
LISTS = frozenset({"photos"})  # addresses, separated by spaces
LONGEST_FIELD = 1_000_000
BOM = b"\xef\xbb\xbf"
NOT_TEXT = "not UTF-8"


@dataclass(frozen=True, slots=True)
class Line:
    """One order as the file has it; `order` is none where the line cannot be read, and `problem` says why."""

    number: int
    text: Any
    order: dict[str, Any] | None
    problem: str | None = None


def read(path: Path) -> Iterator[tuple[Line, int]]:
    """Give each order's line and how many bytes have been read up to it; nothing is kept."""
    with path.open("rb") as file:
        decoded = (
            raw.removeprefix(BOM if number == 0 else b"").decode("utf-8", "surrogateescape")
            for number, raw in enumerate(file)
        )
        lines = _csv(decoded) if path.suffix.lower() == ".csv" else _json_lines(decoded)
        for line in lines:
            yield line, file.tell()


def _json_lines(lines: Iterator[str]) -> Iterator[Line]:
    for number, text in enumerate(lines, 1):
        if not text.strip():
            continue
        if not _is_text(text):
            yield Line(number, text.rstrip("\n"), None, NOT_TEXT)
            continue
        try:
            order = json.loads(text)
        except (ValueError, RecursionError) as error:
            yield Line(number, text.rstrip("\n"), None, f"not JSON: {error}")
            continue
        if isinstance(order, dict):
            yield Line(number, order, order)
        else:
            yield Line(number, order, None, "not a JSON object")


def _csv(lines: Iterator[str]) -> Iterator[Line]:
    csv.field_size_limit(LONGEST_FIELD)
    reader = csv.DictReader(lines, strict=True)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Line(reader.line_num, None, None, f"not CSV: {error}")
            continue
        number = reader.line_num
        if None in cells or None in cells.values():
            yield Line(
                number, cells, None, f"not {len(reader.fieldnames or [])} columns, as the first line has"
            )
            continue
        if not _is_text("".join(cells.values())):
            yield Line(number, cells, None, NOT_TEXT)
            continue
        try:
            yield Line(number, cells, _nest(cells))
        except ValueError as error:
            yield Line(number, cells, None, str(error))


def _is_text(text: str) -> bool:
    """Bytes that are not UTF-8 were read as lone surrogates, which cannot be written again."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def _nest(cells: dict[str, str]) -> dict[str, Any]:
    """Turn `buyer.username` into fields within fields; an empty cell is a field left out."""
    order: dict[str, Any] = {}
    for column, cell in cells.items():
        if cell == "":
            continue
        *parents, name = column.split(".")
        place = order
        for parent in parents:
            place = place.setdefault(parent, {})
            if not isinstance(place, dict):
                raise ValueError(f"{column}: {parent} is no group of fields")  # noqa: TRY004 the file's mistake
        place[name] = _value(column, cell)
    return order


def _value(column: str, cell: str) -> Any:
    if column in BOOLEANS:
        if cell.lower() not in YES_OR_NO:
            raise ValueError(f"{column}: neither true nor false")
        return YES_OR_NO[cell.lower()]
    if column in WHOLE_NUMBERS:
        return int(cell) if cell.isascii() and cell.isdigit() else cell
    return cell.split() if column in LISTS else cell
