"""Where both executors are compared: a world that is lived in, a present that stands still, faults.

Decides that the same question is answered alike however often and in whatever company it is asked: what was
read once is remembered, and so are the faults, which hang on the question alone.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, is_dataclass, replace
from datetime import UTC, datetime
from importlib import import_module
from pkgutil import iter_modules
from typing import Any
from zlib import crc32

from graphql import GraphQLNamedType, get_named_type, is_object_type

from domain.viewer import Viewer
from executor.wants import PRESENT, Wants
from resolvers.context import Context
from schema import ids
from schema.graph import graph
from schema.ids import BadId
from storage import reads
from storage.reads import requests
from storage.reads.pages import Asked, Listing, Page, Window
from storage.reads.reader import reader_of
from storage.reads.sets import Reading
from tests.executor.values import Pool
from tests.schema.everything import all_of
from tests.schema.test_every_field import VIEWERS, lived_in, viewer_of
from tests.schema.world import World

WORDS = {"number": "number", "policyVersion": "version"}
NAMES = {
    getattr(value, "__self__", value): f"{name}.{attribute}"
    for name in sorted(each.name for each in iter_modules(reads.__path__))
    for attribute, value in vars(import_module(f"{reads.__name__}.{name}")).items()
    if isinstance(value, Hashable)
}
"""What storage's statements are called, whatever they are methods of: the same in every run."""


class BrokenRead(Exception):  # noqa: N818 as in "a broken read"
    """A fault of the tests' own."""


@dataclass(frozen=True)
class Faults:
    """Which questions storage fails to answer, or answers as if there was nothing: so many of a thousand."""

    seed: int = 0
    broken: int = 0
    missing: int = 0

    def spoil(self, name: str, asked: object, key: object, answer: Any) -> Any:
        """Give what a question is answered with. Raises BrokenRead."""
        lot = crc32(f"{self.seed} {name} {asked} {key}".encode()) % 1000
        if lot < self.broken:
            raise BrokenRead(f"{name} {key}")
        if lot < self.broken + self.missing:
            if isinstance(answer, list | tuple):
                return type(answer)()
            if is_dataclass(answer) and not isinstance(answer, Page):
                return None
        return answer


@dataclass
class Still:
    """Links that never change."""

    until = datetime(2030, 1, 1, tzinfo=UTC)

    def upload(self, attachment_id: int) -> tuple[str, datetime]:
        return f"https://amends.test/uploads/{attachment_id}", self.until

    def attachment(self, attachment_id: int) -> str:
        return f"https://amends.test/attachments/{attachment_id}"

    def statement(self, seller_id: int, year: int, month: int) -> str:
        return f"https://amends.test/statements/{seller_id}/{year}-{month}"


@dataclass
class Memory:
    """The present, and what storage answered to any question, whoever asked it first."""

    now: datetime
    snapshot: str
    faults: Faults = Faults()
    answers: dict[Any, dict[Any, Any]] = field(default_factory=lambda: defaultdict(dict))


