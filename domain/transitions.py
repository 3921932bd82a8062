"""The transition table: every move of a request, as data (spec §4).

Decides what may happen: which kinds and statuses a move comes from, who makes it, on what condition, and
where it leads. What a move does is the effect function that its row names. `decide`, `availableActions`,
whose turn it is, the documentation's table and the diagram all read these rows; no other module compares
statuses.
"""

from collections.abc import Iterator

from domain import (
    cancellation,
    closing,
    conversation,
    escalation,
    money_facts,
    offers,
    replacements,
    responses,
    returns,
    rulings,
)
from domain import conditions as on
from domain.conditions import check_nothing_dropped_off, check_returnable
from domain.table import (
    ANSWERABLE,
    ANY,
    BUYER,
    CARRIER,
    CLOCK,
    NEW,
    ON_THE_WAY,
    OPEN,
    PAYMENTS,
    S_AND_C,
    SELLER,
    SUPPORT,
    TURNS,
    UNANSWERED,
    C,
    Fact,
    Row,
    S,
    Trigger,
    by,
    offer_expires,
    thread_closes,
    while_runs,
)
from domain.values import Request
from domain.words import DeadlineKind as Deadline
from domain.words import Party, RequestKind, RulingDecision
from domain.words import RequestAction as Action
from domain.words import RequestOutcome as Outcome
from domain.words import RequestStatus as Status

SELLERS_RETURN = (check_returnable, returns.check_seller_address)
SUPPORTS_RETURN = (check_returnable, check_nothing_dropped_off, returns.check_any_address)
CLOSED = (Status.CLOSED,)
WITHDRAWABLE = ANSWERABLE | {Status.OFFER_PENDING, Status.AWAITING_RETURN, Status.AWAITING_REPLACEMENT}

OPENING = (
    Row(S, NEW, BUYER, Action.OPEN, (Status.AWAITING_SELLER,), escalation.start_with_seller,
        when=(on.TO_SELLER,), note="48 bh"),
    Row(S, NEW, BUYER, Action.OPEN, (Status.UNDER_REVIEW,), escalation.start_with_support,
        when=(on.TO_SUPPORT,), note="cause ROUTED"),
    Row(C, NEW, BUYER, Action.OPEN, (Status.AWAITING_SELLER,), escalation.start_with_seller,
        when=(on.TO_SELLER,), note="48 bh; not yet mailed, within 24 h of purchase"),
    Row(C, NEW, BUYER, Action.OPEN, (Status.UNDER_REVIEW,), escalation.start_with_support,
        when=(on.TO_SUPPORT,), note="cause ROUTED"),
)  # fmt: skip

RESPONSES = (
    Row(S, ANSWERABLE | {Status.OFFER_PENDING}, SELLER, Action.REFUND_IN_FULL, CLOSED,
        responses.refund_in_full, outcomes=(Outcome.REFUNDED,),
        note="charged now; an open offer is superseded"),
    Row(S, ANSWERABLE, SELLER, Action.REFUND_ON_RETURN, (Status.AWAITING_RETURN,), responses.refund_on_return,
        checks=SELLERS_RETURN, note="5 bd to drop off, from the label; hold"),
    Row(S, ANSWERABLE, SELLER, Action.OFFER_PARTIAL_REFUND, (Status.OFFER_PENDING,),
        responses.offer_partial_refund, checks=(returns.check_address_if_returnable,), note="48 bh"),
    Row(S, ANSWERABLE, SELLER, Action.SEND_REPLACEMENT, (Status.AWAITING_REPLACEMENT,),
        responses.send_replacement, note="48 bh to the first scan"),
    Row(S, {Status.AWAITING_REPLACEMENT}, SELLER, Action.SEND_REPLACEMENT, (Status.AWAITING_REPLACEMENT,),
        responses.send_replacement, note="a corrected number; 48 bh to the first scan"),
    Row(S, UNANSWERED, SELLER, Action.EXPLAIN_NO_REFUND, (Status.DECLINED,), responses.explain_no_refund,
        note="5 bd for the buyer to escalate"),
    Row(S, {Status.AWAITING_SELLER}, SELLER, Action.ASK_FOR_DETAILS, (Status.AWAITING_BUYER,),
        responses.ask_for_details, note="5 bd"),
    Row(S, ON_THE_WAY, SELLER, Action.REFUND_WITHOUT_WAITING, CLOSED, responses.refund_without_waiting,
        outcomes=(Outcome.REFUNDED,), when=(on.SELLER_FUNDS_RETURN,),
        note="hold voided; full charge, return shipping only if the label was used"),
)  # fmt: skip

