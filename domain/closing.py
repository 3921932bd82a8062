"""The end of a request and what may come after: withdrawal, chargeback, the survey.

Decides who pays nothing and until when the buyer may say thumbs up or down.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from domain import journals, settlement
from domain.change import Change
from domain.commands import AnswerSurvey, ReportChargeback, Withdraw
from domain.effects import SurveyAnswered
from domain.policy import Policy
from domain.refusals import SurveyClosed
from domain.values import Request, Survey
from domain.words import RequestKind, RequestOutcome

WITHOUT_SURVEY = frozenset({RequestOutcome.WITHDRAWN, RequestOutcome.CHARGED_BACK})


def withdraw(change: Change, _: Withdraw) -> None:
    """The buyer needs no help any more."""
    sentence = "The buyer has withdrawn the request."
    settlement.close_unrefunded(change, RequestOutcome.WITHDRAWN, sentence)


def charge_back(change: Change, command: ReportChargeback) -> None:
    """The buyer's bank took the money back: the seller pays nothing, the platform the rest."""
    journal = journals.chargeback(change.request.order)
    sentence = "The payment was charged back; the request is closed, and the seller pays nothing."
    settlement.close_unrefunded(change, RequestOutcome.CHARGED_BACK, sentence)
    change.add(journal)
    charged_back = replace(change.request.order, charged_back_at=min(command.happened_at, change.at))
    change.request = replace(change.request, order=charged_back)


def survey_until(request: Request, policy: Policy) -> datetime | None:
    """When the survey of a closed request ends."""
    return request.closed_at + timedelta(days=policy.survey_within_days) if request.closed_at else None


def check_survey(change: Change) -> None:
    """Raises SurveyClosed where there is nothing to ask the buyer, or it is too late."""
    request = change.request
    asked = (
        request.kind is RequestKind.SUPPORT
        and request.outcome not in WITHOUT_SURVEY
        and request.routing_cause is None
    )
    until = survey_until(request, change.policy)
    if not asked or until is None:
        raise SurveyClosed
    if change.at >= until:
        raise SurveyClosed(f"This request's survey was open until {until.isoformat()}.")


def answer_survey(change: Change, command: AnswerSurvey) -> None:
    """The buyer's thumbs; a later answer takes the place of an earlier one."""
    change.request = replace(change.request, survey=Survey(command.satisfied, command.comment, change.at))
    change.add(SurveyAnswered(command.satisfied))