@dataclass(slots=True)
class Remembering(Context):
    """A context of this present, that asks storage only what was never asked."""

    memory: Memory = field(kw_only=True)

    async def _read_clock(self) -> datetime:
        await _some_turns()
        present: datetime = self.memory.faults.spoil("clock", "", "", self.memory.now)
        return present

    async def _take_snapshot(self) -> str:
        await _some_turns()
        snapshot: str = self.memory.faults.spoil("snapshot", "", "", self.memory.snapshot)
        return snapshot

    def _note(self, at: datetime) -> None:
        """The present stands still, whatever a statement says; where reading it may fail, it is read."""
        if self.memory.faults == Faults():
            self.known_at = self.memory.now

    async def records(
        self, reading: Reading[Any], keys: Sequence[Hashable], wants: Wants
    ) -> Sequence[Sequence[Any]]:
        if wants is requests.FACTS:  # the plain executor asks for none of it
            return await Context.records(self, reading, keys, wants)
        _want_the_keys(wants)
        found = await Context.records(self, reading, keys, wants)
        spoiled = [
            self._spoiled(reading, ((), ()), key, list(records))
            for key, records in zip(keys, found, strict=True)
        ]
        return [[self._spoil_links(record, wants) for record in records] for records in spoiled]

    async def pages(
        self,
        listing: Listing[Any],
        parents: Sequence[Hashable],
        wants: Wants,
        window: Window,
        asked: Asked,
    ) -> Sequence[Page[Any]]:
        _want_the_keys(wants)
        pages = await Context.pages(self, listing, parents, wants, window, asked)
        for parent in parents:
            self._spoiled(listing, ((window, asked), ()), parent, None)
        return [
            replace(page, rows=[self._spoil_links(record, wants) for record in page.rows]) for page in pages
        ]

    def _spoiled(self, source: Any, asked: object, key: object, answer: Any) -> Any:
        return self.memory.faults.spoil(NAMES[source], asked, key, answer)

    def _spoil_links(self, record: Sequence[Any], wants: Wants) -> list[Any]:
        """Let the faults of what is brought along show as they would, had it been asked for alone."""
        values = list(record)
        places = {place: number for number, place in enumerate(wants.values)}
        for path in sorted({path for path, _ in wants.values if path}, key=len):
            link, above = path[-1], path[:-1]
            is_above = not above or values[places[above, PRESENT]] is not None
            keys = [values[places[above, each]] for each in link.by]
            if not is_above or None in keys:
                continue
            key = keys[0] if len(keys) == 1 else tuple(keys)
            asked = ((), ()) if link.most is None else ((Window(link.most - 1), ()), ())
            found = self._spoiled(link.source, asked, key, (True,)) or link.most
            if link.wants is not None:
                numbers = [places[path, number] for number in range(len(link.wants.values))]
                rows = zip(*(values[number] or () for number in numbers), strict=True)
                spoiled = [self._spoil_links(row, link.wants) for row in rows] if found else []
                lists: list[Any] = list(zip(*spoiled, strict=True)) or [None] * len(numbers)
                for number, each in zip(numbers, lists, strict=True):
                    values[number] = each
            elif not found:
                for (other, _), number in places.items():
                    if other[: len(path)] == path:
                        values[number] = None
        return values

    async def read_many(
        self, statement: Callable[..., Any], keys: Sequence[Any], *args: Any, **kwargs: Any
    ) -> Sequence[Any]:
        asked = (args, tuple(kwargs.items()))
        known = self.memory.answers[statement, self.sight, asked]
        unknown = [key for key in dict.fromkeys(keys) if key not in known]
        if unknown:
            try:
                found = await Context.read_many(self, statement, unknown, *args, **kwargs)
            except Exception as error:  # noqa: BLE001 it is the answer
                found = [error] * len(unknown)
            known.update(zip(unknown, found, strict=True))
        else:
            await asyncio.sleep(0)
        name = NAMES.get(getattr(statement, "__self__", statement), statement.__qualname__)
        answers = []
        for key in keys:
            answer = known[key]
            if isinstance(answer, Exception):
                raise answer.with_traceback(None)
            answers.append(self.memory.faults.spoil(name, asked, key, answer))
        return answers


def _want_the_keys(wants: Wants) -> None:
    """Want the keys of what is brought along as well: faults hang on them."""
    for path, _ in wants.values:
        for place, link in enumerate(path):
            for each in link.by:
                wants.at(path[:place], each)
            if link.wants is None:
                wants.at(path[: place + 1], PRESENT)
            else:
                _want_the_keys(link.wants)
                for number in range(len(link.wants.values)):
                    wants.at(path[: place + 1], number)


async def _some_turns() -> None:
    """Take as long as others need to fail meanwhile."""
    for _ in range(12):
        await asyncio.sleep(0)


