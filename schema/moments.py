"""The moment an operation is of: cursors name it, whatever is read later.

Decides that an operation which asks for a cursor looks at the clock of commits before it reads anything else.
"""

from collections import OrderedDict
from collections.abc import AsyncIterator
from typing import Final

from graphql import DocumentNode, FieldNode, Visitor, visit
from strawberry.extensions import SchemaExtension

MOST_KNOWN: Final = 500
CURSORS: Final = frozenset({"feedCursor", "supportQueueCursor"})


class Moments(SchemaExtension):
    """Takes the moment of operations that ask for it."""

    async def on_execute(self) -> AsyncIterator[None]:
        """Look before anything is read."""
        document = self.execution_context.graphql_document
        if document is not None and asks_for_cursor(document):
            await self.execution_context.context.look()
        yield


def asks_for_cursor(document: DocumentNode) -> bool:
    """Whether a document names a field that is a place in a feed."""
    known = _known.get(id(document))
    if known is None:
        reader = _Reader()
        visit(document, reader)
        known = _known[id(document)] = (document, reader.found)
        if len(_known) > MOST_KNOWN:
            _known.popitem(last=False)
    return known[1]


_known: OrderedDict[int, tuple[DocumentNode, bool]] = OrderedDict()
"""By the identity of documents, which are kept with them: to compare two would be to walk through both."""


class _Reader(Visitor):
    found = False

    def enter_field(self, node: FieldNode, *_: object) -> None:
        self.found = self.found or node.name.value in CURSORS
