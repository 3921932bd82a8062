"""Streams: what happened is appended with its transaction, dense, in the order of commits, or not at all."""

import asyncio
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from domain import commands as c
from domain.refusals import InvalidState, TrackingInUse
from domain.words import Carrier, Funder, Party, RulingDecision
from storage import agents, epochs, feed
from storage.feed import account_stream, request_stream, thread_stream
from storage.tables import events, facts
from storage.transaction import in_silence, savepoint, tell, transaction
from tests.realtime.streams import news, told_in
from tests.storage.market import Market, waiting

B, S, SUPPORT = Party.BUYER, Party.SELLER, Party.SUPPORT


async def streams_of(market: Market, request: Any) -> dict[str, str]:
    (thread,) = await market.run("SELECT owner_id, id FROM threads")
    return {
        "buyer": account_stream(market.accounts["bea"]),
        "seller": account_stream(market.accounts["sam"]),
        "request": request_stream(request),
        "thread": thread_stream(*thread),
        "queue": feed.QUEUE,
    }


async def told_since(
    market: Market, before: dict[str, list[str]], names: dict[str, str]
) -> dict[str, list[str]]:
    after = await told_in(market.engine)
    return {
        who: after[name][len(before.get(name, [])) :]
        for who, name in names.items()
        if after.get(name, []) != before.get(name, [])
    }


async def test_a_refund_is_told_to_both_parties_and_its_charge_to_the_seller_alone(
    engine: AsyncEngine,
) -> None:
    market = Market(engine)
    key = await market.asked()
    names, before = await streams_of(market, key), await told_in(engine)

    await market.act(key, S, c.RefundInFull("Sorry."))

    told = await told_since(market, before, names)
    assert sorted(told) == ["buyer", "request", "seller", "thread"]
    assert {"REQUEST_CLOSED", "REFUND_CHANGED", "MESSAGE_POSTED"} == set(told["buyer"])
    assert set(told["seller"]) == set(told["buyer"]) | {"LEDGER_POSTED", "RATING_CHANGED"}
    assert "LEDGER_POSTED" not in told["request"], "the buyer reads that stream too"
    assert set(told["thread"]) == {"MESSAGE_POSTED"}


async def test_money_held_and_let_go_is_told_to_the_seller_alone(engine: AsyncEngine) -> None:
    market = Market(engine)
    key = await market.asked()
    names, before = await streams_of(market, key), await told_in(engine)

    await market.act(key, S, c.RefundOnReturn())
    await market.act(key, B, c.Withdraw())

    told = await told_since(market, before, names)
    assert told["seller"].count("LEDGER_HOLD_CHANGED") == 2
    assert not any("LEDGER_HOLD_CHANGED" in told[who] for who in ("buyer", "request"))


async def test_what_waits_for_support_is_told_to_the_queue_and_internal_work_to_nobody_else(
    engine: AsyncEngine,
) -> None:
    market = Market(engine)
    key = await market.asked()
    await market.act(key, S, c.ExplainNoRefund("It was shown."))
    names, before = await streams_of(market, key), await told_in(engine)
    assert feed.QUEUE not in before

    await market.act(key, B, c.Escalate("Please look."))
    async with market.transaction() as connection:
        agent = await market.run(
            "INSERT INTO accounts (username, display_name, is_agent, created_at)"
            " VALUES ('kim', 'Kim', true, now()) RETURNING id"
        )
        await agents.add_note(connection, key, agent[0].id, "Looks odd.", at=market.at)
        await agents.assign(connection, key, agent[0].id, at=market.at)
    escalated = await told_since(market, before, names)
    await market.act(key, SUPPORT, c.Rule(RulingDecision.UPHOLD, Funder.NOBODY, "It was shown."))
    told = await told_since(market, before, names)

    assert "REQUEST_ESCALATED" in escalated["queue"]
    assert escalated["queue"][-2:] == ["INTERNAL_NOTE_ADDED", "REQUEST_ASSIGNED"]
    assert "REQUEST_RULED" in told["queue"], "it leaves the queue with that"
    for who in ("buyer", "seller", "request", "thread"):
        assert not {"INTERNAL_NOTE_ADDED", "REQUEST_ASSIGNED"} & set(told[who])


async def test_what_is_refused_is_told_to_nobody(engine: AsyncEngine) -> None:
    market = Market(engine)
    key = await market.asked()
    before = await told_in(engine)

    with pytest.raises(InvalidState):
        await market.act(key, S, c.ConfirmReturn())
    with pytest.raises(TrackingInUse):
        await market.act(key, S, c.SendReplacement(Carrier.USPS, "TRACK-S-O-1", buyer_agreed=True))

    assert await told_in(engine) == before


async def test_what_a_savepoint_undoes_is_not_told(engine: AsyncEngine) -> None:
    async def change_mind() -> None:
        async with savepoint(connection):
            tell(connection, [news("a1", 2)])
            raise LookupError

    async with transaction(engine, in_silence) as connection:
        tell(connection, [news("a1", 1)])
        with pytest.raises(LookupError):
            await change_mind()
        tell(connection, [news("a1", 3)])

    async with engine.connect() as connection:
        told = await feed.read_after(connection, {"a1": 0}, most=10)
    assert [(event.sequence, event.thread_id) for event in told["a1"]] == [(1, 1), (2, 3)]


