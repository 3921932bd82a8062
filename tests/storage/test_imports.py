"""Importing orders: each row taken or refused alone, repeats change nothing, twins do not meet halfway."""

import asyncio
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.imports import ImportedOrder
from domain.money import Currency, Money
from domain.words import ImportStatus, ScanKind
from storage.imports import upsert_orders
from tests.storage.market import MONDAY, Market, member, order, usd

CREATED, UPDATED, UNCHANGED, REJECTED = ImportStatus


async def import_(market: Market, *rows: ImportedOrder) -> list[tuple[ImportStatus, Any]]:
    outcomes = await market.imports(*rows)
    return [(outcome.status, outcome.refusal and outcome.refusal.field) for outcome in outcomes]


def statuses(results: list[tuple[ImportStatus, Any]]) -> list[ImportStatus]:
    return [status for status, _ in results]


async def test_an_order_is_created_once_and_its_sale_posted(engine: AsyncEngine) -> None:
    market = Market(engine)
    assert statuses(await import_(market, order())) == [CREATED]
    assert statuses(await import_(market, order())) == [UNCHANGED]
    lines = "SELECT account, amount_minor, balance_after_minor FROM journal_lines ORDER BY position"
    rows = await market.run(lines)
    assert ("seller", 8_835, 8_835) in [tuple(row) for row in rows]
    assert sum(amount for _, amount, _ in rows) == 0
    assert await market.run("SELECT posted_minor, last_posted_at FROM sellers") == [(8_835, MONDAY)]


async def test_words_and_parcel_follow_the_import(engine: AsyncEngine) -> None:
    market = Market(engine)
    await import_(market, order(shipment=None))
    assert statuses(await import_(market, order())) == [UPDATED]
    assert statuses(await import_(market, order(shipment=None))) == [UNCHANGED], (
        "nothing said is nothing changed"
    )
    assert statuses(await import_(market, order(title="Green lamp"))) == [UPDATED]
    renamed = replace(member("bea"), display_name="Bea B.")
    assert statuses(await import_(market, order(title="Green lamp", buyer=renamed))) == [UPDATED]
    assert await market.run("SELECT title, shipment_id IS NOT NULL FROM orders") == [("Green lamp", True)]
    assert await market.run("SELECT display_name FROM accounts WHERE username = 'bea'") == [("Bea B.",)]


async def test_photos_keep_their_order_and_their_spelling(engine: AsyncEngine) -> None:
    market = Market(engine)
    odd = ("https://img.example/2,{3}.jpg", 'https://img.example/"1\\".jpg', "https://img.example/ü")
    await import_(market, order("O-1", shipment=None, photos=odd), order("O-2", shipment=None, photos=()))
    assert await market.run("SELECT photos FROM orders ORDER BY external_id") == [(list(odd),), ([],)]


async def test_parties_and_amounts_stay(engine: AsyncEngine) -> None:
    market = Market(engine)
    await import_(market, order())
    assert await import_(market, order(tax=usd(801))) == [(REJECTED, ("tax",))]
    assert await import_(market, order(buyer=member("bob"))) == [(REJECTED, ("buyer", "username"))]
    assert await market.run("SELECT count(*) FROM accounts") == [(2,)], "a refused row leaves nothing behind"


async def test_a_ledger_has_one_currency(engine: AsyncEngine) -> None:
    market = Market(engine)
    cad = Money(1_000, Currency.CAD)
    foreign = order(
        "O-2", shipment=None, price=cad, tax=cad, shipping=cad, commission=cad, processing_fee=cad
    )
    assert await import_(market, order(), foreign) == [(CREATED, None), (REJECTED, ("price", "currencyCode"))]
    assert await import_(market, foreign) == [(REJECTED, ("price", "currencyCode"))]


async def test_a_tracking_number_serves_one_parcel(engine: AsyncEngine) -> None:
    market = Market(engine)
    first = order("O-1", shipment="S-1")
    assert first.shipment
    second = order("O-2", shipment="S-2")
    assert second.shipment
    second = replace(
        second, shipment=replace(second.shipment, tracking_number=first.shipment.tracking_number)
    )
    field = ("shipment", "trackingNumber")
    assert await import_(market, first, second) == [(CREATED, None), (REJECTED, field)]
    assert await import_(market, second) == [(REJECTED, field)]
    corrected = replace(first, shipment=replace(first.shipment, tracking_number="CORRECTED"))
    assert statuses(await import_(market, corrected, second)) == [UPDATED, CREATED]
    await market.scan(ScanKind.ACCEPTED, tracking="CORRECTED")
    assert await import_(market, first) == [(REJECTED, field)]


async def test_twenty_orders_share_a_shipment_and_no_more(engine: AsyncEngine) -> None:
    market = Market(engine)
    rows = [order(f"O-{number}") for number in range(21)]
    assert await import_(market, *rows) == [(CREATED, None)] * 20 + [(REJECTED, ("shipment", "externalId"))]
    assert statuses(await import_(market, *rows[:20])) == [UNCHANGED] * 20
    assert statuses(await import_(market, rows[20])) == [REJECTED]


async def test_an_order_named_twice_in_one_import_is_taken_in_turn(engine: AsyncEngine) -> None:
    market = Market(engine)
    rows = (order(), order(), order(title="Red lamp"), order(price=usd(1)))
    assert statuses(await import_(market, *rows)) == [CREATED, UNCHANGED, UPDATED, REJECTED]


async def test_twin_imports_write_everything_once(engine: AsyncEngine) -> None:
    market = Market(engine)
    rows = [order(f"O-{number}", shipment=f"S-{number // 5}") for number in range(40)]

    async def once(which: list[ImportedOrder]) -> list[ImportStatus]:
        async with market.transaction() as connection:
            return [outcome.status for outcome in await upsert_orders(connection, which, at=MONDAY)]

    results = await asyncio.gather(once(rows), once(rows[::-1]), once(rows))
    assert sorted(result[0] for result in results) == [CREATED, UNCHANGED, UNCHANGED]
    assert await market.run("SELECT count(*) FROM orders") == [(40,)]
    assert await market.run("SELECT last_journal_number, last_entry_number, posted_minor FROM sellers") == [
        (40, 40, 40 * 8_835)
    ]


async def test_the_number_of_statements_does_not_depend_on_the_rows(engine: AsyncEngine) -> None:
    market = Market(engine)
    await market.imports(order())
    counts = []
    for size in (2, 50):
        rows = [order(f"O-{size}-{number}", shipment=f"S-{size}-{number}") for number in range(size)]
        executed: list[str] = []

        def note(conn: Any, cursor: Any, statement: str, *rest: Any, executed: list[str] = executed) -> None:
            executed.append(statement)

        sa.event.listen(engine.sync_engine, "before_cursor_execute", note)
        await market.imports(*rows)
        sa.event.remove(engine.sync_engine, "before_cursor_execute", note)
        counts.append(len(executed))
    assert counts[0] == counts[1]


async def test_enrollment_is_decided_when_a_seller_first_sells(engine: AsyncEngine) -> None:
    market = Market(engine)
    abroad = replace(member("cleo"), country_code="CA")
    await import_(market, order(), order("O-2", shipment=None, seller=abroad))
    rows = await market.run(
        "SELECT username, enrollment_status FROM sellers JOIN accounts ON accounts.id = seller_id ORDER BY 1"
    )
    assert rows == [("cleo", "NOT_ENROLLED"), ("sam", "ENROLLED")]
