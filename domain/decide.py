"""The only way a request changes: a command, who gives it and when, in; the request afterwards and its
effects, out.

Decides by the transition table: the move that its rows hold, or the first refusal. It refuses to know the
clock on the wall, the database and who the caller is beside a party. A refusal leaves by exception, and
nothing has changed. A fact that moves nothing is no error: the decision then has no effects and the very same
request.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import assert_never

from domain import commands as c
from domain import opening as opening_rules
from domain import replacements, returns
from domain.change import Change
from domain.effects import Decision
from domain.moves import open_actions
from domain.policy import Policy
from domain.refusals import InvalidState
from domain.table import Fact, Row, Trigger
from domain.transitions import rows_for, rows_of
from domain.values import Opening, Request
from domain.words import ParcelRole, Party, ScanKind
from domain.words import RequestAction as Action

ACTIONS: Mapping[type[c.Command], Action] = {
    c.RefundInFull: Action.REFUND_IN_FULL,
    c.RefundOnReturn: Action.REFUND_ON_RETURN,
    c.OfferPartialRefund: Action.OFFER_PARTIAL_REFUND,
    c.SendReplacement: Action.SEND_REPLACEMENT,
    c.ExplainNoRefund: Action.EXPLAIN_NO_REFUND,
    c.AskForDetails: Action.ASK_FOR_DETAILS,
    c.RefundWithoutWaiting: Action.REFUND_WITHOUT_WAITING,
    c.ConfirmReturn: Action.CONFIRM_RETURN,
    c.DisputeReturn: Action.DISPUTE_RETURN,
    c.ApproveCancellation: Action.APPROVE_CANCELLATION,
    c.DeclineCancellation: Action.DECLINE_CANCELLATION,
    c.AcceptOffer: Action.ACCEPT_OFFER,
    c.DeclineOffer: Action.DECLINE_OFFER,
    c.Withdraw: Action.WITHDRAW,
    c.Escalate: Action.ESCALATE,
    c.AnswerSurvey: Action.ANSWER_SURVEY,
    c.SendMessage: Action.SEND_MESSAGE,
    c.AuthorizeReturn: Action.AUTHORIZE_RETURN,
    c.HandToSeller: Action.HAND_TO_SELLER,
    c.TakeOver: Action.TAKE_OVER,
}
"""What the table calls each plain action; rulings, facts and deadlines carry their own names."""


def decide(
    request: Request | None,
    command: c.Command,
    *,
    by: Party,
    at: datetime,
    policy: Policy,
    opening: Opening | None = None,
) -> Decision:
    """What comes of `command`, given by `by` at `at`. For Open, `request` is None and `opening` is there.

    Deadlines that ran out before `at` are the caller's to apply first (`domain.deadlines.apply_due`).
    Raises a Refusal.
    """
    if isinstance(command, c.Open):
        assert opening is not None, "opening a request needs the order's facts"
        return _open(command, opening, by=by, at=at, policy=policy)
    assert request is not None, "every other command is about a request"
    change = Change(request, by=by, at=at, policy=policy)
    match command:
        case c.ReportScan():
            _scan(change, command)
        case c.ReportLabel():
            _note(change, Fact.LABEL_MADE, command)
        case c.ReportRefund():
            _note(change, Fact.REFUND_SETTLED if command.settled else Fact.REFUND_FAILED, command)
        case c.ReportChargeback():
            _note(change, Fact.CHARGEBACK, command)
        case c.DecideClaim():
            _note(change, Fact.CLAIM_DECIDED, command)
        case c.DeadlineReached():
            _run_out(change, command)
        case c.RetryRefund():
            _act(change, Fact.REFUND_RETRIED, command)
        case c.Rule():
            _act(change, command.decision, command)
        case _:
            _act(change, ACTIONS[type(command)], command)
    return change.decision()


def _open(command: c.Open, opening: Opening, *, by: Party, at: datetime, policy: Policy) -> Decision:
    change = opening_rules.begin(opening, command, by=by, at=at, policy=policy)
    rows = [row for row in rows_for(command.kind, None, by) if row.trigger is Action.OPEN]
    _take(change, rows, command)
    return change.decision()


NO_ROW = "Not possible now."


def _act(change: Change, trigger: Trigger, command: c.Command) -> None:
    """Something a person asks for: refused where the table does not hold it."""
    rows = rows_of(change.request, change.by, trigger)
    if not _take(change, rows, command):
        because = next((unmet.otherwise for row in rows if (unmet := row.unmet(change))), NO_ROW)
        request = change.request
        raise InvalidState(
            request.status, open_actions(request, by=change.by, at=change.at, policy=change.policy), because
        )


def _note(change: Change, fact: Fact, command: c.Command) -> None:
    """Something reported: it moves the request only where the table holds a row for it."""
    _take(change, rows_of(change.request, change.by, fact), command)


def _run_out(change: Change, command: c.DeadlineReached) -> None:
    """A clock: it fires once, not before its instant, and not if it has been stopped meanwhile."""
    due = change.request.deadlines.get(command.kind)
    if due is None or change.at < due:
        return
    rows = rows_of(change.request, change.by, command.kind)
    change.stop_deadlines(command.kind)
    _take(change, rows, command)


def _scan(change: Change, scan: c.ReportScan) -> None:
    """A scan says something of its parcel in any status, then moves the request as far as its facts reach."""
    match scan.role:
        case ParcelRole.OUTBOUND:
            facts = [Fact.MAILED]
        case ParcelRole.RETURN if returns.has_label(change):
            returns.record_scan(change, scan)
            facts = [Fact.RETURN_SCANNED]
            if scan.kind in returns.ARRIVED:
                facts.append(Fact.RETURN_ARRIVED)
            if scan.kind is ScanKind.LOST:
                facts.append(Fact.RETURN_LOST)
        case ParcelRole.REPLACEMENT if replacements.is_current(change, scan):
            replacements.record_scan(change, scan)
            facts = [Fact.REPLACEMENT_SCANNED]
            if scan.kind is ScanKind.DELIVERED:
                facts.append(Fact.REPLACEMENT_DELIVERED)
            if scan.kind in replacements.FAILED:
                facts.append(Fact.REPLACEMENT_FAILED)
        case ParcelRole.RETURN | ParcelRole.REPLACEMENT:
            facts = []  # no parcel under way is meant
        case _:
            assert_never(scan.role)
    for fact in facts:
        _note(change, fact, scan)


def _take(change: Change, rows: Iterable[Row], command: c.Command) -> bool:
    """Make the move of the first row whose conditions hold; whether there was one."""
    for row in rows:
        if row.unmet(change) is None:
            for check in row.checks:
                check(change)
            change.action = row.action
            origin = change.request.status
            row.effect(change, command)
            landed = change.request.status
            assert landed in row.to if row.to else landed is origin, f"{row.trigger} led to {landed}"
            return True
    return False
