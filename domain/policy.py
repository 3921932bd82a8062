"""The policy: every number and list that the marketplace may change without changing a rule.

Decides the values, under a version that each request remembers; refuses to know what the rules do with them.
Names end in their unit: `business_hours` and `business_days` are counted by the calendar, `hours` and `days`
by the clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from zoneinfo import ZoneInfo

from domain.businesstime import Calendar
from domain.guidance import GUIDANCE
from domain.money import Currency, Money
from domain.words import RatingBand, RequestReason


@dataclass(frozen=True, slots=True)
class ReasonPolicy:
    """What holds for requests of one reason, and what its seller is told."""

    reason: RequestReason
    covered: bool
    photos_required: bool
    description_required: bool
    returnable: bool
    consumable_covered: bool
    """Whether the seller handles it for a consumable order too."""
    guidance: str


@dataclass(frozen=True, slots=True)
class AbuseLine:
    """From where on a buyer's requests go to Support: all of the first three together, or the last alone."""

    requests_at_least: int
    share_of_orders_above: Fraction
    sellers_at_least: int
    decided_against_at_least: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One version of everything that is policy or a clock of the article."""

    version: str
    calendar: Calendar
    reasons: Mapping[RequestReason, ReasonPolicy]

    enrollment_country_code: str
    enrollment_from: date
    """Access granted on or after this day, in the calendar's zone, enrols a seller of that country."""

    filing_window_days: int
    filing_window_days_by_category: Mapping[str, int]
    """Keyed by category as `_category_key` writes it."""
    undelivered_filing_window_days: int
    shipping_delayed_after_business_days: int
    cancel_within_hours: int

    respond_within_business_hours: int
    give_details_within_business_days: int
    answer_offer_within_business_hours: int
    escalate_decline_within_business_days: int
    lapse_after_business_days: int
    drop_off_within_business_days: int
    late_drop_off_scan_business_hours: int
    return_transit_days: int
    review_return_within_business_hours: int
    review_return_after_report_business_hours: int
    """The least a seller has from the report of a return's arrival, however late it was reported."""
    ship_replacement_within_business_hours: int
    give_up_replacement_after_business_days: int
    replacement_transit_days: int
    refund_reaches_buyer_from_business_days: int
    refund_reaches_buyer_by_business_days: int

    survey_within_days: int
    write_after_close_within_days: int
    due_soon_business_hours: int
    message_length_characters: int
    attachment_size_bytes: int

    sandbox_label_cost: Money

    claim_files_after_days: int
    claim_expires_after_days: int
    claim_exempt_categories: frozenset[str]
    claim_insured_by_default: Money

    rating_lifetime_requests_at_least: int
    rating_window_days: int
    rating_requests_at_least: int
    """With fewer finished in the window, the latest this many count instead."""
    rating_bands: tuple[tuple[RatingBand, Fraction], ...]
    """The least score of each band, best first; the last one's is 0."""
    rating_band_without_signals: RatingBand

    standing_window_days: int
    standing_response_rate_at_least: Fraction
    standing_late_at_most: int

    abuse_window_days: int
    abuse_line: AbuseLine

    def reason(self, reason: RequestReason) -> ReasonPolicy:
        """What holds for this reason."""
        return self.reasons[reason]

    def filing_window(self, category: str) -> int:
        """Days from delivery in which a request about an order of this category may be opened."""
        return self.filing_window_days_by_category.get(_category_key(category), self.filing_window_days)

    def claim_exempt(self, category: str) -> bool:
        """Whether no carrier claim covers this category."""
        return _category_key(category) in self.claim_exempt_categories

    def band(self, score: Fraction | None) -> RatingBand:
        """The band of a rating score from 0 to 1; of None where no request gave a signal."""
        if score is None:
            return self.rating_band_without_signals
        return next(band for band, least in self.rating_bands if score >= least)


class UnknownPolicyError(LookupError):
    """No policy has this version."""


