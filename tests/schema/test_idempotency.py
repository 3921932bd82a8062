"""A call with a key happens once: repeated, at once or later, it answers what it answered first."""

import asyncio

import pytest
import sqlalchemy as sa

from storage import engine
from tests.schema.asking import REQUEST
from tests.schema.world import World, usd


async def test_the_same_call_again_does_nothing_and_answers_the_same(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    call = {"requestId": request["id"], "idempotencyKey": "refund once"}
    first = await world.ok("refundInFull", world.seller, **call)
    before = await world.snapshot()

    again = await world.ok("refundInFull", world.seller, **call)

    assert again == first
    assert await world.snapshot() == before


async def test_a_refusal_is_answered_again_even_when_it_would_be_taken_by_now(world: World) -> None:
    order = await world.order()
    call = {"orderId": order["id"], "reason": "DEFECTIVE", "description": "Broken.", "idempotencyKey": "k"}
    assert await world.refused("openSupportRequest", world.buyer, **call) == "REASON_DOES_NOT_FIT"
    await world.scan(order, "DELIVERED")

    assert await world.refused("openSupportRequest", world.buyer, **call) == "REASON_DOES_NOT_FIT"

    assert (await world.do("openSupportRequest", world.buyer, **call | {"idempotencyKey": "l"}))["request"]


async def test_a_key_serves_one_input_and_one_mutation(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    thread = request["thread"]["id"]
    await world.ok(
        "sendMessage", world.buyer, "message { number }", threadId=thread, body="Hi", idempotencyKey="k"
    )

    other_input = {"threadId": thread, "body": "Ho", "idempotencyKey": "k"}
    assert await world.refused("sendMessage", world.buyer, **other_input) == "IDEMPOTENCY_KEY_REUSED"
    other_mutation = {"threadId": thread, "idempotencyKey": "k"}
    assert await world.refused("archiveThread", world.buyer, **other_mutation) == "IDEMPOTENCY_KEY_REUSED"


async def test_keys_are_each_callers_own(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    call = {"threadId": request["thread"]["id"], "body": "Hi", "idempotencyKey": "k"}

    mine = await world.ok("sendMessage", world.buyer, "message { number author { username } }", **call)
    theirs = await world.ok("sendMessage", world.seller, "message { number author { username } }", **call)

    assert (mine["author"]["username"], theirs["author"]["username"]) == ("bob", "ann")
    assert theirs["number"] > mine["number"]


async def test_twins_at_once_have_one_effect_and_one_answer(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    call = {"requestId": request["id"], "amount": usd("12.34"), "idempotencyKey": "twins"}

    answers = await asyncio.gather(
        *(world.do("offerPartialRefund", world.seller, REQUEST, **call) for _ in range(4))
    )

    assert all(answer == answers[0] for answer in answers)
    assert answers[0]["userErrors"] == []
    assert await world.count("offers") == 1


async def test_who_waits_too_long_for_a_twin_is_told_to_ask_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = await world.open_request(await world.delivered_order())
    call = {"requestId": request["id"], "idempotencyKey": "slow"}
    claimed = sa.text(
        "INSERT INTO idempotency_keys (actor, key, mutation, input_hash, created_at)"
        f" VALUES ('MEMBER:{world.buyer.account_id}', 'slow', 'withdrawRequest', 'not yet known', now())"
    )
    monkeypatch.setitem(engine.SESSION, "lock_timeout", "100ms")
    await world.engine.dispose()  # only a new connection is told
    async with world.engine.connect() as twin:
        await twin.execute(claimed)

        assert await world.refused("withdrawRequest", world.buyer, **call) == "IDEMPOTENCY_IN_PROGRESS"

        await twin.rollback()
    assert (await world.ok("withdrawRequest", world.buyer, **call))["outcome"] == "WITHDRAWN"


async def test_an_answer_that_is_repeated_shows_the_present(world: World) -> None:
    order = await world.delivered_order()
    call = {
        "orderId": order["id"],
        "reason": "DEFECTIVE",
        "description": "It does not work.",
        "idempotencyKey": "k",
    }
    opened = await world.ok("openSupportRequest", world.buyer, **call)
    await world.ok("refundInFull", world.seller, requestId=opened["id"])

    again = await world.ok("openSupportRequest", world.buyer, **call)

    assert (again["id"], again["status"]) == (opened["id"], "CLOSED")
    assert await world.count("requests") == 1


async def test_a_fault_of_form_is_not_remembered(world: World) -> None:
    request = await world.open_request(await world.delivered_order())
    thread = request["thread"]["id"]
    assert (
        await world.refused("sendMessage", world.buyer, threadId=thread, body="", idempotencyKey="k")
        == "REQUIRED"
    )

    await world.ok(
        "sendMessage", world.buyer, "message { number }", threadId=thread, body="Hi", idempotencyKey="k"
    )
