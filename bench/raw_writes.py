"""The two changes by hand: the rows that Amends writes, in one statement (`statements/`) between BEGIN and
COMMIT, once the order, the request and, for money, the seller are locked.

Knows no rule: it asks only whether the thing is the caller's. No idempotency key, no policy, no deadline that
has run out; what a rule would work out (when the request lapses) is a constant.
"""

import base64
from collections.abc import Awaitable, Callable
from itertools import accumulate
from typing import Any


async def send_message(connection: Any, account: int, variables: dict[str, Any], _: int) -> Any:
    """A word in a conversation."""
    asked = variables["input"]
    owner, thread = _key(asked["threadId"])
    await connection.raw.execute("BEGIN")
    try:
        [(number, buyer)] = await connection.rows("where_to_write", owner, thread, account)
        [(message, at, name)] = await connection.rows("send", owner, number, thread, buyer, asked["body"])
    except BaseException:
        await connection.raw.execute("ROLLBACK")
        raise
    await connection.raw.execute("COMMIT")
    written = {"number": message, "body": asked["body"], "createdAt": at, "author": {"displayName": name}}
    return {"sendMessage": {"userErrors": [], "message": written}}


async def refund_in_full(connection: Any, account: int, variables: dict[str, Any], _: int) -> Any:
    """The whole price back to the buyer."""
    seller, number = _key(variables["input"]["requestId"])
    await connection.raw.execute("BEGIN")
    try:
        [found] = await connection.rows("what_to_refund", seller, number, account)
        thread, buyer, _, order, currency, price, tax, shipping, commission, fee, journal, entry, posted = (
            found
        )
        total = price + tax + shipping
        charges = [
            (component, minor)
            for component, minor in (
                ("PAYOUT_REVERSAL", price - commission - fee),
                ("BUYER_SHIPPING", shipping),
                ("PROCESSING_FEE", fee),
            )
            if minor
        ]
        gives = [(giver, minor) for giver, minor in (("commission", commission), ("tax", tax)) if minor]
        charged = sum(minor for _, minor in charges)
        count, rest = len(charges), [None] * (len(gives) + 1)
        [(version, at)] = await connection.rows(
            "refund", seller, number, thread, buyer, order, currency, total, charged,
            f"The seller refunds {total / 100:.2f} {currency} in full.", journal + 1,
            ["seller"] * count + [giver for giver, _ in gives] + ["buyer_refunds"],
            [component for component, _ in charges] + rest,
            [-minor for _, minor in charges] + [-minor for _, minor in gives] + [total],
            [*range(entry + 1, entry + count + 1), *rest],
            [*(posted - gone for gone in accumulate(minor for _, minor in charges)), *rest],
            count,
        )  # fmt: skip
    except BaseException:
        await connection.raw.execute("ROLLBACK")
        raise
    await connection.raw.execute("COMMIT")
    request = {
        "number": f"R{seller}-{number}",
        "status": "CLOSED",
        "outcome": "REFUNDED",
        "version": version,
        "closedAt": at,
        "refunds": [{"amount": {"amount": f"{total / 100:.2f}"}, "status": "PENDING"}],
    }
    return {"refundInFull": {"userErrors": [], "request": request}}


def _key(text: str) -> tuple[int, int]:
    """The two numbers that an id names."""
    _, owner, number = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().split(":")
    return int(owner), int(number)


HANDLERS: dict[str, Callable[[Any, int, dict[str, Any], int], Awaitable[Any]]] = {
    "SendMessage": send_message,
    "RefundInFull": refund_in_full,
}
