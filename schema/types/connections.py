"""Pages as Relay describes them: connections, edges, cursors, and the four arguments that choose a page.

Decides how many rows a page may have. What a cursor holds is storage's to know.
"""

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from executor.fields import Along
from resolvers.edges.paging import first_page
from schema.columns import argument, column, computed, edge, over, plan_like
from schema.problems import BadInput
from storage.reads.pages import Listing, Window

T = TypeVar("T")

DEFAULT_SIZE = 25
LARGEST_SIZE = 100


@over(None, "Where a page lies in its list.")
class PageInfo:
    """What is before and after a page."""

    has_next_page: bool = column("Whether there are rows after this page.", of="has_next")
    has_previous_page: bool = column("Whether there are rows before this page.", of="has_previous")
    start_cursor: str | None = computed(
        lambda page: page.cursors[0] if page.cursors else None, "The place of the first row."
    )
    end_cursor: str | None = computed(
        lambda page: page.cursors[-1] if page.cursors else None, "The place of the last row."
    )


@over(None, "A row of a page, and its place in the list.")
class Edge(Generic[T]):
    """A row and its cursor."""

    node: T = column("The row.", holds_rows=True)
    cursor: str = column("Its place, to page on from.")


@over(None, "A page of a list.")
class Connection(Generic[T]):
    """A page, as `Connected` holds it."""

    edges: list[Edge[T]] = column("The rows with their places.")
    nodes: list[T] = column("The rows.", holds_rows=True)
    page_info: PageInfo = column("Where this page lies in the list.", of="page")
    total_count: int = edge(lambda _, connected: connected.count(), "How long the whole list is.")


def window(first: int | None, after: str | None, last: int | None, before: str | None) -> Window:
    """Which rows the four arguments mean. Raises BadInput."""
    if first is not None and last is not None:
        raise BadInput("Ask for the first rows or for the last, not for both.", "last")
    for name, size in (("first", first), ("last", last)):
        if size is not None and not 0 <= size <= LARGEST_SIZE:
            raise BadInput(f"A page has from 0 to {LARGEST_SIZE} rows.", name)
    if last is not None:
        return Window(last, backward=True, after=after, before=before)
    return Window(DEFAULT_SIZE if first is None else first, after=after, before=before)


def connection(resolve: Callable[..., Any], description: str, **arguments: Any) -> Any:
    """A field that pages through a list: `resolve(context, row, window, **arguments)` reads one page."""
    keyed = getattr(resolve, "keyed", None)

    async def page(
        context: Any,
        row: Any,
        *,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        **chosen: Any,
    ) -> Any:
        at = window(first, after, last, before)
        if keyed is None or "wants" not in chosen:
            return await resolve(context, row, at, **chosen)
        return await keyed(context, row, at, **chosen)

    field = edge(
        page,
        description,
        **arguments,
        first=argument(
            int | None, "How many rows from the start, or after the cursor; 25 if left out, at most 100."
        ),
        after=argument(str | None, "Only rows after this place."),
        last=argument(int | None, "How many rows from the end, or before the cursor; at most 100."),
        before=argument(str | None, "Only rows before this place."),
    )
    source = getattr(resolve, "source", None)
    has_key = bool(getattr(resolve, "over", None))
    listing = source if isinstance(source, Listing) and has_key else None

    def along(given: Mapping[str, Any]) -> Along | None:
        """A page from the start, of the whole list, comes along with what it hangs on."""
        asked = {name for name, value in given.items() if value is not None}
        if listing is None or asked - {"first"}:
            return None
        return first_page(listing, window(given.get("first"), None, None, None))

    plan_like(field, resolve, keyed=page if keyed is not None else None, along=along if listing else None)
    return field
