"""What a follower brings to be told together with others: what it asks, with whose eyes, and how it is told.

Decides who shares: those who ask the same and see the same, for as long as each one's viewer stays who it
was. Knows no transport.
"""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Any, Final, Generic, Protocol, TypeVar

from domain.viewer import Viewer
from server.payloads import reach_of

F = TypeVar("F")
F_co = TypeVar("F_co", covariant=True)


TOLD: Final = "told"
"""Where those who take the same keep what is left of it without what nobody is told of."""


class Teller(Protocol[F_co]):
    """Makes frames for one subscription."""

    @property
    def asked(self) -> Hashable:
        """The same for all who ask the same."""

    def tell_as(self, viewer: Viewer | None, item: Any, /) -> Awaitable[F_co | None]:
        """Make what this viewer is told of an item; None for nothing."""


class Together(Generic[F]):
    """One follower's part."""

    __slots__ = ("_hand_over", "_item_of", "_teller", "_viewer", "_viewer_now")

    def __init__(
        self,
        teller: Teller[F],
        item_of: Callable[[Any], Awaitable[Any]],
        viewer_now: Callable[[], Viewer | None],
        hand_over: Callable[[Sequence[F], dict[Any, Any]], bool],
    ) -> None:
        self._teller = teller
        self._item_of = item_of
        self._viewer_now = viewer_now
        self._viewer = viewer_now()
        self._hand_over = hand_over

    def key(self) -> Hashable:
        """Name what is asked and how far these eyes reach; they are this viewer's until it is asked again."""
        self._viewer = self._viewer_now()
        return self._teller.asked, reach_of(self._viewer)

    async def make(self, event: Any) -> F | None:
        """Make what everyone of the key is told."""
        item = await self._item_of(event)
        return None if item is None else await self._teller.tell_as(self._viewer, item)

    def take(self, made: Sequence[F | None], kept: dict[Any, Any]) -> bool:
        """Hand it over, if these are still the eyes that it was made for: others may see more."""
        if self._viewer_now() is not self._viewer:
            return False
        told = kept.get(TOLD)
        if told is None:
            told = kept[TOLD] = [each for each in made if each is not None]
        return not told or self._hand_over(told, kept)
