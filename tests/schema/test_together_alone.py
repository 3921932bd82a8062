"""Whoever cannot go along with the others of one moment goes alone, and holds nobody up."""

import asyncio
from collections.abc import Coroutine, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from server.errors import describe
from storage import clock, load, save
from storage.connection import Connection
from tests.schema.asking import REQUEST, differing
from tests.schema.test_statements import counted
from tests.schema.together import NUMBER, SEND, Ways, at_once, code_of, kept_of, sales
from tests.schema.world import World


async def test_those_that_somebody_has_locked_wait_alone(world: World) -> None:
    one, two, *waiting = await sales(world, 5)
    async with world.engine.connect() as other:
        for sale, table in zip(waiting, ("orders", "requests", "shipments"), strict=True):
            hold = f"SELECT FROM {table} WHERE seller_id = {sale.seller.account_id} FOR UPDATE"
            await other.execute(sa.text(hold))
        before = [await kept_of(world, sale) for sale in waiting]
        with counted(world.engine) as statements:
            held = [_begun(world.ok("refundInFull", sale.seller, **sale.named)) for sale in waiting]
            refunded, said = await asyncio.gather(
                world.ok("refundInFull", one.seller, **one.named),
                world.ok("sendMessage", two.buyer, NUMBER, **two.says("Hello")),
            )
            assert not any(call.done() for call in held)
            assert [await kept_of(world, sale) for sale in waiting] == before
            await other.rollback()
            waited = await asyncio.gather(*held)

    assert Ways.of(statements) == Ways(shared=1, alone=3)
    assert (refunded["outcome"], said["number"]) == ("REFUNDED", 3)
    assert [answer["outcome"] for answer in waited] == ["REFUNDED"] * 3
    assert await world.count("refunds") == 4


async def test_those_who_met_a_lock_on_the_way_all_go_alone(world: World) -> None:
    """The ledger is locked when it is written: what nobody knew when they set out."""
    waiting, sale = await sales(world, 2)
    hold = f"SELECT FROM sellers WHERE seller_id = {waiting.seller.account_id} FOR NO KEY UPDATE"
    async with world.engine.connect() as other:
        await other.execute(sa.text(hold))
        with counted(world.engine) as statements:
            held = _begun(world.ok("refundInFull", waiting.seller, **waiting.named))
            async with asyncio.timeout(5):
                said = await world.ok("sendMessage", sale.buyer, NUMBER, **sale.says("Hello"))
            assert not held.done()
            await other.rollback()
            waited = await held

    assert Ways.of(statements) == Ways(shared=1, alone=2)
    assert (said["number"], waited["outcome"]) == (3, "REFUNDED")
    assert await world.count("messages", "body = 'Hello'") == 1
    assert await world.count("refunds") == 1


