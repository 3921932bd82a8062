"""What is too deep or too much is refused before anything runs; the largest pages that make sense are not."""

import pytest
from graphql import parse

from schema.graph import graph
from schema.limits import DEEPEST, refused
from tests.schema.test_statements import QUERIES


def why(document: str, name: str | None = None, **variables: object) -> str | None:
    error = refused(graph._schema, parse(document), variables, name)
    return None if error is None else error.message


@pytest.mark.parametrize("name", QUERIES)
def test_the_largest_pages_pass(name: str) -> None:
    assert why(QUERIES[name], n=100) is None


def test_pages_in_pages_are_weighed_by_their_sizes() -> None:
    threads = """query($n: Int, $m: Int = 100) {{ viewer {{ inbox(first: $n) {{ nodes {{
        messages(first: $m) {{ nodes {{ {} }} }} }} }} }} }}"""
    authors = threads.format("author { id }")
    assert why(authors, n=100, m=50) is None
    attachments = threads.format("author { id } thread { id } attachments { id }")
    assert "objects" in (why(attachments, n=100) or "")
    assert why(attachments, n=20, m=25) is None


def test_what_is_asked_many_times_counts_as_often() -> None:
    many = " ".join(
        f"a{number}: supportQueue(first: 100) {{ nodes {{ offers {{ id }} }} }}" for number in range(200)
    )
    assert "objects" in (why(f"{{ {many} }}") or "")


def test_no_page_is_larger_than_the_largest() -> None:
    assert why("{ supportQueue(first: 1000000000) { nodes { id } } }") is None  # refused by the page itself


def test_what_nests_without_end_is_refused() -> None:
    def nested(times: int) -> str:
        return f"{{ order(id: 1) {'{ openRequest { order ' * times} {{ id }} {'} }' * times} }}"

    assert why(nested(DEEPEST // 2 - 1)) is None
    assert "levels deep" in (why(nested(DEEPEST // 2)) or "")
    assert "levels deep" in (why("{ ...F } fragment F on Query " + nested(DEEPEST // 2)) or "")


def test_a_fragment_is_weighed_once_however_often_it_is_spread() -> None:
    links = "".join(
        f"fragment F{number} on User {{ " + f"...F{number + 1} " * 20 + "} " for number in range(40)
    )
    last = "fragment F40 on User { desk { standing { met } } }"
    assert why(f'{{ user(username: "ann") {{ ...F0 }} }} {links} {last}')  # spread by spread, this never ends


def test_fragments_that_spread_each_other_are_left_to_validation() -> None:
    circle = '{ user(username: "a") { ...A } } fragment A on User { ...B } fragment B on User { ...A }'
    assert why(circle) is None


def test_one_of_several_operations_must_be_named() -> None:
    document = "query A { testClock { now } } query B { testClock { now } }"
    assert "operationName" in (why(document) or "")
    assert why(document, "A") is None


async def test_nothing_runs_of_what_is_refused() -> None:
    result = await graph.execute(
        "query A { viewer { role } } query B { viewer { role } }", context_value=None
    )
    assert result.data is None
    assert result.errors
    assert "operationName" in result.errors[0].message
