"""One operation of the graph, whatever it came by: checked, run to its answer, or followed event by event.

Decides what a client gets of each outcome. Knows no transport and no field of the schema.
"""

from collections.abc import AsyncIterable, Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, Self
from weakref import WeakValueDictionary

from graphql import DocumentNode, ExecutionResult, GraphQLError
from graphql.execution import Executor, create_source_event_stream, execute_subscription_event
from graphql.language import OperationType
from strawberry import Schema
from strawberry.execution import optimized_is_awaitable

from domain.viewer import Viewer
from executor.changes import Done
from realtime.following import patiently
from resolvers.context import Context
from schema.limits import admit
from schema.moments import asks_for_cursor
from server.compiled import Compiled
from server.documents import outline
from server.encoding import encode
from server.errors import describe, is_bug, is_database_away
from server.payloads import Asked, Payloads, reach_of
from server.requests import Operation
from server.together import Together

Visible = Callable[[Context, Any], Awaitable[bool]]
"""Whether an event may be told to whoever's context this is, at this moment."""


class ContextFor(Protocol):
    """Makes the context of one operation, or of one event: never shared between two."""

    def __call__(self, viewer: Viewer | None, last_event_id: str | None = None, /) -> Context:
        """Give a fresh one; `last_event_id` is the cursor that a client says it has come to."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to an operation: whether it ran at all, and if not, whether that was our fault."""

    body: dict[str, Any]
    ran: bool
    failed: bool


@dataclass(frozen=True)
class Frame:
    """One answer of many, shared by all who are told the same.

    One without `data` is the last: the stream itself went wrong.
    """

    body: dict[str, Any]
    cursor: str | None = None

    @property
    def is_last(self) -> bool:
        """Whether this says why nothing more comes."""
        return "data" not in self.body

    @cached_property
    def json(self) -> bytes:
        """The body as JSON, written once."""
        return encode(self.body)

    @cached_property
    def text(self) -> str:
        """The same as text."""
        return self.json.decode()


class Rejected(Exception):  # noqa: N818 as in "rejected subscription"
    """Nothing will be told: the operation did not begin. Carries the outcome to answer with."""

    def __init__(self, errors: Sequence[GraphQLError]) -> None:
        super().__init__()
        self.outcome = _outcome(None, errors, ran=False)


async def always(_context: Context, _event: object) -> bool:
    """Tell everybody everything: for graphs whose events are for all who may follow."""
    return True


