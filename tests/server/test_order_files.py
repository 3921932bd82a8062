"""A file of orders is read a line at a time; a broken line is one line's trouble."""

import json
from pathlib import Path
from typing import Any

import strawberry

from server.cli.importing import import_batch
from server.order_files import Line, read
from server.order_import import OrderImport


def lines(path: Path) -> list[Line]:
    return [line for line, _ in read(path)]


def test_json_lines_are_read_with_their_numbers_and_broken_ones_with_their_trouble(tmp_path: Path) -> None:
    file = tmp_path / "orders.jsonl"
    file.write_bytes(b'\xef\xbb\xbf{"externalId": "1"}\n\n{"externalId": \n[1]\n{"externalId": "2"}')
    first, broken, no_object, last = lines(file)
    assert (first.number, first.order) == (1, {"externalId": "1"})
    assert (broken.number, broken.order) == (3, None)
    assert broken.problem is not None
    assert broken.problem.startswith("not JSON")
    assert (no_object.number, no_object.problem) == (4, "not a JSON object")
    assert (last.number, last.order) == (5, {"externalId": "2"})


def test_csv_columns_nest_by_their_dots_and_empty_cells_are_left_out(tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text(
        "externalId,quantity,consumable,photos,buyer.username,price.amount,description\n"
        '1,2,TRUE,https://a https://b,ana,"10.00",\n'
        "2,1,perhaps,,ana,10.00,\n"
        "3,1\n"
        '4,1,false,,ben,1.00,"two\nlines"\n'
    )
    good, unclear, short, multiline = lines(file)
    assert good.order == {
        "externalId": "1",
        "quantity": 2,
        "consumable": True,
        "photos": ["https://a", "https://b"],
        "buyer": {"username": "ana"},
        "price": {"amount": "10.00"},
    }
    assert (unclear.number, unclear.problem) == (3, "consumable: neither true nor false")
    assert (short.number, short.problem) == (4, "not 7 columns, as the first line has")
    assert multiline.order is not None
    assert multiline.order["description"] == "two\nlines"


def test_a_quote_that_never_closes_is_one_rejected_line(tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text('externalId,title\n1,fine\n2,"broken\n')
    good, broken = lines(file)
    assert good.order == {"externalId": "1", "title": "fine"}
    assert broken.problem is not None
    assert broken.problem.startswith("not CSV")


def test_bytes_that_are_not_utf_8_are_rejected_and_not_replaced(tmp_path: Path) -> None:
    table = tmp_path / "orders.csv"
    table.write_bytes("externalId,title\n1,caf\u00e9\n2,fine\n".encode("latin-1"))
    objects = tmp_path / "orders.jsonl"
    objects.write_bytes('{"title": "caf\u00e9"}\n{"title": "fine"}\n'.encode("latin-1"))
    for file in (table, objects):
        broken, good = lines(file)
        assert (broken.order, broken.problem) == (None, "not UTF-8")
        assert good.problem is None


async def test_what_no_text_can_hold_is_written_beside_its_reason(
    tmp_path: Path,
) -> None:
    rejected = tmp_path / "rejected.jsonl"
    importing = OrderImport(strawberry.Schema(Query, Mutation), lambda: None)
    halves = [Line(1, "caf\udce9", None, "not UTF-8"), Line(2, row := {"quantity": "\ud800"}, row)]
    assert await import_batch(importing, halves, rejected) == {"REJECTED": 2}
    first, second = map(json.loads, rejected.read_text(encoding="utf-8").splitlines())
    assert first["order"] == "caf\udce9"
    assert second["order"]["quantity"] == "\ud800"


def test_a_columns_name_may_not_be_both_a_field_and_a_group(tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("buyer,buyer.username\nana,ana\n")
    [line] = lines(file)
    assert line.problem == "buyer.username: buyer is no group of fields"


@strawberry.input
class ImportOrderInput:
    external_id: str
    quantity: int


@strawberry.input
class ImportOrdersInput:
    orders: list[ImportOrderInput]


@strawberry.type
class Problem:
    message: str
    field: list[str] | None


@strawberry.type
class Result:
    status: str
    user_errors: list[Problem]


@strawberry.type
class Payload:
    results: list[Result]
    user_errors: list[Problem]


@strawberry.type
class Mutation:
    @strawberry.mutation
    def import_orders(self, input: ImportOrdersInput) -> Payload:  # noqa: A002 the contract's own name
        def result(order: ImportOrderInput) -> Result:
            if order.quantity < 1:
                return Result(
                    status="REJECTED", user_errors=[Problem(message="must be at least 1", field=["quantity"])]
                )
            return Result(status="CREATED", user_errors=[])

        return Payload(results=[result(order) for order in input.orders], user_errors=[])


@strawberry.type
class Query:
    ok: bool = True


def order(number: int, **fields: Any) -> Line:
    return Line(number, None, {"externalId": str(number), "quantity": 1} | fields)


async def test_one_unreadable_order_does_not_take_its_batch_with_it() -> None:
    importing = OrderImport(strawberry.Schema(Query, Mutation), lambda: None)
    batch = [order(n) for n in range(1, 8)]
    batch[2] = order(3, quantity="many")
    batch[4] = order(5, quantity=0)
    batch[5] = Line(6, "{", None, "not JSON")
    results = await importing.run(batch)
    assert [result.status for result in results] == ["CREATED"] * 2 + ["REJECTED", "CREATED"] + [
        "REJECTED"
    ] * 2 + ["CREATED"]
    assert results[2].reason is not None
    assert "'many'" in results[2].reason
    assert results[4].reason == "quantity: must be at least 1"
    assert results[5].reason == "not JSON"