OFFERS = (
    Row(S, {Status.OFFER_PENDING}, BUYER, Action.ACCEPT_OFFER, CLOSED, offers.accept,
        outcomes=(Outcome.PARTIALLY_REFUNDED,), until=offer_expires, note="the amount is charged"),
    Row(S, {Status.OFFER_PENDING}, BUYER, Action.DECLINE_OFFER, (Status.AWAITING_RETURN,),
        offers.decline_for_return, when=(on.RETURNABLE,), until=offer_expires,
        note="approved in full on return; 5 bd; hold"),
    Row(S, {Status.OFFER_PENDING}, BUYER, Action.DECLINE_OFFER, (Status.AWAITING_SELLER,), offers.decline,
        when=(on.NOT_RETURNABLE,), until=offer_expires, note="48 bh; the buyer may escalate at once"),
    Row(S, {Status.OFFER_PENDING}, CLOCK, Deadline.OFFER, (Status.AWAITING_BUYER,), offers.expire,
        note="offer expired; 5 bd; the buyer may escalate"),
)  # fmt: skip

RETURNS = (
    Row(S, {Status.AWAITING_RETURN}, CARRIER, Fact.LABEL_MADE, (), returns.label_made,
        when=(on.LABEL_AWAITED,), note="5 bd to drop off"),
    Row(S, {Status.UNDER_REVIEW}, CARRIER, Fact.LABEL_MADE, (), returns.label_made_under_review,
        when=(on.LABEL_AWAITED,)),
    Row(S, {Status.AWAITING_RETURN}, CARRIER, Fact.RETURN_SCANNED, (Status.RETURN_IN_TRANSIT,),
        returns.on_its_way, note="30 days"),
    Row(S, {Status.AWAITING_RETURN}, CLOCK, Deadline.DROP_OFF, CLOSED, returns.not_sent,
        outcomes=(Outcome.RETURN_NOT_SENT,), note="5 bd + 24 bh for late scans; hold voided, no charge"),
    Row(S, {Status.RETURN_IN_TRANSIT}, CARRIER, Fact.RETURN_ARRIVED, (Status.RETURN_IN_REVIEW,),
        returns.arrived, note="48 bh from the scan, never under 24 bh from its report"),
    Row(S, {Status.RETURN_IN_TRANSIT}, CARRIER, Fact.RETURN_LOST, (Status.UNDER_REVIEW,), returns.lost,
        note="cause RETURN_LOST; hold kept"),
    Row(S, {Status.RETURN_IN_TRANSIT}, CLOCK, Deadline.RETURN_TRANSIT, (Status.UNDER_REVIEW,), returns.lost,
        note="30 days; cause RETURN_LOST; hold kept"),
    Row(S, {Status.RETURN_IN_REVIEW}, SELLER, Action.CONFIRM_RETURN, CLOSED, responses.confirm_return,
        outcomes=(Outcome.REFUNDED_AFTER_RETURN,), until=while_runs(Deadline.REVIEW), note="hold posted"),
    Row(S, {Status.RETURN_IN_REVIEW}, CLOCK, Deadline.REVIEW, CLOSED, responses.confirm_return,
        outcomes=(Outcome.REFUNDED_AFTER_RETURN,), note="silence confirms; hold posted"),
    Row(S, {Status.RETURN_IN_REVIEW}, SELLER, Action.DISPUTE_RETURN, (Status.UNDER_REVIEW,),
        responses.dispute_return, until=while_runs(Deadline.REVIEW), note="cause RETURN_DISPUTED; hold kept"),
)  # fmt: skip

REPLACEMENTS = (
    Row(S, {Status.AWAITING_REPLACEMENT}, CARRIER, Fact.REPLACEMENT_SCANNED, (Status.REPLACEMENT_IN_TRANSIT,),
        replacements.on_its_way, note="30 days"),
    Row(S, {Status.AWAITING_REPLACEMENT}, CLOCK, Deadline.REPLACEMENT_SHIP, (), replacements.overdue,
        note="48 bh; overdue: the buyer may escalate"),
    Row(S, {Status.AWAITING_REPLACEMENT}, CLOCK, Deadline.REPLACEMENT_GIVE_UP, (Status.UNDER_REVIEW,),
        replacements.given_up, note="10 bd; cause REPLACEMENT_NOT_SENT"),
    Row(S, {Status.AWAITING_REPLACEMENT}, SUPPORT, Action.AUTHORIZE_RETURN, (Status.AWAITING_RETURN,),
        rulings.authorize_return, when=(on.OVERDUE,), checks=SUPPORTS_RETURN, note="5 bd; hold"),
    Row(S, {Status.REPLACEMENT_IN_TRANSIT}, CARRIER, Fact.REPLACEMENT_DELIVERED, CLOSED,
        replacements.delivered, outcomes=(Outcome.REPLACED,), note="no charge"),
    Row(S, {Status.REPLACEMENT_IN_TRANSIT}, CARRIER, Fact.REPLACEMENT_FAILED, (Status.AWAITING_SELLER,),
        replacements.lost, note="48 bh; the buyer may escalate at once"),
    Row(S, {Status.REPLACEMENT_IN_TRANSIT}, CLOCK, Deadline.REPLACEMENT_TRANSIT, (Status.AWAITING_SELLER,),
        replacements.lost, note="30 days; 48 bh; the buyer may escalate at once"),
)  # fmt: skip

