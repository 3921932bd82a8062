"""Where reading starts."""

import re
from typing import Any, Final

import strawberry

from domain import policy as policies
from domain.values import RequestKey
from domain.viewer import Viewer as Asker
from domain.words import ClaimStatus, RefundStatus
from executor.wants import Wants
from resolvers import feeds
from resolvers.context import Context
from resolvers.edges.paging import ROOT, paged, pages_of, rows_of
from schema import nodes
from schema.columns import argument, edge
from schema.filters import SupportQueueFilter, account, checked
from schema.ids import BIGINT, INTEGER
from schema.problems import BadInput
from schema.scalars import Cursor
from schema.types.connections import Connection, connection
from schema.types.node import Node
from schema.types.orders import Order
from schema.types.policy import Policy
from schema.types.requests import CarrierClaim, Refund, SupportRequest
from schema.types.sandbox import TestClock
from schema.types.threads import Thread
from schema.types.users import User
from schema.types.viewer import Viewer
from storage.reads import accounts, orders, parts, requests
from storage.reads.pages import Window, asked

NUMBER: Final = re.compile(r"R([1-9]\d{0,18})-([1-9]\d{0,9})", re.ASCII)
ID = strawberry.ID


def _viewer(context: Context, _: object) -> Asker:
    if context.viewer is None:
        raise BadInput("Send a token: this is about whoever asks.", code="UNAUTHENTICATED")
    return context.viewer


def _one_of(**named: str | None) -> tuple[str, str]:
    """The one argument that is given. Raises BadInput."""
    given = [(name, value) for name, value in named.items() if value is not None]
    if len(given) != 1:
        raise BadInput(f"Give one of {', '.join(named)}.", next(iter(named)))
    return given[0]


@rows_of(nodes.SOURCES["SupportRequest"])
async def _request(
    context: Context,
    _: object,
    *,
    id_: str | None = None,
    number: str | None = None,
    wants: Wants | None = None,
) -> Any:
    name, value = _one_of(id=id_, number=number)
    if name == "id":
        return await nodes.find(context, value, "SupportRequest", wants)
    found = NUMBER.fullmatch(value)
    if found is None:
        return None
    key = RequestKey(int(found[1]), int(found[2]))
    fits = key.seller_id <= BIGINT and key.number <= INTEGER
    return await nodes.read(context, requests.by_key, key, wants) if fits else None


@rows_of(nodes.SOURCES["Order"])
async def _order(
    context: Context,
    _: object,
    *,
    id_: str | None = None,
    external_id: str | None = None,
    wants: Wants | None = None,
) -> Any:
    name, value = _one_of(id=id_, externalId=external_id)
    if name == "id":
        return await nodes.find(context, value, "Order", wants)
    return await nodes.read(context, orders.by_external_id, value, wants)


@rows_of(nodes.SOURCES["Thread"])
async def _thread(context: Context, _: object, *, id_: str, wants: Wants | None = None) -> Any:
    return await nodes.find(context, id_, "Thread", wants)


@rows_of(nodes.SOURCES["User"])
async def _user(context: Context, _: object, *, username: str, wants: Wants | None = None) -> Any:
    return await nodes.read(context, accounts.by_username, username, wants)


def _policy(_: Context, __: object, *, version: str | None = None) -> policies.Policy:
    try:
        return policies.policy(version) if version is not None else policies.CURRENT
    except policies.UnknownPolicyError:
        raise BadInput("There is no policy of this version.", "version") from None


@pages_of(parts.refunds_by_status)
async def _refunds(
    context: Context,
    _: object,
    window: Window,
    *,
    status: RefundStatus | None = None,
    wants: Wants | None = None,
) -> Any:
    return await paged(context, parts.refunds_by_status, ROOT, window, asked(status=status), wants)


@pages_of(parts.claims_by_status)
async def _claims(
    context: Context,
    _: object,
    window: Window,
    *,
    status: ClaimStatus | None = None,
    wants: Wants | None = None,
) -> Any:
    return await paged(context, parts.claims_by_status, ROOT, window, asked(status=status), wants)


@pages_of(requests.awaiting_label)
async def _awaiting_label(context: Context, _: object, window: Window, *, wants: Wants | None = None) -> Any:
    return await paged(context, requests.awaiting_label, ROOT, window, wants=wants)


@pages_of(requests.queue)
async def _queue(
    context: Context,
    _: object,
    window: Window,
    *,
    filter_: SupportQueueFilter | None = None,
    wants: Wants | None = None,
) -> Any:
    if filter_ is None:
        return await paged(context, requests.queue, ROOT, window, wants=wants)
    checked(filter_, "filter")
    wanted = asked(
        assigned_to_me=filter_.assigned_to_me,
        unassigned=filter_.unassigned,
        causes=filter_.causes,
        overdue_replacements=filter_.overdue_replacements,
        seller_id=account(filter_.seller_id),
        buyer_id=account(filter_.buyer_id),
    )
    queue = requests.queue_of_failed_refunds if filter_.failed_refunds else requests.queue
    return await paged(context, queue, ROOT, window, wanted, wants)


async def _clock(context: Context, _: object) -> Any:
    return await context.at() if context.sandbox else None


@strawberry.type(description="What can be read. What the viewer may not see is null, or not in the list.")
class Query:
    """The roots."""

    viewer: Viewer = edge(_viewer, "Who is asking, and what is theirs.")
    node: Node | None = edge(nodes.node, "Finds anything that has an id.", id_=argument(ID, "The id."))
    nodes: list[Node | None] = edge(
        nodes.nodes, "Finds several at once, in order.", ids=argument(list[ID], "The ids, at most 100.")
    )
    support_request: SupportRequest | None = edge(
        _request,
        "A request, by its id or by its number.",
        id_=argument(ID | None, "The id."),
        number=argument(str | None, "The number that people say, for example R12-7."),
    )
    thread: Thread | None = edge(_thread, "A conversation.", id_=argument(ID, "The id."))
    order: Order | None = edge(
        _order,
        "An order, by its id or by the platform's own name of it.",
        id_=argument(ID | None, "The id."),
        external_id=argument(str | None, "The platform's own name of it."),
    )
    user: User | None = edge(_user, "A member or an agent.", username=argument(str, "The unique name."))
    policy: Policy = edge(
        _policy, "The policy.", version=argument(str | None, "Which one; the current one if left out.")
    )
    refunds: Connection[Refund] = connection(
        _refunds,
        "Refunds, oldest first; for Support and the platform, else empty.",
        status=argument(RefundStatus | None, "Only those that stand so."),
    )
    carrier_claims: Connection[CarrierClaim] = connection(
        _claims,
        "Carrier claims, oldest first; for Support and the platform, else empty.",
        status=argument(ClaimStatus | None, "Only those that stand so."),
    )
    returns_awaiting_label: Connection[SupportRequest] = connection(
        _awaiting_label,
        "Requests whose return has no label yet, oldest first; for the platform and Support, else empty.",
    )
    support_queue_cursor: Cursor | None = edge(
        feeds.queue_cursor,
        "The head of the queue's stream before anything of this operation was read: follow "
        "`supportQueueEvents` after it; for Support, else null.",
    )
    test_clock: TestClock | None = edge(_clock, "The time it is in the sandbox; null outside of one.")
    support_queue: Connection[SupportRequest] = connection(
        _queue,
        "What waits for Support, longest first: what it must decide, and replacements not mailed in "
        "time. For Support, else empty.",
        filter_=argument(SupportQueueFilter | None, "Narrows the list."),
    )
