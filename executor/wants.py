"""What a plan reads of a source's rows: told to whoever reads them, so that nothing else is read.

Decides the order of a record: places are handed out as they are asked for. Knows no statement.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Protocol


class Kept(StrEnum):
    """What every value of an attribute is that comes in a record, if it is not null."""

    TEXT = "TEXT"
    BOOLEAN = "BOOLEAN"
    INTEGER = "INTEGER"
    """Of 32 bits."""
    INSTANT = "INSTANT"
    """In UTC."""


class Source(Protocol):
    """Where rows come from, as far as a plan needs to know."""

    @property
    def direct(self) -> frozenset[str]:
        """The attributes whose values can be taken as they come in a record."""

    @property
    def whole(self) -> Sequence[str]:
        """The attributes that make a row."""

    @property
    def required(self) -> frozenset[str]:
        """Attributes that are null in no row."""

    @property
    def kinds(self) -> Mapping[str, Kept]:
        """What the values of attributes are, where that is certain."""

    @property
    def words(self) -> Mapping[str, frozenset[str]]:
        """The texts of which every value of an attribute is one, if it is not null, where that is certain."""

    @property
    def lists(self) -> frozenset[str]:
        """The attributes whose values are lists."""

    def make(self, *values: Any) -> Any:
        """Make a row of the values of `whole`, as they come in a record."""


@dataclass(frozen=True, slots=True)
class Link:
    """A way from a row to at most one row of another source, by the values of these attributes.

    With `wants` of its own it is a way to any number of rows: a record has a list for each value that is
    wanted of them, in the rows' order, or null where there is no row; with `most`, of the first so many, and
    other lists that the source has, by their names.
    """

    source: Source
    by: tuple[str, ...]
    wants: "Wants | None" = None
    most: int | None = None


Path = tuple[Link, ...]
PRESENT: Final = ""
"""The attribute that is null where the row at the end of a path is not there, and only there."""


class Wants:
    """The values that make a record, in order: of rows of a source, and of rows linked to them."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.kept: dict[Hashable, Any] = {}
        """For whoever reads: what has been made ready for these wants."""
        self._places: dict[tuple[Path, str | int], int] = {}

    def at(self, path: Path, attribute: str | int) -> int:
        """Give the place of a value in every record; a list's is that of the value in the rows' own wants."""
        return self._places.setdefault((path, attribute), len(self._places))

    def there(self, path: Path) -> int:
        """Give the place of a value that is null if, and only if, the row at the end of a path is not there.

        One that is wanted anyway, where there is such a one.
        """
        required = (path[-1].source if path else self.source).required
        for (other, attribute), place in self._places.items():
            if other == path and attribute in required:
                return place
        return self.at(path, PRESENT)

    @property
    def values(self) -> Sequence[tuple[Path, str | int]]:
        """What a record holds, in order."""
        return tuple(self._places)
