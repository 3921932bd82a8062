"""Telling of an event leaves nothing behind."""

import gc
from pathlib import Path

from tests.server.live import live
from tests.server.stage import Told

EVENTS = 200
FEW_OBJECTS = 200


async def test_nothing_is_kept_of_events_that_were_told(database_url: str, tmp_path: Path) -> None:
    async with live(database_url, tmp_path) as served, served.socket() as socket:
        await socket.begin("1", "subscription { told { text } }")
        await served.stage.followed_by(1)

        async def tell(count: int) -> int:
            for _ in range(count):
                served.stage.tell(Told(text="a"))
                assert (await socket.receive())["type"] == "next"
            gc.collect()
            return len(gc.get_objects())

        before = await tell(10)
        assert await tell(EVENTS) - before < FEW_OBJECTS
