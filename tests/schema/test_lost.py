"""A mutation that the database undid is tried again, or says that it could not be reached."""

import asyncio
from typing import Any

import pytest
import sqlalchemy as sa

from server.errors import describe
from storage import inbox, save
from storage.connection import Connection
from tests.schema.world import World

SEND = "mutation($input: SendMessageInput!) { sendMessage(input: $input) { message { number } } }"


async def test_a_mutation_that_a_deadlock_undid_is_run_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both hold one account's row, then want the other's: one of them is undone, and comes second."""
    accounts = [world.buyer.account_id, world.seller.account_id]
    orders = iter((accounts, accounts[::-1]))
    have_one = asyncio.Barrier(2)
    plainly = inbox.start_direct_thread

    async def crosswise(connection: Any, *args: Any, **kwargs: Any) -> tuple[int, int]:
        order = next(orders, None)
        for place, account in enumerate(order or ()):
            hold = sa.text("SELECT FROM accounts WHERE id = :id FOR NO KEY UPDATE")
            await connection.execute(hold, {"id": account})
            if place == 0:
                await have_one.wait()
        attempts.append(order is not None)
        return await plainly(connection, *args, **kwargs)

    attempts: list[bool] = []
    monkeypatch.setattr(inbox, "start_direct_thread", crosswise)
    await asyncio.gather(
        *(
            world.ok("startDirectThread", who, "thread { id }", username="stan", body=f"From {who.username}.")
            for who in (world.buyer, world.seller)
        )
    )
    assert sorted(attempts) == [False, True]
    assert await world.count("messages", "body LIKE 'From %'") == 2


async def test_a_connection_lost_in_the_midst_is_a_database_that_is_away(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = await world.open_request(await world.delivered_order())
    said = {"threadId": request["thread"]["id"], "body": "Hello?"}
    plainly = save.save_all

    async def lose(connection: Connection, *args: Any, **kwargs: Any) -> Any:
        pid = (await connection.execute(sa.text("SELECT pg_backend_pid()"))).scalar_one()
        async with world.engine.connect() as other:
            await other.execute(sa.text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
        return await plainly(connection, *args, **kwargs)

    before = await world.snapshot()
    monkeypatch.setattr("resolvers.acting.save_all", lose)
    result = await world.execute(SEND, world.buyer, input=said)
    monkeypatch.undo()

    assert [error["extensions"]["code"] for error in describe(result.errors)] == ["UNAVAILABLE"]
    assert await world.snapshot() == before
    assert (await world.run(SEND, world.buyer, input=said))["sendMessage"]["message"]
