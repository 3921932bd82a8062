"""What lists may be narrowed to, and the response a preview is about: the inputs of queries."""

from datetime import datetime

import strawberry

from domain.money import Money
from domain.words import (
    EscalationCause,
    Funder,
    LedgerComponent,
    RequestReason,
    RequestStatus,
    ResponseKind,
    ThreadKind,
)
from schema import ids
from schema.inputs.form import Form, field, problems
from schema.inputs.money import MoneyInput
from schema.problems import BadInput

NO_ROW = -1  # the key of no row


def checked(form: Form, argument: str) -> None:
    """Raises BadInput for what cannot be looked for."""
    for problem in problems(form):
        raise BadInput(problem.message, argument, *(problem.field or ()))


def last_part(text: str | None, kind: str, owner: int) -> int | None:
    """What an id narrows an owner's list to; of another type or another owner, it narrows it to nothing."""
    if text is None:
        return None
    key = ids.parts(text, kind)
    return key[1] if key and key[0] == owner else NO_ROW


def account(text: str | None) -> int | None:
    """The account an id narrows a list to."""
    if text is None:
        return None
    key = ids.parts(text, "User")
    return key[0] if key else NO_ROW


@strawberry.input(description="Narrows an inbox; what is left out narrows nothing.")
class InboxFilter(Form):
    """Conditions on threads."""

    statuses: list[RequestStatus] | None = field("Only requests in one of these statuses.", optional=True)
    reasons: list[RequestReason] | None = field("Only requests for one of these reasons.", optional=True)
    kinds: list[ThreadKind] | None = field("Only threads of these kinds.", optional=True)
    unread: bool | None = field("Only what is unread, or only what is read.", optional=True)
    overdue: bool | None = field(
        "Only what the viewer should have done by now, or only the rest.", optional=True
    )
    archived: bool | None = field("Only what is archived, or only what is not; null for both.", default=False)
    due_before: datetime | None = field("Only what the viewer must do before this instant.", optional=True)


@strawberry.input(description="Narrows a desk's requests; what is left out narrows nothing.")
class SellerRequestFilter(Form):
    """Conditions on requests about one's sales."""

    statuses: list[RequestStatus] | None = field("Only requests in one of these statuses.", optional=True)
    reasons: list[RequestReason] | None = field("Only requests for one of these reasons.", optional=True)
    updated_after: datetime | None = field("Only requests that moved after this instant.", optional=True)
    order_id: strawberry.ID | None = field("Only requests about this order.", optional=True, of="Order")


@strawberry.input(description="Narrows a ledger; what is left out narrows nothing.")
class LedgerFilter(Form):
    """Conditions on ledger lines."""

    components: list[LedgerComponent] | None = field("Only lines of these components.", optional=True)
    request_id: strawberry.ID | None = field(
        "Only lines of this request.", optional=True, of="SupportRequest"
    )
    order_id: strawberry.ID | None = field("Only lines of this order.", optional=True, of="Order")
    posted_from: datetime | None = field("Only lines posted at this instant or later.", optional=True)
    posted_before: datetime | None = field("Only lines posted before this instant.", optional=True)


@strawberry.input(description="Narrows Support's queue; what is left out narrows nothing.")
class SupportQueueFilter(Form):
    """Conditions on what waits for Support."""

    assigned_to_me: bool | None = field("Only what the viewer has taken, or only the rest.", optional=True)
    unassigned: bool | None = field("Only what nobody has taken, or only what somebody has.", optional=True)
    causes: list[EscalationCause] | None = field("Only what came to Support for one of these.", optional=True)
    overdue_replacements: bool | None = field(
        "Only replacements that were not mailed in time, or only the rest.", optional=True
    )
    failed_refunds: bool | None = field(
        "True: requests, closed ones too, whose refund failed and was not sent again, in place of the queue.",
        optional=True,
    )
    seller_id: strawberry.ID | None = field(
        "Only requests about this user's sales.", optional=True, of="User"
    )
    buyer_id: strawberry.ID | None = field("Only this user's requests.", optional=True, of="User")


@strawberry.input(description="A response to try without giving it.")
class ResponseInput(Form):
    """What would be answered."""

    kind: ResponseKind = field("Which response.")
    amount: MoneyInput | None = field(
        "The part of the money, where the response is about a part.", optional=True
    )
    funded_by: Funder | None = field("Who would pay, where Support rules.", default=Funder.SELLER)
    file_claim: bool | None = field("Whether a carrier claim would be filed with it.", default=False)

    def money(self) -> Money | None:
        """The amount; its form has been checked."""
        return self.amount.money() if self.amount else None
