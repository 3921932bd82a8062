"""Mutations: one root field is run by plan, several by graphql-core; each is run once, whatever follows."""

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

from executor.changes import Change, Done
from executor.outcomes import Unsupported
from executor.plans import LONGEST, Plans
from executor.telling import Telling
from tests.executor.people import Asked, People, Person, nested
from tests.executor.small import HOW, NO_INLINES, UTC_Z, computed, found, read, resolved

BY_PLAN = None
FRIENDS = (Person("Bob"), None, Person("Later"))


@dataclass
class Doing(Asked):
    """One operation's context: what its root fields have done, in order."""

    done: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Answer:
    """What both executors say, what was done, and why the plan did not say it, if it did not."""

    body: Any
    done: list[str]
    left: str | None

    @property
    def data(self) -> Any:
        """The data alone."""
        return self.body["data"]

    @property
    def paths(self) -> list[Any]:
        """Where something went wrong."""
        return [error["path"] for error in self.body["errors"]]


async def _add(doing: Doing, _: object, name: str) -> Any:
    doing.done.append(f"{name} begins")
    await asyncio.sleep(0)
    doing.done.append(f"{name} ends")
    return _added(name, doing)


def _add_at_once(doing: Doing, _: object, name: str) -> Any:
    doing.done.append(name)
    return _added(name, doing)


def _added(name: str, doing: Doing) -> Any:
    return Row(person=Person(name, FRIENDS), total=len(doing.done), firm=None if name == "Soft" else name)


async def _total(doing: Doing, _: object) -> int:
    await asyncio.sleep(0)
    return len(doing.done)


def _noted(value: Any) -> Any:
    def resolve(doing: Doing, _: object) -> Any:
        doing.done.append("noted")
        return value

    return resolve


def _fail(doing: Doing, _: object) -> Any:
    doing.done.append("failed")
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
                "add": resolved(added, _add, **name),
                "addAtOnce": resolved(added, _add_at_once, **name),
                "addFirmly": resolved(GraphQLNonNull(added), _add, **name),
                "addNothing": resolved(added, _noted(None)),
                "fail": resolved(added, _fail),
                "number": resolved(GraphQLInt, _noted(7)),
                "several": resolved(nested(added, "!["), _noted([_added("Ann", Doing())])),
                "numbers": resolved(GraphQLList(GraphQLInt), _noted([1, 2])),
                "being": resolved(people.type_map["Being"], _noted(Person("Ann"))),  # type: ignore[arg-type]
                "secret": found(GraphQLInt, None),
                "here": computed(GraphQLInt, lambda _: 1),
            },
        )
        others = [people.type_map[each] for each in ("Dog", "Person")]
        self.schema = GraphQLSchema(people.query_type, mutation, types=others)
        self.plans = Plans(self.schema, Telling(lambda each: each.extensions[HOW]), NO_INLINES)

    async def ask(self, query: str, **variables: Any) -> Answer:
        """Ask both ways: what a plan makes must be the plain answer, to the byte, and nothing done twice."""
        document = parse(query)
        assert validate(self.schema, document) == []
        plainly, by_plan = Doing(), Doing()
        expected = await self._plainly(document, plainly, variables, None)
        said, left = await self._by_plan(document, by_plan, variables)
        assert orjson.dumps(said, option=UTC_Z) == orjson.dumps(expected)
        assert by_plan.done == plainly.done
        return Answer(said, by_plan.done, left)

    def change(self, document: DocumentNode, variables: Mapping[str, Any]) -> Change:
        """Prepare a mutation. Raises Unsupported."""
        change = self.plans.prepared(document, dict(variables), None)
        assert isinstance(change, Change)
        return change

    async def _by_plan(
        self, document: DocumentNode, doing: Doing, variables: Mapping[str, Any]
    ) -> tuple[Any, str | None]:
        try:
            change = self.change(document, variables)
        except Unsupported as unsupported:
            return await self._plainly(document, doing, variables, None), str(unsupported)
        try:
            return {"data": await change.run(doing), "errors": []}, BY_PLAN
        except Exception as error:  # noqa: BLE001 whatever it is, it is said plainly
            return await self._plainly(document, doing, variables, change.done), type(error).__name__

    async def _plainly(
        self, document: DocumentNode, doing: Doing, variables: Mapping[str, Any], done: Done | None
    ) -> Any:
        executor: Any = Executor.build(
            self.schema,
            document,
            context_value=doing,
            raw_variable_values=dict(variables),
            middleware=None if done is None else [done],
        )
        answer = executor.execute_operation()
        result: ExecutionResult = await answer if is_awaitable(answer) else answer
        return {"data": result.data, "errors": [dict(error.formatted) for error in result.errors or ()]}


