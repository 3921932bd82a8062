"""What counts as a list, and where its members are: as the plain executor has it."""

from collections.abc import Sequence
from typing import Any

from graphql.pyutils import is_iterable

from executor.outcomes import Bailed


def listed(value: Any) -> Sequence[Any]:
    """Give the members of any list, to be walked more than once. Raises Bailed for what is none."""
    if not is_iterable(value):
        raise Bailed("not_a_list")
    return value if isinstance(value, list | tuple) else list(value)
