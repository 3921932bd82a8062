"""Opening a request and acting on one: visibility, then the version, then the table of the domain.

Decides in which order a call is checked. What a move means is `domain.decide`'s to say, and only locked rows
are decided on: every clock that has run out by now is settled first.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from domain.commands import AuthorizeReturn, Command, DeclineOffer, Open, RefundOnReturn, Rule
from domain.decide import decide
from domain.effects import Decision
from domain.policy import CURRENT, policy
from domain.refusals import EvidenceRequired, NotFound, NotYourOrder, StaleVersion
from domain.values import Opening, Request, RequestKey
from domain.words import Party, Scope
from resolvers.context import Context
from resolvers.labels import own_label
from resolvers.mutate import Receipt, Write
from resolvers.parties import acting_party
from storage import finding
from storage.load import Locked, lock
from storage.openings import lock_opening
from storage.save import save
from storage.settle import settle_due

LABELLED = (RefundOnReturn, DeclineOffer, Rule, AuthorizeReturn)


@dataclass(frozen=True, slots=True)
class Saved:
    """What was decided, and the numbers of what it said in the request's thread."""

    decision: Decision
    message_numbers: Sequence[int]


async def open_request(write: Write, seller_id: int, order_id: int, command: Open) -> Receipt:
    """The buyer asks for help with an order, or for its cancellation."""
    order = await finding.order(write.connection, seller_id, order_id)
    if order is None:
        raise NotFound("order", "orderId")
    if _party_of_order(write, order) is not Party.BUYER:
        raise NotYourOrder
    opening = await lock_order(write, order)
    if opening.open_request is not None:  # which may just have run out of time
        await settled(write, await locked(write, opening.open_request))
        opening = await lock_order(write, order)
    decision = decide(None, command, by=Party.BUYER, at=await write.now(), policy=CURRENT, opening=opening)
    needs_photos = command.reason is not None and CURRENT.reason(command.reason).photos_required
    if needs_photos and not await finding.has_photo(write.connection, command.attachment_ids):
        raise EvidenceRequired
    await save(write.connection, None, decision, actor_id=write.viewer.account_id)
    return receipt_of(decision.request.key)


async def lock_order(write: Write, order: finding.FoundOrder) -> Opening:
    """Lock an order and give what is known about it."""
    opening = await lock_opening(write.connection, order.seller_id, order.id, await write.now())
    assert opening is not None, "orders are never deleted"
    return opening


async def act(write: Write, key: RequestKey, command: Command, *, if_version: int | None = None) -> Receipt:
    """Buyer, seller or Support acts on a request, as the table allows."""
    found, by = await lock_for(write, key)
    found = await settled(write, found, if_version=if_version)
    await decide_and_save(write, found, command, by=by)
    return receipt_of(key)


async def lock_for(
    write: Write, key: RequestKey, *, scope: Scope = Scope.REQUESTS_RESPOND
) -> tuple[Locked, Party]:
    """Lock a request the caller may act on; say on which side. Raises NotFound, NotAllowed, ScopeMissing."""
    found = await locked(write, key)
    order = found.request.order
    return found, acting_party(write.context, seller_id=order.seller_id, buyer_id=order.buyer_id, scope=scope)


async def locked(write: Write, key: RequestKey, field: str = "requestId") -> Locked:
    """Lock a request. Raises NotFound; whether the caller may see it is yet to be asked."""
    found = await lock(write.connection, key)
    if found is None:
        raise NotFound("request", field)
    return found


async def settled(write: Write, found: Locked, *, if_version: int | None = None) -> Locked:
    """Fire the clocks that have run out, then check that the request is the one the caller has seen."""
    request = await settle_due(write.connection, found.request, write.as_of(found.at))
    check_version(request, if_version)
    return found if request is found.request else replace(found, request=request, place=None)


def check_version(request: Request, if_version: int | None) -> None:
    """Raises StaleVersion for a request that is not the one the caller has seen."""
    if if_version is not None and if_version != request.version:
        raise StaleVersion(if_version, request.version)


def decided(context: Context, request: Request, command: Command, *, by: Party, at: datetime) -> Decision:
    """Let the domain decide on a request, under its own policy."""
    rules = policy(request.policy_version)
    if context.sandbox and isinstance(command, LABELLED):
        command = replace(command, own_label=own_label(request, rules))
    return decide(request, command, by=by, at=at, policy=rules)


async def decide_and_save(write: Write, found: Locked, command: Command, *, by: Party) -> Saved:
    """Let the domain decide on a locked request, and save what it says."""
    request = found.request
    decision = decided(write.context, request, command, by=by, at=write.as_of(found.at))
    actor_id = write.viewer.account_id
    numbers = await save(write.connection, request, decision, actor_id=actor_id, place=found.place)
    return Saved(decision, numbers)


def receipt_of(key: RequestKey) -> Receipt:
    """The receipt of a mutation that answers with a request."""
    return {"request": [key.seller_id, key.number]}


def _party_of_order(write: Write, order: finding.FoundOrder) -> Party | None:
    sight = write.context.sight
    party = sight.as_party(seller_id=order.seller_id, buyer_id=order.buyer_id)
    if party is None and not sight.everything:
        raise NotFound("order", "orderId")
    return party
