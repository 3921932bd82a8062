"""Commands that come at one moment go along in one transaction, and each is answered as if it were alone."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import pytest
import sqlalchemy as sa

from domain.viewer import Viewer
from domain.words import Scope
from schema import ids
from storage.feed import account_stream
from storage.tables import events
from tests.schema.asking import differing
from tests.schema.test_statements import counted
from tests.schema.together import NUMBER, Sale, Ways, at_once, code_of, kept_of, sales
from tests.schema.world import World, usd


async def test_those_of_one_moment_share_a_transaction_and_each_has_its_own_answer(world: World) -> None:
    one, two, three, four = await sales(world, 4)

    (first, second, refunded, explained), ways = await at_once(
        world,
        world.ok("sendMessage", one.buyer, "message { number body author { username } }", **one.says("One")),
        world.ok("sendMessage", two.seller, "message { number body author { username } }", **two.says("Two")),
        world.ok("refundInFull", three.seller, **three.named),
        world.ok("explainNoRefund", four.seller, **four.named, message="No."),
    )

    assert ways == Ways(shared=1, alone=0)
    assert (first["body"], first["author"]["username"]) == ("One", "buyer0")
    assert (second["body"], second["author"]["username"]) == ("Two", "seller1")
    assert (refunded["id"], refunded["outcome"]) == (three.request["id"], "REFUNDED")
    assert (explained["id"], explained["status"]) == (four.request["id"], "DECLINED")
    assert await world.count("refunds") == 1
    assert await world.count("messages", "body IN ('One', 'Two', 'No.')") == 3


async def test_many_take_as_many_statements_as_two(world: World) -> None:
    made = await sales(world, 10)

    async def statements_of(some: Sequence[Sale], *, together: bool) -> int:
        calls = [
            call
            for one, two in zip(some[::2], some[1::2], strict=True)
            for call in (
                world.do("sendMessage", one.buyer, "__typename", **one.says("Hello", idempotencyKey="hello")),
                world.do("refundInFull", two.seller, "__typename", **two.named),
            )
        ]
        with counted(world.engine) as statements:
            if together:
                await asyncio.gather(*calls)
            else:
                for call in calls:
                    await call
        return len(statements)

    two = await statements_of(made[:2], together=True)
    six = await statements_of(made[2:8], together=True)
    one_after_the_other = await statements_of(made[8:], together=False)

    assert two == six == 7  # lock, read, claim, lock the ledgers, write, keep the receipts, tell
    assert one_after_the_other == 6 + 5
    assert await world.count("refunds") == 5
    assert await world.count("messages", "body = 'Hello'") == 5


async def test_each_is_answered_with_their_own_eyes(world: World) -> None:
    one, two = await sales(world, 2)
    seen = "request { id availableActions { action } }"

    (buyers, sellers), ways = await at_once(
        world,
        world.ok("sendMessage", one.buyer, seen, **one.says("Mine")),
        world.ok("sendMessage", two.seller, seen, **two.says("Mine, too")),
    )

    assert ways == Ways(shared=1, alone=0)
    assert (buyers["id"], sellers["id"]) == (one.request["id"], two.request["id"])
    offered = [{each["action"] for each in answer["availableActions"]} for answer in (buyers, sellers)]
    assert "WITHDRAW" in offered[0] - offered[1]
    assert "REFUND_IN_FULL" in offered[1] - offered[0]


async def test_refunds_of_one_seller_are_each_charged_once(world: World) -> None:
    requests = [await world.open_request(await world.delivered_order()) for _ in range(3)]

    answers, ways = await at_once(
        world, *(world.ok("refundInFull", world.seller, requestId=request["id"]) for request in requests)
    )

    assert ways == Ways(shared=1, alone=0)
    assert {answer["outcome"] for answer in answers} == {"REFUNDED"}
    assert await world.count("journals", "kind = 'FULL_REFUND'") == 3
    numbers = sa.text("SELECT array_agg(number ORDER BY number) FROM journals WHERE seller_id = :id")
    async with world.engine.connect() as connection:
        found = (await connection.execute(numbers, {"id": world.seller.account_id})).scalar_one()
    assert found == list(range(1, len(found) + 1))


async def test_more_than_may_share_one_transaction_share_several(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resolvers.acting.MOST_TOGETHER", 2)
    made = await sales(world, 5)

    answers, ways = await at_once(
        world, *(world.ok("sendMessage", sale.buyer, NUMBER, **sale.says("Hello")) for sale in made)
    )

    assert ways == Ways(shared=3, alone=0)
    assert [answer["number"] for answer in answers] == [3] * 5
    assert await world.count("messages", "body = 'Hello'") == 5


REFUSED: dict[str, tuple[str, str, dict[str, Any], str]] = {
    "in another state": ("seller", "confirmReturn", {}, "INVALID_STATE"),
    "by the other side": ("buyer", "refundInFull", {}, "INVALID_STATE"),
    "of a stale version": ("seller", "refundInFull", {"ifVersion": 99}, "STALE_VERSION"),
    "by a stranger": ("stranger", "refundInFull", {}, "NOT_FOUND"),
    "a stranger's words": ("stranger", "sendMessage", {}, "NOT_FOUND"),
    "by too narrow a token": ("reader", "refundInFull", {}, "NOT_ALLOWED"),
    "words by too narrow a token": ("reader", "sendMessage", {}, "NOT_ALLOWED"),
    "by the platform": ("platform", "refundInFull", {}, "NOT_ALLOWED"),
    "for want of an address": (
        "seller",
        "offerPartialRefund",
        {"amount": usd("5.00")},
        "RETURN_ADDRESS_REQUIRED",
    ),
}


def _caller(world: World, sale: Sale, who: str) -> Viewer:
    callers = {
        "buyer": sale.buyer,
        "seller": sale.seller,
        "stranger": world.stranger,
        "reader": world.acting_for(sale.seller, {Scope.REQUESTS_READ}),
        "platform": world.platform,
    }
    return callers[who]


async def test_those_that_are_refused_change_nothing_and_the_others_are_done(world: World) -> None:
    one, two, *refused = await sales(world, 2 + len(REFUSED))
    before = [await kept_of(world, sale) for sale in refused]
    asked = [
        (
            mutation,
            _caller(world, sale, who),
            (sale.says("Hi") if mutation == "sendMessage" else sale.named) | more,
        )
        for sale, (who, mutation, more, _) in zip(refused, REFUSED.values(), strict=True)
    ]

    (first, *payloads, second), ways = await at_once(
        world,
        world.ok("refundInFull", one.seller, **one.named),
        *(world.do(mutation, caller, "__typename", **given) for mutation, caller, given in asked),
        world.ok("sendMessage", two.buyer, NUMBER, **two.says("Hello")),
    )

    assert ways == Ways(shared=1, alone=0)
    told = dict(zip(REFUSED, map(code_of, payloads), strict=True))
    assert told == {name: code for name, (*_, code) in REFUSED.items()}
    for sale, was in zip(refused, before, strict=True):
        assert differing(was, await kept_of(world, sale)) == []
    assert (first["outcome"], second["number"]) == ("REFUNDED", 3)


async def test_nobody_and_what_is_not_there_hold_up_no_others(world: World) -> None:
    one, two = await sales(world, 2)
    nowhere = {"requestId": ids.encode("SupportRequest", one.seller.account_id or 0, 77)}
    before = await kept_of(world, two)

    (nobody, lost, done), _ = await at_once(
        world,
        world.do("refundInFull", None, "__typename", **two.named),
        world.do("refundInFull", one.seller, "__typename", **nowhere),
        world.ok("refundInFull", one.seller, **one.named),
    )

    assert (code_of(nobody), code_of(lost)) == ("NOT_ALLOWED", "NOT_FOUND")
    assert differing(before, await kept_of(world, two)) == []
    assert done["outcome"] == "REFUNDED"


async def test_all_refused_is_nothing_changed(world: World) -> None:
    made = await sales(world, 3)
    before = await world.snapshot()

    payloads, ways = await at_once(
        world, *(world.do("confirmReturn", sale.seller, "__typename", **sale.named) for sale in made)
    )

    assert ways == Ways(shared=1, alone=0)
    assert {code_of(payload) for payload in payloads} == {"INVALID_STATE"}
    assert differing(before, await world.snapshot()) == []


async def test_streams_tell_of_it_as_if_they_had_come_one_after_the_other(world: World) -> None:
    async def told(*, together: bool) -> dict[tuple[Any, ...], list[Any]]:
        """What each stream tells of each of four requests of the same two people."""
        requests = [await world.open_request(await world.delivered_order()) for _ in range(4)]
        heads = await world.heads()
        words = [{"threadId": request["thread"]["id"], "body": "Hello"} for request in requests]
        calls = [
            world.ok("sendMessage", world.buyer, NUMBER, **words[0]),
            world.ok("refundInFull", world.seller, requestId=requests[1]["id"]),
            world.ok("sendMessage", world.seller, NUMBER, **words[2]),
            world.ok("withdrawRequest", world.buyer, requestId=requests[3]["id"]),
        ]
        if together:
            _, ways = await at_once(world, *calls)
            assert ways == Ways(shared=1, alone=0)
        else:
            for call in calls:
                await call
        places = {}
        for place, request in enumerate(requests):
            for kind, id_ in (("r", request["id"]), ("t", request["thread"]["id"])):
                owner_id, number = ids.decode(id_).parts
                places[f"{kind}{owner_id}-{number}"] = place
        found: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
        for stream, rows in (await _dense(world)).items():
            name = f"{stream[0]} of {places[stream]}" if stream in places else stream
            for row in rows[heads.get(stream, 0) :]:
                about = f"r{row.owner_id}-{row.request_number}", f"t{row.owner_id}-{row.thread_id}"
                known = [places[each] for each in about if each in places]
                found[name, row.type, *known[:1]].append((row.kind, row.message_number))
        return found

    shared, one_after_the_other = await told(together=True), await told(together=False)

    assert shared == one_after_the_other
    for account in (world.buyer, world.seller):
        name = account_stream(account.account_id or 0)
        assert {key[2] for key in shared if key[0] == name and key[2:]} >= {0, 1, 2, 3}


async def _dense(world: World) -> dict[str, list[Any]]:
    """Give what each stream tells, having seen that nothing of it is missing."""
    told = defaultdict(list)
    async with world.engine.connect() as connection:
        for row in await connection.execute(sa.select(events).order_by(events.c.stream, events.c.sequence)):
            told[row.stream].append(row)
    for stream, head in (await world.heads()).items():
        assert [row.sequence for row in told[stream]] == list(range(1, head + 1)), stream
    return told
