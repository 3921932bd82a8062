"""A page of a list, and its length for those who ask."""

from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from resolvers.context import Context
from storage.reads.pages import Asked, Listing, Page, Window

R = TypeVar("R")


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
    page: Page[R] = await context.read(listing.pages, parent, window, asked)

    async def count() -> int:
        return await context.read(listing.counts, parent, asked)

    return Connected(page, count)
