"""How tests ask: documents run as a viewer, mutations by name, refusals that must change nothing."""

import asyncio
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import orjson
import sqlalchemy as sa
from graphql import DocumentNode, ExecutionResult, OperationType
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.refusals import Refusal
from domain.viewer import Viewer
from domain.words import EventKind
from executor.outcomes import Bailed
from realtime.cursors import Cursors
from realtime.hub import Hub
from resolvers.context import Context
from schema.fast import plans
from schema.graph import graph
from schema.limits import admit
from schema.problems import BadInput
from server.documents import outline
from server.encoding import encode
from server.links import SignedLinks
from storage.tables import events, metadata, streams

REQUEST = """request {
  id number version status outcome fundedBy handledBy dueAt overdue closedAt turn
  thread { id } order { id } offers { id status amount { amount } expiresAt }
  returnShipment { status dropOffBy reviewBy trackingNumber carrier confirmedBy }
  replacements { trackingNumber shippedAt deliveredAt }
  refunds { id status fundedBy amount { amount } }
  escalations { cause by ruling { decision fundedBy overturned } }
}"""
ERRORS = "userErrors { code message field }"


class Silence:
    """A bell that nobody hears."""

    connected = False

    def ring(self, names: Collection[str]) -> None:
        """Nobody else is there."""

    async def heard(self) -> frozenset[str]:
        """Nothing, ever."""
        await asyncio.Event().wait()
        raise AssertionError


@dataclass
class Asking:
    """One database behind the graph, and what lies in it."""

    engine: AsyncEngine
    sandbox: bool = True
    by_plan: bool = False  # whether queries are answered by compiled plans
    hub: Hub = field(init=False)

    def __post_init__(self) -> None:
        self.hub = Hub(self.engine, Cursors("a secret of the tests"), Silence())

    async def run(self, document: str, viewer: Viewer | None, **variables: Any) -> dict[str, Any]:
        """Run a document and give its data; an error is a failure of the test."""
        result = await self.execute(document, viewer, **variables)
        assert not result.errors, [
            error.formatted | {"was": repr(error.original_error)} for error in result.errors
        ]
        data: dict[str, Any] = result.data
        return data

    async def execute(self, document: str, viewer: Viewer | None, **variables: Any) -> Any:
        """Run a document and give all of its result."""
        links = SignedLinks("https://amends.test", "a secret of the tests")
        context = Context(self.engine, viewer, links, self.sandbox, hub=self.hub)
        if self.by_plan and outline(document).choose(None) is OperationType.QUERY:
            admitted = admit(graph._schema, document, variables, None)
            assert isinstance(admitted, DocumentNode), admitted
            with suppress(BadInput, Bailed, Refusal):  # what is wrong is the plain executor's to say
                data = await plans().prepared(admitted, variables, None).run(context)
                written = orjson.loads(encode(data))  # as a client has it
                return ExecutionResult(data=written, errors=None)
        return await graph.execute(document, variable_values=variables, context_value=context)

    async def do(
        self, name: str, viewer: Viewer | None, returns: str = REQUEST, /, **fields: Any
    ) -> dict[str, Any]:
        """Run one mutation and give its payload."""
        document = (
            f"mutation($input: {input_type(name)}!) {{ {name}(input: $input) {{ {returns} {ERRORS} }} }}"
        )
        payload: dict[str, Any] = (await self.run(document, viewer, input=fields))[name]
        return payload

    async def ok(self, name: str, viewer: Viewer, returns: str = REQUEST, /, **fields: Any) -> Any:
        """Run one mutation that must work, and give the thing it answers."""
        payload = await self.do(name, viewer, returns, **fields)
        assert payload["userErrors"] == [], payload["userErrors"]
        thing: Any = next(value for key, value in payload.items() if key != "userErrors")
        return thing

    async def refused(
        self, name: str, viewer: Viewer | None, returns: str = "__typename", /, **fields: Any
    ) -> str:
        """Run one mutation that must be refused, see that nothing has changed, and give the code."""
        before = await self.snapshot()
        payload = await self.do(name, viewer, returns, **fields)
        assert payload["userErrors"], payload
        after = await self.snapshot()
        assert before == after, f"{name} was refused and changed {differing(before, after)}"
        code: str = payload["userErrors"][0]["code"]
        return code

    async def snapshot(self) -> dict[str, tuple[int, str]]:
        """Give each table's row count and checksum, keys aside: a refusal is remembered, too."""
        digest = "coalesce(md5(string_agg(t::text, ',' ORDER BY t::text)), '')"
        summaries = [
            f"SELECT '{table.name}', count(*), {digest} FROM {table.name} t"
            for table in metadata.sorted_tables
            if table.name != "idempotency_keys"
        ]
        async with self.engine.connect() as connection:
            rows = await connection.execute(sa.text(" UNION ALL ".join(summaries)))
            return {name: (count, digest) for name, count, digest in rows}

    async def heads(self) -> dict[str, int]:
        """Give how far each stream has come."""
        async with self.engine.connect() as connection:
            rows = await connection.execute(sa.select(streams.c.name, streams.c.head))
            return {row.name: row.head for row in rows}

    async def told_since(self, heads: dict[str, int]) -> set[EventKind]:
        """Give the kinds of what any stream has told of since."""
        async with self.engine.connect() as connection:
            rows = await connection.execute(sa.select(events.c.stream, events.c.sequence, events.c.kind))
            return {row.kind for row in rows if row.sequence > heads.get(row.stream, 0)}

    async def journal(self, kind: str) -> dict[str, int]:
        """Give the latest journal of a kind: what each account moved, in cents."""
        lines = sa.text(
            "SELECT l.account, sum(l.amount_minor)::int FROM journal_lines l JOIN journals j ON"
            " (j.seller_id, j.number) = (l.seller_id, l.journal_number) WHERE j.kind = :kind AND "
            "(j.seller_id, j.number)"
            " = (SELECT seller_id, number FROM journals WHERE kind = :kind ORDER BY posted_at DESC, number "
            "DESC LIMIT 1)"
            " GROUP BY l.account"
        )
        async with self.engine.connect() as connection:
            return dict((await connection.execute(lines, {"kind": kind})).all())

    async def accounts(self) -> dict[str, int]:
        """Give what all journals about the latest order moved, by account, in cents."""
        lines = sa.text(
            "SELECT account, sum(amount_minor)::int FROM journal_lines"
            " WHERE order_id = (SELECT max(id) FROM orders) GROUP BY account"
        )
        async with self.engine.connect() as connection:
            return dict((await connection.execute(lines)).all())

    async def count(self, table: str, condition: str = "true") -> int:
        """Count rows."""
        async with self.engine.connect() as connection:
            counted: int = (
                await connection.execute(sa.text(f"SELECT count(*) FROM {table} WHERE {condition}"))
            ).scalar_one()
        return counted


def input_type(mutation: str) -> str:
    """The name of a mutation's input."""
    root = graph._schema.mutation_type
    assert root is not None
    return str(root.fields[mutation].args["input"].type).rstrip("!")


def differing(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """The tables that differ."""
    return [name for name in before if before[name] != after[name]]