SILENCE = (
    Row(S, {Status.AWAITING_SELLER}, CLOCK, Deadline.RESPOND, (), escalation.response_overdue,
        note="48 bh; overdue: the buyer may escalate"),
    Row(S, {Status.AWAITING_SELLER}, CLOCK, Deadline.LAPSE, CLOSED, escalation.lapse,
        outcomes=(Outcome.LAPSED,), note="21 bd with no word from anyone"),
    Row(S, {Status.AWAITING_BUYER}, CLOCK, Deadline.DETAILS, CLOSED, escalation.buyer_unresponsive,
        outcomes=(Outcome.BUYER_UNRESPONSIVE,), note="5 bd"),
    Row(S_AND_C, {Status.DECLINED}, CLOCK, Deadline.ESCALATION, CLOSED, escalation.not_escalated,
        outcomes=(Outcome.NOT_REFUNDED,), note="5 bd"),
)  # fmt: skip

WITHDRAWAL = (
    Row(S_AND_C, WITHDRAWABLE, BUYER, Action.WITHDRAW, CLOSED, closing.withdraw,
        outcomes=(Outcome.WITHDRAWN,), note="hold voided"),
    Row(S_AND_C, {Status.UNDER_REVIEW}, BUYER, Action.WITHDRAW, CLOSED, closing.withdraw,
        outcomes=(Outcome.WITHDRAWN,), when=(on.ROUTED,)),
)  # fmt: skip

SUPPORTS_WORK = (
    Row(S, {Status.AWAITING_SELLER}, BUYER, Action.ESCALATE, (Status.UNDER_REVIEW,), escalation.escalate,
        when=(on.ESCALATION_OPEN,), until=while_runs(Deadline.LAPSE), note="thread locked"),
    Row(S, {Status.AWAITING_BUYER}, BUYER, Action.ESCALATE, (Status.UNDER_REVIEW,), escalation.escalate,
        until=while_runs(Deadline.DETAILS), note="thread locked"),
    Row(S, {Status.AWAITING_RETURN}, BUYER, Action.ESCALATE, (Status.UNDER_REVIEW,), escalation.escalate,
        until=while_runs(Deadline.DROP_OFF), note="thread locked; hold kept"),
    Row(S_AND_C, {Status.DECLINED}, BUYER, Action.ESCALATE, (Status.UNDER_REVIEW,), escalation.escalate,
        until=while_runs(Deadline.ESCALATION), note="thread locked"),
    Row(S, {Status.AWAITING_REPLACEMENT}, BUYER, Action.ESCALATE, (Status.UNDER_REVIEW,), escalation.escalate,
        when=(on.OVERDUE,), until=while_runs(Deadline.REPLACEMENT_GIVE_UP), note="thread locked"),
    Row(S_AND_C, OPEN - {Status.UNDER_REVIEW}, SUPPORT, Action.TAKE_OVER, (Status.UNDER_REVIEW,),
        escalation.take_over, note="cause TAKEN_OVER; thread locked; hold kept"),
    Row(S, {Status.UNDER_REVIEW}, SUPPORT, RulingDecision.REFUND, CLOSED, rulings.refund,
        outcomes=(Outcome.REFUNDED, Outcome.PARTIALLY_REFUNDED), note="hold voided first"),
    Row(C, {Status.UNDER_REVIEW}, SUPPORT, RulingDecision.REFUND, CLOSED, rulings.refund_cancellation,
        outcomes=(Outcome.ORDER_CANCELLED,)),
    Row(S_AND_C, {Status.UNDER_REVIEW}, SUPPORT, RulingDecision.REFUND_ON_RETURN, (Status.AWAITING_RETURN,),
        rulings.refund_on_return, checks=SUPPORTS_RETURN,
        note="thread stays locked; 5 bd; hold only if the seller funds it"),
    Row(S_AND_C, {Status.UNDER_REVIEW}, SUPPORT, RulingDecision.UPHOLD, CLOSED, rulings.uphold,
        outcomes=(Outcome.NOT_REFUNDED, Outcome.RETURN_REJECTED), note="hold voided"),
    Row(S, {Status.UNDER_REVIEW}, SUPPORT, Action.HAND_TO_SELLER, (Status.AWAITING_SELLER,),
        rulings.hand_to_seller, when=(on.ROUTED, on.SELLER_ENROLLED), note="thread open; 48 bh"),
)  # fmt: skip

