"""Random values of input types: mostly sensible ones, of a world that is lived in.

Decides how a value is written: as a literal, as a variable, as a variable within a literal; and whether that
variable is given, left out, null or has a default.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
)

ABSENT: Final = object()
WORDS: Final = ("card", "bob", "ann", '"card 1" or sorry', "nothing at all", "ü 🂡")
INSTANTS: Final = ("2026-03-01T12:00:00Z", "2031-01-01T00:00:00.5+02:00", "1999-12-31T23:59:59Z")
OWNERS: Final = {
    "requestId": "SupportRequest",
    "orderId": "Order",
    "threadId": "Thread",
    "sellerId": "User",
    "buyerId": "User",
}
BAD: Final[Mapping[str, Sequence[Any]]] = {
    "ID": ("nonsense", "", "VXNlcjow", "VXNlcjoxOjI", "ü"),
    "String": ("", "nonsense", "R0-0", "R1-99999999999", "Z2FyYmFnZTox"),
    "Int": (-1, 0, 101, 13, 10_000),
    "Decimal": ("-1.00", "0.001", "99999999999.99"),
    "Cursor": ("nonsense",),
}


@dataclass(frozen=True)
class Pool:
    """What exists: ids by type, cursors by the list that gave them (`Viewer.inbox`), words by argument."""

    ids: Mapping[str, Sequence[str]]
    cursors: Mapping[str, Sequence[str]]
    words: Mapping[str, Sequence[str]]


class Word(str):
    """The name of a member of an enumeration."""

    __slots__ = ()


@dataclass(frozen=True)
class Reference:
    """A variable where a value may stand."""

    name: str


@dataclass(frozen=True)
class Variable:
    """A variable of an operation: its definition, what is sent for it, and where it may stand."""

    definition: str
    given: Any
    place: str


def written(value: Any) -> str:
    """Write a value as a document does."""
    match value:
        case Reference(name):
            return f"${name}"
        case Word():
            return str(value)
        case dict():
            return "{" + ", ".join(f"{name}: {written(each)}" for name, each in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(written, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


@dataclass
class Values:
    """The values of one document, and its variables."""

    random: Random
    pool: Pool
    is_mistaken: bool
    variables: dict[str, Variable] = field(default_factory=dict)

    def chance(self, share: float) -> bool:
        """Draw a lot that wins in this share of cases."""
        return self.random.random() < share

    def definitions(self) -> str:
        """How the operation declares its variables."""
        declared = ", ".join(f"${name}: {each.definition}" for name, each in self.variables.items())
        return f"({declared})" if declared else ""

    def given(self) -> dict[str, Any]:
        """The variables as a client sends them, now and then with a text that nobody can look for."""
        given = {name: each.given for name, each in self.variables.items() if each.given is not ABSENT}
        for name, value in given.items():
            if self.is_mistaken and isinstance(value, str) and self.chance(0.2):
                given[name] = f"{value}\0"
        return given

    def condition(self) -> str:
        """A value for the `if` of `@skip` and `@include`."""
        if self.chance(0.5):
            return written(self.chance(0.5))
        return written(self._variable(GraphQLNonNull(GraphQLBoolean), "if", "Boolean"))

    def value(
        self, kind: Any, place: str, about: str, *, has_default: bool = False, pinned: Any = ABSENT
    ) -> str:
        """Write a value of this type for an argument of a field about another; a pinned one is chosen."""
        if self.chance(0.3):
            return written(self._variable(kind, place, about, pinned, has_default=has_default))
        return written(self._any(kind, place, about, is_plain=False) if pinned is ABSENT else pinned)

    def plain(self, kind: Any, place: str) -> Any:
        """Give a value of this type that holds no variables, and is not null."""
        return self._present(_bare(kind), place, "User", is_plain=True)

    def _any(self, kind: Any, place: str, about: str, *, is_plain: bool) -> Any:
        """Give a value; a plain one holds no variables."""
        if not is_plain and self.chance(0.05):
            return self._variable(kind, place, about)
        if isinstance(kind, GraphQLNonNull):
            return self._present(kind.of_type, place, about, is_plain=is_plain)
        return None if self.chance(0.05) else self._present(kind, place, about, is_plain=is_plain)

    def _present(self, kind: Any, place: str, about: str, *, is_plain: bool) -> Any:
        if isinstance(kind, GraphQLList):
            if self.chance(0.1):  # one is taken for a list of one
                return self._present(_bare(kind.of_type), place, about, is_plain=True)
            size = self.random.choice([0, 1, 3, 8, 8])
            return [self._any(kind.of_type, place, about, is_plain=is_plain) for _ in range(size)]
        if isinstance(kind, GraphQLInputObjectType):
            return {
                name: self._any(each.type, f"{place}.{name}", about, is_plain=is_plain)
                for name, each in kind.fields.items()
                if self.chance(0.3) or isinstance(each.type, GraphQLNonNull)
            }
        if isinstance(kind, GraphQLEnumType):
            return Word("USD" if "USD" in kind.values else self.random.choice(list(kind.values)))
        return self._scalar(kind.name, place, about)

    def _scalar(self, name: str, place: str, about: str) -> Any:
        if self.is_mistaken and name in BAD and self.chance(0.3):
            return self.random.choice(BAD[name])
        owner, _, argument = place.rpartition(".")
        match name:
            case "ID":
                kind, ids = OWNERS.get(argument, about), self.pool.ids
                known = kind if kind in ids and self.chance(0.85) else self.random.choice(list(ids))
                choices: Sequence[Any] = ids[known]
            case "Int":
                choices = {"year": (2026, 2031), "month": range(1, 13)}.get(argument, (3,))
            case "Boolean":
                choices = (True, False)
            case "DateTime":
                choices = INSTANTS
            case "URL":
                choices = ("https://example.com/a?b=c",)
            case "Decimal":
                choices = ("5.00", "12.34", "7")
            case "String" if argument in ("after", "before"):
                choices = self.pool.cursors[owner]
            case _:
                choices = self.pool.words.get(argument, WORDS)
        return self.random.choice(choices)

    def _variable(
        self, kind: Any, place: str, about: str, pinned: Any = ABSENT, *, has_default: bool = False
    ) -> Reference:
        """Refer to a variable that may stand at a place of this type: a known one, or one of its own."""
        alike = f"{kind} {place} {has_default}"
        known = [name for name, each in self.variables.items() if each.place == alike]
        if known and pinned is ABSENT and self.chance(0.5):
            return Reference(self.random.choice(known))

        def plain(of: Any) -> Any:
            return self._any(of, place, about, is_plain=True) if pinned is ABSENT else pinned

        definition, given = self._declared(kind, plain, has_default=has_default, is_free=pinned is ABSENT)
        name = self.random.choice(["v", "first", "id", "_", "Query"]) + str(len(self.variables) + 1)
        self.variables[name] = Variable(definition, given, alike)
        return Reference(name)

    def _declared(self, kind: Any, plain: Any, *, has_default: bool, is_free: bool) -> tuple[str, Any]:
        """Give a definition that fits the place, and what is sent; one that is not free is not left out."""
        bare, is_needed = _bare(kind), isinstance(kind, GraphQLNonNull)
        needed = GraphQLNonNull(bare)
        may_be_null = not is_needed or self.is_mistaken
        if self.chance(0.4):
            return str(needed), _sent(plain(needed))
        if self.chance(0.5):
            default = written(plain(needed))
            chosen = self.random.choice([bare, needed])
            sent = _sent(plain(needed)) if self.chance(0.5) else ABSENT
            if chosen is bare and is_free and may_be_null and self.chance(0.1):
                sent = None
            return f"{chosen} = {default}", sent
        if is_needed and not has_default:
            return str(needed), _sent(plain(needed))
        if not is_free:
            return str(bare), _sent(plain(needed))
        return str(bare), self.random.choice([ABSENT, None if may_be_null else ABSENT, _sent(plain(needed))])


def _bare(kind: Any) -> Any:
    return kind.of_type if isinstance(kind, GraphQLNonNull) else kind


def _sent(value: Any) -> Any:
    """A value as JSON carries it."""
    return json.loads(json.dumps(value))