class Operations:
    """The graph, ready to run operations; bugs are masked and written down here, once."""

    def __init__(
        self,
        graph: Schema,
        context_for: ContextFor,
        visible: Visible = always,
        *,
        introspection: bool,
        compiled: Compiled | None = None,
    ) -> None:
        self.compiled = compiled
        self.payloads = Payloads()
        self._asked_now: WeakValueDictionary[Asked, Asked] = WeakValueDictionary()
        self._graph = graph
        self._executor = graph.execution_context_class
        self.context_for = context_for
        self.visible = visible
        self._introspection = introspection

    def check(self, operation: Operation) -> OperationType:
        """Give the kind of an operation that may be tried; raises GraphQLError for one that may not."""
        document = outline(operation.query)
        kind = document.choose(operation.name)
        if document.introspects and not self._introspection:
            raise GraphQLError("Introspection is off here; the schema is at /schema.graphql.")
        return kind

    async def run(self, operation: Operation, viewer: Viewer | None) -> Outcome:
        """Run a query or a mutation that was checked."""
        for ready in operation.ready:
            data = await ready.data(self.context_for(viewer))
            if data is not None:
                return Outcome({"data": data}, ran=True, failed=False)
        document = self._admitted(operation)
        if document is None:  # the graph itself says what is against it
            said = await self._graph.execute(
                operation.query,
                variable_values=operation.variables,
                context_value=self.context_for(viewer),
                operation_name=operation.name,
            )
            return _outcome_of(said.data, said.errors or [])
        done = None
        if self.compiled is not None and not operation.ready:
            ready = self.compiled.ready(document, operation)
            if ready is not None:
                data = await ready.data(self.context_for(viewer))
                done = ready.done
                if data is not None:
                    if done is None:
                        operation.ready[:] = [ready]  # others may have been about the same
                    return Outcome({"data": data}, ran=True, failed=False)
        result = await self._execute(document, operation, viewer, done)
        return _outcome_of(result.data, result.errors or [])

    def _admitted(self, operation: Operation) -> DocumentNode | None:
        """Give the document of an operation that may run; None where something is against it."""
        schema = self._graph._schema  # noqa: SLF001 as its own extensions do
        try:
            admitted = admit(schema, operation.query, operation.variables or {}, operation.name)
        except GraphQLError:
            return None
        return None if isinstance(admitted, Sequence) else admitted

    async def _execute(
        self, document: DocumentNode, operation: Operation, viewer: Viewer | None, done: Done | None
    ) -> ExecutionResult:
        """Let the plain executor run an operation that was admitted, or the rest of a change that is done."""
        context = self.context_for(viewer)
        if asks_for_cursor(document):
            try:
                await context.look()
            except Exception as error:  # noqa: BLE001 told to the client, as what goes wrong in a field is
                return ExecutionResult(None, [_as_graphql(error)])
        executor = self._executor.build(
            self._graph._schema,  # noqa: SLF001 as above
            document,
            context_value=context,
            raw_variable_values=operation.variables,
            operation_name=operation.name,
            is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type]  # it guards no type
            middleware=None if done is None else [done],
            operation_extensions=None,
        )
        if isinstance(executor, list):
            return ExecutionResult(None, executor)
        answer: Any = executor.execute_operation()
        result: ExecutionResult = await answer if isinstance(answer, Awaitable) else answer
        return result

    async def follow(
        self, operation: Operation, viewer_now: Callable[[], Viewer | None], *, after: str | None = None
    ) -> "Following":
        """Begin a subscription that was checked; raises Rejected.

        `viewer_now` is asked anew for each event: a token may have been exchanged for a narrower one.
        """
        schema = self._graph._schema  # noqa: SLF001 as its own extensions do
        admitted = admit(schema, operation.query, operation.variables or {}, operation.name)
        if isinstance(admitted, Sequence):
            raise Rejected(admitted)
        made = self._executor.build(
            schema,
            admitted,
            context_value=self.context_for(viewer_now(), after),
            raw_variable_values=operation.variables,
            operation_name=operation.name,
            operation_extensions=None,
        )
        if isinstance(made, list):
            raise Rejected(made)
        source = await patiently(lambda: _begun(made))
        return Following(source, _Teller(self, self.asked(admitted, made), viewer_now))

    def asked(self, document: DocumentNode, executor: Executor[Any]) -> Asked:
        """What is asked of each event: kept once for all who ask it."""
        asked = Asked(document, executor)
        return self._asked_now.setdefault(asked, asked)


class Following:
    """A subscription that has begun: an iterator over its frames, closed by whoever began it."""

    __slots__ = ("_is_over", "_items", "_join", "_teller")

    def __init__(self, source: AsyncIterable[Any], teller: "_Teller") -> None:
        self._join: Callable[..., None] | None = getattr(source, "join", None)
        self._items = aiter(source)
        self._teller = teller
        self._is_over = False

    def hand_over_by(self, take: Callable[[Sequence[Frame], dict[Any, Any]], bool]) -> None:
        """Have frames handed over at once, where that may be: `take` says whether all of them were taken.

        It may note something for all who are handed the same. What was not taken comes by iteration, which
        goes on meanwhile as if nothing were told. To be said first.
        """
        if self._join is not None:
            teller = self._teller
            self._join(lambda item_of: Together(teller, item_of, teller.viewer_now, take))

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Frame:
        """Wait for the next event that may be told."""
        while not self._is_over:
            try:
                event = await anext(self._items)
                frame = await self._teller.tell(event)
            except StopAsyncIteration:
                self._is_over = True
            except Exception as error:  # noqa: BLE001 told to the client, and written down if it is a bug
                self._is_over = True
                return Frame({"errors": describe([_as_graphql(error)])})
            else:
                if frame is not None:
                    return frame
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """Let go of the source, whether or not its first event was waited for."""
        self._is_over = True
        close = getattr(self._items, "aclose", None)
        if close is not None:
            await close()


