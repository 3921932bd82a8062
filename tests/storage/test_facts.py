"""Facts and what they touch: scans kept once, one parcel per number, what is known before opening."""

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from domain import commands as c
from domain.refusals import TrackingInUse
from domain.words import (
    Carrier,
    Funder,
    ParcelRole,
    Party,
    RequestKind,
    RequestReason,
    RulingDecision,
    ScanKind,
)
from storage.openings import load_openings, load_signals
from storage.scans import record_scan
from tests.storage.market import MONDAY, Market, label, order

S, B, SUPPORT = Party.SELLER, Party.BUYER, Party.SUPPORT


async def test_a_scan_is_kept_once_and_counts_by_when_it_happened(engine: AsyncEngine) -> None:
    market = Market(engine)
    key = await market.bought()
    for hours, kind in ((5, ScanKind.DELIVERED), (2, ScanKind.ACCEPTED), (5, ScanKind.DELIVERED)):
        market.at = MONDAY + timedelta(hours=hours)
        await market.scan(kind)
    assert await market.run("SELECT count(*) FROM scans") == [(2,)]
    async with engine.connect() as connection:
        shipment = (await load_openings(connection, [key], market.at))[key].order.shipment
    assert shipment
    assert (shipment.mailed_at, shipment.delivered_at) == (
        MONDAY + timedelta(hours=2),
        MONDAY + timedelta(hours=5),
    )


async def test_a_scan_concerns_every_open_request_on_the_parcel(engine: AsyncEngine) -> None:
    market = Market(engine)
    outcomes = await market.imports(order("O-1"), order("O-2"), order("O-3"))
    keys = [outcome.order for outcome in outcomes if outcome.order]
    requests = [await market.opened(key, None, RequestKind.CANCELLATION) for key in keys[:2]]
    market.later(hours=1)
    assert await market.scan(ScanKind.ACCEPTED) == requests
    assert await market.scan(ScanKind.IN_TRANSIT) == [], "the sale stands: nothing is open any more"


async def test_a_parcel_nobody_knows_is_not_recorded(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        seen = await record_scan(
            connection, Carrier.DHL, "?", ScanKind.LOST, at=MONDAY, place=None, reported_at=MONDAY
        )
    assert seen is None


async def test_a_tracking_number_in_use_is_refused_and_nothing_changes(engine: AsyncEngine) -> None:
    market = Market(engine)
    key = await market.asked()
    before = await market.load(key)
    with pytest.raises(TrackingInUse):
        await market.act(key, S, c.SendReplacement(Carrier.USPS, "TRACK-S-O-1", buyer_agreed=True))
    assert await market.load(key) == before


async def test_the_parcels_of_a_request_are_told_apart(engine: AsyncEngine) -> None:
    market = Market(engine)
    key = await market.asked()
    await market.act(key, S, c.SendReplacement(Carrier.USPS, "NEW-1", buyer_agreed=True))
    async with market.transaction() as connection:
        seen = await record_scan(
            connection, Carrier.USPS, "NEW-1", ScanKind.ACCEPTED, at=MONDAY, place=None, reported_at=MONDAY
        )
    assert seen
    assert (seen.role, seen.replacement_number, seen.requests) == (ParcelRole.REPLACEMENT, 1, (key,))


async def test_what_is_known_before_a_request_is_opened(engine: AsyncEngine) -> None:
    market = Market(engine)
    key = await market.asked()
    order_key = (key.seller_id, (await market.load(key)).order.id)
    async with engine.connect() as connection:
        known = (await load_openings(connection, [order_key], market.at))[order_key]
    assert (known.open_request, known.next_number, known.seller_enrolled) == (key, 2, True)
    await market.act(key, SUPPORT, c.TakeOver("Let us see."))
    await market.act(key, SUPPORT, c.Rule(RulingDecision.UPHOLD, Funder.NOBODY, "No."))
    async with engine.connect() as connection:
        known = (await load_openings(connection, [order_key], market.at))[order_key]
        signals, mark = (await load_signals(connection, [known.order.buyer_id], market.at))[
            known.order.buyer_id
        ]
    assert known.open_request is None
    assert known.ruled_reasons == {RequestReason.DEFECTIVE}
    assert (signals.requests, signals.orders, signals.sellers, signals.decided_against) == (1, 1, 1, 1)
    assert mark is None


async def test_a_flagged_buyer_is_suspected_until_cleared(engine: AsyncEngine) -> None:
    market = Market(engine)
    key = await market.bought()
    for number, flagged in ((1, True), (2, False)):
        await market.run(
            "INSERT INTO buyer_flags (buyer_id, number, flagged, reason, at)"
            " SELECT id, :number, :flagged, 'seen', now() FROM accounts WHERE username = 'bea'",
            number=number,
            flagged=flagged,
        )
        async with engine.connect() as connection:
            known = (await load_openings(connection, [key], market.at))[key]
        assert known.buyer_suspected is flagged


async def test_money_held_and_posted_follows_the_request(engine: AsyncEngine) -> None:
    market = Market(engine)
    key = await market.asked()
    await market.act(key, S, c.RefundOnReturn(own_label=label()))
    assert await market.run("SELECT posted_minor, held_minor FROM sellers") == [(8_835, 10_550)]
    for kind in (ScanKind.ACCEPTED, ScanKind.DELIVERED):
        market.later(hours=1)
        await market.scan(kind, tracking="RETURN1")
    await market.act(key, S, c.ConfirmReturn())
    assert await market.run("SELECT posted_minor, held_minor FROM sellers") == [(8_835 - 10_550, 0)]
    assert await market.run("SELECT refunded_minor, charged_minor FROM orders") == [(11_500, 9_900)]
    assert await market.run("SELECT status, ended_at IS NOT NULL FROM holds") == [("POSTED", True)]
    entries = await market.run("SELECT count(*) FROM timeline WHERE kind = 'LEDGER_POSTING'")
    lines = await market.run(
        "SELECT count(*) FROM journal_lines WHERE request_number = 1 AND account = 'seller'"
    )
    assert entries == lines
