"""What must never happen is impossible in the database: the direct statement that would do it is refused."""

import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from domain import commands as c
from domain.money import Currency, Money
from domain.words import Party
from storage.tables import metadata
from tests.storage.market import Market, label

CLEARING = "'clearing', NULL, {}, NULL, NULL"
SELLER_LINE = "'seller', 'PARTIAL_REFUND', 'USD'"
JOURNAL = """
    INSERT INTO journals (seller_id, number, kind, order_id, request_number, description, posted_at)
    SELECT seller_id, {number}, '{kind}', {order}, 1, 'by hand', now() FROM sellers"""
LINE = """
    INSERT INTO journal_lines (seller_id, journal_number, position, account, component, currency,
        amount_minor, entry_number, balance_after_minor, posted_at)
    SELECT seller_id, {number}, {position}, {line}, now() FROM sellers"""

REFUSED = {
    "a message rewritten": "UPDATE messages SET body = 'never said'",
    "a message taken back": "DELETE FROM messages",
    "all messages taken back": "TRUNCATE messages CASCADE",
    "a journal line changed": "UPDATE journal_lines SET amount_minor = 1",
    "a journal taken back": "DELETE FROM journals",
    "the timeline rewritten": "UPDATE timeline SET at = now()",
    "a scan forgotten": "DELETE FROM scans",
    "a gap in a thread": """
        INSERT INTO messages (owner_id, thread_id, number, party, kind, body, created_at, search)
        SELECT owner_id, thread_id, max(number) + 2, 'BUYER', 'TEXT', 'gap', now(), '' FROM messages
        GROUP BY 1, 2""",
    "a gap in the timeline": """
        INSERT INTO timeline (seller_id, request_number, number, kind, at, by, satisfied)
        SELECT seller_id, request_number, max(number) + 2, 'SURVEY_ANSWERED', now(), 'BUYER', true
        FROM timeline GROUP BY 1, 2""",
    "an order's price changed": "UPDATE orders SET price_minor = price_minor + 1",
    "an order handed to another buyer": "UPDATE orders SET buyer_id = seller_id",
    "more given back than was paid": """
        UPDATE orders SET refunded_minor = price_minor + tax_minor + shipping_minor + 1""",
    "more charged than was earned": """
        UPDATE orders SET charged_minor = price_minor - commission_minor + shipping_minor + 1""",
    "a closed request reopened": """
        UPDATE requests SET status = 'UNDER_REVIEW', outcome = NULL, closed_at = NULL, funded_by = NULL,
            rating_counted = NULL""",
    "another outcome of a closed request": "UPDATE requests SET outcome = 'WITHDRAWN'",
    "an open request with an outcome": "UPDATE requests SET status = 'DECLINED'",
    "a status nobody knows": "UPDATE sellers SET enrollment_status = 'PERHAPS'",
    "a second refund of a request": """
        INSERT INTO refunds SELECT seller_id, request_number, order_id, currency, 1, funded_by, status,
            created_at, settled_at FROM refunds""",
    "a parcel's number used twice": """
        INSERT INTO parcels (seller_id, carrier, tracking_number, role)
        SELECT seller_id, carrier, tracking_number, role FROM parcels LIMIT 1""",
    "a journal of one line": [
        JOURNAL.format(number="last_journal_number + 1", kind="LABEL_USED", order="1"),
        LINE.format(number="last_journal_number + 1", position=1, line="'tax', NULL, 'USD', 5, NULL, NULL"),
    ],
    "a journal that does not balance": [
        JOURNAL.format(number="last_journal_number + 1", kind="LABEL_USED", order="1"),
        LINE.format(number="last_journal_number + 1", position=1, line="'tax', NULL, 'USD', 5, NULL, NULL"),
        LINE.format(
            number="last_journal_number + 1", position=2, line="'clearing', NULL, 'USD', -4, NULL, NULL"
        ),
    ],
    "a journal that balances across currencies": [
        JOURNAL.format(number="last_journal_number + 1", kind="LABEL_USED", order="1"),
        LINE.format(number="last_journal_number + 1", position=1, line="'tax', NULL, 'USD', 5, NULL, NULL"),
        LINE.format(
            number="last_journal_number + 1", position=2, line="'clearing', NULL, 'CAD', -5, NULL, NULL"
        ),
    ],
    "a line slipped into an old journal": LINE.format(
        number="1", position=99, line="'tax', NULL, 'USD', 5, NULL, NULL"
    ),
    "a gap between journals": JOURNAL.format(number="last_journal_number + 2", kind="LABEL_USED", order="1"),
    "a second refund posted for a request": JOURNAL.format(
        number="last_journal_number + 1", kind="PARTIAL_REFUND", order="1"
    ),
    "a sale posted twice": JOURNAL.format(number="last_journal_number + 1", kind="SALE", order="1"),
    "a balance that does not follow": [
        JOURNAL.format(number="last_journal_number + 1", kind="LABEL_USED", order="1"),
        LINE.format(
            number="last_journal_number + 1",
            position=1,
            line=f"{SELLER_LINE}, -5, last_entry_number + 1, posted_minor",
        ),
        LINE.format(number="last_journal_number + 1", position=2, line="'tax', NULL, 'USD', 5, NULL, NULL"),
    ],
}


@pytest.mark.parametrize("statements", REFUSED.values(), ids=REFUSED.keys())
async def test_the_database_refuses(engine: AsyncEngine, statements: str | list[str]) -> None:
    market = await _refunded(engine)
    before = await _everything(market)
    with pytest.raises(DBAPIError):
        await _run([statements] if isinstance(statements, str) else statements, market)
    assert await _everything(market) == before


async def test_a_second_request_cannot_be_open_on_an_order(engine: AsyncEngine) -> None:
    market = Market(engine)
    await market.asked()
    with pytest.raises(DBAPIError, match="uq_requests_open"):
        await market.run("""
            WITH thread AS (
                INSERT INTO threads (
                    owner_id, member_id, kind, subject, request_number, last_activity_at, search
                ) SELECT owner_id, member_id, kind, subject, 2, last_activity_at, search FROM threads
                RETURNING id
            )
            INSERT INTO requests SELECT (jsonb_populate_record(requests,
                jsonb_build_object('number', 2, 'thread_id', thread.id))).* FROM requests, thread""")


async def test_nothing_is_charged_after_a_chargeback(engine: AsyncEngine) -> None:
    market = Market(engine)
    await market.asked()
    await market.run("UPDATE orders SET charged_back_at = now()")
    with pytest.raises(DBAPIError, match="was charged back"):
        await market.run(JOURNAL.format(number="last_journal_number + 1", kind="FULL_REFUND", order="1"))


async def _refunded(engine: AsyncEngine) -> Market:
    market = Market(engine)
    key = await market.asked()
    await market.act(key, Party.SELLER, c.RefundOnReturn(own_label=label()))
    await market.act(key, Party.SELLER, c.RefundWithoutWaiting())
    request = await market.load(key)
    assert request.refund
    assert request.refund.amount == Money(11_500, Currency.USD)
    return market


async def _run(statements: list[str], market: Market) -> None:
    async with market.engine.begin() as connection:
        for statement in statements:
            await connection.exec_driver_sql(statement)


async def _everything(market: Market) -> list[str]:
    """A sum of each table's rows."""
    sums = [
        f"SELECT md5(string_agg({name}::text, ';' ORDER BY {name}::text)) FROM {name}"
        for name in metadata.tables
    ]
    return [str((await market.run(each))[0]) for each in sums]
