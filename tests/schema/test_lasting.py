"""Every field that can be read is said to last for so long, or never; a document lasts as its fields do."""

from collections.abc import Iterator

import pytest
from graphql import GraphQLNamedType, get_named_type, parse
from graphql.type import is_abstract_type, is_composite_type, is_object_type

from schema.graph import graph
from schema.versions import (
    ALWAYS,
    ARGUMENTS_UNTIL_DUE,
    NEVER,
    OF_FIELDS,
    UNTIL_DUE,
    WHILE_LINKED,
    WHILE_THERE,
    Lasts,
    is_page,
    lasting,
)

SCHEMA = graph._schema


def readable() -> dict[str, GraphQLNamedType]:
    """Give the object types that a query can come to."""
    found: dict[str, GraphQLNamedType] = {}
    waiting: list[GraphQLNamedType] = [SCHEMA.query_type]  # type: ignore[list-item]
    while waiting:
        kind = waiting.pop()
        if kind.name in found:
            continue
        found[kind.name] = kind
        if is_abstract_type(kind):
            waiting.extend(SCHEMA.get_possible_types(kind))
        for field in getattr(kind, "fields", {}).values():
            inner = get_named_type(field.type)
            if is_composite_type(inner):
                waiting.append(inner)
    return {name: kind for name, kind in found.items() if is_object_type(kind)}


def fields() -> Iterator[tuple[str, str]]:
    for name, kind in readable().items():
        for field in kind.fields:  # type: ignore[attr-defined]
            if not is_page(name, field):
                yield name, field


def named() -> Iterator[tuple[str, str]]:
    for table in (ALWAYS, UNTIL_DUE, WHILE_LINKED, WHILE_THERE):
        yield from ((name, field) for name, fields in table.items() for field in fields.split())
    yield from ((name, field) for name, (fields, _) in NEVER.items() for field in fields.split())


def test_every_field_that_can_be_read_is_named_once() -> None:
    assert sorted(named()) == sorted(fields())


def test_arguments_that_hang_on_the_time_are_there() -> None:
    for name, field, argument in ARGUMENTS_UNTIL_DUE:
        kind = SCHEMA.get_type(name)
        assert argument in kind.fields[field].args  # type: ignore[union-attr]


@pytest.mark.parametrize("field", ["eligibility", "cancellationEligibility"])
def test_what_hangs_on_others_is_never_kept_for(field: str) -> None:
    assert ("Order", field) not in OF_FIELDS


def _of(document: str) -> tuple[set[Lasts], str | None]:
    verdict = lasting(SCHEMA, parse(document))
    return set(verdict.lasts), verdict.never


def test_a_document_lasts_as_its_fields_do_wherever_they_are() -> None:
    always = {Lasts.ALWAYS}
    assert _of("{ viewer { inbox { nodes { subject } totalCount } } }") == (always, None)
    assert _of("{ viewer { inbox { nodes { request { overdue } } } } }") == (
        always | {Lasts.UNTIL_DUE},
        None,
    )
    assert _of("{ node(id: 1) { id } }") == (always | {Lasts.WHILE_THERE}, None)
    words = "{ nodes { lastMessage { attachments { url } } } }"
    assert _of(f"{{ viewer {{ ...own }} }} fragment own on Viewer {{ inbox {words} }}") == (
        always | {Lasts.WHILE_LINKED},
        None,
    )
    assert _of("{ viewer { inbox(filter: {overdue: true}) { totalCount } } }") == (
        always | {Lasts.UNTIL_DUE},
        None,
    )


@pytest.mark.parametrize(
    ("document", "never"),
    [
        ('{ user(username: "ann") { supportRating { band } } }', "User.supportRating"),
        ("{ node(id: 1) { ... on Order { eligibility(reason: OTHER) { eligible } } } }", "Order.eligibility"),
        ("{ testClock { now } }", "Query.testClock"),
        ("{ __schema { types { name } } }", "__schema"),
        ("{ viewer { nothing } }", "nothing"),
        ("mutation { joinWaitlist(input: {}) { seller { enrollment { status } } } }", "joinWaitlist"),
        ("subscription { inboxEvents { ... on Ready { cursor } } }", "inboxEvents"),
    ],
)
def test_one_field_is_enough_to_keep_nothing(document: str, never: str) -> None:
    found = _of(document)[1]
    assert found is not None
    assert found.endswith(never)
