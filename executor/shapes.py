"""What a plan is made of: selections of straight code, steps that come after it, and shapes of values.

Decides which steps wait for something. How any of it comes about is the compiler's.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLField, Node, VariableNode, Visitor, visit
from graphql.execution.collect_fields import FieldDetails

from executor.abstract import Sort
from executor.code import Build, One
from executor.fields import Resolve
from executor.wants import Wants


@dataclass(slots=True, eq=False)
class Shape:
    """What a value must become: wrappers from the outside in, then a leaf, an object, or one of several."""

    nullable: bool
    item: "Shape | None" = None
    leaves: Build | None = None
    selection: "Selection | None" = None
    abstract: "Abstract | None" = None

    @property
    def is_straight(self) -> bool:
        """Whether it is made by straight code alone, and so the same of the same value in every run."""
        if self.item is not None:
            return self.item.is_straight
        return self.abstract is None and (self.selection is None or not self.selection.steps)


@dataclass(slots=True)
class Abstract:
    """The selection of each type that a value may turn out to be; `sort` says which it is."""

    sort: Sort
    selections: Mapping[str, "Selection"]
    ones: Mapping[str, One] | None = field(init=False)
    """What makes one row of each type, if straight code does for all of them."""

    def __post_init__(self) -> None:
        ones = {name: each.one for name, each in self.selections.items() if each.one is not None}
        self.ones = ones if len(ones) == len(self.selections) else None


@dataclass(slots=True, eq=False)
class Step:
    """A field that is filled in once its selection's straight code has run.

    `take` gives what it starts from, row by row: rows or keys to resolve, or values, with nothing to resolve.
    """

    key: str
    take: Build
    resolve: Resolve | None
    wants: "Wants | Mapping[str, Wants] | None"
    shape: Shape
    definition: GraphQLField
    details: FieldDetails
    constant: GraphQLField = field(init=False)
    varying: GraphQLField | None = field(init=False)
    """The field with those of its arguments that are the same in every run, and with those that are not."""
    variables: Mapping[str, str] | None = field(init=False)
    """The variable of each argument that is not the same in every run, if it is one and nothing around it."""
    at_once: Callable[[Any, Sequence[Any]], Sequence[Any] | None] | None = field(init=False, default=None)
    """What may know the answers without waiting, where nothing below them waits."""
    known: Mapping[str, Any] | None = field(init=False, default=None)
    """What the resolver is given in every run, once it has been worked out."""

    @property
    def waits(self) -> bool:
        """Whether it may have to wait for an answer, or something below it may."""
        return (self.resolve is not None and not self.resolve.is_ready) or _waits(self.shape)

    def __post_init__(self) -> None:
        if self.resolve is not None and not _waits(self.shape):
            self.at_once = self.resolve.at_once
        given = {each.name.value: each for each in self.details.node.arguments or ()}
        varying = {name for name, each in given.items() if has_variables(each)}
        kind, arguments = self.definition.type, self.definition.args
        self.constant = GraphQLField(kind, {n: each for n, each in arguments.items() if n not in varying})
        others = {name: each for name, each in arguments.items() if name in varying}
        self.varying = GraphQLField(kind, others) if others else None
        self.variables = {
            arguments[name].out_name or name: each.value.name.value
            for name, each in given.items()
            if name in varying and isinstance(each.value, VariableNode)
        }
        if len(self.variables) < len(varying) or self.details.fragment_variable_values is not None:
            self.variables = None


def _waits(shape: Shape) -> bool:
    if shape.item is not None:
        return _waits(shape.item)
    if shape.abstract is not None:
        return any(each.waiting for each in shape.abstract.selections.values())
    return shape.selection is not None and bool(shape.selection.waiting)


def has_variables(node: Node) -> bool:
    """Whether anything in it is a variable."""
    reader = _Variables()
    visit(node, reader)
    return reader.found


class _Variables(Visitor):
    found = False

    def enter_variable(self, *_: object) -> None:
        self.found = True


@dataclass(slots=True, eq=False)
class Selection:
    """What is made of the rows of one type."""

    type_name: str
    build: Build = field(init=False)
    one: One | None = field(init=False, default=None)
    """The same of one row, if straight code is all there is to it."""
    source: str = field(init=False, default="")
    steps: list[Step] = field(default_factory=list)
    waiting: Sequence[Step] = field(init=False, default=())
    """Those of its steps that wait for something, or have a step below them that does."""
    ready: Sequence[Step] = field(init=False, default=())
    """The others."""
