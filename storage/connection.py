"""The connection of a business transaction: SQLAlchemy's statements, run by asyncpg as they are.

Decides that SQLAlchemy writes a statement, once, and reads its values, and does nothing else on the way: to
run one by itself takes it longer than PostgreSQL needs. What goes wrong is raised as SQLAlchemy raises it,
and its events hear every statement. Connections are the engine's: its pool and its rules hold.
"""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cached_property
from typing import Any, Final, NoReturn, Protocol

from sqlalchemy import Executable
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.exc import DBAPIError, MultipleResultsFound, NoResultFound
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import PoolProxiedConnection

from storage.prepared import DIALECT, Prepared, prepared, row_of, together

BEGIN: Final = "BEGIN; SET LOCAL plan_cache_mode = force_generic_plan"
"""To plan a statement that joins ten tables takes longer than to run it, and its values change nothing."""

BEGIN_IN_HASTE: Final = f"{BEGIN}; SET LOCAL lock_timeout = '250ms'"
"""For what may be done in another way, where somebody has locked it."""

DRIVER: Final[Any] = PGDialect_asyncpg.import_dbapi()  # type: ignore[no-untyped-call]
"""asyncpg as SQLAlchemy sees it."""

Given = Mapping[str, Any]
Change = tuple[Executable, Given]
"""A statement that changes something, and its parameters."""


class Rows(Protocol):
    """The rows of a statement, or one column of them."""

    def __iter__(self) -> Iterator[Any]: ...

    def all(self) -> Sequence[Any]:
        """Give them all."""

    def first(self) -> Any | None:
        """Give the first, if there is one."""

    def one(self) -> Any:
        """Give the only one. Raises NoResultFound or MultipleResultsFound."""

    def one_or_none(self) -> Any | None:
        """Give the only one, if there is one. Raises MultipleResultsFound."""


class Result(Rows, Protocol):
    """What a statement has come to."""

    @property
    def rowcount(self) -> int:
        """How many rows it was about."""

    def scalar_one(self) -> Any:
        """Give the first value of the only row. Raises NoResultFound or MultipleResultsFound."""

    def scalar_one_or_none(self) -> Any | None:
        """Give the first value of the only row, if there is one. Raises MultipleResultsFound."""

    def scalars(self) -> Rows:
        """Give the first value of every row."""

    def mappings(self) -> Rows:
        """Give the rows by the names of their columns."""


class Connection(Protocol):
    """Whatever runs storage's statements: SQLAlchemy's own connection, or that of a business transaction."""

    @property
    def info(self) -> dict[Any, Any]:
        """What is noted for as long as it lasts."""

    async def execute(
        self, statement: Executable, parameters: Given | Sequence[Given] | None = None, /
    ) -> Result:
        """Run a statement, once for each of the parameters."""

    def begin_nested(self) -> AbstractAsyncContextManager[Any]:
        """Undo what the block does if it ends by an exception."""


class Found(Sequence[Any]):
    """Rows that are there already."""

    def __init__(self, rows: Sequence[Any]) -> None:
        self._rows = rows

    @property
    def rows(self) -> Sequence[Any]:
        """All of them."""
        return self._rows

    def __iter__(self) -> Iterator[Any]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, place: Any) -> Any:
        return self.rows[place]

    def all(self) -> Sequence[Any]:
        """Give them all."""
        return self.rows

    def first(self) -> Any | None:
        """Give the first, if there is one."""
        return self.rows[0] if self.rows else None

    def one_or_none(self) -> Any | None:
        """Give the only one, if there is one. Raises MultipleResultsFound."""
        if len(self.rows) > 1:
            raise MultipleResultsFound
        return self.first()

    def one(self) -> Any:
        """Give the only one. Raises NoResultFound or MultipleResultsFound."""
        if not self.rows:
            raise NoResultFound
        return self.one_or_none()


class Outcome(Found):
    """What a prepared statement has come to."""

    def __init__(self, statement: Prepared, records: Sequence[Any], rowcount: int) -> None:
        self.rowcount = rowcount
        self._statement = statement
        self._records = records

    @cached_property
    def rows(self) -> Sequence[Any]:
        """With attributes of the columns' names."""
        if self._statement.is_text and self._records:
            return list(map(row_of(list(self._records[0].keys())), self._records))
        return list(map(self._statement.row, self._statement.values(self._records)))

    def scalar_one(self) -> Any:
        """Give the first value of the only row. Raises NoResultFound or MultipleResultsFound."""
        return self.one()[0]

    def scalar_one_or_none(self) -> Any | None:
        """Give the first value of the only row, if there is one. Raises MultipleResultsFound."""
        row = self.one_or_none()
        return None if row is None else row[0]

    def scalars(self) -> Found:
        """Give the first value of every row."""
        return Found([row[0] for row in self.rows])

    def mappings(self) -> Found:
        """Give the rows by the names of their columns."""
        columns = self._statement.columns
        values = self._statement.values(self._records)
        return Found([dict(zip(columns, each, strict=True)) for each in values])


async def run_together(connection: Connection, changes: Sequence[Change]) -> None:
    """Run changes of which none needs to see what another does, and no two are about the same row."""
    if isinstance(connection, Direct):
        await connection.run_together(changes)
    else:
        for statement, given in changes:
            await connection.execute(statement, given)


@asynccontextmanager
async def begin(engine: AsyncEngine, *, is_in_haste: bool = False) -> AsyncIterator["Direct"]:
    """Give one of the engine's connections in a transaction: committed at the end, undone by an exception.

    One in haste soon gives up what it has to wait for.
    """
    held = await _taken(engine)
    connection = Direct(engine, held)
    try:
        await connection.control(BEGIN_IN_HASTE if is_in_haste else BEGIN)
        yield connection
        await connection.control("COMMIT")
    except BaseException as error:
        await connection.give_up(error)
        raise
    finally:
        held.close()


