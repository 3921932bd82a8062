"""How a field finds its value, as far as a plan needs to know: read, computed, embedded, or resolved.

Decides nothing: whoever knows the schema describes its fields with these. A field that is not described has
no plan.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLField, GraphQLUnionType

from executor.wants import Source


@dataclass(frozen=True, slots=True)
class Read:
    """The value is an attribute of the row, whatever the field's arguments.

    `holds_rows` says that it is a row, or a list of rows, of the source that the resolver above was told of.
    """

    attribute: str
    holds_rows: bool = False


@dataclass(frozen=True, slots=True)
class Compute:
    """The value is worked out from the row alone, at once, whatever the field's arguments.

    The function takes the row, or the values of the attributes `over`. `written` gives, by the value of the
    one attribute, a leaf as it is written, never null.
    """

    function: Callable[..., Any]
    over: tuple[str, ...] | None = None
    written: Mapping[Any, Any] | None = None


@dataclass(frozen=True, slots=True)
class Embed:
    """The value is an object made of attributes of the row: `parts` names them by the object's own names.

    It is null where the attribute `present` is. Rows that are objects have it ready as `attribute`.
    """

    attribute: str
    parts: Mapping[str, str]
    present: str


@dataclass(frozen=True, slots=True)
class Along:
    """How an answer that holds rows can come along with what it hangs on: its first rows, in lists.

    There are at most `most` of them. `order` is what they are in order by: the attribute, if the rows have
    it, and the list's name for who does not want that anyway. `make(context, key, rows, places)` makes the
    answer; the rows are tuples of what the lists hold, at `places` what they are in order by.
    """

    most: int
    order: Sequence[tuple[str | None, str]]
    make: Callable[[Any, Any, Sequence[tuple[Any, ...]], Sequence[int]], Any]


@dataclass(frozen=True, slots=True)
class Resolve:
    """The value comes from `resolve(context, row, **arguments)`, awaited or not.

    Where there is such a way, all rows are answered at once by `keyed(context, keys, **arguments)`, where a
    key is what the row has in the attributes `over`: a tuple, or the value where there is one. `arguments`
    turns what the document gives into what both of them take.

    `source` says that the answers are rows of it, or hold such rows where `is_holder`: `keyed`, or else
    `resolve`, then takes `wants=` as well and gives records in its order. By type where an answer may be of
    several: answers are then pairs of a type's name and a record. With `is_link`, `keyed` gives at most one
    row for a key, which whoever reads the rows above may bring along in the same statement. `along` says
    so of an answer that holds rows, by its arguments, if they are the same in every run. `same(context, key)`
    says that the answer is the row itself; it raises where it may not be given. `at_once(context, keys)`
    gives what `keyed` would, if that is known without waiting, else None. With `is_ready` nothing is ever
    waited for.
    """

    resolve: Callable[..., Any]
    arguments: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None
    keyed: Callable[..., Awaitable[Sequence[Any]]] | None = None
    over: tuple[str, ...] = ()
    source: Source | Mapping[str, Source] | None = None
    is_holder: bool = False
    is_link: bool = False
    along: Callable[[Mapping[str, Any]], Along | None] | None = None
    same: Callable[[Any, Any], None] | None = None
    at_once: Callable[[Any, Sequence[Any]], Sequence[Any] | None] | None = None
    is_ready: bool = False


@dataclass(frozen=True, slots=True)
class Kinds:
    """Of which type a record of a union is: by the value of one attribute."""

    attribute: str
    names: Mapping[Any, str]


How = Read | Compute | Embed | Resolve
Describe = Callable[[GraphQLField], How | None]
DescribeUnion = Callable[[GraphQLUnionType], Kinds | None]
