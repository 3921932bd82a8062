"""What mutations answer, by plan and plainly: the same bytes, and nothing is ever done twice."""

import gc
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from graphql import get_named_type

from domain.viewer import Viewer
from resolvers.context import Context
from schema.fast import plans
from schema.graph import graph
from server import errors
from server.compiled import Compiled
from server.encoding import encode
from server.operations import Operations
from server.requests import Operation
from storage import feed
from storage.reads.reader import reader_of
from tests.executor.scene import BrokenRead, Faults, Memory, Remembering, Still
from tests.schema.asking import differing, input_type
from tests.schema.everything import all_of
from tests.schema.test_who_may import EVERYBODY, MUTATIONS, OK, _viewer
from tests.schema.world import World

SCHEMA: Any = graph._schema
SINCE_EVER = "1000000000:1000000000:"
"""A moment that has seen every event: one before a change and one after it would have other cursors."""

OF_PAYLOADS = {
    "RequestPayload": "disputeReturn",
    "MessagePayload": "sendMessage",
    "ThreadPayload": "archiveThread",
    "NotificationsPayload": "markNotificationsRead",
    "UploadPayload": "createUpload",
    "SellerDeskPayload": "joinWaitlist",
    "SavedReplyPayload": "saveReply",
    "DeletePayload": "deleteSavedReply",
    "RefundPayload": "retryRefund",
    "ChargebackPayload": "reportChargeback",
    "LedgerPayload": "correctLedger",
    "UserPayload": "flagBuyer",
    "ImportOrdersPayload": "importOrders",
    "ReportScansPayload": "reportScans",
    "ReportPayload": "reportRefunds",
    "TestClockPayload": "advanceTestClock",
}
OF_ROWS = ("importOrders", "reportScans")

# The plain executor lets go of what it has begun where an error makes it vain.
pytestmark = [
    pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning"),
    pytest.mark.filterwarnings(
        "ignore:Exception ignored in. <coroutine:pytest.PytestUnraisableExceptionWarning"
    ),
]


class _Standing(Context):
    """A context whose cursors are all of one moment."""

    async def _take_snapshot(self) -> str:
        return SINCE_EVER


@dataclass
class Both:
    """Both ways to run a mutation in one world; what a memory spoils, it spoils for both."""

    world: World
    memory: Memory | None = None
    compiled: Compiled = field(default_factory=lambda: Compiled(plans()))

    def __post_init__(self) -> None:
        self._by_plan, self._plain = (
            Operations(graph, self._context, introspection=False, compiled=compiled)
            for compiled in (self.compiled, None)
        )

    def _context(self, viewer: Viewer | None, last_event_id: str | None = None, /) -> Context:
        world = self.world
        if self.memory is None:
            return _Standing(world.engine, viewer, Still(), world.sandbox, world.hub, last_event_id)
        reader_of(world.engine).kept.clear()  # what is remembered of the domain's answers meets no fault
        return Remembering(
            world.engine, viewer, Still(), world.sandbox, world.hub, last_event_id, memory=self.memory
        )

    async def by_plan(self, operation: Operation, viewer: Viewer | None) -> bytes:
        """Give what a client is answered where there are plans."""
        return encode((await self._by_plan.run(operation, viewer)).body)

    async def plainly(self, operation: Operation, viewer: Viewer | None) -> bytes:
        """Give what a client is answered where there are none."""
        return encode((await self._plain.run(operation, viewer)).body)


def everything_of(mutation: str, *, depth: int) -> str:
    """Give a mutation that asks for everything there is in its payload."""
    payload = get_named_type(SCHEMA.mutation_type.fields[mutation].type).name
    selection = all_of(payload, depth=depth)
    return f"mutation($input: {input_type(mutation)}!) {{ {mutation}(input: $input) {selection} }}"


async def prepared(world: World, mutation: str) -> tuple[Operation, Viewer | None]:
    """Give a call with a key that will be done, and somebody who may make it."""
    prepare, answers = MUTATIONS[mutation]
    given = await (_scan_of_a_return(world) if mutation == "reportScans" else prepare(world))
    who = next(who for who in ("seller", *EVERYBODY) if answers[who] == OK)
    call = {"input": given | {"idempotencyKey": "once"}}
    query = everything_of(mutation, depth=2 if mutation in OF_ROWS else 1)
    return Operation(query, call, None), _viewer(world, who)


