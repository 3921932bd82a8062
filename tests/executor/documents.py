"""Random documents over a whole schema: valid ones, of everything that a document may hold.

Decides what is selected. A response name means one field with one set of arguments wherever it stands in a
document: whatever stands beside whatever, it can be merged.
"""

from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, Final

from graphql import (
    GraphQLField,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLSchema,
    Undefined,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_composite_type,
    is_list_type,
    is_object_type,
    is_union_type,
)

from tests.executor.values import Pool, Values

SIZES: Final = (0, 1, 2, 3, 3, 5, 5, 5, 25, 100)
MOST_ROWS: Final = 120  # of one selection: what a page of pages may come to
LIST: Final = 3  # how long a list without pages is taken for
DEFAULT_SIZE: Final = 25
TYPENAME: Final = "__typename"
RICH: Final = ("viewer", "supportRequest", "nodes", "supportQueue", "order", "thread")  # to ask for often
PAGING: Final = frozenset({"first", "last", "after", "before"})
ONE_OF: Final = frozenset({"Query.supportRequest", "Query.order"})  # fields that take one argument of several


@dataclass(frozen=True)
class Asked:
    """An operation as a client sends it."""

    query: str
    variables: dict[str, Any]
    name: str | None
    is_mistaken: bool  # whether it may hold what a client should not have sent

    def otherwise(self) -> "Asked":
        """The same document under other conditions."""
        flipped = {name: not value for name, value in self.variables.items() if isinstance(value, bool)}
        return replace(self, variables={**self.variables, **flipped})


class Documents:
    """Makes one document after the other; the same ones from the same seed and pool."""

    def __init__(self, schema: GraphQLSchema, pool: Pool, seed: int, *, mistaken: float = 0.05) -> None:
        self._schema, self._pool, self._mistaken = schema, pool, mistaken
        self._random = Random(seed)  # noqa: S311 it guards nothing

    def query(self) -> Asked:
        """Give a query."""
        writing = self._writing()
        root = self._schema.query_type
        assert root is not None
        return writing.operation("query", writing.selection(root, writing.room))

    def subscription(self, field_name: str, likely: str) -> Asked:
        """Give a subscription that can begin, to this field, with an interest in what is likely told."""
        writing = self._writing()
        writing.values.is_mistaken = False
        writing.likely = self._schema.get_type(likely)
        root = self._schema.subscription_type
        assert root is not None
        return writing.operation("subscription", writing.only(root, field_name))

    def _writing(self) -> "_Writing":
        random = self._random
        values = Values(random, self._pool, is_mistaken=random.random() < self._mistaken)
        room = Room(random.randint(3, 7), random.choice([6, 12, 24, 40]))
        return _Writing(self._schema, random, values, room)


