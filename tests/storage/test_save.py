"""What is saved is what was decided: loading a request gives it back equal, whatever was done to it."""

from dataclasses import replace

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from domain import commands as c
from domain.values import Request
from domain.words import Carrier, Funder, Party, RequestStatus, ReturnCondition, RulingDecision, ScanKind
from tests.storage.market import MONDAY, Market, label, usd

S, B, SUPPORT, CARRIER = Party.SELLER, Party.BUYER, Party.SUPPORT, Party.CARRIER


def scan(role: str, kind: ScanKind) -> str:
    return f"{role}:{kind.value}"


PATHS: dict[str, list[tuple[Party, c.Command]]] = {
    "refund in full": [(S, c.RefundInFull("Sorry!"))],
    "partial refund accepted": [
        (S, c.OfferPartialRefund(usd(3_000), "For the scratch")),
        (B, c.AcceptOffer(1)),
    ],
    "details, then explained, escalated and upheld": [
        (S, c.AskForDetails("Which bulb?")),
        (B, c.SendMessage("A blue one.")),
        (S, c.ExplainNoRefund("It works with a white one.")),
        (B, c.Escalate("It does not.")),
        (SUPPORT, c.Rule(RulingDecision.UPHOLD, Funder.NOBODY, "The seller is right.")),
        (B, c.AnswerSurvey(satisfied=False, comment="Hm.")),
    ],
    "ruled: a part, funded by the platform": [
        (SUPPORT, c.TakeOver("Let us look.")),
        (SUPPORT, c.Rule(RulingDecision.REFUND, Funder.PLATFORM, "Half each.", usd(2_500))),
    ],
    "offer declined, return asked for, withdrawn": [
        (S, c.OfferPartialRefund(usd(3_000))),
        (B, c.DeclineOffer(1, own_label=label())),
        (B, c.Withdraw()),
    ],
    "refund on return, then without waiting": [
        (S, c.RefundOnReturn("Send it back", own_label=label())),
        (S, c.RefundWithoutWaiting()),
    ],
    "replacement announced and corrected": [
        (S, c.SendReplacement(Carrier.UPS, "NEW-1", buyer_agreed=True)),
        (S, c.SendReplacement(Carrier.UPS, "NEW-2", buyer_agreed=True)),
        (B, c.SendMessage("Thank you.")),
    ],
    "charged back": [
        (S, c.RefundOnReturn(own_label=label())),
        (Party.PAYMENTS, c.ReportChargeback(MONDAY)),
    ],
}


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS.keys())
async def test_a_request_is_loaded_as_it_was_decided(
    engine: AsyncEngine, path: list[tuple[Party, c.Command]]
) -> None:
    market = Market(engine)
    key = await market.asked()
    for by, command in path:
        market.later(hours=1)
        decided = await market.act(key, by, command)
        assert same(await market.load(key), decided)


async def test_a_return_is_loaded_as_it_was_decided_all_the_way(engine: AsyncEngine) -> None:
    market = Market(engine)
    key = await market.asked()
    await market.act(key, S, c.RefundOnReturn(own_label=label()))
    for kind in (ScanKind.ACCEPTED, ScanKind.DELIVERED):
        market.later(hours=2)
        assert await market.scan(kind, tracking="RETURN1") == [key]
    assert (await market.load(key)).status is RequestStatus.RETURN_IN_REVIEW
    decided = await market.act(key, S, c.DisputeReturn(ReturnCondition.EMPTY_PARCEL, "Nothing in it."))
    assert same(await market.load(key), decided)
    decided = await market.act(key, SUPPORT, c.Rule(RulingDecision.REFUND, Funder.SELLER, "It was in it."))
    assert same(await market.load(key), decided)


def same(loaded: Request, decided: Request) -> bool:
    """The order's sums are storage's: what a decision knew of them is what they were before it."""
    order = replace(
        loaded.order, refunded=decided.order.refunded, charged_back_at=decided.order.charged_back_at
    )
    assert replace(loaded, order=order) == decided
    return True