@pytest.fixture
def changes() -> Changes:
    return Changes()


async def test_several_root_fields_run_plainly_one_after_the_other_each_once(changes: Changes) -> None:
    answer = await changes.ask(
        'mutation { c: add(name: "Cat") { totalNow } a: add(name: "Ann") { totalNow }'
        ' b: addAtOnce(name: "Bob") { totalNow } }'
    )
    assert answer.done == ["Cat begins", "Cat ends", "Ann begins", "Ann ends", "Bob"]
    assert answer.left == "several_changes"
    totals = {"c": {"totalNow": 2}, "a": {"totalNow": 4}, "b": {"totalNow": 5}}
    assert answer.data == totals, "each answer was made before the next field was run"
    assert list(answer.data) == ["c", "a", "b"]


PLANS = {
    "aliases": "a: add(name: $n) { t: total person { b: name __class__: called name } }",
    "a field asked twice is merged": "add(name: $n) { total } add(name: $n) { person { name } firm }",
    "one that must be there": "addFirmly(name: $n) { person { slow } }",
    "one that is done at once": "addAtOnce(name: $n) { firm totalNow }",
    "fragments": "add(name: $n) { ...A ... on Added { firm } ... { total } }",
    "fragments on the root": "...M ... on Mutation { a: add(name: $n) { total } }",
    "types say their names": "__typename add(name: $n) { __typename person { __typename } }",
    "skip and include": "add(name: $n) { total @skip(if: $yes) firm @include(if: $yes) person @skip(if: $no)"
    " { name @include(if: $no) slow ...F @include(if: $yes) } }",
    "all other root fields are skipped": "a: add(name: $n) @skip(if: $yes) { total }"
    " b: add(name: $n) @include(if: $yes) { total }",
    "nothing is left below": "add(name: $n) { total @skip(if: $yes) }",
    "nested fields that are waited for": "add(name: $n) { totalNow person { slow shout friends { slow name"
    " shout friends(first: 1) { name } } } }",
    "arguments by variables": "add(name: $n) { person { friends(first: $first) { name } } }",
    "a scalar": "number",
    "a list of scalars": "numbers",
    "a list of objects": "several { firm person { name } }",
    "an object of one of several types": "being { name }",
    "one that gives nothing": "addNothing { total }",
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
        assert (answer.left, answer.body["errors"]) == (BY_PLAN, [])
        assert answer.done


def _whole(selection: str) -> str:
    """Give the mutation of a selection, with the fragments and the variables that it needs."""
    fragments = ""
    for spread, fragment in FRAGMENTS.items():
        if spread in selection + fragments:
            fragments += fragment
    wanted = [definition for name, definition in VARIABLES.items() if name in selection]
    declared = f"({', '.join(wanted)})" if wanted else ""
    return f"mutation {declared} {{ {selection} }}{fragments}"


async def test_conditions_that_differ_have_plans_of_their_own(changes: Changes) -> None:
    document = parse('mutation ($a: Boolean!) { add(name: "Ann") { total firm @skip(if: $a) } }')
    plans = [changes.change(document, {"a": given}).selection for given in (True, False, True)]
    assert plans[0] is plans[2]
    assert plans[0] is not plans[1]


async def test_a_resolver_that_raises_is_told_of_plainly(changes: Changes) -> None:
    answer = await changes.ask('mutation { a: add(name: "Bob") { person { name fragile } } }')
    assert answer.done == ["Bob begins", "Bob ends"]
    assert answer.left is not BY_PLAN
    assert answer.paths == [["a", "person", "fragile"]]
    assert answer.data == {"a": {"person": {"name": "Bob", "fragile": None}}}


@pytest.mark.parametrize(("root", "data"), [("add", {"add": None}), ("addFirmly", None)])
async def test_null_where_there_must_be_none_is_left(changes: Changes, root: str, data: Any) -> None:
    answer = await changes.ask(f'mutation {{ {root}(name: "Soft") {{ total firm }} }}')
    assert (answer.data, answer.left) == (data, "Bailed")
    assert answer.paths == [[root, "firm"]]
    assert answer.done == ["Soft begins", "Soft ends"]


async def test_a_root_field_that_fails_is_told_of_plainly_and_not_run_again(changes: Changes) -> None:
    answer = await changes.ask("mutation { fail { total } }")
    assert (answer.data, answer.paths) == ({"fail": None}, [["fail"]])
    assert (answer.done, answer.left) == (["failed"], "LookupError")


async def test_a_root_field_whose_arguments_are_wrong_is_not_run(changes: Changes) -> None:
    answer = await changes.ask('mutation ($n: String = "Ann") { add(name: $n) { total } }', n=None)
    assert (answer.data, answer.paths) == ({"add": None}, [["add"]])
    assert (answer.done, answer.left) == ([], "GraphQLError")


@pytest.mark.parametrize(
    ("selection", "reason"),
    [
        ("add(name: $n) { secret }", "undescribed_field"),
        ("add(name: $n) { person { name secret } }", "undescribed_field"),
        (f"add(name: $n) {{ firm {' ' * LONGEST} }}", "too_long"),
        ("secret", "undescribed_field"),
        ("add(name: $n) { total } addAtOnce(name: $n) { firm }", "several_changes"),
        ("a: add(name: $n) { total } b: add(name: $n) { total firm }", "several_changes"),
        ("number numbers", "several_changes"),
        ("__typename", "no_change"),
        ("here", "no_change"),
    ],
)
async def test_without_a_plan_it_is_run_plainly(changes: Changes, selection: str, reason: str) -> None:
    answer = await changes.ask(_whole(selection), n="Ann")
    assert answer.left == reason
    assert answer.body["errors"] == []


async def test_what_is_below_is_no_root_field_whatever_it_is_called(changes: Changes) -> None:
    answer = await changes.ask('mutation { person: add(name: "Bob") { total person { name fragile } } }')
    assert answer.left is not BY_PLAN
    assert answer.data["person"] == {"total": 2, "person": {"name": "Bob", "fragile": None}}


async def test_what_goes_wrong_in_one_operation_is_no_reason_in_the_next(changes: Changes) -> None:
    query = "mutation ($n: String!) { add(name: $n) { firm person { fragile } } }"
    left = [(await changes.ask(query, n=name)).left is BY_PLAN for name in ("Bob", "Ann", "Soft", "Ann")]
    assert left == [False, True, False, True]


async def test_what_is_put_off_has_no_plan(changes: Changes) -> None:
    deferred = parse('mutation { add(name: "Ann") { ... @defer { firm } } }')
    with pytest.raises(Unsupported, match="defer"):
        changes.change(deferred, {})


async def test_what_was_done_is_known_though_whoever_waits_goes_away(changes: Changes) -> None:
    change = changes.change(
        parse('mutation { addAtOnce(name: "Ann") { person { friends { slow } } totalNow } }'), {}
    )
    doing = Doing()
    task = asyncio.ensure_future(change.run(doing))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert doing.done == ["Ann"]
    assert change.done is not None
    assert change.done.value.firm == "Ann"
