"""A marketplace whose people ask over HTTP, each question to the next of several processes.

Whoever finds the database away asks again with the same words, and with the same key: as the answer says.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.viewer import Viewer
from domain.words import ViewerRole
from server.auth import issue_token
from storage import callers, clock
from tests.live.processes import PATIENCE_SECONDS, SECRET
from tests.schema.world import RETURN_ADDRESS, SELLER_SCOPES, World

AGAIN_SECONDS = 0.05


def bearer_of(viewer: Viewer) -> str:
    """Make a token of the viewer's."""
    return issue_token(SECRET, viewer.username or "", viewer.role, ttl_seconds=3600, scopes=viewer.scopes)


@dataclass
class People(World):
    """Everybody of a marketplace, and whom they ask."""

    hosts: Sequence[str] = ()
    client: httpx.AsyncClient = field(kw_only=True)
    homes: dict[Viewer, str] = field(default_factory=dict)
    """Who asks one process alone, and which."""
    other_seller: str = field(init=False)
    asked: int = 0
    unavailable: int = 0
    """How often somebody was told that the database was away."""
    _bearers: dict[Viewer, str] = field(default_factory=dict)

    async def run(self, document: str, viewer: Viewer | None, **variables: Any) -> dict[str, Any]:
        """Ask until there is an answer; any error but that the database is away is a failure of the test."""
        self.asked += 1
        host = self.hosts[self.asked % len(self.hosts)]
        headers = {}
        if viewer is not None:
            host = self.homes.get(viewer, host)
            headers = {"authorization": f"Bearer {self.bearer(viewer)}"}
        body = {"query": document, "variables": variables}
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                answer = (await self.client.post(f"http://{host}/graphql", json=body, headers=headers)).json()
                if "errors" not in answer:
                    data: dict[str, Any] = answer["data"]
                    return data
                codes = {error.get("extensions", {}).get("code") for error in answer["errors"]}
                assert codes == {"UNAVAILABLE"}, answer
                self.unavailable += 1
                await asyncio.sleep(AGAIN_SECONDS)

    def bearer(self, viewer: Viewer) -> str:
        """Give the viewer's token, the same each time."""
        return self._bearers.setdefault(viewer, bearer_of(viewer))

    async def settle(self, name: str = "") -> None:
        """Let there be a buyer, a seller with an address, two strangers and an agent, all named alike."""
        async with self.engine.begin() as connection:
            agent = await callers.ensure_agent(connection, f"sam{name}", at=await clock.now(connection))
        self.support = Viewer(ViewerRole.SUPPORT, agent.id, f"sam{name}")
        self.other_seller = f"sue{name}"
        await self.order(buyer=f"stan{name}", seller=self.other_seller)
        await self.order(buyer=f"bob{name}", seller=f"ann{name}")
        self.buyer = await self.member(f"bob{name}")
        self.seller = await self.member(f"ann{name}")
        self.stranger = await self.member(f"stan{name}")
        self.partner = self.acting_for(self.seller, SELLER_SCOPES)
        await self.ok("updateReturnAddress", self.seller, "seller { __typename }", address=RETURN_ADDRESS)

    async def sold(self) -> dict[str, Any]:
        """Let the buyer buy something from the seller that is then delivered."""
        return await self.delivered_order(buyer=self.buyer.username, seller=self.seller.username)

    async def to_support(self) -> Any:
        """Bring a request to Support."""
        request = await self.open_request(await self.sold())
        await self.ok("explainNoRefund", self.seller, requestId=request["id"], message="It was as shown.")
        return await self.ok("escalateRequest", self.buyer, requestId=request["id"], text="It was not.")

    async def refunded_with_words(self, words: str) -> Any:
        """Open a request, refund it with a claim at the carrier, and say something about it afterwards."""
        request = await self.open_request(await self.sold(), "DAMAGED_IN_TRANSIT", by=self.buyer)
        await self.ok("refundInFull", self.seller, requestId=request["id"], fileClaim=True)
        await self.say(self.seller, request, words)
        return request

    async def say(self, by: Viewer, request: Any, words: str) -> None:
        """Write in the conversation of a request."""
        await self.ok("sendMessage", by, "message { number }", threadId=request["thread"]["id"], body=words)

    async def inbox_cursor(self, viewer: Viewer) -> str:
        """Give where the viewer's feed is."""
        cursor: str = (await self.run("{ viewer { feedCursor } }", viewer))["viewer"]["feedCursor"]
        return cursor

    async def queue_cursor(self) -> str:
        """Give where Support's queue is."""
        cursor: str = (await self.run("{ supportQueueCursor }", self.support))["supportQueueCursor"]
        return cursor

    async def request_cursors(self, id_: str, viewer: Viewer) -> tuple[str, str]:
        """Give where a request's stream is, and its thread's."""
        document = "query($id: ID!) { supportRequest(id: $id) { feedCursor thread { feedCursor } } }"
        found = (await self.run(document, viewer, id=id_))["supportRequest"]
        return found["feedCursor"], found["thread"]["feedCursor"]


@asynccontextmanager
async def people(engine: AsyncEngine, hosts: Sequence[str], name: str = "") -> AsyncIterator[People]:
    """Let there be people while the block runs; a number tells them from others of the same database."""
    limits = httpx.Limits(max_keepalive_connections=20)
    async with httpx.AsyncClient(timeout=PATIENCE_SECONDS, limits=limits) as client:
        world = People(engine, hosts=hosts, client=client)
        world._numbers = count(1_000 * int(name or 0) + 1)  # of orders and parcels
        await world.settle(name)
        yield world
