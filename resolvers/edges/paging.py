"""A page of a list, and its length for those who ask."""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

from resolvers.context import Context
from storage.reads.pages import Asked, Listing, Page, Window

R = TypeVar("R")
P = TypeVar("P")


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
    def nodes(self) -> tuple[R, ...]:
        """The rows."""
        return self.page.rows

    @property
    def edges(self) -> list[Neighbour[R]]:
        """The rows with their places."""
        return [Neighbour(*pair) for pair in zip(self.page.rows, self.page.cursors, strict=True)]


ROOT = 1  # the one parent of a list that nothing owns


async def paged(
    context: Context, listing: Listing[R], parent: Hashable, window: Window, asked: Asked = ()
) -> Connected[R]:
    """Read one page of a parent's list, together with the same page of every other parent that asks."""
    return (await paged_many(context, listing, (parent,), window, asked))[0]


async def paged_many(
    context: Context, listing: Listing[R], parents: Sequence[Hashable], window: Window, asked: Asked = ()
) -> list[Connected[R]]:
    """Read the same page of each parent's list."""
    pages: Sequence[Page[R]] = await context.read_many(listing.pages, parents, window, asked)
    return [
        Connected(page, partial(context.read, listing.counts, parent, asked))
        for parent, page in zip(parents, pages, strict=True)
    ]


class Listed(Generic[P]):
    """A list that is read by a key of its parent alone, a page at a time."""

    def __init__(self, listing: Listing[Any], key: Callable[[P], Hashable]) -> None:
        self._listing, self._key = listing, key
        self.__doc__ = key.__doc__

    async def __call__(self, context: Context, parent: P, window: Window) -> Connected[Any]:
        """Read one page."""
        return await paged(context, self._listing, self._key(parent), window)

    async def many(self, context: Context, parents: Sequence[P], window: Window) -> list[Connected[Any]]:
        """Read the same page of each parent's list."""
        return await paged_many(context, self._listing, [self._key(parent) for parent in parents], window)


def listed(listing: Listing[Any]) -> Callable[[Callable[[P], Hashable]], Listed[P]]:
    """Make a list's edge of a function that gives a parent's key."""
    return lambda key: Listed(listing, key)
