"""Random documents are answered by plan as they are plainly: to the byte, errors and all, whoever asks.

`TESTS_OF_AMENDS_DOCUMENTS` and `TESTS_OF_AMENDS_SEED` make a longer walk, or another one.
"""

import gc
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from random import Random
from typing import Any

import pytest
from graphql import DocumentNode
from sqlalchemy.ext.asyncio import AsyncEngine

from realtime.signals import Typing
from resolvers.feeds import FeedItem, FeedRow, ReadyRow, ResyncRow, is_visible
from schema.fast import plans
from schema.graph import graph
from schema.limits import admit
from server import errors
from server.compiled import Compiled
from server.encoding import encode
from server.operations import Operations, _Teller
from server.requests import Operation
from storage import feed
from tests.executor.documents import Asked, Documents
from tests.executor.scene import BrokenRead, Faults, Scene
from tests.schema.world import World

DOCUMENTS = int(os.environ.get("TESTS_OF_AMENDS_DOCUMENTS", "500"))
SEED = int(os.environ.get("TESTS_OF_AMENDS_SEED", "1"))
AGAIN = 0.15  # how often a document is sent with other variables as well
OFTEN = ("support", "seller", "buyer") * 4
BY_PLAN = "by plan"
# The plain executor lets go of what it has begun where an error makes it vain.
pytestmark = [
    pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning"),
    pytest.mark.filterwarnings(
        "ignore:Exception ignored in. <coroutine:pytest.PytestUnraisableExceptionWarning"
    ),
]


class Both:
    """Both ways to answer what one seed asks, and how often a plan did."""

    def __init__(self, scene: Scene, seed: int, events: Sequence[tuple[FeedItem, str]]) -> None:
        self._scene, self._seed, self._events = scene, seed, events
        self.random = Random(seed)  # noqa: S311 it guards nothing
        self._documents = Documents(graph._schema, scene.pool, seed)
        self.compiled = Compiled(plans())
        self.counts: Counter[str] = Counter()
        self._houses = [
            Operations(graph, scene.context, is_visible, introspection=True, compiled=compiled)
            for compiled in (self.compiled, None)
        ]

    async def step(self) -> None:
        """Ask for something, or be told of an event in the words of a random subscription."""
        root = graph._schema.subscription_type
        if root is None or self.random.random() < 0.7:
            name = self.random.choice([*OFTEN, *self._scene.viewers])
            asked = self._documents.query()
            await self._compare(asked, name, None)
            if self.random.random() < AGAIN:
                await self._compare(asked.otherwise(), name, None)
        else:
            event, name = self.random.choice(self._events)
            asked = self._documents.subscription(self.random.choice(list(root.fields)), _type_of(event))
            await self._compare(asked, name, event)

    async def _compare(self, asked: Asked, name: str, event: FeedItem | None) -> None:
        answered = self.compiled.answered
        by_plan, plainly = await self._ask(asked, name, event)
        is_by_plan = self.compiled.answered > answered
        if encode(by_plan) != encode(plainly):
            # What storage was asked for the first time came back in no certain order, and so do errors.
            by_plan, plainly = await self._ask(asked, name, event)
        told = (
            f"seed {self._seed}, document {self.counts.total()}, {self._scene.memory.faults}\n"
            f"{name} sends {asked.query}\n{asked}\nby plan {by_plan}\nplainly {plainly}"
        )
        assert encode(by_plan) == encode(plainly), told
        outcome = _outcome(plainly, is_by_plan=is_by_plan)
        assert outcome != "left" or asked.is_mistaken, f"{told}\n{self.compiled.left_to_plain}"
        self.counts[outcome] += 1

    async def _ask(self, asked: Asked, name: str, event: FeedItem | None) -> list[Any]:
        viewer = self._scene.viewers[name]
        operation = Operation(asked.query, asked.variables, asked.name)
        document = admit(graph._schema, asked.query, asked.variables, asked.name)
        if not isinstance(document, DocumentNode):
            assert not any(error.nodes for error in document), f"{asked.query}\n{document}"
        if event is None:
            return [(await house.run(operation, viewer)).body for house in self._houses]
        if not isinstance(document, DocumentNode):
            return [None, None]
        made = graph.execution_context_class.build(
            graph._schema,
            document,
            raw_variable_values=asked.variables,
            operation_name=asked.name,
            operation_extensions=None,
        )
        if isinstance(made, list):
            return [None, None]
        tellers = [_Teller(house, house.asked(document, made), lambda: viewer) for house in self._houses]
        return [await _told(teller, event) for teller in tellers]


async def _told(teller: _Teller, event: FeedItem) -> Any:
    try:
        frame = await teller._try_to_tell(event, teller.viewer_now())
    except BrokenRead as error:  # whether it may be told is not to be found out
        return repr(error)
    return frame and {**frame.body, "cursor": frame.cursor}


def _outcome(body: Any, *, is_by_plan: bool) -> str:
    if body is None:
        return "not told"
    if "data" not in body:
        return "refused"
    if "errors" in body:
        assert not is_by_plan, body
        return "errors"
    return BY_PLAN if is_by_plan else "left"


def report(both: Both) -> None:
    """Say what a long walk came to, to whoever runs it with `-s`."""
    sys.stderr.write(f"{both.counts} {both.compiled.left_to_plain}\n")


@pytest.fixture
async def scene(engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scene]:
    """Give a world that is lived in; bugs are told by their names in place of a reference."""
    monkeypatch.setattr(errors, "_report", lambda error, _path=None: repr(error))
    yield await Scene.set(await World.open(engine))
    gc.collect()  # what was let go of is warned of here, not in somebody else's test


async def test_random_documents_are_answered_alike(scene: Scene) -> None:
    both = Both(scene, SEED, await _events(scene))
    for _ in range(DOCUMENTS * 7 // 10):
        await both.step()
    report(both)
    assert both.counts[BY_PLAN] >= 0.9 * both.counts.total(), both.counts


async def test_they_are_when_storage_fails(scene: Scene) -> None:
    both = Both(scene, SEED + 1, await _events(scene))
    for number in range(DOCUMENTS * 3 // 10):
        broken, missing = both.random.choice([(50, 0), (0, 200), (20, 100), (200, 300)])
        scene.memory.faults = Faults(number, broken, missing)
        await both.step()
    report(both)
    for outcome in (BY_PLAN, "errors"):
        assert both.counts[outcome] > 0.1 * both.counts.total(), both.counts


def _type_of(event: FeedItem) -> str:
    union: Any = graph._schema.get_type("FeedItem")
    names: list[str] = [kind.name for kind in union.types if kind.is_type_of(event, None)]
    return names[0]


async def _events(scene: Scene) -> list[tuple[FeedItem, str]]:
    """What can be told, and to whom: what happened, in each stream, and what is never written down."""
    heads = await scene.world.heads()
    async with scene.world.engine.connect() as connection:
        told = await feed.read_after(connection, dict.fromkeys(heads, 0), most=12)
    rows = [FeedRow(event, f"cursor {event.sequence}") for each in told.values() for event in each]
    thread = next(row.event for row in rows if row.event.thread_id)
    typing = Typing(thread.owner_id or 0, thread.thread_id or 0, thread.owner_id or 0, scene.memory.now)
    events: list[FeedItem] = [*rows, ReadyRow("cursor", recovered=True), ResyncRow("cursor", "Late."), typing]
    return [
        (event, name)
        for event in events
        for name, viewer in scene.viewers.items()
        if await is_visible(scene.context(viewer), event)
    ]
