"""The four pages by hand: how the records of one joined statement (`statements/`) become the answer.

Every statement names the viewer's account, so that nobody is shown what is not theirs. The available actions
are read ready-made, as every peer does.
"""

import base64
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from orjson import Fragment

EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
LARGEST = 2**31 - 1
TYPES = {
    "STATUS_CHANGE": "StatusChange",
    "MESSAGE_POSTED": "MessagePosted",
    "OFFER_CHANGE": "OfferChange",
    "RETURN_CHANGE": "ReturnChange",
    "REPLACEMENT_CHANGE": "ReplacementChange",
    "REFUND_CHANGE": "RefundChange",
    "CLAIM_CHANGE": "ClaimChange",
    "LEDGER_POSTING": "LedgerPosting",
    "DEADLINE_MISSED": "DeadlineMissed",
    "SURVEY_ANSWERED": "SurveyAnswered",
}


def major(minor: int) -> str:
    """An amount in major units; exact, as hundredths below 10¹⁴ are."""
    return f"{minor / 100:.2f}"


def place(*parts: object) -> str:
    """A cursor."""
    return base64.urlsafe_b64encode(":".join(map(str, parts)).encode()).decode().rstrip("=")


def parts_of(text: str) -> list[str]:
    """What a cursor or an id names."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().split(":")


def micros(at: datetime) -> int:
    """An instant as cursors have it."""
    gone = at - EPOCH
    return (gone.days * 86_400 + gone.seconds) * 1_000_000 + gone.microseconds


async def inbox(connection: Any, account: int, variables: dict[str, Any], size: int) -> Any:
    """A page of what a seller looks at all day."""
    after = variables.get("after")
    where: tuple[datetime | None, int | None, int | None] = (None, None, None)
    if after is not None:
        _, at, owner, thread = parts_of(after)
        where = (datetime.fromtimestamp(int(at) / 1_000_000, EPOCH.tzinfo), int(owner), int(thread))
    rows = await connection.rows("inbox", account, size + 1, *where)
    shown = rows[:size]
    nodes = []
    for (
        subject, marked, unread, active, message, body, written, author, number, status, reason, outcome,
        due, overdue, opened, external, title, price, currency, username, name, components, amounts,
        balances, actions, _,
    ) in shown:  # fmt: skip
        nodes.append(
            {
                "subject": subject,
                "unread": marked or unread > 0,
                "unreadCount": unread,
                "lastActivityAt": active,
                "lastMessage": {
                    "number": message,
                    "body": body,
                    "createdAt": written,
                    "author": None if author is None else {"displayName": author},
                },
                "request": {
                    "number": f"R{account}-{number}",
                    "status": status,
                    "reason": reason,
                    "outcome": outcome,
                    "dueAt": due,
                    "overdue": overdue or False,
                    "createdAt": opened,
                    "order": {
                        "externalId": external,
                        "title": title,
                        "price": {"amount": f"{price / 100:.2f}", "currencyCode": currency},
                    },
                    "buyer": {"username": username, "displayName": name},
                    "ledgerEntries": [
                        {
                            "component": component,
                            "amount": {"amount": f"{amount / 100:.2f}"},
                            "balanceAfter": {"amount": f"{balance / 100:.2f}"},
                        }
                        for component, amount, balance in zip(components, amounts, balances, strict=True)
                    ]
                    if components
                    else [],
                    "availableActions": Fragment(actions or "[]"),
                },
            }
        )
    last = shown[-1] if shown else None
    end = None if last is None else place("latest", micros(last[3]), account, last[-1])
    info = {"hasNextPage": len(rows) > size, "endCursor": end}
    return {"viewer": {"inbox": {"nodes": nodes, "pageInfo": info}}}


async def thread(connection: Any, account: int, variables: dict[str, Any], size: int) -> Any:
    """A request with its conversation and everything that happened."""
    seller, number = map(int, variables["number"][1:].split("-"))
    rows = await connection.rows("thread", seller, number, account, size + 1)
    if not rows:
        return {"supportRequest": None}
    messages: list[dict[str, Any]] = []
    happened: list[dict[str, Any]] = []
    for part, place_, _, _, t1, t2, t3, t4, t5, t6, t7, t8, at, due in rows[1:]:
        if part == 1:
            messages.append(
                {
                    "number": place_,
                    "party": t1,
                    "kind": t2,
                    "body": t3,
                    "createdAt": at,
                    "author": None if t4 is None else {"username": t4, "displayName": t5},
                }
            )
        elif t1 == "STATUS_CHANGE":
            happened.append(
                {
                    "__typename": "StatusChange",
                    "at": at,
                    "by": t2,
                    "fromStatus": t3,
                    "toStatus": t4,
                    "action": t5,
                    "outcome": t6,
                    "text": t7,
                }
            )
        elif t1 == "DEADLINE_MISSED":
            happened.append({"__typename": "DeadlineMissed", "at": at, "by": t2, "dueAt": due, "party": t8})
        else:
            happened.append({"__typename": TYPES[t1], "at": at, "by": t2})
    (
        _, version, price, unread, status, reason, outcome, description, title, currency, name, subject,
        opened, due,
    ) = rows[0]  # fmt: skip
    places = [row[1] for row in rows if row[0] == 2]
    return {
        "supportRequest": {
            "number": variables["number"],
            "status": status,
            "reason": reason,
            "outcome": outcome,
            "description": description,
            "version": version,
            "createdAt": opened,
            "dueAt": due,
            "order": {"title": title, "price": {"amount": major(price), "currencyCode": currency}},
            "buyer": {"displayName": name},
            "thread": {
                "subject": subject,
                "unreadCount": unread or 0,
                "messages": {
                    "nodes": messages[:size],
                    "pageInfo": {
                        "hasNextPage": len(messages) > size,
                        "endCursor": place("messages", messages[:size][-1]["number"]) if messages else None,
                    },
                },
            },
            "timeline": {
                "nodes": happened[:size],
                "pageInfo": {
                    "hasNextPage": len(happened) > size,
                    "endCursor": place("timeline", places[:size][-1]) if places else None,
                },
            },
        }
    }


async def ledger(connection: Any, account: int, variables: dict[str, Any], size: int) -> Any:
    """The latest lines of a seller's ledger."""
    after = variables.get("after")
    before = LARGEST if after is None else int(parts_of(after)[1])
    rows = await connection.rows("ledger", account, size + 1, before)
    nodes = [
        {
            "number": number,
            "component": component,
            "amount": {"amount": f"{amount / 100:.2f}", "currencyCode": currency},
            "balanceAfter": {"amount": f"{balance / 100:.2f}", "currencyCode": currency},
            "postedAt": posted,
            "description": description,
            "order": None if external is None else {"externalId": external, "title": title},
            "request": None if request is None else {"number": f"R{account}-{request}", "status": status},
        }
        for (
            number, component, amount, currency, balance, posted, description, external, title, request,
            status,
        ) in rows[:size]
    ]  # fmt: skip
    end = place("ledger", nodes[-1]["number"]) if nodes else None
    info = {"hasNextPage": len(rows) > size, "endCursor": end}
    return {"viewer": {"seller": {"ledger": {"entries": {"nodes": nodes, "pageInfo": info}}}}}


async def node(connection: Any, account: int, variables: dict[str, Any], _: int) -> Any:
    """One request by its id."""
    kind, *key = parts_of(variables["id"])
    if kind != "SupportRequest":
        return {"node": None}
    seller, number = map(int, key)
    rows = await connection.rows("node", seller, number, account)
    if not rows:
        return {"node": None}
    status, reason, version, due, opened, external, title, price, currency, username, name = rows[0]
    return {
        "node": {
            "__typename": kind,
            "id": variables["id"],
            "number": f"R{seller}-{number}",
            "status": status,
            "reason": reason,
            "version": version,
            "dueAt": due,
            "createdAt": opened,
            "order": {
                "externalId": external,
                "title": title,
                "price": {"amount": major(price), "currencyCode": currency},
            },
            "buyer": {"username": username, "displayName": name},
        }
    }


HANDLERS: dict[str, Callable[[Any, int, dict[str, Any], int], Awaitable[Any]]] = {
    "Inbox": inbox,
    "Thread": thread,
    "Ledger": ledger,
    "Node": node,
}
