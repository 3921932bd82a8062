"""A page of fifty rows costs as many statements as a page of one: whatever hangs on a row is read in sets."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from graphql import parse, print_ast, separate_operations
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.reads.reader import reader_of
from tests.schema.world import World

ROWS = 50
MOST_STATEMENTS = 20  # of the largest of these; a new edge costs one
CHANGES = {
    "sendMessage": 4,  # lock, read, write, tell
    "sendMessage, with a key": 6,  # which is claimed once it is decided, and kept at last
    "refundInFull": 5,  # the ledger is locked before it is written
}
INBOX = Path(__file__).parents[2] / "bench" / "documents" / "inbox.graphql"
WITH_REFUNDS = ("refundsOfPlatform", "deskOfSeller", "inboxOfSeller")

QUERIES = {
    name: print_ast(document)
    for name, document in separate_operations(
        parse(Path(__file__).with_name("pages.graphql").read_text("utf-8"))
    ).items()
}


@contextmanager
def counted(engine: AsyncEngine) -> Iterator[list[str]]:
    """Every statement that runs in the block."""
    statements: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        statements.append(statement)

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    stop = reader_of(engine).listen(lambda statement, _: statements.append(statement))
    try:
        yield statements
    finally:
        stop()
        event.remove(engine.sync_engine, "before_cursor_execute", note)


async def fifty_with_support(world: World) -> list[str]:
    """Let fifty requests be taken over by Support; give their ids."""
    rows = [await world.order_row() for _ in range(ROWS)]
    results = await world.ok("importOrders", world.platform, "results { order { id } }", orders=rows)
    scans = [_delivered(row) for row in rows]
    await world.ok("reportScans", world.platform, "results { status }", scans=scans)
    requests = [(await world.open_request(result["order"]))["id"] for result in results]
    for id_ in requests:
        await world.ok("takeOverRequest", world.support, requestId=id_, message="We look at it.")
    return requests


def _delivered(row: dict[str, Any]) -> dict[str, Any]:
    number = row["shipment"]["trackingNumber"]
    return {"carrier": "USPS", "trackingNumber": number, "kind": "DELIVERED", "at": row["placedAt"]}


async def statements_of(world: World, name: str, rows: int) -> int:
    """How many statements one query takes for a page of this many rows."""
    viewer = getattr(world, name.split("Of")[1].lower())
    with counted(world.engine) as statements:
        data = await world.run(QUERIES[name], viewer, n=rows)
    assert _longest(data) == rows, f"{name}: there are too few rows"
    return len(statements)


async def test_a_page_of_fifty_costs_as_many_statements_as_a_page_of_one(world: World) -> None:
    requests = await fifty_with_support(world)
    before = [name for name in QUERIES if name not in WITH_REFUNDS]
    counts = {name: [await statements_of(world, name, rows) for rows in (1, ROWS)] for name in before}
    for id_ in requests:
        await world.rule({"id": id_}, "REFUND", "SELLER")
    counts |= {name: [await statements_of(world, name, rows) for rows in (1, ROWS)] for name in WITH_REFUNDS}
    # two branches that ask for the same thing travel together or apart, as what they wait for comes
    assert {name: pair for name, pair in counts.items() if abs(pair[0] - pair[1]) > 1} == {}
    assert max(max(pair) for pair in counts.values()) <= MOST_STATEMENTS


async def test_a_page_with_all_that_hangs_on_it_is_one_statement_by_its_plan(world: World) -> None:
    await fifty_with_support(world)
    world.by_plan = True
    document = INBOX.read_text("utf-8")
    await world.run(document, world.seller)
    with counted(world.engine) as statements:
        data = await world.run(document, world.seller)
    assert len(data["viewer"]["inbox"]["nodes"]) == ROWS
    assert len(statements) == 1


async def test_a_change_costs_as_many_statements_as_must_come_one_after_the_other(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    said = {"threadId": request["thread"]["id"], "body": "One moment, please."}
    counts = {}
    for name, fields in {
        "sendMessage": said,
        "sendMessage, with a key": said | {"idempotencyKey": "once"},
        "refundInFull": {"requestId": request["id"]},
    }.items():
        with counted(world.engine) as statements:
            await world.do(name.partition(",")[0], world.seller, "__typename", **fields)
        counts[name] = len(statements)
    assert counts == CHANGES


def _longest(data: Any) -> int:
    """How many rows the outermost page of an answer holds."""
    while isinstance(data, dict):
        for rows in ("nodes", "edges"):
            if rows in data:
                return len(data[rows])
        data = next(iter(data.values()))
    return 0
