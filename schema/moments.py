"""The moment an operation is of: cursors name it, whatever is read later.

Decides that an operation which asks for a cursor looks at the clock of commits before it reads anything else.
"""

from collections.abc import AsyncIterator
from functools import lru_cache
from typing import Final

from graphql import DocumentNode, FieldNode, Visitor, visit
from strawberry.extensions import SchemaExtension

CURSORS: Final = frozenset({"feedCursor", "supportQueueCursor"})


class Moments(SchemaExtension):
    """Takes the moment of operations that ask for it."""

    async def on_execute(self) -> AsyncIterator[None]:
        """Look before anything is read."""
        document = self.execution_context.graphql_document
        if document is not None and asks_for_cursor(document):
            await self.execution_context.context.look()
        yield


@lru_cache(maxsize=500)
def asks_for_cursor(document: DocumentNode) -> bool:
    """Whether a document names a field that is a place in a feed."""
    reader = _Reader()
    visit(document, reader)
    return reader.found


class _Reader(Visitor):
    found = False

    def enter_field(self, node: FieldNode, *_: object) -> None:
        self.found = self.found or node.name.value in CURSORS
