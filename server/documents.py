"""What a GraphQL document may be before anything runs: its size, its nesting, its operation.

Decides by the text alone, once for each text. Knows no schema; depth and cost are weighed there.
"""

from dataclasses import dataclass
from functools import lru_cache

from graphql import GraphQLError, parse
from graphql.language import (
    FieldNode,
    OperationDefinitionNode,
    OperationType,
    StringValueNode,
    Visitor,
    visit,
)

MOST_TOKENS = 20_000
MOST_TEXTS_KEPT = 500
INTROSPECTION = frozenset({"__schema", "__type"})


@dataclass(frozen=True, slots=True)
class Outline:
    """What must be known of a document to choose what to run."""

    operations: tuple[tuple[str | None, OperationType], ...]
    introspects: bool

    def choose(self, name: str | None) -> OperationType:
        """Give the kind of the operation that `name` means; raises GraphQLError when it means none."""
        chosen = [kind for known, kind in self.operations if name is None or known == name]
        if not chosen:
            raise GraphQLError(
                "The document holds no operation." if name is None else f"Unknown operation named '{name}'."
            )
        if len(chosen) > 1:
            raise GraphQLError("The document holds several operations: name one of them in operationName.")
        return chosen[0]


@lru_cache(maxsize=MOST_TEXTS_KEPT)
def outline(query: str) -> Outline:
    """Read a document; raises GraphQLError where it cannot be read or may not be run."""
    reader = _Reader()
    try:
        visit(parse(query, max_tokens=MOST_TOKENS), reader)
    except RecursionError:
        raise GraphQLError("The document is nested too deeply.") from None
    return Outline(tuple(reader.operations), reader.introspects)


class _Reader(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.operations: list[tuple[str | None, OperationType]] = []
        self.introspects = False

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: object) -> None:
        self.operations.append((node.name.value if node.name else None, node.operation))

    def enter_field(self, node: FieldNode, *_: object) -> None:
        self.introspects = self.introspects or node.name.value in INTROSPECTION

    def enter_string_value(self, node: StringValueNode, *_: object) -> None:
        if "\0" in node.value:
            raise GraphQLError("A text must not hold the character U+0000.", node)
