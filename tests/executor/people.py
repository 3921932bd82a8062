"""People and their dogs: a type, an interface and a union, with every way of finding a field."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace as Row
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLInt,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLString,
    GraphQLUnionType,
)

from tests.executor.small import Small, computed, found, read, resolved


def nested(kind: Any, marks: str) -> Any:
    """Wrap a type from the inside out: `[` makes a list of it, `!` demands it."""
    for mark in marks:
        kind = GraphQLList(kind) if mark == "[" else GraphQLNonNull(kind)
    return kind


@dataclass
class Person:
    name: str | None
    friends: Sequence["Person | None"] | None = ()


@dataclass
class Dog:
    name: str
    barks: int = 0
    owner: Person | None = None


@dataclass
class Asked:
    """How often each question was put."""

    times: Counter[str] = field(default_factory=Counter)


async def _friends(context: Asked, person: Person, first: int = 100) -> Any:
    context.times["friends"] += 1
    await asyncio.sleep(0)
    return None if person.friends is None else person.friends[:first]


async def _shout(context: Asked, names: Sequence[str], **_: object) -> Sequence[str]:
    context.times["shout"] += 1
    return [name.upper() for name in names]


def _sometimes_later(_: object, person: Person) -> Any:
    return person.name if person.name != "Later" else _later("later")


async def _later(value: str) -> str:
    await asyncio.sleep(0)
    return value


def _fragile(_: object, person: Person) -> Any:
    if person.name == "Bob":
        raise LookupError("Bob is fragile.")
    return _later("fine")


class People(Small):
    """Both executors over them."""

    def __init__(self) -> None:
        being = GraphQLInterfaceType("Being", {"name": read(GraphQLString, "name")})
        number = GraphQLArgument(GraphQLInt, default_value=100)
        person: GraphQLObjectType = GraphQLObjectType(
            "Person",
            lambda: {
                "name": read(GraphQLString, "name"),
                "called": read(GraphQLNonNull(GraphQLString), "name"),
                "shout": resolved(
                    GraphQLString,
                    lambda _, row, **__: row.name.upper(),
                    _shout,
                    very=GraphQLArgument(GraphQLInt),
                ),
                "slow": resolved(GraphQLString, _sometimes_later),
                "fragile": resolved(GraphQLString, _fragile),
                "friends": resolved(nested(person, "["), _friends, first=number),
                "company": read(nested(person, "["), "friends"),
                "closed": read(nested(person, "![!"), "friends"),
                "secret": found(GraphQLString, None),
            },
            interfaces=[being],
            is_type_of=lambda row, _: isinstance(row, Person),
        )
        dog = GraphQLObjectType(
            "Dog",
            {
                "name": read(GraphQLString, "name"),
                "barks": computed(GraphQLInt, lambda row: row.barks + 1),
                "owner": read(person, "owner"),
            },
            interfaces=[being],
            is_type_of=lambda row, _: isinstance(row, Dog),
        )
        pet = GraphQLUnionType("Pet", [person, dog])
        super().__init__(
            {
                "person": read(person, "person"),
                "beings": read(nested(being, "["), "beings"),
                "pets": resolved(nested(pet, "["), lambda _, row: row.beings),
            },
            person,
            dog,
            context=Asked(),
        )


ANN, BOB, LATER = Person("Ann"), Person("Bob"), Person("Later")
ANN.friends = (BOB, None, LATER, BOB)
BOB.friends = (ANN, BOB)
REX = Dog("Rex", 2, ANN)
ROOT = Row(person=ANN, beings=[ANN, REX, None, BOB, REX])
