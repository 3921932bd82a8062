"""A world whose answers are kept, beside the same world asked anew: whatever is served must be what it would
say now.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson
from graphql import GraphQLNamedType, get_named_type, is_required_argument
from graphql.type import is_composite_type, is_object_type, is_union_type

from domain.viewer import Viewer
from resolvers.context import Context
from schema.fast import plans
from schema.graph import graph
from schema.versions import OF_FIELDS, is_page
from server.answers import Answers
from server.compiled import Compiled
from server.encoding import encode
from server.links import SignedLinks
from server.operations import Operations, Outcome
from server.requests import Operation
from storage.versions import Versions
from tests.schema.world import World

SCHEMA = graph._schema
LINKS = SignedLinks("https://amends.test", "a secret of the tests, long enough")
MB = 2**20


@dataclass
class Kitchen:
    """Answers on the world's database; `made` counts those that were made and not kept."""

    world: World
    most_bytes: int = 8 * MB
    made: int = 0
    answers: Answers = field(init=False)
    operations: Operations = field(init=False)

    def __post_init__(self) -> None:
        self.versions = Versions(self.world.engine)
        self.answers = Answers(SCHEMA, self.world.engine, self.versions, most_bytes=self.most_bytes)
        self.operations = Operations(graph, self._context, introspection=True, compiled=Compiled(plans()))

    def _context(self, viewer: Viewer | None, last_event_id: str | None = None, /) -> Context:
        return Context(
            self.world.engine, viewer, LINKS, sandbox=True, hub=self.world.hub, last_event_id=last_event_id
        )

    async def ask(self, viewer: Viewer | None, query: str, **variables: Any) -> Any:
        """Give the body that is served."""
        operation = Operation(query, variables, None)

        async def run() -> Outcome:
            self.made += 1
            return await self.operations.run(operation, viewer)

        asked = self.answers.asked(operation, self.operations.check(operation))
        return orjson.loads((await self.answers.written(asked, viewer, run)).body)

    async def anew(self, viewer: Viewer | None, query: str, **variables: Any) -> Any:
        """Give the body that would be served if nothing was kept."""
        outcome = await self.operations.run(Operation(query, variables, None), viewer)
        return orjson.loads(encode(outcome.body))

    async def is_kept(self, viewer: Viewer | None, query: str, **variables: Any) -> bool:
        """Whether an answer is served that was made before."""
        made = self.made
        await self.ask(viewer, query, **variables)
        return self.made == made


def everything_kept(type_name: str, *, depth: int) -> str:
    """The selection of everything of a type for which answers are kept, links aside, so many levels deep."""
    kind = SCHEMA.get_type(type_name)
    assert kind is not None
    return f"{{ {' '.join(_selections(kind, depth))} }}"


def _selections(kind: GraphQLNamedType, depth: int) -> Iterator[str]:
    yield "__typename"
    if is_union_type(kind):
        for member in kind.types:
            fields = " ".join(_fields(member, depth, f"{member.name}_".lower()))
            yield f"... on {member.name} {{ {fields} }}"
    else:
        yield from _fields(kind, depth)


def _fields(kind: GraphQLNamedType, depth: int, prefix: str = "") -> Iterator[str]:
    for name, definition in kind.fields.items():  # type: ignore[attr-defined]
        if not is_page(kind.name, name) and (kind.name, name) not in OF_FIELDS:
            continue
        if name in ("url", "csvUrl") or any(map(is_required_argument, definition.args.values())):
            continue
        asked = f"{prefix}{name}: {name}" if prefix else name
        asked += "(first: 3)" if "first" in definition.args else ""
        inner = get_named_type(definition.type)
        if not is_composite_type(inner):
            yield asked
        elif depth > 0 or (depth > -3 and not _is_node(inner)):
            yield f"{asked} {{ {' '.join(_selections(inner, depth - 1))} }}"


def _is_node(kind: GraphQLNamedType) -> bool:
    return is_object_type(kind) and any(each.name == "Node" for each in kind.interfaces)


EVERYTHING = f"{{ viewer {everything_kept('Viewer', depth=2)} }}"