@asynccontextmanager
async def reading(engine: AsyncEngine) -> AsyncIterator["Direct"]:
    """Give one of the engine's connections, in no transaction: each read is planned for its own values."""
    held = await _taken(engine)
    connection = Direct(engine, held, is_planned_for_any=False)
    try:
        yield connection
    except BaseException as error:
        await connection.give_up(error)
        raise
    finally:
        held.close()


async def _taken(engine: AsyncEngine) -> PoolProxiedConnection:
    try:
        return await engine.raw_connection()
    except DRIVER.Error as error:
        raise _as_sqlalchemy_says(error) from error


class Direct:
    """asyncpg's own connection, for one transaction or some reads; who hears of it is told how it plans."""

    def __init__(
        self, engine: AsyncEngine, held: PoolProxiedConnection, *, is_planned_for_any: bool = True
    ) -> None:
        self.info: dict[Any, Any] = {}
        self._context = {"is_planned_for_any": is_planned_for_any}
        self._held = held
        self._driver: Any = held.driver_connection
        self._heard_by = engine.sync_engine.dispatch
        self._savepoints = 0
        self._ended: str | None = None

    async def execute(
        self, statement: Executable, parameters: Given | Sequence[Given] | None = None, /
    ) -> Outcome:
        """Run a statement, once for each of the parameters."""
        if parameters is None or isinstance(parameters, Mapping):
            return await self._run(prepared(statement, parameters or {}), parameters or {})
        runs = prepared(statement, parameters[0])
        if len(parameters) == 1:
            return await self._run(runs, parameters[0])
        arguments = [runs.arguments(each) for each in parameters]
        self._hear(runs.text, arguments, is_many=True)
        try:
            await self._driver.executemany(runs.text, arguments)
        except BaseException as error:  # noqa: BLE001 it is raised again
            self._raise(error, runs.text)
        return Outcome(runs, (), -1)

    async def run_together(self, changes: Sequence[Change]) -> None:
        """Run changes as one statement; what each comes to is not told."""
        parts = [(prepared(statement, given), given) for statement, given in changes]
        if parts:
            text = together(tuple(part.text for part, _ in parts))
            arguments = [argument for part, given in parts for argument in part.arguments(given)]
            self._hear(text, arguments)
            try:
                await self._driver.execute(text, *arguments)
            except BaseException as error:  # noqa: BLE001 it is raised again
                self._raise(error, text)

    async def _run(self, statement: Prepared, given: Given) -> Outcome:
        arguments = statement.arguments(given)
        self._hear(statement.text, arguments)
        try:
            if statement.is_text or statement.columns:
                records = await self._driver.fetch(statement.text, *arguments)
                return Outcome(statement, records, len(records))
            done: str = await self._driver.execute(statement.text, *arguments)
        except BaseException as error:  # noqa: BLE001 it is raised again
            self._raise(error, statement.text)
        return Outcome(statement, (), int(done.rpartition(" ")[2]))

    @asynccontextmanager
    async def begin_nested(self) -> AsyncIterator[None]:
        """Undo what the block does if it ends by an exception.

        That it has ended well is told with whatever comes next of this kind: it takes no way of its own.
        """
        self._savepoints += 1
        name = f"s{self._savepoints}"
        before, self._ended = self._ended, None
        beginning = f"RELEASE {before}; SAVEPOINT {name}" if before else f"SAVEPOINT {name}"
        self._hear(beginning, ())
        await self.control(beginning)
        try:
            yield
        except BaseException:
            if not self._driver.is_closed():
                self._ended = None
                await self.control(f"ROLLBACK TO {name}; RELEASE {name}")
            raise
        self._ended = name

    async def control(self, command: str) -> None:
        """Run a command of the transaction's own, which has no parameters."""
        try:
            await self._driver.execute(command)
        except BaseException as error:  # noqa: BLE001 it is raised again
            self._raise(error, command)

    async def give_up(self, error: BaseException) -> None:
        """Undo everything; a connection that cannot even do that is not used again."""
        if not self._driver.is_closed() and self._driver.is_in_transaction():
            try:
                await self._driver.execute("ROLLBACK")
            except BaseException:  # noqa: BLE001 what was raised first says more
                self._driver.terminate()
        if self._driver.is_closed():
            self._held.invalidate(error)

    def _hear(self, text: str, arguments: Sequence[Any], *, is_many: bool = False) -> None:
        for hear in self._heard_by.before_cursor_execute:
            hear(None, None, text, arguments, self._context, is_many)

    def _raise(self, error: BaseException, text: str) -> NoReturn:
        """Raise what SQLAlchemy would."""
        if not isinstance(error, Exception):
            self._driver.terminate()  # in the midst of a statement: what comes next would be of that
            raise error
        for kind in type(error).__mro__:
            translated = DRIVER._asyncpg_error_translate.get(kind)  # noqa: SLF001 as its own cursors do
            if translated is not None:
                original = translated(error.args[0], error)
                original.__cause__ = error
                raise _as_sqlalchemy_says(original, text, is_lost=self._driver.is_closed()) from original
        raise error


def _as_sqlalchemy_says(error: Exception, text: str | None = None, *, is_lost: bool = False) -> BaseException:
    return DBAPIError.instance(
        text, None, error, DRIVER.Error, connection_invalidated=is_lost, dialect=DIALECT
    )
