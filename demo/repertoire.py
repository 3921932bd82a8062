"""Which stories the demo tells, by how they end, and how often each kind of seller meets which."""

from demo import stories
from demo.people import Manner
from demo.script import Story

GOOD: tuple[Story, ...] = (
    stories.refunded_at_once,
    stories.partly_refunded,
    stories.returned_and_confirmed,
    stories.replaced,
    stories.refunded_at_once,
    stories.clarified_and_refunded,
    stories.offer_declined_and_returned,
    stories.chatted_and_refunded,
    stories.claimed_from_the_carrier,
    stories.returned_and_silently_confirmed,
    stories.refund_failed_first,
    stories.replacement_lost_and_refunded,
    stories.refunded_while_in_transit,
)
SO_SO: tuple[Story, ...] = (
    stories.explained,
    stories.details_never_came,
    stories.upheld,
    stories.return_never_sent,
    stories.platform_paid,
    stories.return_rejected,
    stories.offer_expired_and_platform_paid,
    stories.return_lost,
    stories.lapsed,
)
OVERTURNED: tuple[Story, ...] = (stories.overturned, stories.overturned, stories.overturned_on_return)
ASIDE: tuple[Story, ...] = (
    stories.withdrawn,
    stories.cancelled,
    stories.charged_back,
    stories.cancellation_declined,
    stories.routed_and_refunded,
    stories.taken_over,
    stories.cancellation_ignored,
    stories.routed_and_handed_over,
    stories.cancellation_too_late,
    stories.replacement_given_up,
    stories.routed_and_upheld,
)
ROUTED_ENDS: tuple[Story, ...] = (stories.routed_and_refunded, stories.routed_and_upheld)
CANCELLATIONS = frozenset(
    {
        stories.cancelled,
        stories.cancellation_declined,
        stories.cancellation_ignored,
        stories.cancellation_too_late,
    }
)
OF_OTHER_REASONS = frozenset({*ROUTED_ENDS, stories.routed_and_handed_over})
WITH_RETURNS = frozenset(
    {
        stories.returned_and_confirmed,
        stories.returned_and_silently_confirmed,
        stories.refunded_while_in_transit,
        stories.offer_declined_and_returned,
        stories.return_never_sent,
        stories.return_rejected,
        stories.return_lost,
        stories.overturned_on_return,
        stories.replacement_given_up,
    }
)

RATED = {
    Manner.DEVOTED: "UGGNUGGUGG",
    Manner.DILIGENT: "UGUGBGUNUG",
    Manner.DECENT: "UUBGDUNGBU",
    Manner.CARELESS: "GBUGXGNBGD",
    Manner.ABSENT: "XGXBNXGXDB",
}
"""How each ten requests end: Good, thumbs Up or Down, so-so (N), overturned (B), overruled unheard (X)."""
