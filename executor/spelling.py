"""How code finds what it starts from, and what there is of it already: places, links, keys and conditions.

Decides what is brought along in a record. Nothing here is compiled yet.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from graphql import (
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    get_named_type,
    is_object_type,
)

from executor.code import Build, Writer
from executor.fields import Along, Compute, Embed, How, Read, Resolve
from executor.outcomes import Bailed
from executor.places import Embedded, InRecord, OnObject, Place
from executor.wants import Link, Wants

ROW: Final = "row"

PlaceOf = Callable[[Writer, GraphQLObjectType], Place]
"""Gives the place of a row named `row` of one type, for code that is written by this writer."""


def unwrapped(kind: GraphQLOutputType) -> tuple[bool, Any]:
    """Say whether a value may be null, and of what type it is otherwise."""
    if isinstance(kind, GraphQLNonNull):
        return False, kind.of_type
    return True, kind


def of_object(scope: Wants | None = None) -> PlaceOf:
    """Take rows to be objects."""
    return lambda _writer, _kind: OnObject(ROW, scope)


def of_records(wants: Wants) -> PlaceOf:
    """Take rows to be records of these wants."""
    return lambda writer, _kind: InRecord(writer, ROW, wants, wants.source)


def of_brought(brought: InRecord) -> PlaceOf:
    """Take rows to be in the records that brought them along."""
    return lambda writer, _kind: InRecord(writer, ROW, brought.wants, brought.source, brought.path)


def of_nested(place: Place) -> Callable[[Writer, str], Place]:
    """Take rows to be objects that another holds."""
    return lambda _writer, variable: OnObject(variable, place.scope)


def already_there(place: Place, how: How) -> InRecord | Embedded | None:
    """Give the place of an object whose attributes are there already, if they are."""
    if isinstance(place, InRecord):
        if (
            isinstance(how, Resolve)
            and how.is_link
            and not isinstance(how.source, Mapping | None)
            and place.source.direct.issuperset(how.over)
        ):
            return place.linked(Link(how.source, how.over))
        if isinstance(how, Embed):
            return Embedded(place, how.attribute, how.parts, how.present)
    return None


def listed_rows(place: Place, definition: GraphQLField, how: How) -> tuple[InRecord, Link] | None:
    """Give the way to rows that can be brought along as lists of their values."""
    if not isinstance(place, InRecord) or not isinstance(how, Resolve) or definition.args:
        return None
    source = how.source
    if source is None or isinstance(source, Mapping) or how.is_holder or how.keyed is None:
        return None
    kind = definition.type.of_type if isinstance(definition.type, GraphQLNonNull) else definition.type
    is_there = place.source.direct.issuperset(how.over)
    if not is_there or not isinstance(kind, GraphQLList) or not is_object_type(get_named_type(kind)):
        return None
    return place, Link(source, how.over, Wants(source))


def lists_of(place: InRecord, how: Resolve, wants: Wants, along: Along) -> tuple[str, Sequence[int]]:
    """Spell a key, and the lists of the rows that come along; say which are what they are in order by."""
    path = (*place.path, Link(wants.source, how.over, wants, along.most))
    wanted = {attribute: at for at, (of, attribute) in enumerate(wants.values) if of == ()}
    names: list[str | int] = list(range(len(wants.values)))
    places = []
    for attribute, name in along.order:
        if attribute in wanted:
            places.append(wanted[attribute])
        else:
            places.append(len(names))
            names.append(name)
    lists = [f"{place.variable}[{place.wants.at(path, name)}]" for name in names]
    return f"({key_of(place, how.over)}, ({', '.join(lists)},))", places


def can_be_listed(wants: Wants) -> bool:
    """Whether every value of rows may come in a list of them: lists of lists do not."""
    return all(
        isinstance(attribute, str) and attribute not in (path[-1].source if path else wants.source).lists
        for path, attribute in wants.values
    )


def is_present(place: InRecord | Embedded) -> str:
    """Spell the condition that an object is there."""
    if isinstance(place, InRecord):
        return place.present()
    return f"{place.around.read(place.unless_null)} is not None"


def spelled(writer: Writer, place: Place, how: How) -> str | None:
    """Spell the value of a field; None for one that is resolved."""
    match how:
        case Read(attribute) | Embed(attribute):
            return place.read(attribute)
        case Compute(function, None):
            return f"{writer.name(function)}({place.row()})"
        case Compute(function, over):
            return f"{writer.name(function)}({', '.join(map(place.read, over or ()))})"
        case Resolve():
            return None


def key_of(place: Place, over: Sequence[str]) -> str:
    """Spell a key: a tuple, or the value where there is one."""
    values = [place.read(each) for each in over]
    return values[0] if len(values) == 1 else f"({', '.join(values)})"


def made_of(place: Place) -> tuple[str, str] | None:
    """Name the row that a place made something ask for, and spell what makes it."""
    making = place.making() if isinstance(place, InRecord) else None
    return None if making is None else (place.row(), making)


def start_of(writer: Writer, value: str, place: Place) -> Build:
    """Give what takes a value of each row."""
    take, _ = writer.function(ROW, value, made=made_of(place))
    return take


def unless_null(writer: Writer, value: str, it: str, made: str, *, nullable: bool) -> str:
    """Spell what is made of a value, and what a null becomes."""
    otherwise = "None" if nullable else f"{writer.name(demand)}()"
    return f"({made} if ({it} := {value}) is not None else {otherwise})"


def demand() -> Any:
    """What must not be null is."""
    raise Bailed("null")