@dataclass
class Scene:
    """Everybody, and what there is to ask for."""

    world: World
    memory: Memory
    pool: Pool
    viewers: Mapping[str, Viewer | None]

    @classmethod
    async def set(cls, world: World) -> "Scene":
        """Let everything happen once, and look around."""
        await lived_in(world)
        viewers = {name: viewer_of(world, name) for name in VIEWERS}
        asking = Context(world.engine, world.support, Still(), sandbox=True, hub=world.hub)
        memory = Memory(await asking.at(), await asking.look())
        scene = cls(world, memory, Pool({}, {}, {}), viewers)
        scene.pool = await scene._look_around()
        return scene

    def context(self, viewer: Viewer | None, last_event_id: str | None = None, /) -> Remembering:
        """Give a fresh context; what was remembered of the domain's answers would not meet any fault."""
        world = self.world
        if self.memory.faults != Faults():
            reader_of(world.engine).kept.clear()
        return Remembering(world.engine, viewer, Still(), True, world.hub, last_event_id, memory=self.memory)

    async def _look_around(self) -> Pool:
        seen = _Seen()
        for viewer in (self.world.support, self.world.seller, self.world.buyer, self.world.stranger):
            data = await self.world.run(f"{{ viewer {all_of('Viewer', depth=2)} }}", viewer)
            seen.read("Query", data)
        queue = all_of("SupportRequestConnection", depth=2)
        roots = ["refunds", "carrierClaims", "returnsAwaitingLabel"]
        asked = " ".join(f"{root} {{ edges {{ cursor node {{ id }} }} }}" for root in roots)
        seen.read("Query", await self.world.run(f"{{ supportQueue {queue} {asked} }}", self.world.support))
        for kind in ("Order", "Thread", "SupportRequest"):
            for id_ in list(seen.ids[kind]):
                found = await self.world.run(
                    f"query($id: ID!) {{ node(id: $id) {{ ... on {kind} {all_of(kind, depth=1)} }} }}",
                    self.world.support,
                    id=id_,
                )
                seen.read(kind, found["node"])
        words = {
            "username": ("ann", "bob", "stan", "sam", "nobody"),
            "number": tuple(seen.words["number"]),
            "externalId": ("order-1", "order-2", "order-3", "nothing"),
            "version": tuple(seen.words["version"]),
        }
        return Pool(
            {kind: tuple(each) for kind, each in sorted(seen.ids.items())},
            {place: tuple(each) for place, each in seen.cursors.items()},
            words,
        )


class _Seen:
    """What an answer shows: ids, cursors, numbers, in the order they are met."""

    def __init__(self) -> None:
        self.ids: dict[str, dict[str, None]] = defaultdict(dict)
        self.cursors: dict[str, dict[str, None]] = defaultdict(dict)
        self.words: dict[str, dict[str, None]] = defaultdict(dict)

    def read(self, type_name: str, data: Any, place: str = "") -> None:
        """Look at an answer of this type, which was found at this place."""
        kind = graph._schema.get_type(type_name)
        for row in data if isinstance(data, list) else [data]:
            if isinstance(row, dict):
                self._row(kind, row, place)

    def _row(self, kind: GraphQLNamedType | None, row: dict[str, Any], place: str) -> None:
        for name, value in row.items():
            if name == "id" and isinstance(value, str):
                self._id(value)
            elif name == "cursor" and place:
                self.cursors[place][value] = None
            elif name in WORDS and isinstance(value, str):
                self.words[WORDS[name]][value] = None
            elif is_object_type(kind) and name in kind.fields:
                inner = get_named_type(kind.fields[name].type).name
                is_page = name in ("edges", "nodes", "pageInfo")
                self.read(inner, value, place if is_page else f"{kind.name}.{name}")

    def _id(self, text: str) -> None:
        try:
            self.ids[ids.decode(text).kind][text] = None
        except BadId as error:
            raise AssertionError(text) from error