class _Teller:
    """Answers the events of one subscription, each with the eyes of its moment."""

    __slots__ = ("_house", "asked", "viewer_now")

    def __init__(self, house: Operations, asked: Asked, viewer_now: Callable[[], Viewer | None]) -> None:
        self._house = house
        self.asked = asked
        self.viewer_now = viewer_now
        if house.compiled and not asked.is_prepared:
            asked.prepare(house.compiled.prepared(asked.document, asked.executor))

    async def tell(self, event: Any) -> Frame | None:
        """Tell of an event once the database is there: what was announced is not left out."""
        viewer, shared = self.viewer_now(), getattr(event, "share_key", None)
        if shared is None:
            return await self.tell_as(viewer, event)
        key = shared, self.asked, reach_of(viewer)
        return await self._house.payloads.once(key, lambda: self.tell_as(viewer, event))

    async def tell_as(self, viewer: Viewer | None, event: Any) -> Frame | None:
        """Tell this viewer of an event, made for nobody else."""
        return await patiently(lambda: self._try_to_tell(event, viewer))

    async def _look(self, viewer: Viewer | None) -> Context:
        """Give the eyes of this moment."""
        context = self._house.context_for(viewer)
        context.is_one_of_many = True
        if asks_for_cursor(self.asked.document):
            await context.look()
        return context

    async def _try_to_tell(self, event: Any, viewer: Viewer | None) -> Frame | None:
        house = self._house
        context = await self._look(viewer)
        if not await house.visible(context, event):
            return None
        cursor = getattr(event, "cursor", None)
        if house.compiled and self.asked.prepared:
            data = await house.compiled.payload(self.asked.prepared, context, event)
            if data is not None:
                return Frame({"data": data}, cursor)
            context = await self._look(viewer)  # anew: the other remembers what went wrong
        executor = self.asked.executor.build_per_event_executor(event)
        executor._relevant_sub_fields = {}  # noqa: SLF001 the copy's is shared, and would grow with each event
        executor.context_value = context
        answer = execute_subscription_event(executor)
        result = await answer if isinstance(answer, Awaitable) else answer
        _wait_for_database(result.errors or [])
        outcome = _outcome(result.data, result.errors or [], ran=True)
        return Frame(outcome.body, cursor)


def _outcome_of(data: dict[str, Any] | None, errors: Sequence[GraphQLError]) -> Outcome:
    ran = data is not None or any(error.path is not None for error in errors)
    return _outcome(data, errors, ran=ran)


async def _begun(executor: Executor[Any]) -> AsyncIterable[Any]:
    begun = create_source_event_stream(executor)
    source = await begun if isinstance(begun, Awaitable) else begun
    if isinstance(source, ExecutionResult):
        _wait_for_database(source.errors or [])
        raise Rejected(source.errors or [])
    return source


def _wait_for_database(errors: Sequence[GraphQLError]) -> None:
    """Raises what says that the database was away, where that is what went wrong."""
    for error in errors:
        if error.original_error is not None and is_database_away(error):
            raise error.original_error


def _outcome(data: Any, errors: Sequence[GraphQLError], *, ran: bool) -> Outcome:
    body: dict[str, Any] = {"data": data} if ran else {}
    if errors:
        body["errors"] = describe(errors)
    return Outcome(body, ran, failed=not ran and any(is_bug(error) for error in errors))


def _as_graphql(error: Exception) -> GraphQLError:
    return error if isinstance(error, GraphQLError) else GraphQLError(str(error), original_error=error)
