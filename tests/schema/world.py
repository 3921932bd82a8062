"""A small marketplace for tests, driven through the graph alone, with the clock in hand.

    world = await World.open(engine)
    order = await world.delivered_order()
    request = await world.open_request(order)
    request = await world.ok("refundInFull", world.seller, requestId=request["id"])

It begins on a Monday at 09:00 in the policy's zone, so that hours are business hours until Friday night.
"""

import base64
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from itertools import count
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from domain.policy import CURRENT
from domain.viewer import Viewer
from domain.words import Scope, ViewerRole
from storage import attachments, callers, clock
from storage.transaction import in_silence, transaction
from tests.schema.asking import REQUEST, Asking

PLATFORM = Viewer(ViewerRole.PLATFORM, None, "platform", frozenset({Scope.PLATFORM_WRITE}))
SELLER_SCOPES = frozenset(
    {Scope.REQUESTS_READ, Scope.REQUESTS_RESPOND, Scope.MESSAGES_WRITE, Scope.LEDGER_READ}
)
RETURN_ADDRESS = {
    "name": "Ann's Cards",
    "line1": "1 Main Street",
    "city": "Austin",
    "region": "TX",
    "postalCode": "73301",
    "countryCode": "US",
}
LEDGER = "viewer { seller { ledger { entries(first: 50) { nodes { component amount { amount } journalId } } \
balance { posted { amount } held { amount } available { amount } } } } }"


