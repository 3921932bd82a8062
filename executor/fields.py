"""How a field finds its value, as far as a plan needs to know: read, computed, or resolved.

Decides nothing: whoever knows the schema describes its fields with these. A field that is not described has
no plan.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLField


@dataclass(frozen=True, slots=True)
class Read:
    """The value is an attribute of the row, whatever the field's arguments."""

    attribute: str


@dataclass(frozen=True, slots=True)
class Compute:
    """The value is worked out from the row alone, at once, whatever the field's arguments."""

    function: Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Resolve:
    """The value comes from `resolve(context, row, **arguments)`, awaited or not.

    `many(context, rows, **arguments)` answers all rows at once, where there is such a way; `arguments` turns
    what the document gives into what both take.
    """

    resolve: Callable[..., Any]
    many: Callable[..., Awaitable[Sequence[Any]]] | None = None
    arguments: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None


How = Read | Compute | Resolve
Describe = Callable[[GraphQLField], How | None]
