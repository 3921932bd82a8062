"""What holds for the rows of any marketplace, however they came: each promise as a query for what breaks
it.

Decides nothing; the database's own constraints and triggers hold most of this for single writes. It is
asked where those were passed by, and where a sum over the whole is promised.
"""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

BROKEN: dict[str, str] = {
    "a journal's lines add up to nothing, in each currency": """
        SELECT 1 FROM journal_lines GROUP BY seller_id, journal_number, currency
        HAVING sum(amount_minor) <> 0""",
    "a journal has at least two lines": """
        SELECT 1 FROM journals LEFT JOIN journal_lines lines
            ON (lines.seller_id, lines.journal_number) = (journals.seller_id, journals.number)
        GROUP BY journals.seller_id, journals.number HAVING count(lines.position) < 2""",
    "a seller's journals are numbered from 1 without gaps": """
        SELECT 1 FROM sellers LEFT JOIN journals USING (seller_id) GROUP BY sellers.seller_id
        HAVING count(number) <> last_journal_number OR coalesce(max(number), 0) <> last_journal_number""",
    "a seller's entries are numbered from 1 without gaps, each with the running balance after it": """
        SELECT 1 FROM (
            SELECT entry_number, balance_after_minor,
                row_number() OVER own AS number, sum(amount_minor) OVER own AS balance
            FROM journal_lines WHERE account = 'seller'
            WINDOW own AS (PARTITION BY seller_id ORDER BY entry_number)
        ) entries WHERE entry_number <> number OR balance_after_minor <> balance""",
    "a seller's entries are in the order of time": """
        SELECT 1 FROM (
            SELECT posted_at, lag(posted_at) OVER (PARTITION BY seller_id ORDER BY entry_number) AS previous
            FROM journal_lines WHERE account = 'seller'
        ) entries WHERE posted_at < previous""",
    "a seller's balance is the sum of the entries, and what is held the sum of the holds": """
        SELECT 1 FROM sellers
        LEFT JOIN (SELECT seller_id, sum(amount_minor) AS posted, count(*) AS entries FROM journal_lines
            WHERE account = 'seller' GROUP BY seller_id) ledger USING (seller_id)
        LEFT JOIN (SELECT seller_id, sum(total_minor) AS held FROM holds
            WHERE status = 'HELD' GROUP BY seller_id) holds USING (seller_id)
        WHERE posted_minor <> coalesce(posted, 0) OR held_minor <> coalesce(held, 0)
            OR last_entry_number <> coalesce(entries, 0)""",
    "every order has one sale in the ledger": """
        SELECT 1 FROM orders LEFT JOIN journals
            ON (journals.seller_id, journals.order_id, journals.kind) = (orders.seller_id, orders.id, 'SALE')
        WHERE journals.number IS NULL""",
    "refunds stay within what the buyer paid": """
        SELECT 1 FROM orders
        LEFT JOIN (SELECT seller_id, order_id, sum(amount_minor) AS given FROM refunds GROUP BY 1, 2) refunds
            ON (refunds.seller_id, refunds.order_id) = (orders.seller_id, orders.id)
        WHERE refunded_minor <> coalesce(given, 0)
            OR refunded_minor > price_minor + tax_minor + shipping_minor""",
    "buyers are owed what was refunded and has not settled": """
        SELECT 1 FROM (SELECT seller_id, sum(amount_minor) AS owed FROM journal_lines
            WHERE account = 'buyer_refunds' GROUP BY seller_id) ledger
        FULL JOIN (SELECT seller_id, sum(amount_minor) AS pending FROM refunds
            WHERE status <> 'SETTLED' GROUP BY seller_id) refunds USING (seller_id)
        WHERE coalesce(owed, 0) <> coalesce(pending, 0)""",
    "a seller's requests are numbered from 1 without gaps": """
        SELECT 1 FROM sellers LEFT JOIN requests USING (seller_id) GROUP BY sellers.seller_id
        HAVING count(number) <> last_request_number OR coalesce(max(number), 0) <> last_request_number""",
    "a thread's messages are numbered from 1 without gaps": """
        SELECT 1 FROM threads LEFT JOIN messages
            ON (messages.owner_id, messages.thread_id) = (threads.owner_id, threads.id)
        GROUP BY threads.owner_id, threads.id
        HAVING count(messages.number) <> last_message_number
            OR max(messages.number) <> last_message_number""",
    "a request's timeline is numbered from 1 without gaps": """
        SELECT 1 FROM requests LEFT JOIN timeline
            ON (timeline.seller_id, timeline.request_number) = (requests.seller_id, requests.number)
        GROUP BY requests.seller_id, requests.number
        HAVING count(timeline.number) = 0 OR max(timeline.number) <> count(timeline.number)""",
    "both participants have the thread in their inbox, in step with it": """
        SELECT 1 FROM threads LEFT JOIN inbox_entries entries
            ON (entries.owner_id, entries.thread_id) = (threads.owner_id, threads.id)
        GROUP BY threads.owner_id, threads.id
        HAVING count(entries.account_id) <> 2
            OR array_agg(entries.account_id ORDER BY entries.account_id)
                <> ARRAY[least(threads.owner_id, member_id), greatest(threads.owner_id, member_id)]
            OR bool_or(entries.last_activity_at <> threads.last_activity_at)
            OR bool_or(last_read_number + unread_count > last_message_number)""",
    "an inbox shows its request as it stands": """
        SELECT 1 FROM requests JOIN inbox_entries entries
            ON (entries.owner_id, entries.thread_id) = (requests.seller_id, requests.thread_id)
        WHERE entries.status <> requests.status OR entries.reason IS DISTINCT FROM requests.reason
            OR entries.request_number <> requests.number OR entries.due_at <> requests.due_at""",
    "an account's notifications are numbered from 1 without gaps": """
        SELECT 1 FROM notification_counts counts FULL JOIN (
            SELECT account_id, count(*) AS number, max(number) AS last FROM notifications GROUP BY account_id
        ) notified USING (account_id)
        WHERE last_number IS DISTINCT FROM number OR last_number IS DISTINCT FROM last""",
    "a rating counts its signals": """
        SELECT 1 FROM requests WHERE status = 'CLOSED' AND (
            rating_positive + rating_negative <> cardinality(rating_signals)
            OR (NOT rating_counted AND cardinality(rating_signals) > 0))""",
    "a hold is held only while its request is open": """
        SELECT 1 FROM holds JOIN requests
            ON (requests.seller_id, requests.number) = (holds.seller_id, holds.request_number)
        WHERE holds.status = 'HELD' AND requests.status = 'CLOSED'""",
    "a refund is what its request closed with": """
        SELECT 1 FROM refunds JOIN requests
            ON (requests.seller_id, requests.number) = (refunds.seller_id, refunds.request_number)
        WHERE requests.status <> 'CLOSED' OR requests.funded_by <> refunds.funded_by""",
}


async def violations(connection: AsyncConnection) -> list[str]:
    """The promises that do not hold, in words; none if all is well."""
    return [
        promise
        for promise, query in BROKEN.items()
        if (await connection.execute(sa.text(f"SELECT count(*) FROM ({query}) AS broken"))).scalar_one()  # noqa: S608 our own constants
    ]
