"""Steps over what is there already: answers made of lists that came along, and rows that are the answer.

Decides nothing: what they are made into is told with the field.
"""

from collections.abc import Callable, Sequence
from typing import Any

from executor.fields import Along, Resolve


def brought(along: Along, places: Sequence[int]) -> Resolve:
    """Make the answers of keys with the lists of their rows, of which these are what they are in order by."""

    async def make(context: Any, given: Sequence[Any]) -> Sequence[Any]:
        return [
            along.make(context, key, () if lists[0] is None else list(zip(*lists, strict=True)), places)
            for key, lists in given
        ]

    return Resolve(make, keyed=make, is_ready=True)


def same(check: Callable[[Any, Any], None]) -> Resolve:
    """Give rows back whose keys pass."""

    async def passed(context: Any, given: Sequence[Any]) -> Sequence[Any]:
        for key, _ in given:
            check(context, key)
        return [row for _, row in given]

    return Resolve(passed, keyed=passed, is_ready=True)
