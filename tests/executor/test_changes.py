"""Mutations: root fields run one after the other, each once; what they answer is made by plan as plainly."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace as Row
from typing import Any

import orjson
import pytest
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLArgument,
    GraphQLField,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLString,
    parse,
    validate,
)
from graphql.execution import Executor
from graphql.pyutils import is_awaitable

from executor.changes import Changing, changing
from executor.outcomes import Unsupported
from executor.plans import LONGEST, Plans
from executor.telling import Telling
from tests.executor.people import Asked, People, Person, nested
from tests.executor.small import HOW, NO_INLINES, UTC_Z, computed, found, read, resolved

BY_PLAN = None
EXECUTOR = changing(Executor)
FRIENDS = (Person("Bob"), None, Person("Later"))


@dataclass
class Doing(Asked):
    """One operation's context: what its root fields have done, in order."""

    done: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Answer:
    """What both executors say, what was done, and what was heard of plans."""

    body: Any
    done: list[str]
    heard: list[str | None]
    no_plan: str | None

    @property
    def data(self) -> Any:
        """The data alone."""
        return self.body["data"]

    @property
    def paths(self) -> list[Any]:
        """Where something went wrong."""
        return [error["path"] for error in self.body["errors"]]


async def _add(_: object, info: Any, name: str) -> Any:
    doing: Doing = info.context
    doing.done.append(f"{name} begins")
    await asyncio.sleep(0)
    doing.done.append(f"{name} ends")
    return _added(name, doing)


def _add_at_once(_: object, info: Any, name: str) -> Any:
    info.context.done.append(name)
    return _added(name, info.context)


def _added(name: str, doing: Doing) -> Any:
    return Row(person=Person(name, FRIENDS), total=len(doing.done), firm=None if name == "Soft" else name)


async def _total(doing: Doing, _: object) -> int:
    await asyncio.sleep(0)
    return len(doing.done)


def _noted(value: Any) -> Any:
    def resolve(_: object, info: Any) -> Any:
        info.context.done.append("noted")
        return value

    return resolve


def _fail(_: object, info: Any) -> Any:
    info.context.done.append("failed")
    raise LookupError("Nothing of it.")


class Changes:
    """A schema of what can be changed, and both ways to answer, compared."""

    def __init__(self) -> None:
        people = People().schema
        person: Any = people.type_map["Person"]
        added = GraphQLObjectType(
            "Added",
            {
                "person": read(person, "person"),
                "total": computed(GraphQLNonNull(GraphQLInt), lambda row: row.total),
                "totalNow": resolved(GraphQLInt, _total),
                "firm": read(GraphQLNonNull(GraphQLString), "firm"),
                "secret": found(GraphQLInt, None),
            },
        )
        name = {"name": GraphQLArgument(GraphQLNonNull(GraphQLString))}
        mutation = GraphQLObjectType(
            "Mutation",
            {
                "add": GraphQLField(added, name, _add),
                "addAtOnce": GraphQLField(added, name, _add_at_once),
                "addFirmly": GraphQLField(GraphQLNonNull(added), name, _add),
                "addNothing": GraphQLField(added, resolve=_noted(None)),
                "fail": GraphQLField(added, resolve=_fail),
                "number": GraphQLField(GraphQLInt, resolve=_noted(7)),
                "several": GraphQLField(nested(added, "!["), resolve=_noted([_added("Ann", Doing())])),
                "numbers": GraphQLField(GraphQLList(GraphQLInt), resolve=_noted([1, 2])),
                "being": GraphQLField(people.type_map["Being"], resolve=_noted(Person("Ann"))),  # type: ignore[arg-type]
            },
        )
        others = [people.type_map[each] for each in ("Dog", "Person")]
        self.schema = GraphQLSchema(people.query_type, mutation, types=others)
        self.plans = Plans(self.schema, Telling(lambda each: each.extensions[HOW]), NO_INLINES)

    def executor(
        self, document: DocumentNode, context: Doing, variables: Mapping[str, Any] | None = None
    ) -> Changing:
        """Give an executor of a document, as yet without a plan."""
        made = EXECUTOR.build(
            self.schema, document, context_value=context, raw_variable_values=dict(variables or {})
        )
        assert isinstance(made, Changing), made
        return made

    async def ask(self, query: str, **variables: Any) -> Answer:
        """Ask both ways: what plans make must be the plain answer, to the byte, and nothing done twice."""
        document = parse(query)
        assert validate(self.schema, document) == []
        plainly, by_plan = Doing(), Doing()
        plain = Executor.build(self.schema, document, context_value=plainly, raw_variable_values=variables)
        executor = self.executor(document, by_plan, variables)
        heard: list[str | None] = []
        executor.heard = heard.append
        no_plan = None
        try:
            executor.payloads = self.plans.payloads(document, executor)
        except Unsupported as unsupported:
            no_plan = str(unsupported)
        said, expected = await _run(executor), await _run(plain)
        assert orjson.dumps(said, option=UTC_Z) == orjson.dumps(expected)
        assert by_plan.done == plainly.done
        return Answer(said, by_plan.done, heard, no_plan)


