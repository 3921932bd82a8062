"""Whatever people do, in whatever order: streams have no gaps, and live and replayed tell the same."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa

from domain.viewer import Viewer
from realtime.cursors import Cursors
from storage.tables import streams
from tests.live.conftest import House
from tests.live.followers import log_of
from tests.live.people import People
from tests.live.processes import SECRET
from tests.live.walking import Walk
from tests.live.watching import Watch, cursor_at, watching
from tests.server.stage import eventually

STEPS = 54
REQUESTS = 6
PATIENCE_SECONDS = 20
WITHOUT_WORDS = "platform"
AS_IT_IS_NOW = ("request", "balance")

pytestmark = pytest.mark.xdist_group("house")


@dataclass(frozen=True)
class Followed:
    """One stream that somebody follows from its beginning."""

    who: str
    name: str
    of: str | None
    start: str
    id: str

    @property
    def stream(self) -> str:
        """What the log calls it."""
        return Cursors(SECRET).read(self.start).stream


@pytest.mark.parametrize("seed", [1, 2])
async def test_what_is_told_live_is_what_a_replay_tells_and_what_the_log_has(
    house: House, world: People, seed: int
) -> None:
    viewers = {
        "buyer": world.buyer,
        "seller": world.seller,
        "support": world.support,
        "platform": world.platform,
    }
    walk, followed = Walk(world, seed), []
    async with AsyncExitStack() as stack:
        watches = {
            who: await stack.enter_async_context(watching(house.hosts[place % 2], world.bearer(viewer)))
            for place, (who, viewer) in enumerate(viewers.items())
        }
        for who in ("buyer", "seller", "support"):
            followed += await follow_own(world, who, viewers[who], watches[who])
        openings = set(range(0, STEPS, STEPS // REQUESTS))
        for step in range(STEPS):
            if step in openings:
                request = await walk.open_request()
                for who, watch in watches.items():
                    followed += await follow_request(world, who, viewers[who], watch, request)
            await walk.step()
        assert len(walk.done) > STEPS // 2, walk.done

        log = await whole_log(world)
        for each in followed:
            await see_that_it_is_the_same(each, watches[each.who], log.get(each.stream, []))
        for who in ("buyer", "seller"):
            assert not any('"QueueEvent"' in text or "A note." in text for text in watches[who].said)
        assert not any("Words" in text for text in watches[WITHOUT_WORDS].said)
        await see_that_replays_show_what_is(world, watches["seller"], walk)


async def see_that_it_is_the_same(each: Followed, watch: Watch, log: list[tuple[int, str]]) -> None:
    """What was told live, what a replay tells now, and what the log has for this viewer."""
    replayed = told(watch, await watch.follow(each.name, of=each.of, after=each.start))
    await eventually(lambda: len(watch.events(each.id)) >= len(replayed))
    live = told(watch, each.id)
    assert live == replayed, each
    assert [(event["sequence"], event["kind"]) for event in live] == expected(each, log), each


async def see_that_replays_show_what_is(world: People, watch: Watch, walk: Walk) -> None:
    """However long ago an event was told: its request comes as it is now, within a moment."""
    request = walk.requests[0]
    start = cursor_at((await world.request_cursors(request["id"], world.seller))[0], 0)
    now = (await world.request(request["id"]))["status"]
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            events = watch.events(await watch.follow("requestEvents", of=request["id"], after=start))
            if {event["request"]["status"] for event in events} == {now}:
                return


async def whole_log(world: People) -> dict[str, list[tuple[int, str]]]:
    """Read all streams there are, which have no gaps."""
    async with world.engine.connect() as connection:
        names = list((await connection.execute(sa.select(streams.c.name))).scalars())
    return await log_of(world.engine, names)


async def follow_own(world: People, who: str, viewer: Viewer, watch: Watch) -> list[Followed]:
    """Follow what is the viewer's own, from where it is."""
    cursor = await world.inbox_cursor(viewer)
    found = [("inboxEvents", cursor)]
    if who == "seller":
        found += [("ledgerEvents", cursor), ("ratingEvents", cursor)]
    if who == "support":
        found += [("supportQueueEvents", await world.queue_cursor())]
    return [Followed(who, name, None, start, await watch.follow(name, after=start)) for name, start in found]


async def follow_request(
    world: People, who: str, viewer: Viewer, watch: Watch, request: dict[str, Any]
) -> list[Followed]:
    """Follow a request and its thread from their beginning."""
    cursors = await world.request_cursors(request["id"], viewer)
    found = [("requestEvents", request["id"]), ("threadEvents", request["thread"]["id"])]
    starts = [cursor_at(cursor, 0) for cursor in cursors]
    return [
        Followed(who, name, of, start, await watch.follow(name, of=of, after=start))
        for (name, of), start in zip(found, starts, strict=True)
    ]


def told(watch: Watch, id_: str) -> list[dict[str, Any]]:
    """What a stream told of, but for how things were just then."""
    return [
        {name: value for name, value in event.items() if name not in AS_IT_IS_NOW}
        for event in watch.events(id_)
    ]


def expected(each: Followed, log: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """What somebody must have been told of a stream: all of it, but for what is not theirs to know."""
    log = log[Cursors(SECRET).read(each.start).sequence :]
    if each.name == "ledgerEvents":
        return [event for event in log if event[1] in ("LEDGER_POSTED", "LEDGER_HOLD_CHANGED")]
    if each.name == "ratingEvents":
        return [event for event in log if event[1] == "RATING_CHANGED"]
    if each.who == WITHOUT_WORDS:
        return [event for event in log if event[1] != "MESSAGE_POSTED"]
    return log
