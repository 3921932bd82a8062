"""Small schemas for tests, whose fields say how they are found; and both ways to answer, compared."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLArgument,
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    execute,
    parse,
    validate,
)

from executor.fields import Compute, How, Read, Resolve
from executor.leaves import Inlines
from executor.outcomes import Bailed, Unsupported
from executor.plans import Plans
from executor.telling import Telling

PLANNED = "planned"
HOW = "how"
UTC_Z = orjson.OPT_UTC_Z  # instants may be left to whoever writes them
NO_INLINES: Inlines = {}


def found(kind: GraphQLOutputType, how: How | None, **arguments: GraphQLArgument) -> GraphQLField:
    """A field of this type that is found so, by either executor."""
    return GraphQLField(kind, arguments, resolve=_plainly(how) if how else None, extensions={HOW: how})


def read(kind: GraphQLOutputType, attribute: str) -> GraphQLField:
    """A field that is an attribute of the row."""
    return found(kind, Read(attribute))


def computed(kind: GraphQLOutputType, function: Callable[[Any], Any]) -> GraphQLField:
    """A field worked out from the row."""
    return found(kind, Compute(function))


def resolved(
    kind: GraphQLOutputType, resolve: Callable[..., Any], by_name: Any = None, **arguments: GraphQLArgument
) -> GraphQLField:
    """A field that is resolved, with its arguments as they are; for all rows at once `by_name`, if given."""
    over = ("name",) if by_name else ()
    how = Resolve(resolve, dict if arguments else None, keyed=by_name, over=over)
    return found(kind, how, **arguments)


def _plainly(how: How) -> Callable[..., Any]:
    match how:
        case Read(attribute):
            return lambda row, _info: getattr(row, attribute)
        case Compute(function):
            return lambda row, _info: function(row)
        case Resolve(resolve):
            return lambda row, info, **arguments: resolve(info.context, row, **arguments)
        case _:
            raise NotImplementedError(how)


@dataclass(frozen=True)
class Answer:
    """What the plain executor says, and whether a plan said the same or why it left that to the former."""

    plain: ExecutionResult
    planned: str

    @property
    def data(self) -> Any:
        """The data, of which there was no second opinion."""
        return self.plain.data


class Small:
    """A schema of one query type, and its plans."""

    def __init__(
        self,
        fields: Mapping[str, GraphQLField],
        *types: GraphQLNamedType,
        context: Any = None,
        inlines: Inlines = NO_INLINES,
    ) -> None:
        self.schema = GraphQLSchema(GraphQLObjectType("Query", dict(fields)), types=types)
        self.plans = Plans(self.schema, Telling(lambda definition: definition.extensions[HOW]), inlines)
        self.context = context
        self._documents: dict[str, DocumentNode] = {}

    def document(self, query: str) -> DocumentNode:
        """Give a document that is valid, and the same each time."""
        if query not in self._documents:
            self._documents[query] = parse(query)
            assert validate(self.schema, self._documents[query]) == []
        return self._documents[query]

    async def ask(self, query: str, root: Any = None, **variables: Any) -> Answer:
        """Ask both ways; an answer by plan must be the plain one to the byte, and without an error."""
        document = self.document(query)
        plain = execute(self.schema, document, root, self.context, variables)
        if not isinstance(plain, ExecutionResult):
            plain = await plain
        wrong: Exception | None = None
        data = None
        try:
            data = await self.plans.prepared(document, variables, None).run(self.context, root)
        except Unsupported as unsupported:
            return Answer(plain, str(unsupported))
        except Exception as error:  # noqa: BLE001 whatever it is, the plain executor must have met it as well
            wrong = error
        assert bool(wrong) is bool(plain.errors), f"{wrong!r} by plan, {plain.errors} without"
        if wrong is not None:
            return Answer(plain, str(wrong) if isinstance(wrong, Bailed) else type(wrong).__name__)
        assert orjson.dumps(data, option=UTC_Z) == orjson.dumps(plain.data)
        return Answer(plain, PLANNED)
