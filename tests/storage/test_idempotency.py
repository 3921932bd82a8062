"""A key is claimed once: its twin waits and reads the first one's receipt; another input is refused."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.refusals import IdempotencyInProgress, IdempotencyKeyReused
from storage import idempotency
from tests.storage.market import waiting

RECEIPT = {"request": [1, 2]}


async def call(engine: AsyncEngine, *, key: str = "k", input_hash: str = "h", twins: int = 0) -> Any:
    """Do it once; whoever is first goes on when all its twins wait for it."""
    async with engine.begin() as connection:
        first = await idempotency.claim(connection, "MEMBER:1", key, "withdraw", input_hash)
        if first is not None:
            return first
        while twins and await waiting(engine) < twins:
            pass
        await idempotency.store(connection, "MEMBER:1", key, RECEIPT)
        return "done"


async def test_the_same_key_and_input_give_the_first_receipt(engine: AsyncEngine) -> None:
    assert await call(engine) == "done"
    assert await call(engine) == RECEIPT


async def test_twins_give_one_effect_and_one_answer(engine: AsyncEngine) -> None:
    answers = await asyncio.gather(*(call(engine, twins=3) for _ in range(4)))
    assert sorted(map(str, answers)) == sorted(["done", *[str(RECEIPT)] * 3])


async def test_another_input_or_mutation_is_refused(engine: AsyncEngine) -> None:
    await call(engine)
    with pytest.raises(IdempotencyKeyReused):
        await call(engine, input_hash="other")
    assert await call(engine) == RECEIPT


async def test_a_call_that_failed_leaves_the_key_free(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        await idempotency.claim(connection, "MEMBER:1", "k", "withdraw", "h")
        await connection.rollback()
    assert await call(engine) == "done"


async def test_who_waits_too_long_is_told_so(engine: AsyncEngine) -> None:
    async with engine.begin() as first:
        await idempotency.claim(first, "MEMBER:1", "k", "withdraw", "h")
        async with engine.connect() as second:
            await second.execute(sa.text("SET lock_timeout = '100ms'"))
            with pytest.raises(IdempotencyInProgress):
                await idempotency.claim(second, "MEMBER:1", "k", "withdraw", "h")


async def test_old_keys_are_forgotten(engine: AsyncEngine) -> None:
    await call(engine)
    async with engine.begin() as connection:
        assert await idempotency.forget(connection, datetime.now(UTC) - timedelta(days=7)) == 0
        assert await idempotency.forget(connection, datetime.now(UTC) + timedelta(days=1)) == 1
    assert await call(engine) == "done"
