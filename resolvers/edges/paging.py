"""A page of a list, and its length for those who ask."""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from typing import Any, Generic, TypeVar

from executor.fields import Along
from executor.wants import Wants
from resolvers.context import Context
from storage.reads.pages import Asked, Listing, Page, Window

R = TypeVar("R")
Resolver = TypeVar("Resolver", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Neighbour(Generic[R]):
    """A row and its place in the list."""

    node: R
    cursor: str


@dataclass(frozen=True, slots=True)
class Connected(Generic[R]):
    """One page; `count` is only run where the whole list's length is asked for."""

    page: Page[R]
    count: Callable[[], Awaitable[int]]

    @property
    def nodes(self) -> Sequence[R]:
        """The rows."""
        return self.page.rows

    @property
    def edges(self) -> list[Neighbour[R]]:
        """The rows with their places."""
        return [Neighbour(*pair) for pair in zip(self.page.rows, self.page.cursors, strict=True)]


ROOT = 1  # the one parent of a list that nothing owns


async def paged(
    context: Context,
    listing: Listing[R],
    parent: Hashable,
    window: Window,
    asked: Asked = (),
    wants: Wants | None = None,
) -> Connected[R]:
    """Read one page of a parent's list, together with the same page of every other parent that asks.

    With `wants` its rows are records of them.
    """
    if wants is not None:
        return (await paged_many(context, listing, (parent,), window, wants, asked))[0]
    page: Page[R] = await context.read(listing.pages, parent, window, asked)
    return Connected(page, partial(context.read, listing.counts, parent, asked))


async def paged_many(
    context: Context,
    listing: Listing[R],
    parents: Sequence[Hashable],
    window: Window,
    wants: Wants,
    asked: Asked = (),
) -> list[Connected[Any]]:
    """Read the same page of each parent's list, as records of what is wanted."""
    pages = await context.pages(listing, parents, wants, window, asked)
    return [
        Connected(page, partial(context.read, listing.counts, parent, asked))
        for parent, page in zip(parents, pages, strict=True)
    ]


class Listed:
    """A list that is read by a key of its parent alone, a page at a time."""

    is_holder = True

    def __init__(self, listing: Listing[Any], over: tuple[str, ...]) -> None:
        self.source = listing
        self.over = over
        self._key = attrgetter(*over)

    async def __call__(self, context: Context, parent: Any, window: Window) -> Connected[Any]:
        """Read one page."""
        return await paged(context, self.source, self._key(parent), window)

    async def keyed(
        self, context: Context, keys: Sequence[Hashable], window: Window, *, wants: Wants
    ) -> list[Connected[Any]]:
        """Read the same page of each list."""
        return await paged_many(context, self.source, keys, window, wants)


def first_page(listing: Listing[Any], window: Window) -> Along:
    """Say how the first page of a list comes along with its parent."""

    def make(
        context: Context, parent: Hashable, rows: Sequence[Any], places: Sequence[int]
    ) -> Connected[Any]:
        page = listing.first(rows, window, places)
        return Connected(page, partial(context.read, listing.counts, parent, ()))

    return Along(window.size + 1, listing.places, make)


def listed(listing: Listing[Any], *over: str) -> Listed:
    """Make a list's edge; `over` are the attributes of its parent that are the key."""
    return Listed(listing, over)


def pages_of(listing: Listing[Any], *over: str) -> Callable[[Resolver], Resolver]:
    """Mark a function that gives pages of such rows, and takes `wants`, as one that can give records.

    With `over` they are, asked for no more than a page, those of the list by this key of its parent.
    """

    def mark(resolve: Resolver) -> Resolver:
        resolve.source, resolve.is_holder = listing, True  # type: ignore[attr-defined]  # read by whoever plans
        resolve.over = over  # type: ignore[attr-defined]  # as above
        return resolve

    return mark


def rows_of(source: Any) -> Callable[[Resolver], Resolver]:
    """Mark a function that gives a row of this source, and takes `wants`, as one that can give a record."""

    def mark(resolve: Resolver) -> Resolver:
        resolve.source = source  # type: ignore[attr-defined]  # read by whoever plans
        return resolve

    return mark
