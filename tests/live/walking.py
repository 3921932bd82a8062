"""A random walk of what people do: each step is something that somebody may do now, through the graph.

Decides by a seed alone. What is refused on the way is refused: it is the events that are looked at.
"""

import random
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

from domain.viewer import Viewer
from tests.live.people import People
from tests.schema.world import usd

Fields = dict[str, Any]
ACTIONS = """query($id: ID!) { supportRequest(id: $id) {
  offers { id status } returnShipment { carrier trackingNumber }
  availableActions { action allowed }
} }"""

REQUEST_ACTIONS: Mapping[str, tuple[str, Callable[[random.Random, Any], Fields]]] = {
    "REFUND_IN_FULL": ("refundInFull", lambda dice, _: {"fileClaim": dice.random() < 0.3}),
    "REFUND_ON_RETURN": ("refundOnReturn", lambda *_: {}),
    "OFFER_PARTIAL_REFUND": ("offerPartialRefund", lambda *_: {"amount": usd("30.00")}),
    "EXPLAIN_NO_REFUND": ("explainNoRefund", lambda *_: {"message": "It was as shown."}),
    "ASK_FOR_DETAILS": ("askForDetails", lambda *_: {"message": "Which one?"}),
    "REFUND_WITHOUT_WAITING": ("refundWithoutWaiting", lambda *_: {}),
    "CONFIRM_RETURN": ("confirmReturn", lambda *_: {}),
    "DISPUTE_RETURN": ("disputeReturn", lambda *_: {"condition": "DAMAGED", "text": "It is broken."}),
    "ACCEPT_OFFER": ("acceptOffer", lambda _, found: {"offerId": found["offers"][-1]["id"]}),
    "DECLINE_OFFER": ("declineOffer", lambda _, found: {"offerId": found["offers"][-1]["id"]}),
    "WITHDRAW": ("withdrawRequest", lambda *_: {}),
    "ESCALATE": ("escalateRequest", lambda *_: {"text": "It was not."}),
    "ANSWER_SURVEY": ("answerSurvey", lambda dice, _: {"satisfied": dice.random() < 0.5}),
    "RULE": (
        "ruleOnRequest",
        lambda dice, _: {
            "decision": dice.choice(["REFUND", "REFUND_ON_RETURN"]),
            "fundedBy": "SELLER",
            "text": "So be it.",
        },
    ),
    "AUTHORIZE_RETURN": ("authorizeReturn", lambda *_: {}),
    "HAND_TO_SELLER": ("handToSeller", lambda *_: {"message": "Yours."}),
    "TAKE_OVER": ("takeOverRequest", lambda *_: {"message": "Ours."}),
}
"""By action: its mutation, and what it asks for beside the request."""
SENDS = "SEND_MESSAGE"
ENDS_EARLY = {"WITHDRAW", "TAKE_OVER"}
"""What may be done nearly always, and leaves little to be done."""


class Walk:
    """Somebody does something, again and again."""

    def __init__(self, world: People, seed: int) -> None:
        self.world = world
        self.dice = random.Random(seed)  # noqa: S311 a repeatable one is wanted
        self.requests: list[dict[str, Any]] = []
        self.done: list[str] = []
        """The mutations that were not refused, in order."""
        self._words = count(1)

    async def open_request(self) -> dict[str, Any]:
        """Let the buyer ask for help with something else."""
        reason = self.dice.choice(["DEFECTIVE", "DAMAGED_IN_TRANSIT"])
        request = await self.world.open_request(await self.world.sold(), reason, by=self.world.buyer)
        self.requests.append(request)
        return dict(request)

    async def step(self) -> None:
        """Let somebody do one thing."""
        steps = (self._act, self._talk, self._tidy_up, self._work, self._scan, self._let_time_pass)
        await self.dice.choices(steps, weights=(12, 3, 4, 2, 4, 1))[0]()

    async def _act(self) -> None:
        """Let one side of a request do one of the things that it may do now."""
        request, viewer = self._one_of_each()
        found = (await self.world.run(ACTIONS, viewer, id=request["id"]))["supportRequest"]
        allowed = [each["action"] for each in found["availableActions"] if each["allowed"]]
        known = [action for action in allowed if action in REQUEST_ACTIONS]
        if len(known) > 1 and self.dice.random() < 0.9:
            known = [action for action in known if action not in ENDS_EARLY]
        if known:
            mutation, fields = REQUEST_ACTIONS[self.dice.choice(known)]
            await self._do(mutation, viewer, requestId=request["id"], **fields(self.dice, found))
        elif SENDS in allowed:
            await self._talk()

    async def _talk(self) -> None:
        request, viewer = self._one_of_each()
        words = {"body": f"Words {next(self._words)}."}
        if self.dice.random() < 0.7:
            await self._do("sendMessage", viewer, threadId=request["thread"]["id"], **words)
        else:
            to = self.world.seller.username
            await self._do("startDirectThread", self.world.buyer, username=to, **words)

    async def _tidy_up(self) -> None:
        request, viewer = self._one_of_each()
        if self.dice.random() < 0.2:
            await self._do("markNotificationsRead", viewer, all=True)
            return
        named = {"threadId": request["thread"]["id"]}
        ways = ["markThreadRead", "markThreadUnread", "archiveThread", "unarchiveThread", "indicateTyping"]
        await self._do(self.dice.choice(ways), viewer, **named)

    async def _work(self) -> None:
        request, support = self.dice.choice(self.requests), self.world.support
        if self.dice.random() < 0.5:
            await self._do("addInternalNote", support, requestId=request["id"], body="A note.")
        else:
            agent = (await self.world.run("{ viewer { user { id } } }", support))["viewer"]["user"]["id"]
            someone = self.dice.choice([agent, None])
            await self._do("assignRequest", support, requestId=request["id"], assigneeId=someone)

    async def _scan(self) -> None:
        request = self.dice.choice(self.requests[-3:])
        found = (await self.world.run(ACTIONS, self.world.support, id=request["id"]))["supportRequest"]
        parcel = found["returnShipment"]
        if parcel is not None and parcel["trackingNumber"] is not None:
            kind = self.dice.choice(["ACCEPTED", "DELIVERED"])
            scan = parcel | {"kind": kind, "at": (await self.world.now()).isoformat()}
            await self._do("reportScans", self.world.platform, scans=[scan])

    async def _let_time_pass(self) -> None:
        hours = self.dice.choice(["PT2H", "PT2H", "PT2H", "P3D"])
        await self._do("advanceTestClock", self.world.support, by=hours)

    def _one_of_each(self) -> tuple[dict[str, Any], Viewer]:
        sides = [self.world.buyer, self.world.seller, self.world.seller, self.world.support]
        return self.dice.choice(self.requests[-3:]), self.dice.choice(sides)

    async def _do(self, mutation: str, viewer: Viewer, **fields: Any) -> None:
        payload = await self.world.do(mutation, viewer, "__typename", **fields)
        if not payload["userErrors"]:
            self.done.append(mutation)