async def _scan_of_a_return(world: World) -> dict[str, Any]:
    """Give a scan that a request is about."""
    request = await world.open_request(await world.delivered_order())
    waiting = await world.ok("refundOnReturn", world.seller, requestId=request["id"])
    parcel = {name: waiting["returnShipment"][name] for name in ("carrier", "trackingNumber")}
    return {"scans": [parcel | {"kind": "ACCEPTED", "at": (await world.now()).isoformat()}]}


def test_every_payload_is_asked_for() -> None:
    fields = SCHEMA.mutation_type.fields
    assert {get_named_type(each.type).name for each in fields.values()} == set(OF_PAYLOADS)
    assert {get_named_type(fields[name].type).name: name for name in OF_PAYLOADS.values()} == OF_PAYLOADS


@pytest.mark.parametrize("payload", OF_PAYLOADS)
async def test_an_answer_by_plan_is_the_plain_one_to_the_byte(world: World, payload: str) -> None:
    operation, viewer = await prepared(world, OF_PAYLOADS[payload])
    both = Both(world)

    plainly = await both.plainly(operation, viewer)
    before = await world.snapshot()
    by_plan = await both.by_plan(operation, viewer)

    assert b'"userErrors":[]' in plainly
    assert by_plan == plainly
    assert (both.compiled.answered, dict(both.compiled.left_to_plain)) == (1, {})
    assert differing(before, await world.snapshot()) == []


async def test_so_it_is_whoever_asks_and_however_deep(world: World) -> None:
    request = await world.return_in_review()
    both = Both(world)
    query = everything_of("sendMessage", depth=2)
    for number, who in enumerate((world.buyer, world.seller, world.partner, world.support), 1):
        call = {"threadId": request["thread"]["id"], "body": "Hello", "idempotencyKey": "hello"}
        operation = Operation(query, {"input": call}, None)
        by_plan = await both.by_plan(operation, who)
        before = await world.snapshot()
        assert await both.plainly(operation, who) == by_plan, who
        assert differing(before, await world.snapshot()) == []
        assert both.compiled.answered == number
    assert not both.compiled.left_to_plain
    assert await world.count("messages", "body = 'Hello'") == number


