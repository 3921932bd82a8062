"""The connection of a business transaction gives what SQLAlchemy's own gives, and fails as it does."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR, insert
from sqlalchemy.exc import DBAPIError, IntegrityError, MultipleResultsFound, NoResultFound
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.types import TypeEngine

from domain.words import ThreadKind
from storage.connection import Change, Connection, begin, run_together
from storage.engine import is_away, is_deadlock
from storage.prepared import prepared
from storage.rows import as_set, given_rows
from storage.tables import facts, metadata, requests, threads
from tests.schema.test_statements import counted

NOON = datetime(2026, 6, 1, 12, 0, 0, 123456, UTC)
VALUES: list[tuple[TypeEngine[Any], Any]] = [
    (sa.BigInteger(), 2**62),
    (sa.Integer(), -7),
    (sa.Text(), "ä 'quoted' $1 :name"),
    (sa.Boolean(), True),
    (sa.DateTime(timezone=True), NOON),
    (threads.c.kind.type, next(iter(threads.c.kind.type.enum_class))),  # type: ignore[attr-defined]
    (JSONB(), {"minor": 1, "of": [None, "ß", 1.5, True]}),
    (ARRAY(sa.Text), ["a", "b,{}"]),
    (ARRAY(sa.BigInteger), [2**62, 1]),
    (ARRAY(sa.DateTime(timezone=True)), [NOON]),
    (ARRAY(requests.c.status.type), list(requests.c.status.type.enum_class)),  # type: ignore[attr-defined]
]
COUNT = sa.func.generate_series(1, sa.bindparam("most", type_=sa.Integer)).column_valued("number")
NUMBERS = sa.select(COUNT, (COUNT * 2).label("double"))
PUT = insert(facts)
TAKE = sa.update(facts).where(facts.c.name == sa.bindparam("of"))


def test_every_type_of_a_column_is_among_the_values() -> None:
    kept = {_name(column.type) for table in metadata.tables.values() for column in table.columns}
    assert kept - {_name(kind) for kind, _ in VALUES} == {_name(TSVECTOR())}, "that is the database's own"


def _name(kind: Any) -> tuple[type, type | None]:
    return type(kind), type(kind.item_type) if isinstance(kind, sa.ARRAY) else None


@pytest.mark.parametrize(("kind", "value"), VALUES, ids=lambda each: type(each).__name__)
async def test_a_value_comes_back_as_it_went(engine: AsyncEngine, kind: TypeEngine[Any], value: Any) -> None:
    given, none = sa.bindparam("given", type_=kind), sa.bindparam("none", type_=kind)
    statement = sa.select(given.label("given"), none.label("none"))
    async with begin(engine) as connection, engine.connect() as plain:
        row = (await connection.execute(statement, {"given": value, "none": None})).one()
        same = (await plain.execute(statement, {"given": value, "none": None})).one()
    assert (row.given, row.none) == (value, None) == tuple(same)
    assert type(row.given) is type(same.given)


async def test_what_was_found_is_given_in_every_form(engine: AsyncEngine) -> None:
    async def forms(connection: Connection) -> list[Any]:
        async def most(number: int) -> Any:
            return await connection.execute(NUMBERS, {"most": number})

        first, second = await most(2)
        mapped = (await most(1)).mappings().one()
        return [
            (first.number, first.double, tuple(second)),
            [tuple(row) for row in (await most(3)).all()],
            (await most(3)).scalars().all(),
            (await most(1)).scalar_one(),
            [(await most(0)).scalar_one_or_none(), (await most(0)).one_or_none(), (await most(0)).first()],
            (mapped["number"], mapped["double"], dict(mapped)),
            (await connection.execute(sa.text("SELECT 1 AS one, :two AS two"), {"two": "2"})).one().two,
        ]

    async with begin(engine) as connection, engine.connect() as plain:
        assert await forms(connection) == await forms(plain)
        with pytest.raises(NoResultFound):
            (await connection.execute(NUMBERS, {"most": 0})).one()
        with pytest.raises(MultipleResultsFound):
            (await connection.execute(NUMBERS, {"most": 2})).one_or_none()


async def test_a_change_says_how_many_rows_it_was_about(engine: AsyncEngine) -> None:
    async with begin(engine) as connection:
        await connection.execute(PUT, [{"name": name, "value": {}} for name in ("a", "b", "c")])
        assert (await connection.execute(TAKE, {"of": "a", "value": {"now": 1}})).rowcount == 1
        assert (await connection.execute(TAKE, {"of": "z", "value": {"now": 1}})).rowcount == 0
        renamed = await connection.execute(TAKE.returning(facts.c.value), {"of": "b", "name": "B"})
        assert (renamed.rowcount, renamed.scalar_one()) == (1, {})
        assert (await connection.execute(sa.delete(facts))).rowcount == 3


async def test_changes_that_run_together_are_one_statement_with_all_their_parameters(
    engine: AsyncEngine,
) -> None:
    changes: list[Change] = [
        (PUT, {"name": "new", "value": {"first": 1}}),
        (TAKE, {"of": "kept", "value": {"second": 2}}),
        (sa.delete(facts).where(facts.c.name == sa.bindparam("gone")), {"gone": "gone"}),
    ]
    async with engine.begin() as plain:
        await plain.execute(PUT, [{"name": name, "value": {}} for name in ("kept", "gone")])
    async with begin(engine) as connection:
        with counted(engine) as statements:
            await run_together(connection, changes)
            await run_together(connection, [])
        assert len(statements) == 1
        kept = (await connection.execute(sa.select(facts))).all()
    assert {row.name: row.value for row in kept} == {"new": {"first": 1}, "kept": {"second": 2}}


async def test_a_row_given_as_json_is_what_it_was(engine: AsyncEngine) -> None:
    table = sa.table("given", *(sa.column(f"c{place}", kind) for place, (kind, _) in enumerate(VALUES)))
    row = {f"c{place}": value for place, (_, value) in enumerate(VALUES)}
    async with begin(engine) as connection:
        given, nothing = await connection.execute(sa.select(given_rows(table)), as_set([row, {}]))
    assert list(given) == [value for _, value in VALUES]
    assert list(nothing) == [None] * len(VALUES)


def test_what_is_the_same_in_every_run_is_written_out_and_what_is_given_is_not() -> None:
    statement = sa.select(threads.c.id).where(
        threads.c.kind == ThreadKind.DIRECT,
        threads.c.subject == "somebody's %s",
        threads.c.subject != "worth $1",  # which would look like a parameter
        threads.c.subject != "worth a \\",  # which would be escaped
        threads.c.last_message_number > 7,
        threads.c.kind != sa.bindparam("given", type_=threads.c.kind.type),
    )
    text = prepared(statement, {"given": ThreadKind.DIRECT}).text
    assert "'DIRECT'" in text
    assert "'somebody''s %s'" in text
    assert "> 7" in text
    assert "worth" not in text
    assert text.count("$") == 3


async def test_a_constraint_is_named_as_ever_and_leaves_nothing(engine: AsyncEngine) -> None:
    async def put_twice() -> None:
        async with begin(engine) as connection:
            for _ in range(2):
                await connection.execute(PUT, {"name": "a", "value": {}})

    with pytest.raises(IntegrityError, match="pk_facts"):
        await put_twice()
    assert await _names(engine) == []


async def test_what_a_commit_refuses_is_raised_too(engine: AsyncEngine) -> None:
    made = "CREATE TEMP TABLE once (id int CONSTRAINT only_once UNIQUE DEFERRABLE INITIALLY DEFERRED)"

    async def put_twice() -> None:
        async with begin(engine) as connection:
            for statement in (made, "INSERT INTO once VALUES (1), (1)"):
                await connection.execute(sa.text(statement))

    with pytest.raises(IntegrityError, match="only_once"):
        await put_twice()


async def test_blocks_are_undone_alone_and_within_each_other(engine: AsyncEngine) -> None:
    async def put(*names: str, undone: bool = False) -> None:
        async with connection.begin_nested():
            for name in names:
                async with connection.begin_nested():
                    await connection.execute(PUT, {"name": name, "value": {}})
            if undone:
                raise LookupError

    async with begin(engine) as connection:
        await put("a", "b")
        with pytest.raises(LookupError):
            await put("c", "d", undone=True)
        with pytest.raises(IntegrityError):
            await put("e", "a")
        await put("f")
    assert await _names(engine) == ["a", "b", "f"]


async def test_two_that_wait_for_each_other_show_as_a_deadlock(engine: AsyncEngine) -> None:
    async with begin(engine) as connection:
        await connection.execute(PUT, [{"name": name, "value": {}} for name in ("a", "b")])
    have_one = asyncio.Barrier(2)

    async def take(*names: str) -> None:
        async with begin(engine) as connection:
            for name in names:
                await connection.execute(TAKE, {"of": name, "value": {}})
                if name == names[0]:
                    await have_one.wait()

    ended = await asyncio.gather(take("a", "b"), take("b", "a"), return_exceptions=True)
    (error,) = [each for each in ended if each is not None]
    assert isinstance(error, DBAPIError)
    assert is_deadlock(error)
    assert not is_away(error)


async def test_whoever_is_cancelled_leaves_no_connection_in_use(engine: AsyncEngine) -> None:
    began = asyncio.Event()

    async def wait() -> None:
        async with begin(engine) as connection:
            await connection.execute(PUT, {"name": "a", "value": {}})
            began.set()
            await connection.execute(sa.text("SELECT pg_sleep(60)"))

    waiting = asyncio.ensure_future(wait())
    await began.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    assert await _names(engine) == []


async def test_a_lost_connection_is_not_used_again(engine: AsyncEngine) -> None:
    pid = sa.text("SELECT pg_backend_pid()")
    seen = []

    async def lose() -> None:
        async with begin(engine) as connection:
            seen.append((await connection.execute(pid)).scalar_one())
            async with engine.connect() as other:
                await other.execute(sa.text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": seen[0]})
            await connection.execute(pid)

    with pytest.raises(DBAPIError) as lost:
        await lose()
    assert is_away(lost.value)
    async with begin(engine) as one, begin(engine) as another:
        seen += [(await each.execute(pid)).scalar_one() for each in (one, another)]
    assert len(set(seen)) == len(seen)


async def test_a_connection_that_ends_while_nobody_uses_it_is_one_that_was_lost(engine: AsyncEngine) -> None:
    pid = sa.text("SELECT pg_backend_pid()")

    async def seen() -> Any:
        async with begin(engine) as connection:
            return (await connection.execute(pid)).scalar_one()

    async def seen_or_lost() -> Any:
        try:
            return await seen()
        except DBAPIError as error:
            return error

    async with engine.connect() as other:
        for _ in range(20):
            ended = await seen()
            await other.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": ended})
            while isinstance(found := await seen_or_lost(), Exception) or found == ended:
                assert found == ended or is_away(found), repr(found)


async def _names(engine: AsyncEngine) -> list[str]:
    async with engine.connect() as connection:
        return list((await connection.execute(sa.select(facts.c.name).order_by(facts.c.name))).scalars())