def policy(version: str) -> Policy:
    """The policy that a request opened under `version` keeps. Raises UnknownPolicyError."""
    try:
        return POLICIES[version]
    except KeyError:
        raise UnknownPolicyError(f"there is no policy {version!r}") from None


def _category_key(category: str) -> str:
    """Categories compare without case and with any run of spaces, hyphens and underscores alike."""
    return " ".join(category.casefold().replace("-", " ").replace("_", " ").split())


NEED_PHOTOS = frozenset({RequestReason.NOT_AS_DESCRIBED, RequestReason.WRONG_ITEM})
RETURNABLE = frozenset(
    {
        RequestReason.WRONG_ITEM,
        RequestReason.NOT_AS_DESCRIBED,
        RequestReason.DEFECTIVE,
        RequestReason.DAMAGED_IN_TRANSIT,
        RequestReason.OTHER,
    }
)
NOT_FOR_CONSUMABLES = frozenset({RequestReason.ITEM_MISSING, RequestReason.WRONG_ITEM})

CURRENT = Policy(
    version="2026-01",
    calendar=Calendar(ZoneInfo("America/Los_Angeles")),
    reasons=MappingProxyType(
        {
            reason: ReasonPolicy(
                reason=reason,
                covered=reason is not RequestReason.OTHER,
                photos_required=reason in NEED_PHOTOS,
                description_required=reason is RequestReason.OTHER,
                returnable=reason in RETURNABLE,
                consumable_covered=reason not in NOT_FOR_CONSUMABLES,
                guidance=GUIDANCE[reason],
            )
            for reason in RequestReason
        }
    ),
    enrollment_country_code="US",
    enrollment_from=date(2025, 12, 1),
    filing_window_days=14,
    filing_window_days_by_category=MappingProxyType({"plants": 2, "food": 7, "beauty": 7, "live animals": 7}),
    undelivered_filing_window_days=30,
    shipping_delayed_after_business_days=5,
    cancel_within_hours=24,
    respond_within_business_hours=48,
    give_details_within_business_days=5,
    answer_offer_within_business_hours=48,
    escalate_decline_within_business_days=5,
    lapse_after_business_days=21,
    drop_off_within_business_days=5,
    late_drop_off_scan_business_hours=24,
    return_transit_days=30,
    review_return_within_business_hours=48,
    review_return_after_report_business_hours=24,
    ship_replacement_within_business_hours=48,
    give_up_replacement_after_business_days=10,
    replacement_transit_days=30,
    refund_reaches_buyer_from_business_days=3,
    refund_reaches_buyer_by_business_days=5,
    survey_within_days=14,
    write_after_close_within_days=14,
    due_soon_business_hours=24,
    message_length_characters=5_000,
    attachment_size_bytes=50 * 2**20,
    sandbox_label_cost=Money(650, Currency.USD),
    claim_files_after_days=14,
    claim_expires_after_days=60,
    claim_exempt_categories=frozenset({"bullion", "money"}),
    claim_insured_by_default=Money(100_00, Currency.USD),
    rating_lifetime_requests_at_least=10,
    rating_window_days=90,
    rating_requests_at_least=10,
    rating_bands=(
        (RatingBand.EXCELLENT, Fraction(95, 100)),
        (RatingBand.GREAT, Fraction(85, 100)),
        (RatingBand.GOOD, Fraction(70, 100)),
        (RatingBand.AVERAGE, Fraction(50, 100)),
        (RatingBand.BELOW_AVERAGE, Fraction(0)),
    ),
    rating_band_without_signals=RatingBand.GOOD,
    standing_window_days=90,
    standing_response_rate_at_least=Fraction(95, 100),
    standing_late_at_most=3,
    abuse_window_days=90,
    abuse_line=AbuseLine(
        requests_at_least=5,
        share_of_orders_above=Fraction(1, 2),
        sellers_at_least=3,
        decided_against_at_least=3,
    ),
)

POLICIES: Mapping[str, Policy] = MappingProxyType({CURRENT.version: CURRENT})