def _begun(call: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
    """Let a call begin with the next ones."""
    return asyncio.ensure_future(call)


async def test_one_whose_clock_has_run_out_goes_alone_and_is_settled_first(world: World) -> None:
    (late,) = await sales(world, 1)
    due = datetime.fromisoformat(late.request["dueAt"])
    async with world.engine.begin() as connection:  # time passes, and no worker comes by
        await clock.reach(connection, due + timedelta(seconds=1))
    fresh = await world.open_request(await world.delivered_order())

    (escalated, refunded), ways = await at_once(
        world,
        world.ok("escalateRequest", late.buyer, **late.named, text="No answer."),
        world.ok("refundInFull", world.seller, requestId=fresh["id"]),
    )

    assert ways == Ways(shared=1, alone=1)
    assert (escalated["status"], refunded["outcome"]) == ("UNDER_REVIEW", "REFUNDED")


async def test_a_move_that_comes_too_late_is_refused_for_what_has_happened(world: World) -> None:
    request = await world.return_in_review()
    async with world.engine.begin() as connection:
        await clock.reach(connection, datetime.fromisoformat(request["dueAt"]) + timedelta(seconds=1))
    fresh = await world.open_request(await world.delivered_order())

    (disputed, refunded), ways = await at_once(
        world,
        world.do(
            "disputeReturn",
            world.seller,
            "__typename",
            requestId=request["id"],
            condition="DAMAGED",
            text="No.",
        ),
        world.ok("refundInFull", world.seller, requestId=fresh["id"]),
    )

    assert ways == Ways(shared=1, alone=1)
    assert (code_of(disputed), refunded["outcome"]) == ("INVALID_STATE", "REFUNDED")
    assert await world.count("returns", "disputed_at IS NOT NULL") == 0


async def test_orders_of_one_shipment_go_one_after_the_other(world: World) -> None:
    """Their claims share what the parcel is insured for."""
    parcel = {
        "externalId": "one parcel",
        "carrier": "USPS",
        "trackingNumber": "ONEPARCEL",
        "platformLabel": True,
    }
    orders = [await world.order(shipment=parcel) for _ in range(2)]
    await world.scan(orders[0], "ACCEPTED", "DELIVERED")
    requests = [await world.open_request(order, "DAMAGED_IN_TRANSIT") for order in orders]
    claim = "request { claim { coverage { amount } } }"

    answers, ways = await at_once(
        world,
        *(
            world.ok("refundInFull", world.seller, claim, requestId=request["id"], fileClaim=True)
            for request in requests
        ),
    )

    assert ways == Ways(shared=1, alone=1)
    assert [answer["claim"]["coverage"]["amount"] for answer in answers] == ["99.00", "1.00"]


async def test_words_in_one_thread_come_one_after_the_other(world: World) -> None:
    (sale,) = await sales(world, 1)

    answers, ways = await at_once(
        world,
        world.ok("sendMessage", sale.buyer, NUMBER, **sale.says("Hello?")),
        world.ok("sendMessage", sale.seller, NUMBER, **sale.says("Hello!")),
        world.ok("sendMessage", sale.buyer, NUMBER, **sale.says("Hm.")),
    )

    assert ways == Ways(shared=1, alone=2)
    assert answers[0]["number"] == 3
    assert sorted(answer["number"] for answer in answers) == [3, 4, 5]


async def test_of_two_moves_on_one_request_the_second_meets_what_the_first_left(world: World) -> None:
    (sale,) = await sales(world, 1)

    (first, second), ways = await at_once(
        world,
        world.do("refundInFull", sale.seller, REQUEST, **sale.named),
        world.do("withdrawRequest", sale.buyer, REQUEST, **sale.named),
    )

    assert ways == Ways(shared=1, alone=1)
    assert (first["request"]["outcome"], code_of(second)) == ("REFUNDED", "INVALID_STATE")
    assert await world.count("refunds") == 1


async def test_direct_messages_go_alone_beside_the_others(world: World) -> None:
    (sale,) = await sales(world, 1)
    thread = await world.ok("startDirectThread", sale.buyer, "thread { id }", username="ann", body="Hello.")

    (direct, about_it), _ = await at_once(
        world,
        world.ok("sendMessage", sale.buyer, NUMBER, threadId=thread["id"], body="Still there?"),
        world.ok("sendMessage", sale.buyer, NUMBER, **sale.says("Hello")),
    )

    assert (direct["number"], about_it["number"]) == (2, 3)


async def test_words_with_somebody_elses_photo_are_refused_and_the_others_are_done(world: World) -> None:
    one, refused, two = await sales(world, 3)
    photo = await world.photo(world.stranger)
    mine = await world.photo(two.buyer)
    before = await kept_of(world, refused)

    (first, payload, second), ways = await at_once(
        world,
        world.ok("sendMessage", one.buyer, NUMBER, **one.says("Hello")),
        world.do("sendMessage", refused.buyer, NUMBER, **refused.says("Look!", attachmentIds=[photo])),
        world.ok("sendMessage", two.buyer, NUMBER, **two.says("Look!", attachmentIds=[mine])),
    )

    assert ways == Ways(shared=1, alone=3)
    assert code_of(payload) == "ATTACHMENT_REJECTED"
    assert differing(before, await kept_of(world, refused)) == []
    assert (first["number"], second["number"]) == (3, 3)
    assert await world.count("attachments", "message_number IS NOT NULL") == 1
    assert await world.count("messages", "number > 2") == 2


async def test_a_photo_that_two_messages_name_at_once_is_one_messages(world: World) -> None:
    requests = [await world.open_request(await world.delivered_order()) for _ in range(2)]
    photo = await world.photo(world.buyer)

    payloads, _ = await at_once(
        world,
        *(
            world.do(
                "sendMessage",
                world.buyer,
                NUMBER,
                threadId=request["thread"]["id"],
                body="Look!",
                attachmentIds=[photo],
            )
            for request in requests
        ),
    )

    assert sorted(bool(payload["userErrors"]) for payload in payloads) == [False, True]
    assert {code_of(payload) for payload in payloads if payload["userErrors"]} == {"ATTACHMENT_REJECTED"}
    assert await world.count("messages", "body = 'Look!'") == 1


async def test_a_tracking_number_that_two_name_at_once_is_one_parcels(world: World) -> None:
    made = await sales(world, 2)
    parcel = {"carrier": "UPS", "trackingNumber": "1Z999", "buyerAgreed": True}

    payloads, _ = await at_once(
        world,
        *(world.do("sendReplacement", sale.seller, "__typename", **sale.named, **parcel) for sale in made),
    )

    assert sorted(bool(payload["userErrors"]) for payload in payloads) == [False, True]
    assert {code_of(payload) for payload in payloads if payload["userErrors"]} == {"TRACKING_IN_USE"}
    assert await world.count("replacements") == 1


async def test_one_that_goes_away_takes_nothing_from_the_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, one, two = await sales(world, 3)
    under_way, go_on = asyncio.Event(), asyncio.Event()

    async def lock_free(connection: Connection, named: Sequence[load.Named]) -> Any:
        under_way.set()
        await go_on.wait()
        return await load.lock_free(connection, named)

    monkeypatch.setattr("resolvers.acting.lock_free", lock_free)
    calls = [
        asyncio.ensure_future(world.ok("sendMessage", sale.buyer, NUMBER, **sale.says("Hello")))
        for sale in (gone, one, two)
    ]
    await under_way.wait()
    calls[0].cancel()
    with pytest.raises(asyncio.CancelledError):
        await calls[0]
    go_on.set()
    async with asyncio.timeout(10):
        others = await asyncio.gather(*calls[1:])

    assert [answer["number"] for answer in others] == [3, 3]
    assert await world.count("messages", "body = 'Hello'") == 3, "what was asked for is done all the same"


async def test_all_are_told_that_the_database_went_away(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await sales(world, 3)

    async def lose(connection: Connection, *args: Any, **kwargs: Any) -> Any:
        pid = (await connection.execute(sa.text("SELECT pg_backend_pid()"))).scalar_one()
        async with world.engine.connect() as other:
            await other.execute(sa.text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
        return await save.save_all(connection, *args, **kwargs)

    before = await world.snapshot()
    monkeypatch.setattr("resolvers.acting.save_all", lose)
    results, ways = await at_once(
        world, *(world.execute(SEND, sale.buyer, input=sale.says("Hello?")) for sale in made)
    )
    monkeypatch.undo()

    assert ways == Ways(shared=1, alone=0), "nobody tries what may have been done"
    codes = [error["extensions"]["code"] for result in results for error in describe(result.errors)]
    assert codes == ["UNAVAILABLE"] * 3
    assert differing(before, await world.snapshot()) == []
    assert (await world.run(SEND, made[0].buyer, input=made[0].says("Hello?")))["sendMessage"]["message"]
