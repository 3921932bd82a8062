"""What counts as a list, and where its members are: as the plain executor has it."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, Self, TypeVar

from graphql.pyutils import is_iterable

from executor.outcomes import Bailed

T = TypeVar("T")
MOST_MADE: Final = 4  # of one list: of what is asked again and again there are few


def listed(value: Any) -> Sequence[Any]:
    """Give the members of any list, to be walked more than once. Raises Bailed for what is none."""
    if not is_iterable(value):
        raise Bailed("not_a_list")
    return value if isinstance(value, list | tuple) else list(value)


class Lasting(tuple[T, ...]):  # noqa: SLOT001 it has room for what is made of it
    """A list that stays as it is, for many answers to hold: what was made of it is kept with it."""

    made: dict[Any, Any]

    def __new__(cls, items: Iterable[T] = ()) -> Self:
        """Take the items; nothing is made of them yet."""
        new = super().__new__(cls, items)
        new.made = {}
        return new

    def keep(self, shape: Any, made: Any) -> None:
        """Keep what was made for a shape, and forget what else was, once there is much of it."""
        if len(self.made) >= MOST_MADE:
            self.made.clear()
        self.made[shape] = made
