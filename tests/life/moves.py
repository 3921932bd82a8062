"""What anyone may try on a request: each action with any command, in order or not, and with one in order."""

from collections.abc import Callable, Mapping

from hypothesis import strategies as st

from domain import commands as c
from domain.values import Label, Request
from domain.words import Carrier, Funder, Party, RequestAction, ReturnCondition, RulingDecision
from tests.domain.story import usd

PEOPLE = (Party.BUYER, Party.SELLER, Party.SUPPORT)
flags = st.booleans()


def commands(
    amounts: st.SearchStrategy[int], label: Label
) -> dict[RequestAction, st.SearchStrategy[c.Command]]:
    """Give each action's commands, in order or not; `amounts` are cents."""
    money = amounts.map(usd)
    labels = st.sampled_from([None, label])
    return {
        RequestAction.REFUND_IN_FULL: st.builds(c.RefundInFull, file_claim=flags),
        RequestAction.REFUND_ON_RETURN: st.builds(c.RefundOnReturn, file_claim=flags, own_label=labels),
        RequestAction.OFFER_PARTIAL_REFUND: st.builds(c.OfferPartialRefund, amount=money, file_claim=flags),
        RequestAction.SEND_REPLACEMENT: st.builds(
            c.SendReplacement,
            carrier=st.just(Carrier.UPS),
            tracking_number=st.integers(0, 9).map(lambda number: f"{label.tracking_number}-{number}"),
            buyer_agreed=st.sampled_from([True, True, False]),
        ),
        RequestAction.EXPLAIN_NO_REFUND: st.just(c.ExplainNoRefund("No.")),
        RequestAction.ASK_FOR_DETAILS: st.just(c.AskForDetails("Which?")),
        RequestAction.REFUND_WITHOUT_WAITING: st.builds(c.RefundWithoutWaiting, file_claim=flags),
        RequestAction.CONFIRM_RETURN: st.just(c.ConfirmReturn()),
        RequestAction.DISPUTE_RETURN: st.just(c.DisputeReturn(ReturnCondition.DAMAGED, "Broken.")),
        RequestAction.APPROVE_CANCELLATION: st.just(c.ApproveCancellation()),
        RequestAction.DECLINE_CANCELLATION: st.just(c.DeclineCancellation("No.")),
        RequestAction.ACCEPT_OFFER: st.builds(c.AcceptOffer, st.integers(1, 2)),
        RequestAction.DECLINE_OFFER: st.builds(c.DeclineOffer, st.integers(1, 2), own_label=labels),
        RequestAction.WITHDRAW: st.just(c.Withdraw()),
        RequestAction.ESCALATE: st.just(c.Escalate("Help.")),
        RequestAction.ANSWER_SURVEY: st.builds(c.AnswerSurvey, satisfied=flags),
        RequestAction.SEND_MESSAGE: st.just(c.SendMessage("Hello.")),
        RequestAction.RULE: st.builds(
            c.Rule,
            st.sampled_from(RulingDecision),
            st.sampled_from(Funder),
            st.just("So be it."),
            st.none() | money,
            own_label=labels,
        ),
        RequestAction.AUTHORIZE_RETURN: st.builds(c.AuthorizeReturn, own_label=labels),
        RequestAction.HAND_TO_SELLER: st.just(c.HandToSeller("Yours.")),
        RequestAction.TAKE_OVER: st.just(c.TakeOver("Ours.")),
    }


IN_ORDER: Mapping[RequestAction, Callable[[Request], c.Command]] = {
    RequestAction.REFUND_IN_FULL: lambda _: c.RefundInFull(),
    RequestAction.REFUND_ON_RETURN: lambda _: c.RefundOnReturn(),
    RequestAction.OFFER_PARTIAL_REFUND: lambda _: c.OfferPartialRefund(usd(1)),
    RequestAction.SEND_REPLACEMENT: lambda request: c.SendReplacement(
        Carrier.UPS, f"never seen {request.version}", buyer_agreed=True
    ),
    RequestAction.EXPLAIN_NO_REFUND: lambda _: c.ExplainNoRefund("No."),
    RequestAction.ASK_FOR_DETAILS: lambda _: c.AskForDetails("Which?"),
    RequestAction.REFUND_WITHOUT_WAITING: lambda _: c.RefundWithoutWaiting(),
    RequestAction.CONFIRM_RETURN: lambda _: c.ConfirmReturn(),
    RequestAction.DISPUTE_RETURN: lambda _: c.DisputeReturn(ReturnCondition.DAMAGED, "Broken."),
    RequestAction.APPROVE_CANCELLATION: lambda _: c.ApproveCancellation(),
    RequestAction.DECLINE_CANCELLATION: lambda _: c.DeclineCancellation("No."),
    RequestAction.ACCEPT_OFFER: lambda request: c.AcceptOffer(len(request.offers)),
    RequestAction.DECLINE_OFFER: lambda request: c.DeclineOffer(len(request.offers)),
    RequestAction.WITHDRAW: lambda _: c.Withdraw(),
    RequestAction.ESCALATE: lambda _: c.Escalate("Help."),
    RequestAction.ANSWER_SURVEY: lambda _: c.AnswerSurvey(satisfied=True),
    RequestAction.SEND_MESSAGE: lambda _: c.SendMessage("Hello."),
    RequestAction.RULE: lambda _: c.Rule(RulingDecision.UPHOLD, Funder.NOBODY, "So be it."),
    RequestAction.AUTHORIZE_RETURN: lambda _: c.AuthorizeReturn(),
    RequestAction.HAND_TO_SELLER: lambda _: c.HandToSeller("Yours."),
    RequestAction.TAKE_OVER: lambda _: c.TakeOver("Ours."),
}
"""A command that nothing but the table and its conditions can refuse."""