async def _run(executor: Any) -> Any:
    answer = executor.execute_operation()
    result: ExecutionResult = await answer if is_awaitable(answer) else answer
    return {"data": result.data, "errors": [dict(error.formatted) for error in result.errors or ()]}


@pytest.fixture
def changes() -> Changes:
    return Changes()


async def test_root_fields_run_one_after_the_other_each_once(changes: Changes) -> None:
    answer = await changes.ask(
        'mutation { c: add(name: "Cat") { totalNow } a: add(name: "Ann") { totalNow }'
        ' b: addAtOnce(name: "Bob") { totalNow } }'
    )
    assert answer.done == ["Cat begins", "Cat ends", "Ann begins", "Ann ends", "Bob"]
    assert answer.heard == [BY_PLAN] * 3
    totals = {"c": {"totalNow": 2}, "a": {"totalNow": 4}, "b": {"totalNow": 5}}
    assert answer.data == totals, "each answer was made before the next field was run"
    assert list(answer.data) == ["c", "a", "b"]


PLANS = {
    "aliases": "a: add(name: $n) { t: total person { b: name __class__: called name } }",
    "the same field twice under two aliases": "a: add(name: $n) { total } b: add(name: $n) { total firm }",
    "a field asked twice is merged": "add(name: $n) { total } add(name: $n) { person { name } firm }",
    "several root fields": "add(name: $n) { total } addAtOnce(name: $n) { firm }"
    " addFirmly(name: $n) { person { slow } }",
    "fragments": "add(name: $n) { ...A ... on Added { firm } ... { total } }",
    "fragments on the root": "...M ... on Mutation { b: addAtOnce(name: $n) { ...A } }",
    "types say their names": "__typename add(name: $n) { __typename person { __typename } }",
    "skip and include": "add(name: $n) { total @skip(if: $yes) firm @include(if: $yes) person @skip(if: $no)"
    " { name @include(if: $no) slow ...F @include(if: $yes) } }",
    "a root field is skipped": "a: add(name: $n) @skip(if: $yes) { total }"
    " b: add(name: $n) @include(if: $yes) { total } addAtOnce(name: $n) @include(if: $no) { total }",
    "nothing is left": "add(name: $n) { total @skip(if: $yes) }",
    "nested fields that are waited for": "add(name: $n) { totalNow person { slow shout friends { slow name"
    " shout friends(first: 1) { name } } } }",
    "arguments by variables": "add(name: $n) { person { friends(first: $first) { name } } }",
}
FRAGMENTS = {
    "...M": " fragment M on Mutation { a: add(name: $n) { ...A } }",
    "...A": " fragment A on Added { __typename person { ...F } }",
    "...F": " fragment F on Person { friends { name } ... on Being { name } }",
}
VARIABLES = {"$n": "$n: String!", "$yes": "$yes: Boolean!", "$no": "$no: Boolean!", "$first": "$first: Int"}


@pytest.mark.parametrize("selection", PLANS.values(), ids=PLANS)
async def test_this_is_answered_by_plan(changes: Changes, selection: str) -> None:
    for given in ({"yes": True, "no": False, "first": 1}, {"yes": False, "no": True}):
        answer = await changes.ask(_whole(selection), n="Ann", **given)
        assert (answer.no_plan, answer.body["errors"]) == (None, [])
        objects = [value for value in answer.data.values() if isinstance(value, dict)]
        assert answer.heard == [BY_PLAN] * len(objects)
        assert objects


def _whole(selection: str) -> str:
    """Give the mutation of a selection, with the fragments and the variables that it needs."""
    fragments = ""
    for spread, fragment in FRAGMENTS.items():
        if spread in selection + fragments:
            fragments += fragment
    wanted = [definition for name, definition in VARIABLES.items() if name in selection]
    return f"mutation ({', '.join(wanted)}) {{ {selection} }}{fragments}"


async def test_conditions_that_differ_have_plans_of_their_own(changes: Changes) -> None:
    document = parse('mutation ($a: Boolean!) { add(name: "Ann") { total firm @skip(if: $a) } }')
    plans = [
        changes.plans.payloads(document, changes.executor(document, Doing(), {"a": given}))
        for given in (True, False, True)
    ]
    assert plans[0] is plans[2]
    assert plans[0] is not plans[1]


async def test_a_resolver_that_raises_is_told_of_plainly(changes: Changes) -> None:
    answer = await changes.ask(
        'mutation { a: add(name: "Bob") { person { name fragile } }'
        ' b: add(name: "Ann") { person { fragile } } }'
    )
    assert answer.done == ["Bob begins", "Bob ends", "Ann begins", "Ann ends"]
    assert answer.heard == ["raised", BY_PLAN]
    assert answer.paths == [["a", "person", "fragile"]]
    assert answer.data["a"] == {"person": {"name": "Bob", "fragile": None}}