@dataclass(frozen=True)
class Room:
    """How much may still be written below a place: levels and fields; and how many rows there may be."""

    levels: int
    fields: int
    rows: int = 1

    def shared(self, count: int) -> "Room":
        """What each of so many may take up, if half of them take up anything."""
        return Room(self.levels, (self.fields - count) // max(1, count // 2), self.rows)

    def below(self, size: int) -> "Room":
        """What is left below a field that comes to so many objects a row."""
        return Room(self.levels - 1, self.fields - 1, self.rows * size)


@dataclass
class _Writing:
    """One document as it is written."""

    schema: GraphQLSchema
    random: Random
    values: Values
    room: Room
    likely: GraphQLNamedType | None = None
    meanings: dict[str, str] = field(default_factory=dict)  # by response name
    fragments: dict[str, tuple[GraphQLNamedType, int, str]] = field(default_factory=dict)

    def operation(self, kind: str, selection: str) -> Asked:
        """Put the parts together, in any order; now and then beside another operation."""
        name = self.random.choice(["", "It", "query"])
        definitions = self.values.definitions()
        head = f"{kind} {name}{definitions} " if definitions or name or kind != "query" else ""
        parts = [f"{head}{selection}", *(text for _, _, text in self.fragments.values())]
        if name and self.values.chance(0.2):
            parts.append("query Another { __typename }")
        self.random.shuffle(parts)
        is_named = len(parts) > 1 + len(self.fragments) or (name and self.values.chance(0.5))
        return Asked(
            "\n".join(parts),
            self.values.given(),
            name if is_named and name else None,
            self.values.is_mistaken,
        )

    def only(self, parent: Any, name: str) -> str:
        """Select one field."""
        return f"{{ {self._field(parent, name, self.room)} }}"

    def selection(self, parent: GraphQLNamedType, room: Room) -> str:
        """Select anything of a type."""
        least, most = (3, 8) if is_abstract_type(parent) else (1, min(7, 1 + len(_fields_of(parent))))
        count = min(self.random.randint(least, most), max(1, room.fields))
        composites: list[str] = []
        entries = [self._entry(parent, room.shared(count), composites) for _ in range(count)]
        return f"{{ {' '.join(filter(None, entries)) or TYPENAME} }}"

    def _entry(self, parent: Any, room: Room, composites: list[str]) -> str:
        """Select a field, or several of them by a fragment; nothing where nothing is left to select."""
        may_go_on = room.levels > 0 and room.fields > 0
        roll = self.random.random() if may_go_on else 1
        is_abstract = is_abstract_type(parent)
        if roll < (0.6 if is_abstract else 0.1):
            return self._inline(parent, room)
        if roll < (0.8 if is_abstract else 0.2):
            return self._spread(parent, room)
        if roll < 0.25 or is_union_type(parent):
            return self._named(TYPENAME, TYPENAME, "String!") + self._directives()
        if roll < 0.32 and composites:
            return self._field(parent, self.random.choice(composites), room)
        deep = [name for name, each in parent.fields.items() if is_composite_type(get_named_type(each.type))]
        flat = [name for name in parent.fields if name not in deep]
        if parent is self.schema.query_type and roll < 0.8:
            deep, flat = list(RICH), []
        choices = (deep if roll < 0.6 and deep else [*deep, *flat]) if may_go_on else flat
        if not choices:
            return ""
        name = self.random.choice(choices)
        if name in deep:
            composites.append(name)
        return self._field(parent, name, room)

    def _field(self, parent: Any, name: str, room: Room) -> str:
        definition: GraphQLField = parent.fields[name]
        inner = get_named_type(definition.type)
        size, arguments = self._arguments(parent.name, name, definition, room.rows)
        text = self._named(name, f"{name}{arguments}", str(definition.type), arguments)
        if parent is not self.schema.subscription_type:
            text += self._directives()
        if not is_composite_type(inner):
            return text
        return f"{text} {self.selection(inner, room.below(size))}"

    def _named(self, name: str, meaning: str, kind: str, arguments: str = "") -> str:
        """Write a field under a response name that is free or has this very meaning."""
        meaning = f"{meaning}: {kind}"
        names = (
            [name] * 6 + ["a", "b", "node", "id", "None", "rows"]
            if not name.startswith("__")
            else [name, "t"]
        )
        same = [each for each, known in self.meanings.items() if known == meaning]
        wanted = self.random.choice(same if same and self.values.chance(0.3) else names)
        number = 0
        while self.meanings.setdefault(wanted if not number else f"{wanted}{number}", meaning) != meaning:
            number += 1
        response = wanted if not number else f"{wanted}{number}"
        return f"{name}{arguments}" if response == name else f"{response}: {name}{arguments}"

    def _arguments(self, parent: str, name: str, definition: GraphQLField, rows: int) -> tuple[int, str]:
        """Give how many objects a field may come to for each row, and its arguments as they are written."""
        place, about = f"{parent}.{name}", get_named_type(definition.type).name
        values = self.values
        chosen: dict[str, str] = {}
        size = 1
        if "first" in definition.args:
            size, chosen = self._page(place, definition, rows)
        elif is_list_type(get_nullable_type(definition.type)):
            size = 1 if name in ("nodes", "edges") and not definition.args else LIST
        others = [argument for argument in definition.args if argument not in PAGING]
        if place in ONE_OF and not values.is_mistaken:
            others = [self.random.choice(others)]
        for argument in others:
            each = definition.args[argument]
            has_default = each.default_value is not Undefined
            kind: Any = each.type
            if place in ONE_OF and not values.is_mistaken:
                kind = GraphQLNonNull(kind)
            is_required = isinstance(kind, GraphQLNonNull) and not has_default
            if is_required or values.chance(0.2 if argument == "filter" else 0.5):
                chosen[argument] = values.value(kind, f"{place}.{argument}", about, has_default=has_default)
        written = list(chosen.items())
        self.random.shuffle(written)
        return size, f"({', '.join(f'{name}: {value}' for name, value in written)})" if written else ""

    def _page(self, place: str, definition: GraphQLField, rows: int) -> tuple[int, dict[str, str]]:
        fitting = [size for size in SIZES if rows * size <= MOST_ROWS]
        size = self.random.choice(fitting)
        values = self.values
        if rows * DEFAULT_SIZE <= MOST_ROWS and values.chance(0.2):
            return DEFAULT_SIZE, {}
        way, bound = self.random.choice([("first", "after"), ("last", "before")])
        chosen = {way: values.value(definition.args[way].type, f"{place}.{way}", "", pinned=size)}
        if place in values.pool.cursors and values.chance(0.3):
            chosen[bound] = values.value(definition.args[bound].type, f"{place}.{bound}", "")
        if values.is_mistaken and values.chance(0.3):
            chosen.setdefault("last", "101")
        return size, chosen

    def _inline(self, parent: GraphQLNamedType, room: Room) -> str:
        kind = self._kind(parent)
        condition = "" if kind is parent and self.values.chance(0.5) else f" on {kind.name}"
        return f"...{condition}{self._directives()} {self.selection(kind, room)}"

    def _spread(self, parent: GraphQLNamedType, room: Room) -> str:
        """Spread a fragment that was written before for as many rows or more, or a new one."""
        kinds = self._overlapping(parent)
        known = [
            name for name, (kind, rows, _) in self.fragments.items() if kind in kinds and rows >= room.rows
        ]
        if known and self.values.chance(0.5):
            return f"...{self.random.choice(known)}{self._directives()}"
        kind = self._kind(parent)
        text = self.selection(kind, room)
        name = f"{self.random.choice(['F', 'on_', kind.name])}{len(self.fragments)}"
        self.fragments[name] = (kind, room.rows, f"fragment {name} on {kind.name} {text}")
        return f"...{name}{self._directives()}"

    def _kind(self, parent: GraphQLNamedType) -> GraphQLNamedType:
        """The type of a fragment."""
        is_likely = is_abstract_type(parent) and self.likely in self._possible(parent)
        if self.likely and is_likely and self.values.chance(0.5):
            return self.likely
        return self.random.choice(self._overlapping(parent))

    def _overlapping(self, parent: GraphQLNamedType) -> list[GraphQLNamedType]:
        """The types a value of this type can be of as well: those it is for certain, more than once."""
        possible = self._possible(parent)
        kinds = [
            each
            for each in self.schema.type_map.values()
            if any(kind in possible for kind in self._possible(each))
        ]
        return [*kinds, *possible, *([parent] * len(kinds) if len(possible) == 1 else [])]

    def _possible(self, kind: Any) -> list[Any]:
        if is_abstract_type(kind):
            return list(self.schema.get_possible_types(kind))
        return [kind] if is_object_type(kind) else []

    def _directives(self) -> str:
        if not self.values.chance(0.12):
            return ""
        names = self.random.sample(["skip", "include"], self.random.choice([1, 1, 1, 2]))
        return "".join(f" @{name}(if: {self.values.condition()})" for name in names)


def _fields_of(kind: Any) -> dict[str, GraphQLField]:
    """The fields of a type; a union has none."""
    fields: dict[str, GraphQLField] = getattr(kind, "fields", {})
    return fields