@dataclass
class World(Asking):
    """Everybody, and what they do."""

    buyer: Viewer = field(init=False)
    seller: Viewer = field(init=False)
    partner: Viewer = field(init=False)
    support: Viewer = field(init=False)
    stranger: Viewer = field(init=False)
    platform: Viewer = PLATFORM
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    @classmethod
    async def open(cls, engine: AsyncEngine) -> "World":
        """Let there be a buyer, an enrolled seller with a return address, a stranger and an agent."""
        world = cls(engine)
        async with engine.begin() as connection:
            now = await clock.now(connection)
            zone = CURRENT.calendar.zone
            monday = now.astimezone(zone).date() + timedelta(days=7 - now.astimezone(zone).weekday())
            await clock.reach(connection, datetime.combine(monday, time(9), zone).astimezone(UTC))
            agent = await callers.ensure_agent(connection, "sam", at=now)
        world.support = Viewer(ViewerRole.SUPPORT, agent.id, "sam")
        await world.order(buyer="stan", seller="sue")
        await world.order(buyer="bob", seller="ann")
        world.buyer = await world.member("bob")
        world.seller = await world.member("ann")
        world.stranger = await world.member("stan")
        world.partner = world.acting_for(world.seller, SELLER_SCOPES)
        await world.ok("updateReturnAddress", world.seller, "seller { __typename }", address=RETURN_ADDRESS)
        return world

    async def member(self, username: str) -> Viewer:
        """Give a member's token."""
        async with self.engine.connect() as connection:
            account = await callers.by_username(connection, username)
        assert account is not None, username
        return Viewer(ViewerRole.MEMBER, account.id, username)

    def acting_for(self, seller: Viewer, scopes: Iterable[Scope]) -> Viewer:
        """Give a partner app's token."""
        return Viewer(ViewerRole.PARTNER, seller.account_id, seller.username, frozenset(scopes))

    # ── time ──

    async def now(self) -> datetime:
        """Give the world's present."""
        async with self.engine.connect() as connection:
            return await clock.now(connection)

    async def advance(self, by: str) -> int:
        """Let time pass; give how many deadlines fired."""
        payload = await self.do("advanceTestClock", self.support, "clock { now } fired", by=by)
        assert payload["userErrors"] == [], payload["userErrors"]
        fired: int = payload["fired"]
        return fired

    async def advance_to(self, at: str) -> int:
        """Let time pass until just after an instant."""
        seconds = (datetime.fromisoformat(at) - await self.now()).total_seconds()
        return await self.advance(f"PT{max(seconds, 0) + 1:.3f}S")

    # ── what people do ──

    async def order(self, *, buyer: str = "bob", seller: str = "ann", **changes: Any) -> dict[str, Any]:
        """Import one order of 100.00 with a platform label of USPS, bought two hours ago; give its ids."""
        row = await self.order_row(buyer, seller, **changes)
        result = await self.import_row(row)
        assert result["status"] == "CREATED", result
        shipment = row["shipment"] or {}
        tracking = {"carrier": shipment.get("carrier"), "trackingNumber": shipment.get("trackingNumber")}
        return {"id": result["order"]["id"], "externalId": row["externalId"], **tracking}

    async def order_row(self, by: str = "bob", of: str = "ann", /, **changes: Any) -> dict[str, Any]:
        """Give one row of importOrders, with an order's and a parcel's names that were not used before."""
        number = next(self._numbers)
        placed_at = (await self.now() - timedelta(hours=2)).isoformat()
        row = {
            "externalId": f"order-{number}",
            "placedAt": placed_at,
            "title": f"Card {number}",
            "category": "cards",
            "consumable": False,
            "quantity": 1,
            "buyer": {"username": by, "displayName": by.title(), "countryCode": "US"},
            "seller": {
                "username": of,
                "displayName": of.title(),
                "countryCode": "US",
                "accessGrantedAt": "2025-12-05T12:00:00Z",
            },
            "price": usd("100.00"),
            "tax": usd("8.00"),
            "shipping": usd("7.00"),
            "commission": usd("8.00"),
            "processingFee": usd("3.65"),
            "shipment": {
                "externalId": f"shipment-{number}",
                "carrier": "USPS",
                "trackingNumber": f"TRACK{number}",
                "platformLabel": True,
            },
        }
        return row | changes

    async def import_row(self, row: dict[str, Any]) -> dict[str, Any]:
        """Import one row and give its result."""
        returns = "results { externalId status order { id } userErrors { code message field } }"
        results = await self.ok("importOrders", PLATFORM, returns, orders=[row])
        result: dict[str, Any] = results[0]
        return result

    async def scan(self, parcel: dict[str, Any], *kinds: str) -> list[dict[str, Any]]:
        """Report scans of a parcel, happening now; give the last one's requests."""
        requests = []
        for kind in kinds:
            scan = {
                "carrier": parcel["carrier"],
                "trackingNumber": parcel["trackingNumber"],
                "kind": kind,
                "at": (await self.now()).isoformat(),
            }
            returns = "results { status requests { id status } userErrors { code message field } }"
            result: Any = (await self.ok("reportScans", PLATFORM, returns, scans=[scan]))[0]
            assert result["status"] == "CREATED", result
            requests = result["requests"]
        return requests

    async def delivered_order(self, **changes: Any) -> dict[str, Any]:
        """Import an order that has been mailed and delivered."""
        order = await self.order(**changes)
        await self.scan(order, "ACCEPTED", "DELIVERED")
        return order

    async def photo(self, owner: Viewer, content_type: str = "image/jpeg") -> str:
        """Upload a photo; give its id."""
        returns = "upload { attachment { id } }"
        upload = await self.ok(
            "createUpload", owner, returns, filename="photo.jpg", contentType=content_type, byteSize=1000
        )
        id_: str = upload["attachment"]["id"]
        async with transaction(self.engine, in_silence) as connection:
            number = int(base64.urlsafe_b64decode(id_ + "==").decode().split(":")[1])
            file = await attachments.get(connection, number)
            assert file is not None
            at = await clock.now(connection)
            await attachments.finish(
                connection, file, content_type=content_type, byte_size=1000, sha256="0" * 64, at=at
            )
        return id_

    async def open_request(self, order: dict[str, Any], reason: str = "DEFECTIVE", **fields: Any) -> Any:
        """Let the buyer ask for help with an order."""
        return await self.ok(
            "openSupportRequest",
            fields.pop("by", self.buyer),
            **{"orderId": order["id"], "reason": reason, "description": "It does not work."} | fields,
        )

    async def refused_opening(self, order: dict[str, Any], reason: str = "DEFECTIVE", **fields: Any) -> str:
        """Let the buyer ask for help in vain; give the code."""
        return await self.refused(
            "openSupportRequest",
            fields.pop("by", self.buyer),
            **{"orderId": order["id"], "reason": reason, "description": "It does not work."} | fields,
        )

    async def return_in_review(self) -> Any:
        """Bring a request to where the item is back with the seller."""
        request = await self.open_request(await self.delivered_order())
        waiting = await self.ok("refundOnReturn", self.seller, requestId=request["id"])
        await self.scan(waiting["returnShipment"], "ACCEPTED", "DELIVERED")
        return await self.request(request["id"])

    async def escalated(self) -> Any:
        """Bring a request to Support, against an explanation."""
        request = await self.open_request(await self.delivered_order())
        await self.ok(
            "explainNoRefund", self.seller, requestId=request["id"], message="It was shown on camera."
        )
        return await self.ok("escalateRequest", self.buyer, requestId=request["id"], text="It was not.")

    async def rule(self, request: dict[str, Any], decision: str, funded_by: str, **fields: Any) -> Any:
        """Let Support decide."""
        return await self.ok(
            "ruleOnRequest",
            self.support,
            **{"requestId": request["id"], "decision": decision, "fundedBy": funded_by, "text": "We looked."}
            | fields,
        )

    async def charge_back(self, order: dict[str, Any]) -> Any:
        """Report that the buyer's bank took the payment back, just now; give the order."""
        at = (await self.now()).isoformat()
        return await self.ok(
            "reportChargeback",
            PLATFORM,
            "order { chargedBackAt }",
            orderExternalId=order["externalId"],
            at=at,
        )

    async def request(self, id_: str, viewer: Viewer | None = None) -> dict[str, Any]:
        """Read a request anew."""
        document = f"query($id: ID!) {{ supportRequest(id: $id) {REQUEST.removeprefix('request')} }}"
        found: dict[str, Any] = (await self.run(document, viewer or self.support, id=id_))["supportRequest"]
        return found

    async def ledger(self, seller: Viewer | None = None) -> list[tuple[str, str]]:
        """Give the seller's ledger lines, oldest first, sales left out."""
        data = await self.run(f"{{ {LEDGER} }}", seller or self.seller)
        nodes = data["viewer"]["seller"]["ledger"]["entries"]["nodes"]
        lines = [(node["component"], node["amount"]["amount"]) for node in reversed(nodes)]
        return [line for line in lines if line[0] != "SALE"]

    async def balance(self, seller: Viewer | None = None) -> dict[str, str]:
        """Give the seller's balances."""
        data = await self.run(f"{{ {LEDGER} }}", seller or self.seller)
        balance = data["viewer"]["seller"]["ledger"]["balance"]
        return {name: balance[name]["amount"] for name in balance}


def usd(amount: str) -> dict[str, str]:
    """An amount in US dollars."""
    return {"amount": amount, "currencyCode": "USD"}