async def test_the_bell_rings_after_the_commit_and_never_for_what_was_undone(engine: AsyncEngine) -> None:
    rung: list[Any] = []
    ring = rung.append
    async with transaction(engine, ring) as connection:
        tell(connection, [news("a2"), news("a1")])
        assert not rung
    assert rung == [{"a1", "a2"}]
    assert sorted(await told_in(engine)) == ["a1", "a2"]

    async def undo() -> None:
        async with transaction(engine, ring) as connection:
            tell(connection, [news("a3")])
            raise LookupError

    with pytest.raises(LookupError):
        await undo()
    assert len(rung) == 1


async def test_commits_come_in_the_order_of_the_numbers(engine: AsyncEngine) -> None:
    """The second to append waits for the first to commit: no reader sees 2 before 1."""
    async with engine.connect() as first, engine.connect() as second:
        await first.begin()
        await second.begin()
        await feed.append(first, [news("a1", 1), news("a2", 1)])
        late = asyncio.create_task(feed.append(second, [news("a1", 2), news("a3", 1)]))
        async with engine.connect() as reader:
            while not await waiting(engine):  # noqa: ASYNC110 only the database knows
                await asyncio.sleep(0)
            assert await feed.heads(reader, ["a1", "a2", "a3"]) == {"a1": 0, "a2": 0, "a3": 0}
        await first.commit()
        await late
        async with engine.connect() as reader:
            assert (await feed.heads(reader, ["a1"])) == {"a1": 1}
        await second.commit()
    async with engine.connect() as reader:
        told = await feed.read_after(reader, {"a1": 0}, most=10)
    assert [(event.sequence, event.thread_id) for event in told["a1"]] == [(1, 1), (2, 2)]


async def test_transactions_that_share_streams_never_wait_for_each_other_in_a_circle(
    engine: AsyncEngine,
) -> None:
    async def write(names: list[str]) -> None:
        for _ in range(20):
            async with transaction(engine, in_silence) as connection:
                tell(connection, [news(name) for name in names])

    await asyncio.gather(write(["a1", "a2", "q"]), write(["q", "a2", "a1"]), write(["a2", "q", "a1"]))

    async with engine.connect() as connection:
        assert await feed.heads(connection, ["a1", "a2", "q"]) == {"a1": 60, "a2": 60, "q": 60}


async def test_a_cursor_is_of_the_moment_that_was_looked_at(engine: AsyncEngine) -> None:
    async def add(stream: str) -> None:
        async with transaction(engine, in_silence) as connection:
            tell(connection, [news(stream)])

    async def heads_in(seen: str) -> list[int]:
        async with engine.connect() as connection:
            return list(await feed.heads_in(connection, None, ["a1", "a2", "a3"], seen=seen))  # type: ignore[arg-type]

    await add("a1")
    async with engine.connect() as open_one:
        await open_one.begin()
        await feed.append(open_one, [news("a1", 2)])
        async with engine.connect() as connection:
            seen = await feed.snapshot(connection)
        await open_one.commit()
    await add("a1")
    await add("a2")

    assert await heads_in(seen) == [1, 0, 0], "what was under way then, and what came later, is not seen"
    async with engine.connect() as connection:
        seen = await feed.snapshot(connection)
    assert await heads_in(seen) == [3, 1, 0]


async def test_old_events_are_dropped_and_numbers_go_on(engine: AsyncEngine) -> None:
    market = Market(engine)
    async with market.transaction() as connection:
        tell(connection, [news("a1"), news("a1"), news("a1")])
    await market.run("UPDATE events SET recorded_at = recorded_at - interval '9 days' WHERE sequence < 3")

    async with engine.begin() as connection:
        cut = (await connection.execute(sa.text("SELECT now() - interval '8 days'"))).scalar_one()
        assert await feed.trim(connection, cut, most=100) == 2
    async with market.transaction() as connection:
        tell(connection, [news("a1")])
    async with engine.connect() as connection:
        told = await feed.read_after(connection, {"a1": 0}, most=10)
        seen = await feed.snapshot(connection)
        assert list(await feed.heads_in(connection, None, ["a1"], seen=seen)) == [4]  # type: ignore[arg-type]
    assert [event.sequence for event in told["a1"]] == [3, 4]


async def test_a_restored_database_is_a_new_epoch_and_its_old_events_are_all_seen(
    engine: AsyncEngine,
) -> None:
    first = await epochs.current(engine)
    assert await epochs.current(engine) == first
    async with transaction(engine, in_silence) as connection:
        tell(connection, [news("a1")])
    async with engine.begin() as connection:  # as if dumped in another cluster, far ahead of this one
        await connection.execute(sa.update(events).values(transaction_id=2**50))
        await connection.execute(
            sa.update(facts)
            .where(facts.c.name == epochs.FEED)
            .values(value={"origin": "another", "epoch": first})
        )

    epochs_found = await asyncio.gather(*(epochs.current(engine) for _ in range(4)))

    assert len(set(epochs_found)) == 1
    assert first not in epochs_found
    async with engine.connect() as connection:
        seen = await feed.snapshot(connection)
        assert list(await feed.heads_in(connection, None, ["a1"], seen=seen)) == [1]  # type: ignore[arg-type]


async def test_telling_outside_a_transaction_of_ours_is_a_mistake(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        with pytest.raises(KeyError):
            tell(connection, [news("a1")])
