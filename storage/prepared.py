"""Statements that SQLAlchemy has written once, as asyncpg takes them.

Decides how values become parameters, and what asyncpg gives becomes values. Knows no connection and no table.
"""

import re
from collections import namedtuple
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property, lru_cache, partial
from typing import Any, Final, cast
from weakref import WeakKeyDictionary

import orjson
import sqlalchemy as sa
from sqlalchemy import Dialect, Executable
from sqlalchemy.dialects.postgresql.asyncpg import PGCompiler_asyncpg, PGDialect_asyncpg

DIALECT: Final[Dialect] = PGDialect_asyncpg(json_deserializer=orjson.loads)  # type: ignore[no-untyped-call]


class _WithWords(PGCompiler_asyncpg):
    """Writes out what is the same in every run: words and numbers that nobody gives.

    What is planned for any values still finds the indexes of those, and nothing is sent that is known.
    """

    def visit_bindparam(self, bindparam: Any, *args: Any, **options: Any) -> Any:
        value = bindparam.value
        if bindparam.unique and isinstance(value, str | int) and not UNWRITABLE.intersection(str(value)):
            options["literal_binds"] = True
        return super().visit_bindparam(bindparam, *args, **options)  # type: ignore[no-untyped-call]


class _Writing(PGDialect_asyncpg):
    statement_compiler = _WithWords
    supports_statement_cache = True


_WRITING: Final[Dialect] = _Writing()  # type: ignore[no-untyped-call]

MOST_TOGETHER: Final = 500

Values = tuple[Any, ...]

UNWRITABLE: Final = frozenset("$\\")
"""Of what would look like a parameter, or be escaped: texts with these are sent apart."""

_PARAMETER: Final = re.compile(r"\$(\d+)")


class Prepared:
    """A statement as PostgreSQL is told it, its parameters in order, and what comes of it.

    `given` names the parameters that tell an INSERT or an UPDATE which columns it is about. Of the statement,
    words alone are kept: what SQLAlchemy makes of one takes half a megabyte.
    """

    def __init__(self, statement: Executable, given: Collection[str] = ()) -> None:
        compiled: Any = cast("sa.ClauseElement", statement).compile(
            dialect=_WRITING, column_keys=list(given) or None, compile_kwargs={"render_postcompile": True}
        )
        self.text: str = compiled.string
        names: Sequence[str] = compiled.positiontup or ()
        defaults: Mapping[str, Any] = compiled.params
        processors: Mapping[str, Any] = compiled._bind_processors  # noqa: SLF001 as its own cursors do
        kinds = {name: compiled.binds[name].type for name in names}
        self.names = names
        self.parameters = [
            (name, defaults.get(name), None if _is_list_of_the_same(kinds[name]) else processors.get(name))
            for name in names
        ]
        self.is_text = isinstance(statement, sa.TextClause)
        columns: Sequence[Any] = () if self.is_text else compiled._result_columns  # noqa: SLF001 as above
        self.columns: Sequence[str] = [column.keyname for column in columns]
        self._kinds = [column.type for column in columns]

    def arguments(self, given: Mapping[str, Any]) -> list[Any]:
        """Give the values of the parameters, in their order."""
        value_of = given.get
        return [
            value_of(name, default) if process is None else process(value_of(name, default))
            for name, default, process in self.parameters
        ]

    @cached_property
    def row(self) -> Callable[[Iterable[Any]], Any]:
        """Makes a row of its values: they are its attributes, too."""
        return row_of(self.columns)

    def values(self, records: Sequence[Sequence[Any]]) -> list[Values]:
        """Give the values of records, as the columns' types have them."""
        processors = self._processors
        if not processors:
            return [tuple(record) for record in records]
        found = []
        for record in records:
            values = list(record)
            for place, process in processors:
                values[place] = process(values[place])
            found.append(tuple(values))
        return found

    @cached_property
    def _processors(self) -> list[tuple[int, Callable[[Any], Any]]]:
        processors = [(place, _result_processor(kind)) for place, kind in enumerate(self._kinds)]
        return [(place, process) for place, process in processors if process is not None]


def _result_processor(kind: Any) -> Callable[[Any], Any] | None:
    if isinstance(kind, sa.Enum) and kind.enum_class is not None:
        members: dict[str | None, Any] = dict(zip(kind.enums, kind.enum_class, strict=True))
        return {**members, None: None}.__getitem__  # SQLAlchemy's looks further
    process: Callable[[Any], Any] | None = kind.dialect_impl(DIALECT).result_processor(DIALECT, None)
    return process


def _is_list_of_the_same(kind: Any) -> bool:
    """Whether values are lists that asyncpg takes as they are: SQLAlchemy would copy them."""
    return isinstance(kind, sa.ARRAY) and (
        kind.item_type.dialect_impl(DIALECT).bind_processor(DIALECT) is None
    )


def row_of(names: Sequence[str]) -> Callable[[Iterable[Any]], Any]:
    """Give what makes rows with attributes of these names."""
    made: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]  # noqa: PYI024 its names come late
    make: Callable[[Iterable[Any]], Any] = made._make
    return make


_prepared: WeakKeyDictionary[Executable, dict[tuple[str, ...], Prepared]] = WeakKeyDictionary()


def prepared(statement: Executable, given: Mapping[str, Any]) -> Prepared:
    """Prepare a statement, once for as long as there is one: those that modules are built with stay."""
    known = _prepared.get(statement)
    if known is None:
        known = _prepared[statement] = {}
    keys = tuple(given) if statement.is_dml else ()
    found = known.get(keys)
    if found is None:
        found = known[keys] = Prepared(statement, keys)
    return found


@lru_cache(maxsize=MOST_TOGETHER)
def together(texts: tuple[str, ...]) -> str:
    """Give one statement that does what these do, of what was there before any of them."""
    if len(texts) == 1:
        return texts[0]
    parts, taken = [], 0
    for place, text in enumerate(texts, 1):
        numbered, before = _PARAMETER.subn(partial(_moved_by, taken), text), taken
        taken = max([before, *(int(number) for number in _PARAMETER.findall(numbered[0]))])
        parts.append(f"change_{place} AS ({numbered[0]})")
    return f"WITH {', '.join(parts)} SELECT"


def _moved_by(places: int, parameter: re.Match[str]) -> str:
    return f"${int(parameter[1]) + places}"
