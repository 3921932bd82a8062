"""Where the code of a selection finds what it reads: on an object, in a record, or among parts of either.

Decides how an attribute is spelled. What is read is decided where it is asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from executor.code import Writer
from executor.wants import Link, Path, Source, Wants


@dataclass(slots=True)
class OnObject:
    """A row that is an object; `scope` are the wants of the records it may hold."""

    variable: str
    scope: Wants | None = None

    def read(self, attribute: str) -> str:
        """Spell an attribute."""
        return f"{self.variable}.{attribute}"

    def row(self) -> str:
        """Spell the row."""
        return self.variable


@dataclass(slots=True)
class InRecord:
    """A row in a record, at the end of a path; the object is made only if something asks for it."""

    writer: Writer
    variable: str
    wants: Wants
    source: Source
    path: Path = ()
    made: str | None = field(init=False, default=None)
    scope: Wants | None = field(init=False, default=None)

    def read(self, attribute: str) -> str:
        """Spell an attribute."""
        if attribute in self.source.direct:
            return self.at(attribute)
        return f"{self.row()}.{attribute}"

    def at(self, attribute: str) -> str:
        """Spell a value as it comes."""
        return f"{self.variable}[{self.wants.at(self.path, attribute)}]"

    def row(self) -> str:
        """Spell the row, which is made where the place is entered."""
        if self.made is None:
            self.made = self.writer.variable()
        return self.made

    def making(self) -> str | None:
        """Spell what makes the row; None where nothing asked for it."""
        if self.made is None:
            return None
        values = ", ".join(self.at(each) for each in self.source.whole)
        return f"{self.writer.name(self.source.make)}({values})"

    def linked(self, link: Link) -> "InRecord":
        """Give the place of a row that is brought along."""
        return InRecord(self.writer, self.variable, self.wants, link.source, (*self.path, link))

    def present(self) -> str:
        """Spell the condition that the row is there."""
        return f"{self.variable}[{self.wants.there(self.path)}] is not None"


@dataclass(slots=True)
class Embedded:
    """An object that is made of attributes of a row."""

    around: "Place"
    attribute: str
    parts: Mapping[str, str]
    unless_null: str
    scope: Wants | None = field(init=False, default=None)

    def read(self, attribute: str) -> str:
        """Spell an attribute."""
        part = self.parts.get(attribute)
        return f"{self.row()}.{attribute}" if part is None else self.around.read(part)

    def row(self) -> str:
        """Spell the object, which the row around it has."""
        return f"{self.around.row()}.{self.attribute}"


Place = OnObject | InRecord | Embedded
