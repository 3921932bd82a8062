"""Buyers and sellers who act at one moment, and how their commands went: in one transaction, or alone."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from domain.viewer import Viewer
from storage.tables import metadata, streams
from tests.schema.test_statements import counted
from tests.schema.world import World

SEND = "mutation($input: SendMessageInput!) { sendMessage(input: $input) { message { number } } }"
NUMBER = "message { number }"


@dataclass(frozen=True)
class Sale:
    """A request of a buyer and a seller who have no other."""

    request: dict[str, Any]
    buyer: Viewer
    seller: Viewer

    @property
    def named(self) -> dict[str, str]:
        """What names the request in an input."""
        return {"requestId": self.request["id"]}

    def says(self, body: str, **more: Any) -> dict[str, Any]:
        """The input of a message."""
        return {"threadId": self.request["thread"]["id"], "body": body} | more


async def sales(world: World, many: int) -> list[Sale]:
    """Let so many buyers ask as many sellers for help, all at once."""
    rows = [await world.order_row(f"buyer{number}", f"seller{number}") for number in range(many)]
    results = await world.ok("importOrders", world.platform, "results { order { id } }", orders=rows)
    at = (await world.now()).isoformat()
    scans = [
        {"carrier": "USPS", "trackingNumber": row["shipment"]["trackingNumber"], "kind": kind, "at": at}
        for row in rows
        for kind in ("ACCEPTED", "DELIVERED")
    ]
    await world.ok("reportScans", world.platform, "results { status }", scans=scans)

    async def sale(number: int, order: dict[str, Any]) -> Sale:
        buyer, seller = [await world.member(f"{side}{number}") for side in ("buyer", "seller")]
        return Sale(await world.open_request(order, by=buyer), buyer, seller)

    return await asyncio.gather(*(sale(number, result["order"]) for number, result in enumerate(results)))


@dataclass(frozen=True)
class Ways:
    """How commands went: how many transactions were shared, and how many were one command's own."""

    shared: int
    alone: int

    @classmethod
    def of(cls, statements: Sequence[str]) -> "Ways":
        """Read it off the statements that lock requests."""
        locking = [each for each in statements if "FOR NO KEY UPDATE OF orders, requests" in each]
        shared = sum("SKIP LOCKED" in each for each in locking)
        return cls(shared, len(locking) - shared)


async def at_once(world: World, *calls: Awaitable[Any]) -> tuple[list[Any], Ways]:
    """Give the answers to calls of one moment, and how they went."""
    with counted(world.engine) as statements:
        answers = await asyncio.gather(*calls)
    return list(answers), Ways.of(statements)


async def kept_of(world: World, sale: Sale) -> dict[str, Any]:
    """Give a checksum of everything that is about a sale's seller, in each table."""
    summaries = []
    for table in metadata.sorted_tables:
        of_seller = [name for name in ("seller_id", "owner_id") if name in table.columns]
        if of_seller:
            where = f"{of_seller[0]} = {sale.seller.account_id}"
        elif table is streams:
            where = f"name IN ('a{sale.seller.account_id}', 'a{sale.buyer.account_id}')"
        else:
            continue
        digest = "md5(string_agg(t::text, ',' ORDER BY t::text))"
        summaries.append(f"SELECT '{table.name}', count(*), {digest} FROM {table.name} t WHERE {where}")
    async with world.engine.connect() as connection:
        rows = await connection.execute(sa.text(" UNION ALL ".join(summaries)))
        return {name: (count, digest) for name, count, digest in rows}


def code_of(payload: dict[str, Any]) -> str:
    """The code of a payload's only refusal."""
    (error,) = payload["userErrors"]
    code: str = error["code"]
    return code
