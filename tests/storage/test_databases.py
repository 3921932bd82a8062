"""What the tests stand on: whatever a test leaves behind, the next one finds an empty, whole database."""

from contextlib import ExitStack

from tests.conftest import LARGE_BYTES, Databases, _execute, _fetch

ACCOUNT = (
    "INSERT INTO accounts (username, display_name, created_at) VALUES ('ann', 'Ann', now()) RETURNING id"
)


def rows(url: str) -> int:
    return int(_fetch(url, "SELECT count(*) FROM accounts")[0][0])


def test_a_database_is_given_again_empty_with_its_numbers_from_one(databases: Databases) -> None:
    with databases.one() as first:
        assert _fetch(first, ACCOUNT)[0][0] == 1
        _execute(first, "INSERT INTO facts (name, value) VALUES ('test_clock', '1')")
    with databases.one() as second:
        assert second == first
        assert rows(second) == 0
        assert _fetch(second, "SELECT 1 FROM facts") == []
        assert _fetch(second, ACCOUNT)[0][0] == 1


def test_two_at_once_are_two(databases: Databases) -> None:
    with databases.one() as first, databases.one() as second:
        assert _fetch(first, ACCOUNT)
        assert rows(second) == 0


def test_what_cannot_be_emptied_is_not_given_again(databases: Databases) -> None:
    for harm in (
        "ALTER TABLE facts RENAME TO elsewhere",
        f"CREATE TABLE much AS SELECT repeat('x', 2000) FROM generate_series(1, {LARGE_BYTES // 2000})",
    ):
        with ExitStack() as stack:
            harmed = stack.enter_context(databases.one())
            _execute(harmed, harm)
            stack.close()
            with databases.one() as next_one:
                assert next_one != harmed
                assert rows(next_one) == 0
                assert _fetch(next_one, "SELECT 1 FROM facts") == []
