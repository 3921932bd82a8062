"""What the specification asks of an executor, asked of plans: each case is answered as plainly, or left."""

import asyncio
from collections.abc import Sequence
from types import SimpleNamespace as Row
from typing import Any

import pytest
from graphql import (
    GraphQLList,
    GraphQLObjectType,
    GraphQLString,
    parse,
)

from executor.lists import Lasting
from executor.outcomes import Unsupported
from executor.plans import LONGEST, MOST_PLANS
from tests.executor.people import BOB, LATER, ROOT, Asked, People, Person, nested
from tests.executor.small import PLANNED, Small, computed, read, resolved


@pytest.fixture
def people() -> People:
    return People()


PLANS = {
    "aliases": "{ a: person { b: name __typename: name } person { name } }",
    "a field asked twice is merged": "{ person { friends { name } friends { slow } } person { called } }",
    "order is of the first mention": "{ person { slow name slow } ... { person { called name } } }",
    "a response may be called anything": "{ person { __class__: name rows: called build: slow None: name } }",
    "types say their names": "{ __typename person { __typename friends { __typename } } }",
    "fragments on the type": "{ person { ...F } } fragment F on Person { name friends { ...G } }"
    " fragment G on Person { slow ... { called } }",
    "fragments on the interface": "{ person { ... on Being { name } } beings { ...B ... on Dog { barks } } }"
    " fragment B on Being { name __typename ... on Person { slow } }",
    "a union's members": "{ pets { __typename ... on Person { slow } ... on Dog { barks owner { slow } } } }",
    "a union through an interface": "{ pets { ... on Being { name } ... on Dog { name barks } } }",
    "an interface asked for nothing of a type": "{ beings { ... on Dog { barks } } }",
    "skip and include": "{ person { name @skip(if: true) called @include(if: true) slow @skip(if: false)"
    " ... @include(if: false) { friends { name } } } }",
    "skip goes before include": "{ person { name @include(if: true) @skip(if: true) called } }",
    "nothing is left": "{ person { name @skip(if: true) } }",
    "defaults": "{ person { friends { name } } }",
    "arguments": "{ person { friends(first: 1) { name } all: friends { slow } } }",
    "rows that parents share": "{ beings { ... on Person { friends { friends { friends { slow } } } } } }",
    "plain objects below plain objects": "{ person { company { company { company { called } } } } }",
    "awaited for some rows only": "{ beings { ... on Person { slow friends { slow } } } }",
}


@pytest.mark.parametrize("query", PLANS.values(), ids=PLANS)
async def test_this_has_a_plan_that_says_the_same(people: People, query: str) -> None:
    assert (await people.ask(query, ROOT)).planned == PLANNED


TWICE = " fragment F{} on Person {{ a: friends {{ ...F{} }} b: friends {{ ...F{} }} }}"
UNFOLDING = "{ person { ...F0 } }" + "".join(TWICE.format(n, n + 1, n + 1) for n in range(15))
UNFOLDING += " fragment F15 on Person { name }"


async def test_variables_are_given_or_left_out_or_null(people: People) -> None:
    query = "query ($n: Int) { person { friends(first: $n) { name } } }"
    for given in ({}, {"n": 1}, {"n": 0}):
        assert (await people.ask(query, ROOT, **given)).planned == PLANNED
    query = "query ($n: Int = 2) { person { friends(first: $n) { name } } }"
    answer = await people.ask(query, ROOT)
    assert len(answer.data["person"]["friends"]) == 2
    assert answer.planned == PLANNED


async def test_a_condition_by_variable_is_a_plan_of_its_own(people: People) -> None:
    query = (
        "query ($a: Boolean!, $b: Boolean! = true) { person { name @skip(if: $a) called @include(if: $b) } }"
    )
    for given in ({"a": True}, {"a": False}, {"a": False, "b": False}, {"a": True, "b": False}, {"a": True}):
        assert (await people.ask(query, ROOT, **given)).planned == PLANNED
    assert len(people.plans._kept) == 4