CANCELLATIONS = (
    Row(C, {Status.AWAITING_SELLER}, SELLER, Action.APPROVE_CANCELLATION, CLOSED, cancellation.approve,
        outcomes=(Outcome.ORDER_CANCELLED,), until=while_runs(Deadline.RESPOND),
        note="charged as a full refund"),
    Row(C, {Status.AWAITING_SELLER}, SELLER, Action.DECLINE_CANCELLATION, (Status.DECLINED,),
        cancellation.decline, until=while_runs(Deadline.RESPOND), note="5 bd for the buyer to escalate"),
    Row(C, {Status.AWAITING_SELLER}, CLOCK, Deadline.RESPOND, (Status.DECLINED,),
        cancellation.declined_by_silence, note="48 bh; silence declines; 5 bd for the buyer to escalate"),
    Row(C, {Status.AWAITING_SELLER, Status.DECLINED}, CARRIER, Fact.MAILED, CLOSED, cancellation.mailed,
        outcomes=(Outcome.NOT_REFUNDED,), note="the sale stands"),
)  # fmt: skip

WORDS = (
    Row(S, {Status.AWAITING_BUYER}, BUYER, Action.SEND_MESSAGE, (Status.AWAITING_SELLER,),
        conversation.answer_seller, checks=(conversation.check_may_write,), note="48 bh"),
    Row(S, {Status.AWAITING_SELLER}, by(Party.BUYER, Party.SELLER, Party.SUPPORT), Action.SEND_MESSAGE, (),
        conversation.write_to_seller, checks=(conversation.check_may_write,), note="the 21 bd begin anew"),
    Row(S_AND_C, ANY, by(Party.BUYER, Party.SELLER, Party.SUPPORT), Action.SEND_MESSAGE, (),
        conversation.write, checks=(conversation.check_may_write,), until=thread_closes,
        note="while the thread is open to the party; 14 days after the close"),
)  # fmt: skip

AFTERWARDS = (
    Row(S_AND_C, {Status.CLOSED}, BUYER, Action.ANSWER_SURVEY, (), closing.answer_survey,
        checks=(closing.check_survey,), until=closing.survey_until, note="within 14 days"),
    Row(S_AND_C, OPEN, PAYMENTS, Fact.CHARGEBACK, CLOSED, closing.charge_back,
        outcomes=(Outcome.CHARGED_BACK,), note="hold voided; the seller pays nothing"),
    Row(S_AND_C, {Status.CLOSED}, PAYMENTS, Fact.REFUND_SETTLED, (), money_facts.refund_settled,
        when=(on.REFUND_UNSETTLED,)),
    Row(S_AND_C, {Status.CLOSED}, PAYMENTS, Fact.REFUND_FAILED, (), money_facts.refund_failed,
        when=(on.REFUND_PENDING,)),
    Row(S_AND_C, {Status.CLOSED}, by(Party.PAYMENTS, Party.SUPPORT), Fact.REFUND_RETRIED, (),
        money_facts.refund_retried, when=(on.REFUND_FAILED,)),
    Row(S, ANY, CLOCK, Deadline.CLAIM_FILING, (), money_facts.file_claim, when=(on.CLAIM_SCHEDULED,)),
    Row(S, ANY, CLOCK, Deadline.CLAIM_EXPIRY, (), money_facts.expire_claim, when=(on.CLAIM_SCHEDULED,)),
    Row(S, ANY, CARRIER, Fact.CLAIM_DECIDED, (), money_facts.claim_decided, when=(on.CLAIM_FILED,)),
)  # fmt: skip

TABLE: tuple[Row, ...] = (
    *OPENING, *RESPONSES, *OFFERS, *RETURNS, *REPLACEMENTS, *SILENCE, *WITHDRAWAL, *SUPPORTS_WORK,
    *CANCELLATIONS, *WORDS, *AFTERWARDS,
)  # fmt: skip
"""Every row. Where two are for the same cell, the first whose conditions hold is taken."""


def rows_for(kind: RequestKind, status: Status | None, party: Party) -> Iterator[Row]:
    """What this party may do, or report, in this status; None is a request that is being opened."""
    return (row for row in TABLE if kind in row.kinds and status in row.origins and party in row.by)


def rows_of(request: Request, party: Party, trigger: Trigger) -> tuple[Row, ...]:
    """The rows of one cell, in the table's order."""
    return tuple(row for row in rows_for(request.kind, request.status, party) if row.trigger is trigger)


def turn(request: Request) -> Party | None:
    """Whose move it is; nobody's once closed."""
    return TURNS[request.status]
