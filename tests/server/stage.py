"""A small graph: subscriptions that tell what a test says, when it says it, and a mutation that waits."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry import Info

from resolvers.context import Context
from schema.graph import Graph
from schema.limits import Limits

PATIENCE_SECONDS = 20


async def eventually(condition: Callable[[], object], *, within: float = PATIENCE_SECONDS) -> None:
    """Wait until something holds, looking every now and then."""
    async with asyncio.timeout(within):
        while not condition():  # noqa: ASYNC110 of anything at all, not only of what sets an event
            await asyncio.sleep(0.005)


@strawberry.type
class Told:
    text: str
    cursor: strawberry.Private[str | None] = None
    for_role: strawberry.Private[str | None] = None

    @strawberry.field
    def scopes(self, info: Info) -> list[str]:
        """The eyes this is told with."""
        context: Context = info.context
        return sorted(context.viewer.scopes) if context.viewer else []

    @strawberry.field
    def bug(self) -> str | None:
        raise RuntimeError("the password is swordfish")


@strawberry.type
@dataclass
class Stage:
    """What a test says, and what it hears of."""

    queues: dict[str, list["asyncio.Queue[Any]"]] = field(default_factory=dict)
    last_event_ids: list[str | None] = field(default_factory=list)
    contexts: list[int] = field(default_factory=list)
    floods: int = 0
    flooded: int = 0
    begun: list[str] = field(default_factory=list)
    finished: list[str] = field(default_factory=list)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def followers(self) -> int:
        return sum(map(len, self.queues.values()))

    async def followed_by(self, number: int) -> None:
        """Wait until so many subscriptions wait for something."""
        await eventually(lambda: self.followers == number)

    def tell(self, said: Any, *, topic: str = "news") -> None:
        """Tell all of a topic: an event, an exception, or None for the end."""
        for queue in self.queues.get(topic, ()):
            queue.put_nowait(said)

    async def visible(self, context: Context, event: Any) -> bool:
        """An event for a role is for that role."""
        assert id(context) not in self.contexts or event.for_role is None
        return event.for_role is None or bool(context.viewer and context.viewer.role.value == event.for_role)

    def graph(self) -> strawberry.Schema:
        """Make the graph of this stage."""
        return Graph(_query(self), _mutation(self), _subscription(self), extensions=[Limits])


def _query(stage: Stage) -> type:
    @strawberry.type
    class Query:
        @strawberry.field
        def role(self, info: Info) -> str | None:
            viewer = info.context.viewer
            return viewer.role.value if viewer else None

        @strawberry.field
        def begun(self) -> list[str]:
            return stage.begun

    return Query


def _mutation(stage: Stage) -> type:
    @strawberry.type
    class Mutation:
        @strawberry.mutation
        async def change(self, name: str) -> str:
            stage.begun.append(name)
            await stage.released.wait()
            stage.finished.append(name)
            return name

        @strawberry.mutation
        def release(self) -> bool:
            stage.released.set()
            return True

    return Mutation


def _subscription(stage: Stage) -> type:
    @strawberry.type
    class Subscription:
        @strawberry.subscription
        async def told(self, info: Info, topic: str = "news") -> AsyncGenerator[Told, None]:
            stage.last_event_ids.append(info.context.last_event_id)
            queue: asyncio.Queue[Any] = asyncio.Queue()
            stage.queues.setdefault(topic, []).append(queue)
            try:
                while (said := await queue.get()) is not None:
                    if isinstance(said, Exception):
                        raise said
                    yield said
            finally:
                stage.queues[topic].remove(queue)

        @strawberry.subscription
        async def flood(self, size: int) -> AsyncGenerator[Told, None]:
            stage.floods += 1
            try:
                while True:
                    stage.flooded += 1
                    yield Told(text="x" * size)
            finally:
                stage.floods -= 1

        @strawberry.subscription
        async def refused(self, at_once: bool) -> AsyncGenerator[Told, None]:
            if at_once:
                raise GraphQLError("There is no such thing.")
            yield Told(text="first")

    return Subscription