async def test_variables_that_are_wrong_are_left_to_the_plain_executor(people: People) -> None:
    answer = await people.ask("query ($n: Int!) { person { friends(first: $n) { name } } }", ROOT, n="many")
    assert answer.planned == "bad_variables"


@pytest.mark.parametrize("marks", ["", "!", "[", "![", "[!", "![!", "[[", "![![!", "[![", "[[!", "![[[!"])
@pytest.mark.parametrize("is_resolved", [False, True], ids=["straight", "resolved"])
async def test_null_goes_as_far_up_as_it_must(marks: str, is_resolved: bool) -> None:
    depth = marks.count("[")
    values: list[Any] = [None]
    for value in ("text", None):
        wrapped: Any = value
        for _ in range(depth):
            wrapped = [wrapped, wrapped]
        values.append(wrapped)
    if depth:
        values += [[], (), "text", b"text", {"a": 1}, 1, [None], ["text", None], {"text"}, iter(["text"])]
        values += [
            [[]],
            [["text"], None],
            [["text", None]],
            (("text",), ()),
            [[["text"]], [[]], [None], None],
        ]
    person = GraphQLObjectType(
        "Row", {"leaf": read(nested(GraphQLString, marks), "value"), "name": read(GraphQLString, "name")}
    )
    leaf = nested(GraphQLString, marks)
    rows = nested(person, marks)
    small = Small(
        {
            "leaf": resolved(leaf, lambda _, row: _fresh(row.value))
            if is_resolved
            else computed(leaf, lambda row: _fresh(row.value)),
            "rows": resolved(rows, lambda _, row: _rows(row.value))
            if is_resolved
            else computed(rows, lambda row: _rows(row.value)),
        }
    )
    planned = 0
    for value in values:
        for query in ("{ leaf }", "{ rows { name } }", "{ rows { name leaf } }"):
            answer = await small.ask(query, Row(value=value))
            planned += answer.planned == PLANNED
            assert answer.planned == PLANNED or answer.plain.errors
    assert planned > 0


def _fresh(value: Any) -> Any:
    """What can be walked only once is made anew for each executor."""
    return (each for each in ("text", None)) if hasattr(value, "__next__") else value


