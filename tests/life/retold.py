"""What a finished request says of its seller, told anew from what happened, without the rating's own code."""

from collections.abc import Iterator, Sequence

from domain.effects import DeadlineMissed, Decision, StatusChanged, SurveyAnswered
from domain.values import Request
from domain.words import (
    Funder,
    Party,
    RatingSignal,
    RequestAction,
    RequestKind,
    RequestOutcome,
    RequestStatus,
)

RESOLVED = {
    RequestOutcome.REFUNDED,
    RequestOutcome.REFUNDED_AFTER_RETURN,
    RequestOutcome.PARTIALLY_REFUNDED,
    RequestOutcome.REPLACED,
}
UPHELD = {RequestOutcome.NOT_REFUNDED, RequestOutcome.RETURN_REJECTED}


def signals_of(history: Sequence[Decision]) -> list[RatingSignal]:
    """What it says; nothing if it is left out."""
    last = history[-1].request
    moves = [effect for each in history for effect in each.effects if isinstance(effect, StatusChanged)]
    if _is_left_out(last, moves):
        return []
    ruled_for_buyer = any(move.action is RequestAction.RULE and move.outcome not in UPHELD for move in moves)
    signals = []
    if last.outcome in RESOLVED and not ruled_for_buyer:
        signals.append(RatingSignal.RESOLVED)
    against = list(_against_the_seller(history))
    if any(way is RequestStatus.AWAITING_SELLER for way, _ in against):
        signals.append(RatingSignal.MISSED_AND_ESCALATED)
    if any(funder is Funder.SELLER for _, funder in against):
        signals.append(RatingSignal.OVERTURNED)
    thumbs = [
        effect.satisfied for each in history for effect in each.effects if isinstance(effect, SurveyAnswered)
    ]
    if thumbs:
        signals.append(RatingSignal.THUMBS_UP if thumbs[-1] else RatingSignal.THUMBS_DOWN)
    return signals


def _is_left_out(last: Request, moves: list[StatusChanged]) -> bool:
    return (
        last.kind is RequestKind.CANCELLATION
        or last.outcome in {RequestOutcome.WITHDRAWN, RequestOutcome.CHARGED_BACK}
        or moves[0].to_status is RequestStatus.UNDER_REVIEW
        or any(move.action is RequestAction.TAKE_OVER for move in moves)
    )


def _against_the_seller(history: Sequence[Decision]) -> Iterator[tuple[RequestStatus, Funder | None]]:
    """From where Support was called against silence, an explanation or a dispute, and who then paid."""
    silent = False
    asked: RequestStatus | None = None
    for decision in history:
        for effect in decision.effects:
            if isinstance(effect, DeadlineMissed):
                silent = effect.party is Party.SELLER
            if not isinstance(effect, StatusChanged):
                continue
            if effect.action is RequestAction.ESCALATE:
                missed = effect.from_status is RequestStatus.AWAITING_SELLER and silent
                asked = effect.from_status if missed or effect.from_status is RequestStatus.DECLINED else None
            elif effect.action is RequestAction.DISPUTE_RETURN:
                asked = effect.from_status
            elif effect.action is RequestAction.RULE and asked:
                yield asked, _payer(decision.request)
                asked = None
            elif effect.to_status is RequestStatus.UNDER_REVIEW:
                asked = None
            silent = False
    if asked:
        yield asked, None


def _payer(ruled: Request) -> Funder | None:
    if ruled.status is RequestStatus.CLOSED:
        return ruled.funded_by
    return ruled.returned.funded_by if ruled.returned else None
