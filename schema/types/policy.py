"""The policy, as everybody may read it."""

from fractions import Fraction

from domain import policy
from domain.words import RatingBand, RequestReason
from schema.columns import column, computed, over


@over(policy.ReasonPolicy, "What holds for requests of one reason.")
class ReasonPolicy:
    """A reason's rules."""

    reason: RequestReason = column("The reason.")
    covered: bool = column("Whether buyer protection covers it.")
    photos_required: bool = column("Whether the buyer must attach photos.")
    returnable: bool = column("Whether the buyer holds an item that can be sent back.")
    guidance: str = column("What a seller is told beside such a request.")


@over(None, "From which score on a rating has a band.")
class RatingBandRule:
    """A band and its least score."""

    band: RatingBand = computed(lambda rule: rule[0], "The band.")
    at_least: float = computed(lambda rule: float(Fraction(rule[1])), "The least score, from 0 to 1.")


@over(policy.Policy, "The numbers and lists that may change, under a version that each request keeps.")
class Policy:
    """A policy."""

    version: str = column("Its name.")
    time_zone: str = computed(
        lambda rules: rules.calendar.zone.key, "Where weekends and months begin, in business time."
    )
    response_hours: int = column(
        "Business hours a seller has to respond.", of="respond_within_business_hours"
    )
    offer_hours: int = column(
        "Business hours a buyer has to answer an offer.", of="answer_offer_within_business_hours"
    )
    review_hours: int = column(
        "Business hours a seller has to dispute a return.", of="review_return_within_business_hours"
    )
    return_business_days: int = column(
        "Business days a buyer has to drop a return off.", of="drop_off_within_business_days"
    )
    reasons: list[ReasonPolicy] = computed(
        lambda rules: list(rules.reasons.values()), "What holds for each reason."
    )
    rating_bands: list[RatingBandRule] = column("The bands of the support rating, best first.")
