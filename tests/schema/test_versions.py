"""An account's version is one of everything that the account sees: whatever changes of it moves it."""

from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.words import DeadlineKind
from storage.feed import NAMES_OF_ALL, account_stream, versions
from tests.schema.test_every_field import lived_in
from tests.schema.test_who_may import EVERYBODY, MUTATIONS, OK, Input, _viewer
from tests.schema.world import World, usd
from tests.storage import moved


@pytest.fixture
async def watched(world: World) -> AsyncIterator[World]:
    """A world whose every change is written down."""
    await moved.watch(world.engine)
    yield world
    await moved.unwatch(world.engine)


@pytest.mark.parametrize("mutation", MUTATIONS)
async def test_whatever_a_mutation_changes_is_a_new_version_to_who_sees_it(
    watched: World, mutation: str
) -> None:
    prepare, answers = MUTATIONS[mutation]
    for who in EVERYBODY:
        if answers[who] == OK:
            given: Input = await prepare(watched)
            payload = await watched.do(mutation, _viewer(watched, who), "__typename", **given)
            assert payload["userErrors"] == [], payload
    assert await moved.unmoved(watched.engine) == []


async def test_whatever_a_life_brings_is_a_new_version_to_who_sees_it(watched: World) -> None:
    await lived_in(watched)
    await watched.advance("P90D")
    assert await moved.changes(watched.engine) > 100
    assert await moved.unmoved(watched.engine) == []


async def test_every_clock_that_runs_out_is_a_new_version(watched: World) -> None:
    fired: set[str] = set()
    for begin in (_unanswered, _undetailed, _unaccepted, _undropped, _unarrived, _unreviewed, _unmailed):
        await begin(watched)
        fired |= set(await _clocks(watched.engine))
        for _ in range(12):
            await watched.advance("P10D")
            fired |= set(await _clocks(watched.engine))
    assert await moved.unmoved(watched.engine) == []
    assert fired >= set(DeadlineKind) - {DeadlineKind.CLAIM_EXPIRY, DeadlineKind.REPLACEMENT_TRANSIT}


async def test_what_is_refused_is_no_new_version(world: World) -> None:
    before = await _versions(world)
    assert await world.refused("refundInFull", world.seller, requestId="U3VwcG9ydFJlcXVlc3Q6MTox")
    assert await _versions(world) == before


async def test_a_new_name_is_a_new_version_for_everybody(world: World) -> None:
    before = await _names(world.engine)
    await world.order(buyer="somebody else")
    assert await _names(world.engine) == before
    row = await world.order_row()
    row["buyer"]["displayName"] = "Robert"
    await world.import_row(row)
    assert await _names(world.engine) > before


async def _versions(world: World) -> dict[str, int]:
    names = [account_stream(each.account_id or 0) for each in (world.buyer, world.seller, world.stranger)]
    async with world.engine.connect() as connection:
        return await versions(connection, names)


async def _names(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        return (await versions(connection, [NAMES_OF_ALL]))[NAMES_OF_ALL]


async def _clocks(engine: AsyncEngine) -> list[str]:
    async with engine.connect() as connection:
        return list((await connection.execute(sa.text("SELECT kind FROM deadlines"))).scalars())


async def _opened(world: World, reason: str = "DEFECTIVE") -> dict[str, str]:
    return {"requestId": (await world.open_request(await world.delivered_order(), reason))["id"]}


async def _unanswered(world: World) -> None:
    await _opened(world)


async def _undetailed(world: World) -> None:
    await world.ok("askForDetails", world.seller, **await _opened(world), message="Which part?")
    await world.ok("explainNoRefund", world.seller, **await _opened(world), message="It was shown.")


async def _unaccepted(world: World) -> None:
    await world.ok("offerPartialRefund", world.seller, **await _opened(world), amount=usd("30.00"))


async def _undropped(world: World) -> None:
    asked = await _opened(world, "DAMAGED_IN_TRANSIT")
    await world.ok("refundOnReturn", world.seller, **asked, fileClaim=True)


async def _unarrived(world: World) -> None:
    waiting = await world.ok("refundOnReturn", world.seller, **await _opened(world))
    await world.scan(waiting["returnShipment"], "ACCEPTED")


async def _unreviewed(world: World) -> None:
    waiting = await world.ok("refundOnReturn", world.seller, **await _opened(world))
    await world.scan(waiting["returnShipment"], "ACCEPTED", "DELIVERED")
    claimed = await _opened(world, "DAMAGED_IN_TRANSIT")
    await world.ok("refundInFull", world.seller, **claimed, fileClaim=True)


async def _unmailed(world: World) -> None:
    parcel = {"carrier": "UPS", "trackingNumber": "1Z1", "buyerAgreed": True}
    await world.ok("sendReplacement", world.seller, **await _opened(world), **parcel)
