"""Every page of the graph is served by an index: among 20,000 requests and 100,000 messages, nothing large
is ever read from end to end, neither for a page nor by a mutation or a worker. Among more, the planner has
only more reason not to: to read a table from end to end grows with it, to look into an index hardly does.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from demo import bulk
from domain.viewer import Viewer
from storage.reads.reader import reader_of
from tests.schema.everything import all_of
from tests.schema.test_every_field import lived_in
from tests.schema.world import World
from worker.deadlines import advance

REQUESTS = 20_000
MESSAGES = 100_000
LARGE = 1_000
"""A table of more rows than this is not to be read from end to end."""

NODES = "{ nodes { id } pageInfo { endCursor hasPreviousPage } totalCount }"
INBOXES = [
    "",
    "(tab: CUSTOMER_SUPPORT)",
    "(sort: DUE_FIRST)",
    "(tab: CUSTOMER_SUPPORT, sort: DUE_FIRST, filter: {statuses: [AWAITING_SELLER]})",
    "(filter: {archived: true})",
    "(filter: {unread: true})",
    "(filter: {overdue: true, reasons: [DEFECTIVE]})",
    "(filter: {kinds: [DIRECT]})",
    '(search: "lamp")',
    "(last: 5)",
]
QUEUES = [
    "",
    "(filter: {assignedToMe: true})",
    "(filter: {unassigned: true})",
    "(filter: {causes: [NO_RESPONSE]})",
    "(filter: {overdueReplacements: true})",
    "(filter: {failedRefunds: true})",
]
DESK = [
    "requests(filter: {statuses: [CLOSED], reasons: [DEFECTIVE]})",
    'requests(filter: {updatedAfter: "2026-01-01T00:00:00Z"})',
    "requests(last: 3)",
]
ENTRIES = [
    "(filter: {components: [SALE]})",
    '(filter: {postedFrom: "2026-01-01T00:00:00Z", postedBefore: "2030-01-01T00:00:00Z"})',
    "(last: 3)",
]


def documents(world: World) -> Iterator[tuple[Viewer, str]]:
    """Every page there is, with its filters and sorts, for those who may read it."""
    for viewer in (world.buyer, world.seller):
        yield viewer, f"{{ viewer {all_of('Viewer', depth=1)} }}"
        for arguments in INBOXES:
            yield viewer, f"{{ viewer {{ inbox{arguments} {NODES} }} }}"
        told = all_of("NotificationConnection", depth=2)
        yield viewer, f"{{ viewer {{ notifications {told} last: notifications(last: 3) {NODES} }} }}"
    for page in DESK:
        yield world.seller, f"{{ viewer {{ seller {{ {page} {NODES} }} }} }}"
    for arguments in ENTRIES:
        yield world.seller, f"{{ viewer {{ seller {{ ledger {{ entries{arguments} {NODES} }} }} }} }}"
    for arguments in QUEUES:
        yield world.support, f"{{ supportQueue{arguments} {NODES} }}"
    yield world.support, f"{{ supportQueue {all_of('SupportRequestConnection', depth=0)} }}"
    for root in ("refunds", "carrierClaims"):  # to count all there ever were is to read them all
        yield world.platform, f"{{ {root} {{ nodes {{ id }} }} }}"
    for root in ("refunds(status: FAILED)", "carrierClaims(status: FILED)", "returnsAwaitingLabel"):
        yield world.platform, f"{{ {root} {NODES} }}"
    yield world.support, f'{{ user(username: "bob") {all_of("User", depth=1)} }}'


async def test_nothing_large_is_read_from_end_to_end(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await World.open(engine)
    for _ in range(6):
        request = await world.open_request(await world.delivered_order())
        for words in ("Is it the lamp?", "Then I will look into it."):
            await world.ok(
                "sendMessage", world.seller, "message { id }", threadId=request["thread"]["id"], body=words
            )
    with statements_of(engine, reads=False) as changing:
        ids = await lived_in(world)
    monkeypatch.setattr(bulk, "COPIES_AT_ONCE", 2_000)
    sizes = ((REQUESTS, await world.count("requests")), (MESSAGES, await world.count("messages")))
    await bulk.multiply(engine, max(-(-wanted // there) for wanted, there in sizes))

    with statements_of(engine) as executed:
        for world.by_plan in (False, True):
            for viewer, document in documents(world):
                await world.run(document, viewer)
            for name in ("buyer", "seller", "support"):
                one = f"query($id: ID!) {{ it: supportRequest(id: $id) {all_of('SupportRequest', depth=1)} }}"
                await world.run(one, getattr(world, name), id=ids["request"])
                one = f"query($id: ID!) {{ it: order(id: $id) {all_of('Order', depth=1)} }}"
                await world.run(one, getattr(world, name), id=ids["order"])
        request = await world.open_request(await world.delivered_order())
        await world.ok("withdrawRequest", world.buyer, requestId=request["id"])
        told = "{ viewer { notifications(first: 2) { nodes { id } } } }"
        unread = [
            node["id"] for node in (await world.run(told, world.seller))["viewer"]["notifications"]["nodes"]
        ]
        await world.ok("markNotificationsRead", world.seller, "unreadCount", ids=unread)
        await world.ok("markNotificationsRead", world.seller, "unreadCount", all=True)
        await advance(engine, timedelta(seconds=1))
    offending = await read_from_end_to_end(engine, executed | changing)
    assert offending == {}, "\n\n".join(f"{tables}: {statement}" for statement, tables in offending.items())


@contextmanager
def statements_of(engine: AsyncEngine, *, reads: bool = True) -> Iterator[dict[str, Any]]:
    """Note each statement that is executed meanwhile, with the last parameters it had, or how many.

    Without `reads` it is those of business transactions alone.
    """
    executed: dict[str, Any] = {}

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        given = parameters[0] if many else parameters
        if statement.lstrip().startswith(("SELECT", "WITH", "UPDATE", "DELETE", "INSERT")):
            if cursor is None and context["is_planned_for_any"]:
                executed[statement] = len(given) or ()
            elif reads:
                executed[statement] = given

    sa.event.listen(engine.sync_engine, "before_cursor_execute", note)

    def note_read(statement: str, given: Any) -> None:
        if reads:
            executed[statement] = len(given) or ()

    stop = reader_of(engine).listen(note_read)
    try:
        yield executed
    finally:
        stop()
        sa.event.remove(engine.sync_engine, "before_cursor_execute", note)


async def read_from_end_to_end(engine: AsyncEngine, executed: dict[str, Any]) -> dict[str, list[str]]:
    """The statements whose plan scans a large table, and which."""
    found = {}
    async with engine.connect() as connection:
        rows = await connection.execute(
            sa.text("SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples > :large"),
            {"large": LARGE},
        )
        large = {name for (name,) in rows}
        raw = (await connection.get_raw_connection()).driver_connection
        assert raw is not None
        for statement, parameters in executed.items():
            plan = await _plan(raw, statement, parameters)
            scanned = [table for table in _scans(plan[0]["Plan"]) if table in large]
            if scanned:
                found[statement] = scanned
    return found


async def _plan(raw: Any, statement: str, parameters: Any) -> Any:
    """Give a plan: for these values, or for any, of which there are so many."""
    if not isinstance(parameters, int):
        return await raw.fetchval(f"EXPLAIN (FORMAT JSON) {statement}", *parameters)
    nothing = ", ".join(["NULL"] * parameters)
    await raw.execute(f"SET plan_cache_mode = force_generic_plan; PREPARE it AS {statement}")
    plan = await raw.fetchval(f"EXPLAIN (FORMAT JSON) EXECUTE it({nothing})")
    await raw.execute("DEALLOCATE it; RESET plan_cache_mode")
    return plan


def _scans(plan: dict[str, Any]) -> Iterator[str]:
    if plan["Node Type"] == "Seq Scan":
        yield plan["Relation Name"]
    for inner in plan.get("Plans", []):
        yield from _scans(inner)