def _rows(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return type(value)(_rows(each) for each in value)
    return Row(name="row", value=["x"]) if value == "text" else _fresh(value)


async def test_an_error_is_left_to_the_plain_executor_with_its_path(people: People) -> None:
    answer = await people.ask("{ person { friends { fragile name } slow } }", ROOT)
    assert answer.planned == "LookupError"
    assert [error.path for error in answer.plain.errors or ()] == [
        ["person", "friends", 0, "fragile"],
        ["person", "friends", 3, "fragile"],
    ]


async def test_null_where_there_must_be_none_is_left(people: People) -> None:
    nameless = Row(person=Person(None, (Person(None),)), beings=[])
    for query in (
        "{ person { called } }",
        "{ person { friends { called } } }",
        "{ person { closed { name } } }",
    ):
        answer = await people.ask(query, nameless)
        assert answer.planned == (PLANNED if "closed" in query else "null"), query


async def test_a_row_of_no_known_type_is_left(people: People) -> None:
    answer = await people.ask("{ beings { name } }", Row(beings=[Row(name="nobody")]))
    assert answer.planned == "unknown_runtime_type"


async def test_many_rows_are_asked_about_once_and_each_of_shared_rows_once(people: People) -> None:
    query = "{ beings { ... on Person { shout } } person { friends { friends { shout } } } }"
    assert (await people.ask(query, ROOT)).planned == PLANNED
    assert people.context.times["shout"] == 2
    plan = Asked()
    await people.plans.prepared(people.document(query), {}, None).run(plan, ROOT)
    assert plan.times == {"shout": 2, "friends": 1 + len([BOB, LATER])}


async def test_many_answers_must_be_as_many_as_rows() -> None:
    async def too_few(_: object, names: Sequence[str]) -> Sequence[str]:
        return ["one"] * (len(names) - 1)

    one = GraphQLObjectType("One", {"it": resolved(GraphQLString, lambda _, __: "one", too_few)})
    small = Small({"all": computed(GraphQLList(one), lambda _: [Row(name="a"), Row(name="b")])})
    with pytest.raises(ValueError, match="zip"):
        await small.plans.prepared(small.document("{ all { it } }"), {}, None).run(None)


async def test_a_lasting_list_is_made_once_for_each_plan_that_asks_for_it() -> None:
    seen: list[str] = []

    def name(row: Any) -> str:
        seen.append(row.name)
        return str(row.name)

    one = GraphQLObjectType(
        "One", {"name": computed(GraphQLString, name), "same": read(GraphQLString, "name")}
    )
    lasting = Lasting([Row(name="a"), Row(name="b")])
    small = Small({"all": resolved(GraphQLList(one), lambda _, __: lasting)})
    answer = await small.ask("{ all { name } }")
    assert (answer.planned, answer.data["all"]) == (PLANNED, [{"name": "a"}, {"name": "b"}])
    seen.clear()
    again = await small.plans.prepared(small.document("{ all { name } }"), {}, None).run(None)
    assert (again, seen) == (answer.data, [])
    other = await small.plans.prepared(small.document("{ all { same name } }"), {}, None).run(None)
    assert (other["all"][0], seen) == ({"same": "a", "name": "a"}, ["a", "b"])


async def test_siblings_end_when_one_of_them_fails() -> None:
    ended = asyncio.Event()

    async def fail(_: object, __: object) -> str:
        await asyncio.sleep(0)
        raise LookupError

    async def wait(_: object, __: object) -> str:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        raise AssertionError

    small = Small({"a": resolved(GraphQLString, fail), "b": resolved(GraphQLString, wait)})
    with pytest.raises(LookupError):
        await small.plans.prepared(small.document("{ a b }"), {}, None).run(None)
    assert ended.is_set()


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("{ __schema { types { name } } }", "introspection"),
        ('{ person { name } __type(name: "Dog") { name } }', "introspection"),
        ("{ person { secret } }", "undescribed_field"),
        ("mutation { person { name } }", "no_root_type"),
        ("{ ... @defer { person { name } } }", "defer"),
        ("{ person { name ... @defer { slow } } }", "defer"),
        (f"{{ person {{ {'name ' * LONGEST} }} }}", "too_long"),
        (UNFOLDING, "too_large"),
        ("{ person { name @include(if: 1) } }", "not_compiled"),
    ],
)
def test_this_has_no_plan(people: People, query: str, reason: str) -> None:
    document = parse(query)
    for _ in range(2):
        with pytest.raises(Unsupported, match=reason):
            people.plans.prepared(document, None, None)


async def test_fragments_with_arguments_have_no_plan(people: People) -> None:
    query = (
        "{ person { ...F(a: true) ...F } } fragment F($a: Boolean! = false) on Person { name @skip(if: $a) }"
    )
    document = parse(query, experimental_fragment_arguments=True)
    with pytest.raises(Unsupported, match="fragment_arguments"):
        people.plans.prepared(document, None, None)


async def test_what_nests_deeper_than_python_is_left(people: People) -> None:
    query = f"{{ person {'{ company ' * 100} {{ name }} {'}' * 100} }}"
    answer = await people.ask(query, Row(person=Person("Ann")))
    assert answer.planned == "not_compiled"


async def test_only_so_many_plans_are_kept(people: People) -> None:
    first = people.document("{ person { name } }")
    kept = people.plans.prepared(first, None, None).selection
    for number in range(MOST_PLANS):
        people.plans.prepared(parse(f"{{ person {{ a{number}: name }} }}"), None, None)
    assert len(people.plans._kept) == MOST_PLANS
    assert len(people.plans._outlines) <= MOST_PLANS
    assert people.plans.prepared(first, None, None).selection is not kept
