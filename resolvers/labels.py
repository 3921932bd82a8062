"""The sandbox's own return labels, made at once, where in earnest the platform buys one and reports it."""

from domain.money import Money
from domain.policy import Policy
from domain.values import Label, Request
from domain.words import Carrier


def own_label(request: Request, policy: Policy) -> Label:
    """Give a label of the policy's cost; a request has one return at most, so its number makes it unique."""
    cost = Money(policy.sandbox_label_cost.minor, request.order.currency)
    number = f"RETURN-{request.key}"
    return Label(Carrier.USPS, number, f"https://labels.example.com/{number}.pdf", cost)
