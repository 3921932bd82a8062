"""How types are declared: over rows, field by field, without a line of code that only hands a value on.

A type declared `over` a row is that row as clients see it: its `column`s read the row's attributes, its
`edge`s call a resolver. No object of the type is ever made. Decides nothing about any field; checks that
columns exist.
"""

import dataclasses
import inspect
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField
from strawberry.types.unset import UNSET

from domain.refusals import Refusal
from realtime.cursors import BadPlace
from schema import ids
from schema.ids import BadId
from schema.problems import check_texts, explained
from storage.reads.pages import BadCursor

T = TypeVar("T")

SOURCE = "source"  # where a column finds its value: an attribute of the row
RESOLVE = "resolve"  # what an edge calls
OVER = "over"  # what a computed field is worked out from: attributes of the row, not the row
WRITTEN = "written"  # a computed leaf as it is written, by the one attribute it is worked out from
HOLDS_ROWS = "holds_rows"  # the value is a row, or rows, that were read for what is above
ROW = "row"  # the class of the rows that a type is declared over
CHANGE = "change"  # what a mutation calls, with its context, its name and its input
PLAN = "plan"  # how an edge answers many rows: what `Resolve` of the executor is told of it
PLANNED = ("keyed", "over", "source", "is_holder", "is_link", "same", "at_once")


class ColumnField(StrawberryField):
    """A field that reads the row."""

    def get_result(self, source: Any, info: Any, args: list[Any], kwargs: Any) -> Any:  # noqa: ARG002
        """Give the attribute of the row."""
        return getattr(source, self.metadata.get(SOURCE, self.python_name))


class ComputedField(StrawberryField):
    """A field worked out from the row alone."""

    def get_result(self, source: Any, info: Any, args: list[Any], kwargs: Any) -> Any:  # noqa: ARG002
        """Give what the function makes of the row."""
        names = self.metadata.get(OVER)
        if names is None:
            return self.metadata[RESOLVE](source)
        return self.metadata[RESOLVE](*(getattr(source, name) for name in names))


class EdgeField(StrawberryField):
    """A field that a resolver answers, from the context, the row and the arguments."""

    @property
    def is_basic_field(self) -> bool:
        """It needs the context, so it is not basic."""
        return False

    def get_result(self, source: Any, info: Any, args: list[Any], kwargs: Any) -> Any:  # noqa: ARG002
        """Give what the resolver answers, awaited or not."""
        resolve = self.metadata[RESOLVE]
        if not self.arguments:
            return _answered(resolve, info.context, source)
        return _asked(resolve, info.context, source, kwargs)


def _answered(resolve: Callable[..., Any], context: Any, source: Any) -> Any:
    """A token may be too narrow for what the row leads to: then the client is told so."""
    try:
        return resolve(context, source)
    except Refusal as error:
        raise explained(error) from None


async def _asked(resolve: Callable[..., Any], context: Any, source: Any, arguments: Mapping[str, Any]) -> Any:
    """What the client wrote may make no sense: then the client is told so."""
    check_texts(arguments)
    try:
        answer = resolve(context, source, **arguments)
        return await answer if inspect.isawaitable(answer) else answer
    except (BadId, BadCursor, BadPlace, Refusal) as error:
        raise explained(error, arguments) from None


def column(description: str, *, of: str | None = None, holds_rows: bool = False) -> Any:
    """A field that reads the row's attribute of the same name, or the one named `of`."""
    metadata: dict[str, object] = {HOLDS_ROWS: holds_rows}
    if of:
        metadata[SOURCE] = of
    return ColumnField(description=description, metadata=metadata)


def computed(
    function: Callable[..., object],
    description: str,
    *,
    over: tuple[str, ...] | None = None,
    written: Mapping[Any, str] | None = None,
) -> Any:
    """A field worked out from the row alone; from the attributes `over`, where it is told of any.

    `written` is the leaf as it is written, by the one attribute's value.
    """
    metadata = {RESOLVE: function, OVER: over, WRITTEN: written}
    return ComputedField(description=description, metadata=metadata)


def global_id(kind: str, *attributes: str, description: str = "Names this object in the whole graph.") -> Any:
    """The id of a row of this kind whose key is in these attributes."""
    return computed(lambda *parts: ids.encode(kind, *parts), description, over=attributes)


def edge(resolve: Callable[..., object], description: str, **arguments: StrawberryArgument) -> Any:
    """A field answered by `resolve(context, row, **arguments)`; `id_` is the way to name an argument `id`."""
    field = EdgeField(description=description, metadata={RESOLVE: resolve})
    plan_like(field, resolve)
    return _with(arguments, field)


def plan_like(field: StrawberryField, resolve: object, **instead: object) -> None:
    """Let an edge answer many rows as `resolve` can, with something else in place of some of it."""
    found = {name: getattr(resolve, name) for name in PLANNED if hasattr(resolve, name)} | instead
    plan = {name: value for name, value in found.items() if value is not None}
    field.metadata = MappingProxyType({**field.metadata, PLAN: plan})


def subscription(follow: Callable[..., object], description: str, **arguments: StrawberryArgument) -> Any:
    """A field that `follow(context, None, **arguments)` answers with a stream of rows, one event each."""
    field = EdgeField(description=description, metadata={RESOLVE: follow}, is_subscription=True)
    return _with(arguments, field)


def _with(arguments: dict[str, StrawberryArgument], field: EdgeField) -> EdgeField:
    for name, argument in arguments.items():
        argument.python_name = name
        if name.endswith("_"):
            argument.graphql_name = name.rstrip("_")
    field.arguments = list(arguments.values())
    return field


def argument(kind: object, description: str, *, default: object = UNSET) -> StrawberryArgument:
    """An argument of an edge; the resolver's own default counts when an optional one is left out."""
    return StrawberryArgument("", None, StrawberryAnnotation(kind), description=description, default=default)


def over(
    row: type | None, description: str, *, when: Callable[[Any], bool] | None = None
) -> Callable[[type[T]], type[T]]:
    """Declare a type over rows of this class (over those `when` says); columns must be attributes of it."""

    def declare(cls: type[T]) -> type[T]:
        if row is not None:
            cls.is_type_of = staticmethod(  # type: ignore[attr-defined]
                lambda value, _info: type(value) is row and (when is None or when(value))
            )
        declared = strawberry.type(cls, description=description)
        if row is not None:
            _check(declared, row)
        return declared

    return declare


def _check(declared: type, row: type) -> None:
    attributes: Mapping[str, object] = {
        **{name: None for base in row.__mro__ for name in vars(base)},
        **{field.name: None for field in (dataclasses.fields(row) if dataclasses.is_dataclass(row) else ())},
    }
    for field in declared.__strawberry_definition__.fields:  # type: ignore[attr-defined]
        field.metadata = MappingProxyType({**field.metadata, ROW: row})
        if isinstance(field, ColumnField) and field.metadata.get(SOURCE, field.python_name) not in attributes:
            raise TypeError(f"{declared.__name__}.{field.python_name}: {row.__name__} has no such attribute")