@pytest.mark.parametrize(
    ("root", "left"), [("add", {"add": None, "addAtOnce": {"total": 3}}), ("addFirmly", None)]
)
async def test_null_where_there_must_be_none_is_left(changes: Changes, root: str, left: Any) -> None:
    answer = await changes.ask(
        f'mutation {{ {root}(name: "Soft") {{ total firm }} addAtOnce(name: "Ann") {{ total }} }}'
    )
    assert answer.data == left
    assert answer.paths == [[root, "firm"]]
    assert answer.heard[0] == "null"
    assert answer.done == ["Soft begins", "Soft ends", *(["Ann"] if left else [])]


@pytest.mark.parametrize(
    ("selection", "reason"),
    [
        ("secret", "undescribed_field"),
        ("person { name secret }", "undescribed_field"),
        (f"firm {' ' * LONGEST}", "too_long"),
    ],
    ids=["undescribed", "undescribed below", "too long"],
)
async def test_without_a_plan_it_is_completed_plainly(changes: Changes, selection: str, reason: str) -> None:
    answer = await changes.ask(
        f'mutation {{ add(name: "Ann") {{ {selection} }} addAtOnce(name: "Bob") {{ firm }} }}'
    )
    assert answer.done == ["Ann begins", "Ann ends", "Bob"]
    assert (answer.no_plan, answer.heard) == (reason, [])
    assert answer.data["add"]


async def test_scalars_and_lists_are_completed_plainly_beside_what_has_a_plan(changes: Changes) -> None:
    answer = await changes.ask(
        "mutation { number numbers several { firm person { name } } being { name }"
        ' add(name: "Ann") { firm } }'
    )
    assert answer.done == ["noted"] * 4 + ["Ann begins", "Ann ends"]
    assert (answer.no_plan, answer.heard) == (None, [BY_PLAN])
    assert answer.data["several"] == [{"firm": "Ann", "person": {"name": "Ann"}}]


async def test_a_root_field_that_gives_nothing_or_fails_needs_no_plan(changes: Changes) -> None:
    answer = await changes.ask('mutation { addNothing { total } fail { total } add(name: "Ann") { firm } }')
    assert answer.done == ["noted", "failed", "Ann begins", "Ann ends"]
    assert answer.heard == [BY_PLAN]
    assert answer.paths == [["fail"]]


async def test_nobody_has_to_hear(changes: Changes) -> None:
    document = parse('mutation { a: add(name: "Ann") { firm } b: add(name: "Soft") { firm } }')
    doing = Doing()
    executor = changes.executor(document, doing)
    executor.payloads = changes.plans.payloads(document, executor)
    body = await _run(executor)
    assert body["data"] == {"a": {"firm": "Ann"}, "b": None}
    assert len(doing.done) == 4


async def test_what_is_below_is_no_root_field_whatever_it_is_called(changes: Changes) -> None:
    answer = await changes.ask('mutation { person: add(name: "Bob") { total person { name fragile } } }')
    assert answer.heard == ["raised"]
    assert answer.data["person"] == {"total": 2, "person": {"name": "Bob", "fragile": None}}


async def test_what_goes_wrong_in_one_operation_is_no_reason_in_the_next(changes: Changes) -> None:
    query = "mutation ($n: String!) { add(name: $n) { firm person { fragile } } }"
    heard = [(await changes.ask(query, n=name)).heard for name in ("Bob", "Ann", "Soft", "Ann")]
    assert heard == [["raised"], [BY_PLAN], ["null"], [BY_PLAN]]


async def test_an_operation_is_planned_as_what_it_is(changes: Changes) -> None:
    query = parse("{ beings { name } }")
    with pytest.raises(Unsupported, match="no_mutation"):
        changes.plans.payloads(query, changes.executor(query, Doing()))
    mutation = parse('mutation { add(name: "Ann") { firm } }')
    with pytest.raises(Unsupported, match="mutation"):
        changes.plans.prepared(mutation, {}, None)
    with pytest.raises(Unsupported, match="mutation"):
        changes.plans.selection(mutation, changes.executor(mutation, Doing()))
    deferred = parse('mutation { add(name: "Ann") { ... @defer { firm } } }')
    with pytest.raises(Unsupported, match="defer"):
        changes.plans.payloads(deferred, changes.executor(deferred, Doing()))


async def test_one_that_is_given_up_is_not_completed(changes: Changes) -> None:
    """Whoever waits goes away while the plan reads: nothing is read for nobody."""
    document = parse('mutation { addAtOnce(name: "Ann") { person { friends { slow } } totalNow } }')
    executor = changes.executor(document, Doing())
    executor.payloads = changes.plans.payloads(document, executor)
    heard: list[str | None] = []
    executor.heard = heard.append
    task = asyncio.ensure_future(_run(executor))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert heard == []