async def test_refusals_are_told_by_plan(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    both = Both(world)
    before = await world.snapshot()
    asked = {
        "confirmReturn": {"requestId": request["id"]},
        "sendMessage": {"threadId": request["thread"]["id"], "body": ""},
        "deleteSavedReply": {"savedReplyId": "bm90aGluZw"},
        "importOrders": {"orders": []},
    }
    for number, (mutation, given) in enumerate(asked.items(), 1):
        operation = Operation(everything_of(mutation, depth=1), {"input": given}, None)
        by_plan = await both.by_plan(operation, world.seller)
        assert b'"code":' in by_plan
        assert b'"errors":' not in by_plan
        assert by_plan == await both.plainly(operation, world.seller)
        assert both.compiled.answered == number
    assert not both.compiled.left_to_plain
    assert differing(before, await world.snapshot()) == []


@pytest.mark.parametrize("is_planned", [True, False], ids=["by plan", "plainly"])
async def test_several_in_one_operation_each_show_what_they_came_to(world: World, is_planned: bool) -> None:
    requests = [await world.open_request(await world.delivered_order()) for _ in range(2)]
    query = (
        "mutation($a: RefundInput!, $b: RefundInput!, $c: SendMessageInput!) {"
        " c: sendMessage(input: $c) { ...M } a: refundInFull(input: $a) { request { ...R } }"
        " refundInFull(input: $b) { request { ...R } userErrors { code } } }"
        " fragment M on MessagePayload { message { number } request { ...R } }"
        " fragment R on SupportRequest { __typename id status it: outcome refunds { amount { amount } } }"
    )
    refunds = [{"requestId": request["id"], "idempotencyKey": request["id"]} for request in requests]
    said = {"threadId": requests[0]["thread"]["id"], "body": "Hello", "idempotencyKey": "hello"}
    operation = Operation(query, {"a": refunds[0], "b": refunds[1], "c": said}, None)
    both = Both(world)

    first = await (both.by_plan if is_planned else both.plainly)(operation, world.seller)
    statuses = re.findall(rb'"status":"(\w+)"', first)
    assert statuses == [b"AWAITING_SELLER", b"CLOSED", b"CLOSED"]
    before = await world.snapshot()

    assert await both.by_plan(operation, world.seller) == await both.plainly(operation, world.seller)
    assert set(both.compiled.left_to_plain) == {"several_changes"}
    assert differing(before, await world.snapshot()) == []
    assert await world.count("refunds") == 2


@pytest.fixture
async def faulty(world: World, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Both]:
    """Give both ways in a world whose reads fail; bugs are told by their names in place of a reference."""
    monkeypatch.setattr(errors, "_report", lambda error, _path=None: repr(error))
    await world.hub.epoch()  # which is noted when it is first asked for
    yield Both(world)
    gc.collect()  # what was let go of is warned of here, not in somebody else's test


@pytest.mark.parametrize("mutation", ["sendMessage", "refundInFull", *OF_ROWS])
async def test_what_cannot_be_read_is_told_plainly_and_nothing_is_done_again(
    faulty: Both, mutation: str
) -> None:
    world, compiled = faulty.world, faulty.compiled
    operation, viewer = await prepared(world, mutation)
    await faulty.by_plan(operation, viewer)
    before = await world.snapshot()
    outcomes = set()
    for seed in range(9):
        broken, missing = ((0, 300), (300, 0), (50, 200))[seed % 3]
        faulty.memory = Memory(await world.now(), SINCE_EVER, Faults(seed, broken, missing))
        answered = compiled.answered
        by_plan, plainly = await faulty.by_plan(operation, viewer), await faulty.plainly(operation, viewer)
        if by_plan != plainly:  # errors of what is read for the first time come in no certain order
            by_plan, plainly = (
                await faulty.by_plan(operation, viewer),
                await faulty.plainly(operation, viewer),
            )
        assert by_plan == plainly, faulty.memory.faults
        is_by_plan = compiled.answered > answered
        assert is_by_plan == (b'"errors":' not in plainly), compiled.left_to_plain
        outcomes.add(is_by_plan)

    assert outcomes == {True, False}
    assert set(compiled.left_to_plain) <= {"raised", "null"}
    assert differing(before, await world.snapshot()) == []


@pytest.mark.parametrize("key", [None, "once"], ids=["without a key", "with a key"])
async def test_what_goes_wrong_the_first_time_is_no_reason_to_do_it_again(
    faulty: Both, key: str | None
) -> None:
    world = faulty.world
    request = await world.open_request(await world.delivered_order())
    query = (
        "mutation($input: SendMessageInput!)"
        " { sendMessage(input: $input) { message { number author { username } } userErrors { code } } }"
    )
    call = {"threadId": request["thread"]["id"], "body": "Hello", "idempotencyKey": key}
    operation = Operation(query, {"input": call}, None)
    faulty.memory = Memory(await world.now(), SINCE_EVER, Faults(broken=1000))

    body = await faulty.by_plan(operation, world.buyer)

    assert body.startswith(b'{"data":{"sendMessage":{"message":null,"userErrors":[]}},"errors":[{')
    assert b"BrokenRead" in body
    assert (faulty.compiled.answered, dict(faulty.compiled.left_to_plain)) == (0, {"raised": 1})
    assert await world.count("messages", "body = 'Hello'") == 1


async def test_what_could_not_be_read_is_read_anew(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    request = await world.open_request(await world.delivered_order())
    broken = [BrokenRead("once")]

    async def heads_in(*args: Any, **kwargs: Any) -> Sequence[int]:
        if broken:
            raise broken.pop()
        return await plainly(*args, **kwargs)

    plainly = feed.heads_in
    monkeypatch.setattr(feed, "heads_in", heads_in)
    query = "mutation($input: RefundInput!) { refundInFull(input: $input) { request { status feedCursor } } }"
    both = Both(world)

    body = await both.by_plan(Operation(query, {"input": {"requestId": request["id"]}}, None), world.seller)

    assert b'"status":"CLOSED"' in body
    assert b'"errors"' not in body
    assert dict(both.compiled.left_to_plain) == {"raised": 1}
